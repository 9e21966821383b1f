/**
 * Shapes of the publication guard. A world is one carrier of the district for one calendar quarter: the holders whose figures
 * may be added up (the cohort, frozen for the quarter) and the cells that could be shown. Consumption and production are two
 * worlds: they are never netted. Values are kWh (m3 for water) and not negative; holders are rows by index.
 */
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import type { Publishable } from './live-rules.ts'

export type Carrier = 'electricity' | 'heat' | 'gas' | 'water' | 'cooling' | 'production'

export interface CohortHolder {
  readonly holderId: string
  /** Meters of one holder count once; its delivery points count each. */
  readonly deliveryPoints: number
  /** Data of public bodies are public: they are neither protected nor counted, and they hide nobody. */
  readonly isPublic: boolean
  /** Highest energy an hour that an attacker may know of, from the subscribed power; Infinity: unknown. */
  readonly highestKwhPerHour: number
}

export interface Cell {
  /** `district`, `zone:ID`, `zone:ID/residential`: a stable part of addresses and file names. */
  readonly id: string
  readonly parent: string | null
  /** Indexes into the holders of the world, ascending. */
  readonly members: Int32Array
}

export interface GuardWorld {
  readonly carrier: Carrier
  readonly holders: readonly CohortHolder[]
  /** Parents before children; children of one cell are disjoint. */
  readonly cells: readonly Cell[]
  /** Sums that others have published already, such as yearly use by address: known to whoever attacks. */
  readonly external: readonly { readonly label: string; readonly step: 'month' | 'year'; readonly members: Int32Array }[]
}

/** Steps of equal kind in order of time; `kwh` and `imputed` hold one row of all holders after the other. */
export interface StepTable {
  readonly at: Float64Array
  readonly kwh: Float64Array
  /** 1: made up from the holder's own profile because readings were missing. */
  readonly imputed: Uint8Array
}

/** The finest step at which a cell is shown through the quarter; coarser ones are shown as well. */
export type TimeClass = 'half-hourly' | 'hourly' | 'daily' | 'monthly' | 'none'

/** For the data officer alone: to the public every refusal looks the same. */
export type HeldReason =
  | 'too-few-holders' | 'too-few-delivery-points' | 'dominant-holder' | 'complementary' | 'tight-interval' | 'external-release'
  | 'too-much-imputed' | 'changed-members' | 'failed-step' | 'not-measured'

export interface QuarterPlan {
  readonly classOf: Readonly<Record<string, TimeClass>>
  /** Why a cell is not shown at a finer step. */
  readonly held: readonly { readonly cell: string; readonly step: TimeClass; readonly reason: HeldReason }[]
}

/** What was proven of a release, kept in the register after the figures have gone. */
export interface Certificate {
  readonly rulesFrom: string
  readonly cohortSha256: string
  readonly holders: number
  readonly cellsShown: number
  readonly cellsHeld: number
  /** Sums of holders that can be derived from what is shown, all of them safe. */
  readonly derivableSums: number
  /** Unsafe sums whose interval was computed, and the narrowest one as a share of its value (0.4: from 0.8 to 1.2). */
  readonly intervalsChecked: number
  readonly narrowestShare: number | null
}

export interface CellFigures {
  readonly cell: string
  /** By step of the day, null where the class of the cell has no finer step than the day. */
  readonly stepKwh: readonly number[] | null
  /** Of the day or of the month. */
  readonly energyKwh: number | null
}

export interface GuardDecision {
  /** Every cell of the world stands here, shown or not: the public sees no difference between reasons. */
  readonly figures: Publishable<readonly CellFigures[]>
  readonly held: readonly { readonly cell: string; readonly reason: HeldReason }[]
  readonly certificate: Certificate
}

export type GuardSolver = LinearSolver
