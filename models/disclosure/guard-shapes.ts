/**
 * Shapes of the publication guard. A world is one carrier of the district for one calendar quarter: the holders whose figures
 * may be added up (the cohort, frozen for the quarter) and the cells that could be shown. Consumption and production are two
 * worlds: they are never netted. Values are kWh (m3 for water) and not negative; holders are rows by index.
 */
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import type { Publishable } from './publishable.ts'

export type Carrier = 'electricity' | 'heat' | 'gas' | 'water' | 'cooling' | 'production'

/** One row of the world. A holder with delivery points in several zones or categories has one row in each, under the same id. */
export interface CohortHolder {
  /** Rows of one holder count once, and their figures are added before shares are taken; its delivery points count each. */
  readonly holderId: string
  readonly deliveryPoints: number
  /** Data of public bodies are public: they are neither protected nor counted, and they hide nobody. */
  readonly isPublic: boolean
  /** Highest energy an hour that an attacker may know of, from the subscribed power; Infinity: unknown. */
  readonly highestKwhPerHour: number
  /** Above 36 kVA, or the whole site of a firm: the law counts these apart. Absent: false, the stricter reading. */
  readonly isLargeSite?: boolean
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
  /**
   * Cells whose members changed at the border of the quarter so that their kWh, set beside those of the quarter before, would tell of
   * single holders (see `quarterBorder`): their kWh wait, and are not to be derived either.
   */
  readonly suspended?: readonly string[]
  /** SHA-256 of `cohortText`, made by the service: models know no hash. */
  readonly cohortSha256: string
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
  /** The code's own number of delivery points for this step and window. */
  | 'too-few-points-for-step'
  /** A total of nothing tells that every member used nothing. */
  | 'nothing-used'

export interface QuarterPlan {
  readonly classOf: Readonly<Record<string, TimeClass>>
  /** Why a cell is not shown at a finer step. */
  readonly held: readonly { readonly cell: string; readonly step: TimeClass; readonly reason: HeldReason }[]
  /** Whether it is proven that less could not be hidden; what is shown is safe either way. */
  readonly isLeast?: boolean
  /** By cell, over the history: the base of rounding. NaN without history. */
  readonly meanKwhPerHour: Readonly<Record<string, number>>
}

/** How much of the plan a day could show: steps and all; its cells without steps; the whole district alone; nothing. */
export type DayShown = 'steps' | 'cells' | 'district' | 'none'

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
  /** Of a day; `decideMonth` must be told of every day of the month. Of a month: `cells` or `none`. */
  readonly shown: DayShown
  readonly held: readonly { readonly cell: string; readonly reason: HeldReason }[]
  readonly certificate: Certificate
}

export type GuardSolver = LinearSolver
