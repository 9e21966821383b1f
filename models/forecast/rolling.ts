import { blendWeights } from './blend.ts'
import { adaptLevels, calibrate, errorQuantile, LEVELS } from './conformal.ts'
import { BIAS_DAYS, lateBias } from './late-bias.ts'
import { featureRows, plainRows, type FeatureInputs, type FeatureRows } from './features.ts'
import { highestKnown, productionMembers } from './production-features.ts'
import { fitPlainly, fitMembers, MEMBER_OPTIONS, memberValues, type FittedMembers, type MemberOptions } from './members.ts'

export interface RollingInputs extends FeatureInputs {
  readonly nonNegative: boolean
}

export interface RollingOptions {
  readonly refitDays: number
  /** The same for the days before the first one asked for. */
  readonly warmUpRefitDays: number
  /** Days forecast before the first one asked for: their errors weigh the members and set the width of the band. */
  readonly warmUpDays: number
  readonly members: MemberOptions
  /** Told after each day, the warm-up included: share of the days done. */
  readonly progress?: (share: number) => void
}
export const ROLLING_OPTIONS: RollingOptions = { refitDays: 7, warmUpRefitDays: 28, warmUpDays: 84, members: MEMBER_OPTIONS }

/** Days whose errors weigh the members. */
const BLEND_DAYS = 28
/** Days whose errors set the band. */
const BAND_DAYS = 112
/** Days that a late meter is waited for before a day is given up for the levels. */
const PATIENCE_DAYS = 14

export interface RollingForecast {
  /** The days before the first one asked for, forecast in the same way: what the bands and weights were made of. */
  readonly warmUp: { readonly fromDay: number; readonly values: Float64Array; readonly quantiles: readonly Float64Array[]; readonly spread: Float64Array }
  /** What was fitted last, and the weights of its members on the last day. */
  readonly fitted: FittedMembers
  readonly weights: Float64Array
  readonly rows: FeatureRows
  /** By cell of the days asked for, the first cell that of `fromDay`. */
  readonly values: Float64Array
  /** [member][cell]. */
  readonly members: readonly Float64Array[]
  /** [level][cell], rising with the level. */
  readonly quantiles: readonly Float64Array[]
  readonly spread: Float64Array
}

/**
 * Forecasts of the days `[fromDay, toDay)`, each as it would have been issued at its origin: fits, weights and bands
 * come from what was available then.
 */
export function rollingForecast(inputs: RollingInputs, fromDay: number, toDay: number, options: RollingOptions = ROLLING_OPTIONS): RollingForecast {
  const { grid, nonNegative } = inputs
  const { perDay } = grid
  const firstDay = Math.max(0, fromDay - options.warmUpDays)
  const cells = (toDay - firstDay) * perDay
  const memberOptions = inputs.production ? productionMembers(options.members) : options.members
  const members = memberOptions.names.map(() => new Float64Array(cells).fill(NaN))
  const blended = new Float64Array(cells).fill(NaN)
  const values = new Float64Array(cells).fill(NaN)
  const spread = new Float64Array(cells).fill(NaN)
  const quantiles = LEVELS.map(() => new Float64Array(cells).fill(NaN))
  let highest = Infinity
  const clipped = (value: number) => (nonNegative && value < 0 ? 0 : value > highest ? highest : value)
  let moved: Float64Array = new Float64Array(LEVELS.length)
  let waiting: number[] = []
  let fitted: FittedMembers | undefined
  let weights: Float64Array = new Float64Array(0)
  const plain = plainRows(inputs)
  const rows = featureRows(inputs, plain)
  const known = new Float64Array(inputs.values.length)
  for (let day = firstDay; day < toDay; day += 1) {
    putKnownAt(known, inputs, day)
    if (inputs.production) highest = highestKnown(known, perDay, day)
    const refitDays = day < fromDay ? options.warmUpRefitDays : options.refitDays
    if (fitted === undefined || (day === fromDay ? refitDays !== Infinity : (day - fromDay) % refitDays === 0)) {
      const learnedTo = Math.max(0, day - inputs.leadDays)
      rows.expect?.(fitPlainly(plain, known, perDay, learnedTo, memberOptions))
      fitted = fitMembers(rows, known, perDay, learnedTo, memberOptions)
    }
    const cell = day * perDay
    const at = (day - firstDay) * perDay
    const own = memberValues(fitted, rows, perDay, cell, cell + perDay)
    own.values.forEach((column, m) => members[m]!.set(column.map(clipped), at))
    spread.set(own.spread, at)
    // Errors of the days of which something had arrived by the origin.
    const past = Math.max(firstDay, day - BLEND_DAYS - inputs.leadDays)
    weights = blendWeights(members.map((column) => errorsOf(column, known, past, day)))
    for (let s = 0; s < perDay; s += 1) {
      let sum = 0
      for (let m = 0; m < members.length; m += 1) sum += weights[m]! * members[m]![at + s]!
      blended[at + s] = sum
    }
    const lately = Math.max(firstDay, day - BIAS_DAYS - inputs.leadDays)
    // What clouds were told wrongly of late says nothing of today's.
    const bias = inputs.production ? new Float64Array(perDay) : lateBias(shares(blended, known, lately, day), perDay)
    for (let s = 0; s < perDay; s += 1) values[at + s] = clipped(blended[at + s]! + bias[s]! * spread[at + s]!)
    // A day moves the levels once, when the first of it has arrived: of late meters that is days later.
    if (day - inputs.leadDays - 1 >= firstDay) waiting.push(day - inputs.leadDays - 1)
    waiting = waiting.filter((past) => {
      const below = sharesBelow(past, known)
      if (below.every(Number.isNaN)) return day - past <= PATIENCE_DAYS
      moved = adaptLevels(moved, below)
      return false
    })
    const calibration = calibrate(Array.from({ length: Math.min(BAND_DAYS, day - firstDay) }, (_, k) => {
      const from = day - Math.min(BAND_DAYS, day - firstDay) + k
      return shares(values, known, from, from + 1)
    }))
    for (const [k, level] of LEVELS.entries()) {
      const share = errorQuantile(calibration, Math.max(0.005, Math.min(0.995, level + moved[k]!)))
      for (let s = 0; s < perDay; s += 1) quantiles[k]![at + s] = clipped(values[at + s]! + share * spread[at + s]!)
    }
    for (let s = 0; s < perDay; s += 1) keepRising(quantiles, at + s)
    options.progress?.((day + 1 - firstDay) / (toDay - firstDay))
  }
  // What is dark is zero for certain. Until here it has no value, so that no error and no level is made of it.
  for (const column of rows.dark === undefined ? [] : [values, spread, ...members, ...quantiles]) for (let i = 0; i < cells; i += 1) if (rows.dark![firstDay * perDay + i] === 1) column[i] = 0
  const before = (column: Float64Array) => column.subarray(0, (fromDay - firstDay) * perDay)
  const asked = (column: Float64Array) => column.subarray((fromDay - firstDay) * perDay)
  return {
    warmUp: { fromDay: firstDay, values: before(values), quantiles: quantiles.map(before), spread: before(spread) }, fitted: fitted!, weights, rows,
    values: asked(values), members: members.map(asked), quantiles: quantiles.map(asked), spread: asked(spread),
  }

  /** Forecast less measured over days, NaN where either is not known. */
  function errorsOf(column: Float64Array, known: Float64Array, from: number, to: number): Float64Array {
    const errors = new Float64Array((to - from) * perDay)
    for (let i = 0; i < errors.length; i += 1) errors[i] = column[(from - firstDay) * perDay + i]! - known[from * perDay + i]!
    return errors
  }
  /** Measured less forecast, in units of the expected size of the error. */
  function shares(column: Float64Array, known: Float64Array, from: number, to: number): Float64Array {
    return errorsOf(column, known, from, to).map((error, i) => -error / spread[(from - firstDay) * perDay + i]!)
  }
  function sharesBelow(day: number, known: Float64Array): Float64Array {
    return Float64Array.from(quantiles, (column, k) => {
      let below = 0
      let count = 0
      for (let s = 0; s < perDay; s += 1) {
        const measured = known[day * perDay + s]!
        const quantile = column[(day - firstDay) * perDay + s]!
        if (Number.isNaN(measured) || Number.isNaN(quantile)) continue
        count += 1
        // Where both are zero the value lies on its quantile. Of a production that is certain, and says nothing of the level;
        // of a load that may be off it is luck, half above and half below.
        below += measured < quantile ? 1 : measured === quantile ? (inputs.production ? LEVELS[k]! : 0.5) : 0
      }
      return count === 0 ? NaN : below / count
    })
  }
}

/** What was known at the origin of the forecast of a day, NaN elsewhere. */
function putKnownAt(known: Float64Array, { grid, values, availableAt, originMinute, leadDays }: RollingInputs, day: number): void {
  const origin = grid.dayStart[Math.max(0, day - leadDays)]! + originMinute * 60_000
  known.fill(NaN)
  // Nothing of later days can be known.
  const to = Math.min(values.length, (day - leadDays + 1) * grid.perDay)
  for (let i = 0; i < to; i += 1) if (availableAt[i]! <= origin) known[i] = values[i]!
}

function keepRising(quantiles: readonly Float64Array[], at: number): void {
  for (let k = 1; k < quantiles.length; k += 1) if (quantiles[k]![at]! < quantiles[k - 1]![at]!) quantiles[k]![at] = quantiles[k - 1]![at]!
}
