import type { LocalDay } from './calendar.ts'
import type { Compose } from './composition.ts'
import { normal, uniform } from './hash.ts'

/** Weight of the hours of a French household without heating; the mean over many homes, two thirds of it use at will. */
const WEEKDAY = [0.55, 0.45, 0.42, 0.4, 0.42, 0.52, 0.85, 1.1, 0.95, 0.85, 0.85, 0.95, 1.25, 1.1, 0.88, 0.8, 0.85, 1.05, 1.4, 1.75, 1.8, 1.5, 1.15, 0.8]
const WEEKEND = [0.62, 0.5, 0.44, 0.4, 0.4, 0.44, 0.58, 0.8, 1.05, 1.2, 1.25, 1.3, 1.5, 1.35, 1.1, 1.0, 0.98, 1.08, 1.35, 1.65, 1.7, 1.45, 1.15, 0.85]
/** Thermostats let a home cool at night and call for heat at dawn and in the evening. */
const HEATING = [0.8, 0.75, 0.75, 0.75, 0.8, 1.0, 1.3, 1.4, 1.15, 0.95, 0.9, 0.9, 0.9, 0.9, 0.9, 0.95, 1.05, 1.2, 1.3, 1.3, 1.25, 1.15, 1.0, 0.85]
const MEAN_HEATING_DEGREES = 4.7

export interface DwellingOptions {
  readonly heatingShare: number
  readonly hotWaterShare: number
  readonly usualAnnual: number
}

/**
 * One home, composed: a base that never stops, use at will in bursts of half an hour, and, if it heats with electricity,
 * heating that follows the temperature and a hot-water tank that charges in the off-peak hours of the night.
 */
export const dwelling = (options: DwellingOptions): Compose => ({ hash }, { weather }) => {
  const baseShare = 0.2 + 0.15 * uniform(hash, 1, 0)
  const hourShift = Math.round(3 * (uniform(hash, 2, 0) - 0.5))
  const heatingShare = options.heatingShare * (0.75 + 0.5 * uniform(hash, 3, 0))
  const hotWaterShare = options.hotWaterShare * (0.75 + 0.5 * uniform(hash, 4, 0))
  const useShare = 1 - heatingShare - hotWaterShare
  const tankStart = 1_350 + Math.floor(120 * uniform(hash, 5, 0))
  const holidayTaste = uniform(hash, 6, 0)

  const presence = (day: LocalDay): number => {
    // People are away for a week at a time, in August more than else.
    const away = (day.month === 8 ? 0.3 : 0.05) * (0.4 + 1.2 * holidayTaste)
    return uniform(hash, 7, Math.floor((day.epochDay + hash) / 7)) < away ? 0.15 : 1
  }
  const use = (day: LocalDay): number => {
    const season = 1 + 0.18 * Math.cos((2 * Math.PI * (day.dayOfYear - 15)) / 365)
    const atWill = presence(day) * Math.max(0.3, 1 + 0.25 * normal(hash, 8, day.epochDay)) * (day.isoWeekday > 5 ? 1.08 : 1)
    return useShare * season * (baseShare + (1 - baseShare) * atWill)
  }
  const heating = (day: LocalDay): number =>
    (heatingShare * weather.heatingDegrees(day) / MEAN_HEATING_DEGREES) * (0.4 + 0.6 * presence(day)) * Math.max(0.5, 1 + 0.08 * normal(hash, 9, day.epochDay))
  const hotWater = (day: LocalDay): number => hotWaterShare * presence(day) * Math.max(0.4, 1 + 0.2 * normal(hash, 10, day.epochDay))

  return {
    provenance: 'composed',
    usualAnnual: options.usualAnnual,
    dayAmount: (day) => (use(day) + heating(day) + hotWater(day)) * (day.slots / 144),
    dayShape(day, out) {
      const hours = day.isoWeekday > 5 || day.holiday ? WEEKEND : WEEKDAY
      let sum = 0
      let burst = 0
      for (let slot = 0; slot < day.slots; slot++) {
        if (slot % 3 === 0) {
          const hour = (Math.floor(day.wallMinute[slot] / 60) + 24 - hourShift) % 24
          burst = -hours[hour] * Math.log(1 - uniform(hash, day.epochDay, slot))
        }
        const within = 0.4 + 1.2 * uniform(hash + 1, day.epochDay, slot)
        out[slot] = baseShare + (1 - baseShare) * burst * within
        sum += out[slot]
      }
      const usePerWeight = use(day) / sum
      const heat = heating(day) / (24 * 6)
      let tankSlots = 0
      for (let slot = 0; slot < day.slots; slot++) if (inTank(day.wallMinute[slot], tankStart)) tankSlots++
      const tank = hotWater(day) / tankSlots
      for (let slot = 0; slot < day.slots; slot++) {
        out[slot] *= usePerWeight
        if (heat > 0) out[slot] += heat * HEATING[Math.floor(day.wallMinute[slot] / 60)] * (0.85 + 0.3 * uniform(hash + 2, day.epochDay, Math.floor(slot / 2)))
        if (hotWaterShare > 0 && inTank(day.wallMinute[slot], tankStart)) out[slot] += tank
      }
    },
  }
}

/** Two and a half hours from `start`, over midnight: the part before midnight belongs to the evening of the same day. */
const inTank = (minute: number, start: number): boolean => (minute - start + 1_440) % 1_440 < 150
