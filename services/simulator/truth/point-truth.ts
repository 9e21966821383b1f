import type { BoundaryLoad, DeliveryPoint, Provenance, Site } from '#models/district/schema.ts'
import { SLOTS_PER_HOUR } from './calendar.ts'
import type { LocalDay } from './calendar.ts'
import type { Compose, Surroundings } from './composition.ts'

const DAY_MS = 86_400_000
/** Registers count from here; a day before it has never been. */
const FIRST_DAY = Date.UTC(2020, 0, 1) / DAY_MS
/** Two years, one of each measured year, over which a point's annual energy is exact. */
const REFERENCE_FIRST = Date.UTC(2024, 0, 1) / DAY_MS
const REFERENCE_DAYS = 728
const DAYS_A_YEAR = 365.25
/** Energy of a cubic metre of gas (PCS, as billed in Brittany); a delivery point states energy, a gas meter counts volume. */
const GAS_KWH_PER_M3 = 11.2

export interface PointTruth {
  readonly id: string
  readonly hash: number
  readonly provenance: Provenance
  readonly node: string | undefined
  /** True for production: what is true is positive here, and negative for the network. */
  readonly produces: boolean
  /** Reactive over active power. */
  readonly tanPhi: number
  /** kWh or m3 between the first day a register knows and the start of `day`. */
  amountBefore(day: LocalDay): number
  /** kWh or m3 of one day. */
  amountOn(day: LocalDay): number
  /** Mean kW or m3/h of each slot; their sum is exactly `amountOn`. */
  fillDay(day: LocalDay, out: Float64Array): void
}

type Subject = Pick<DeliveryPoint, 'id' | 'carrier' | 'loadClass' | 'annualEnergyKwh' | 'powerFactor' | 'ratedPowerKw' | 'node'> | (BoundaryLoad & { carrier: 'electricity'; ratedPowerKw?: never })

export function createPointTruth(point: Subject, compose: Compose, site: Site | undefined, hash: number, surroundings: Surroundings): PointTruth {
  const { days } = surroundings
  const composition = compose({ point, site, hash }, surroundings)
  const annual = point.annualEnergyKwh === undefined ? composition.usualAnnual : point.carrier === 'gas' ? point.annualEnergyKwh / GAS_KWH_PER_M3 : point.annualEnergyKwh
  let scale = NaN
  /** Made at first use: the sum over two years of a point nobody asks for is never taken. */
  const scaled = (): number => {
    if (!Number.isNaN(scale)) return scale
    let sum = 0
    for (let index = 0; index < REFERENCE_DAYS; index++) sum += composition.dayAmount(days.day(REFERENCE_FIRST + index))
    scale = sum === 0 ? 0 : (annual * REFERENCE_DAYS) / DAYS_A_YEAR / sum
    return scale
  }
  const amountOn = (day: LocalDay): number => composition.dayAmount(day) * scaled()
  const before = [0]
  const produces = point.carrier === 'production'
  const powerFactor = point.powerFactor ?? (produces ? 1 : 0.96)

  return {
    id: point.id, hash, provenance: composition.provenance, node: point.node, produces,
    tanPhi: Math.sqrt(1 - powerFactor * powerFactor) / powerFactor,
    amountOn,
    amountBefore(day) {
      const wanted = day.epochDay - FIRST_DAY
      while (before.length <= wanted) before.push(before[before.length - 1] + amountOn(days.day(FIRST_DAY + before.length - 1)))
      return before[wanted] ?? NaN
    },
    fillDay(day, out) {
      composition.dayShape(day, out)
      let sum = 0
      for (let slot = 0; slot < day.slots; slot++) sum += out[slot]
      const factor = sum === 0 ? 0 : (amountOn(day) * SLOTS_PER_HOUR) / sum
      for (let slot = 0; slot < day.slots; slot++) out[slot] *= factor
    },
  }
}
