/** What the least-cost choice is asked and answers. Pure data: the solver is handed in. */

/**
 * One day of one state of one future, in which something is beyond its limit. Hours are consecutive. Rows are limits; a row is kept
 * when, for each hour h: `excess[h]` - sum of relief <= 0.
 */
export interface ChoiceDay {
  /** Place in `years` and `scenarios` of the problem. */
  readonly year: number
  readonly scenario: number
  /** `N` or the outage. */
  readonly state: string
  /** Days of a year that this one stands for, times the probability that the state is there: weights energy, never the limit. */
  readonly weight: number
  /** Share of the day at which it begins, to tell days apart in messages. */
  readonly label: string
  readonly rows: readonly ChoiceRow[]
  /** kW each option can give by hour, by option index; an option that is not there gives nothing. */
  readonly availableKw: ReadonlyMap<number, Float64Array>
}

export interface ChoiceRow {
  /** Line section, transformer or bus. */
  readonly element: string
  /** Absent: kW. What is beyond a limit in pu is never bought as energy not served. */
  readonly unit?: 'kW' | 'pu'
  /** kW (of a bus: pu) beyond the limit by hour; negative: room. NaN is refused. */
  readonly excess: Float64Array
  /** By option index: relief of one kW (of a bus: pu for one kW); by hour or the same for all. */
  readonly perKw: ReadonlyMap<number, number>
  /** By option index: relief by hour once it is built (a reinforcement, or one unit of a load effect). */
  readonly built: ReadonlyMap<number, Float64Array>
}

export interface ChoiceOption {
  readonly id: string
  /** built: there or not from some year on. units: so many, never fewer later. sized: kW held ready, year by year. */
  readonly kind: 'built' | 'units' | 'sized'
  readonly mostUnits?: number
  readonly mostKw?: number
  /** By year of the problem: what deciding for it in that year costs over the horizon, present value, for one or for one unit or kW. */
  readonly onceEur: Float64Array
  /** By year: what being there costs in that year, present value, for one, one unit, or one kW held ready. */
  readonly yearlyEur: Float64Array
  /** By year: one MWh activated, present value. */
  readonly activationEur?: Float64Array
  readonly hoursAYear?: number
  readonly mostHoursAnActivation?: number
  readonly rebound?: { readonly share: number; readonly withinH: number }
  readonly storage?: { readonly hours: number; readonly efficiency: number }
  readonly group?: string
  /** Index of the first year in which it can be there. */
  readonly firstYear?: number
}

export interface ChoiceProblem {
  readonly years: readonly number[]
  readonly scenarios: readonly { readonly id: string; readonly probability: number }[]
  readonly options: readonly ChoiceOption[]
  readonly days: readonly ChoiceDay[]
  /** EUR for a MWh beyond a limit (a row in kW) by year, present value; absent: every limit must be kept. */
  readonly notServedEur?: Float64Array
  /** expected: least expected cost. regret: least worst regret against `bestEur` of each scenario. */
  readonly objective: { readonly kind: 'expected' } | { readonly kind: 'regret'; readonly bestEur: Float64Array }
}

export interface ChosenOption {
  readonly option: number
  /** By year: built 0 or 1, units, or kW held ready. */
  readonly amount: Float64Array
}

export interface UnmetLimit {
  readonly element: string
  readonly state: string
  readonly year: number
  readonly scenario: string
  /** kW, of a row in pu pu, at the worst hour. */
  readonly missing: number
  readonly label: string
  /** no-option: nothing relieves it. too-little: all that could stand there at once is not enough. together: it would be, but for hours, energy, rebound, years or groups. */
  readonly cause: 'no-option' | 'too-little' | 'together'
}

export interface Choice {
  readonly status: 'optimal' | 'infeasible' | 'time-limit'
  /** Where it is infeasible: one way to miss the least, whatever it costs. */
  readonly chosen: readonly ChosenOption[]
  /** Present value by scenario, and expected. */
  readonly eurOfScenario: Float64Array
  readonly expectedEur: number
  /** NaN where regret was not asked for. */
  readonly worstRegretEur: number
  /** Weighted over the days, summed over the years that are named. */
  readonly notServedMwhOfScenario: Float64Array
  /** Where it is infeasible: the limits that no allowed amount of everything keeps, the largest first. */
  readonly unmet: readonly UnmetLimit[]
  readonly variables: number
  readonly constraints: number
  readonly gap: number
}

/** Linear and mixed-integer programs, column by column; `models/` knows no solver. */
export interface LinearProgram {
  readonly costs: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly integer: Uint8Array
  /** Rows as compressed columns: `columnStart` has one more entry than there are columns. */
  readonly columnStart: Int32Array
  readonly rowIndex: Int32Array
  readonly value: Float64Array
  readonly rowLower: Float64Array
  readonly rowUpper: Float64Array
}
export interface LinearSolution {
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'time-limit'
  readonly objective: number
  readonly values: Float64Array
  /** Relative gap that a time limit left; 0 where it is optimal. */
  readonly gap: number
  /** By row: what the objective gains by one more of its bound; empty where whole numbers are asked for or nothing was found. */
  readonly rowDuals: Float64Array
}
export type LinearSolver = (program: LinearProgram, limits?: { readonly seconds?: number; readonly gap?: number }) => LinearSolution
