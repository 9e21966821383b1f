import { uniform } from './hash.ts'
import type { Compose } from './composition.ts'
import type { LocalDay } from './calendar.ts'

const MOST_SESSIONS = 3

interface Session {
  readonly fromSlot: number
  /** Slots in which power flows, and slots for which the car stays after that. */
  readonly chargingSlots: number
  readonly stayingSlots: number
}

/** Sessions of a charger that is used as often as most: about 870 hours of charging a year. */
const USUAL_HOURS = 870
/** Cars take about half of what a charging point can give. */
const TAKEN_SHARE = 0.55

/** How often this charger is used, against the usual one: its annual energy says so. */
export const useOf = ({ annualEnergyKwh = 2_600, ratedPowerKw = 7.4 }: { annualEnergyKwh?: number; ratedPowerKw?: number }): number =>
  Math.min(1.6, annualEnergyKwh / (ratedPowerKw * TAKEN_SHARE) / USUAL_HOURS)

/** Sessions of one charging point of a public car park on one day, by chance but always the same chance; none passes midnight. */
export function sessionsOn(day: LocalDay, hash: number, use: number): readonly Session[] {
  const sessions: Session[] = []
  const busy = use * (day.isoWeekday === 7 || day.holiday ? 0.35 : day.isoWeekday === 6 ? 0.6 : 0.55)
  let free = 0
  for (let index = 0; index < MOST_SESSIONS; index++) {
    if (uniform(hash, day.epochDay, index * 8) > busy) continue
    // Commuters come at eight, shoppers through the day, neighbours in the evening.
    const kind = uniform(hash, day.epochDay, index * 8 + 1)
    const spread = uniform(hash, day.epochDay, index * 8 + 2)
    const arrival = kind < 0.4 ? 45 + Math.floor(15 * spread) : kind < 0.75 ? 60 + Math.floor(48 * spread) : 102 + Math.floor(24 * spread)
    const chargingSlots = 3 + Math.floor(15 * uniform(hash, day.epochDay, index * 8 + 3))
    const fromSlot = Math.max(free, arrival)
    if (fromSlot + chargingSlots >= 137) break
    const stayingSlots = Math.min(137 - fromSlot - chargingSlots, Math.floor(18 * uniform(hash, day.epochDay, index * 8 + 4)))
    sessions.push({ fromSlot, chargingSlots, stayingSlots })
    free = fromSlot + chargingSlots + stayingSlots + 1
  }
  return sessions
}

export const CHARGER_STATE = { free: 0, connected: 1, charging: 2 } as const

export function chargerState(day: LocalDay, hash: number, use: number, slot: number): number {
  for (const { fromSlot, chargingSlots, stayingSlots } of sessionsOn(day, hash, use)) {
    if (slot >= fromSlot && slot < fromSlot + chargingSlots) return CHARGER_STATE.charging
    if (slot >= fromSlot && slot < fromSlot + chargingSlots + stayingSlots) return CHARGER_STATE.connected
  }
  return CHARGER_STATE.free
}

/** A charging point: composed sessions at one power, tapering in the last ten minutes. */
export const evCharger: Compose = ({ point, hash }) => {
  const taper = 0.55
  const use = useOf(point)
  return {
    provenance: 'composed',
    usualAnnual: 2_600,
    dayAmount: (day) => sessionsOn(day, hash, use).reduce((sum, { chargingSlots }) => sum + chargingSlots - 1 + taper, 0),
    dayShape(day, out) {
      out.fill(0, 0, day.slots)
      for (const { fromSlot, chargingSlots } of sessionsOn(day, hash, use)) {
        out.fill(1, fromSlot, fromSlot + chargingSlots)
        out[fromSlot + chargingSlots - 1] = taper
      }
    },
  }
}
