import type { DeliveryPoint, Provenance, Site } from '#models/district/schema.ts'
import type { MeasuredCurves } from '../curves.ts'
import type { LocalDay, LocalDays } from './calendar.ts'
import type { Weather } from './weather.ts'

/**
 * How the truth of one point is made. The amount of a day is known without making its slots, so that a register can be
 * read at any time without running through its whole past.
 */
export interface Composition {
  readonly provenance: Provenance
  /** Amount of the day before rescaling, any unit, never negative. */
  dayAmount(day: LocalDay): number
  /** Writes non-negative weights for the slots of the day; they are then scaled to the amount of the day. */
  dayShape(day: LocalDay, out: Float64Array): void
  /** Amount per year if the document does not say it; kWh, for volumes m3. */
  readonly usualAnnual: number
}

/** What compositions are made from. */
export interface Surroundings {
  readonly curves: MeasuredCurves
  readonly days: LocalDays
  readonly weather: Weather
}

export interface Subject {
  /** The delivery point, or what stands for it (a boundary load). */
  readonly point: Pick<DeliveryPoint, 'id' | 'loadClass' | 'carrier' | 'ratedPowerKw' | 'annualEnergyKwh'>
  readonly site: Site | undefined
  /** Hash of the point's id and the seed. */
  readonly hash: number
}

export type Compose = (subject: Subject, surroundings: Surroundings) => Composition
