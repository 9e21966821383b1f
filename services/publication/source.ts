import type { Carrier } from '#models/disclosure/guard-shapes.ts'
import type { EnergyUnit } from '#models/disclosure/release-bodies.ts'

export type Category = 'residential' | 'professional'

/** A delivery point while one holder has it. */
export interface HeldPoint {
  readonly id: string
  readonly zone: string
  readonly category: Category
  /** Highest energy an hour that the contract allows; Infinity: not known. */
  readonly highestKwhPerHour: number
  /** Above 36 kVA. */
  readonly isLarge: boolean
}

export interface SourceHolder {
  readonly holderId: string
  /** Public bodies and operators: their figures are public. */
  readonly isPublic: boolean
  readonly deliveryPoints: readonly HeldPoint[]
}

/** Hours from `from` to `to`; one row of all the points asked for after the other, NaN where nothing was measured. */
export interface PointEnergies {
  readonly at: Float64Array
  readonly energies: Float64Array
}

/** Where the publisher has its figures from: the store and the document, or a world that a test has made up. */
export interface PublicationSource {
  /** Whether figures of the carrier are energies or volumes; undefined: nobody measures it. */
  unitOf(carrier: Carrier): EnergyUnit | undefined
  /** Who has which delivery points at an instant. */
  holders(carrier: Carrier, at: number): Promise<readonly SourceHolder[]>
  /** Not negative, also for production. */
  energies(carrier: Carrier, deliveryPoints: readonly string[], from: number, to: number): Promise<PointEnergies>
  /** Who has a delivery point from when to when, in order. */
  tenures(deliveryPoint: string): readonly { readonly holderId: string; readonly from: number; readonly to: number }[]
}

export const STEP_S = 3600
