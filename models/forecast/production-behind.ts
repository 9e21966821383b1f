import type { DayMarks } from './day-marks.ts'
import type { SlotGrid } from './slot-grid.ts'
import { studentQuantile } from './student.ts'

/** A meter behind which part of the load is covered by photovoltaics of its own: what is measured is load less production. */
export interface NetMetered {
  readonly grid: SlotGrid
  readonly marks: DayMarks
  /** By cell, NaN where nothing is known; positive is drawn from the network. */
  readonly netKw: Float64Array
  /** Global irradiance in W/m2 by cell. */
  readonly irradianceWm2: Float64Array
  /** degC by cell; without it what heating and cooling do on sunny days is taken for the sun's. */
  readonly temperatureC?: Float64Array
}

/** Photovoltaics behind a meter, estimated: never measured, and to be shown as such. */
export interface ProductionBehind {
  /** kW less drawn for each W/m2 on cells of 25 degC; 1000 times it is about the power of the field, in kW. */
  readonly kwPerWm2: number
  /** By leaving out a tenth of the time after the other, so that weeks that resemble their neighbours do not count as many. */
  readonly standardError: number
  /** 95 % interval. */
  readonly lowest: number
  readonly highest: number
  /** Pairs of days compared. */
  readonly days: number
}

export type SplitReason =
  /** Too few days of which the day a week before is known as well. */
  | 'history-short'
  /** The light hardly differs from a day to the same one a week later, or is not known. */
  | 'light-alike'
  /** The net does not fall with the light, or not surely, or by less than the load itself may answer to the light. */
  | 'not-seen'
  /** The first and the second half of the history say different sizes: something was built or taken down. Ask again with the history after it. */
  | 'changed'
export interface SplitRefused {
  readonly reason: SplitReason
  readonly days: number
}

const FEWEST_DAYS = 56
const LEAST_LIGHT_CHANGE_WM2 = 30
const BLOCKS = 10
/** Lamps are switched by daylight up to about this; above, only photovoltaics go on answering to the light. */
const LAMPS_WM2 = 200
const DIM_WM2 = 10
const WARM_HOURS = 24
/** Residuals beyond this many times their median size count no more than at it. */
const ROBUST = 2
/** Full sun on a field this small a share of the usual net is nothing that lamps and blinds could not do as well. */
const LEAST_SHARE = 0.05
const FULL_SUN_WM2 = 1000
/** Standard errors by which the size of the first half must differ from that of the second. */
const STEP_ERRORS = 3
const TERMS = 5
/** Crystalline silicon: share lost for each degree of the cells above 25, and by how much light warms them (R. G. Ross, 12th IEEE PVSC (1976)). */
const LOSS_PER_C = 0.004
const WARMING_C_PER_WM2 = 0.03
/** Of the air, where none is told. */
const USUAL_C = 15

/**
 * Size of the photovoltaics behind a meter, from how the net of a half hour differs from that of the same half hour a
 * week before, when the light does: weekday, hour and season are the same on both, so what is left are light, warmth (now
 * and over a day) and chance. Light below 200 W/m2 has a slope of its own: daylight saves lamps, which is no production.
 * The rest of what a load itself does in bright light (blinds, cooling by the sun through windows) cannot be told from
 * production, nor can a noisy irradiance from a smaller field: the slope is what serves for a forecast with the same irradiance.
 * Least squares with Huber's weights; standard error by the delete-a-group jackknife (P. Kott, J. Official Statistics 17 (2001)).
 */
export function productionBehind(metered: NetMetered): ProductionBehind | SplitRefused {
  const rows = weekPairs(metered)
  const { days } = rows
  if (days < FEWEST_DAYS) return { reason: 'history-short', days }
  const change = Math.sqrt(rows.light / Math.max(1, rows.count))
  if (!(change >= LEAST_LIGHT_CHANGE_WM2)) return { reason: 'light-alike', days }
  const weight = robustWeights(rows)
  const whole = slopes(rows, weight, () => true)
  const blockOf = (row: number) => Math.min(BLOCKS - 1, Math.floor((BLOCKS * rows.dayOf[row]!) / days))
  const without = Array.from({ length: BLOCKS }, (_, block) => slopes(rows, weight, (row) => blockOf(row) !== block)[0]!)
  const standardError = jackknifeError(without)
  const size = -whole[0]!
  const reach = studentQuantile(0.975, BLOCKS - 1) * standardError
  const usual = metered.netKw.filter((value) => !Number.isNaN(value)).map(Math.abs).sort()
  const least = (LEAST_SHARE * usual[usual.length >> 1]!) / FULL_SUN_WM2
  // First, since a change makes the size unsure as well.
  if (hasChanged(Array.from({ length: BLOCKS }, (_, block) => -slopes(rows, weight, (row) => blockOf(row) === block)[0]!), least)) return { reason: 'changed', days }
  if (!(size - reach > least)) return { reason: 'not-seen', days }
  return { kwPerWm2: size, standardError, lowest: size - reach, highest: size + reach, days }
}

/** Whether the sizes of the tenths of the time step up or down in the middle: by half the larger one, and by more than they scatter. */
function hasChanged(sizes: readonly number[], least: number): boolean {
  const [first, second] = [sizes.slice(0, BLOCKS / 2), sizes.slice(BLOCKS / 2)].map((own) => {
    const mean = own.reduce((sum, one) => sum + one, 0) / own.length
    return { mean, variance: own.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (own.length - 1) / own.length }
  }) as [{ mean: number; variance: number }, { mean: number; variance: number }]
  const larger = Math.max(first.mean, second.mean)
  const apart = Math.abs(first.mean - second.mean)
  return larger > least && apart > larger / 2 && apart > STEP_ERRORS * Math.sqrt(first.variance + second.variance)
}

interface PairRows {
  /** Row-major [row x TERMS]: differences of light, of dim light, of warmth now and over a day, and 1. */
  readonly terms: number[]
  readonly net: number[]
  /** Number of the pair of days of each row. */
  readonly dayOf: number[]
  readonly days: number
  readonly count: number
  /** Sum of squared differences of light. */
  readonly light: number
}

function weekPairs({ grid: { perDay, days, stepS }, marks, netKw, irradianceWm2, temperatureC }: NetMetered): PairRows {
  const rows = { terms: [] as number[], net: [] as number[], dayOf: [] as number[] }
  const warm = temperatureC === undefined ? undefined : trailing(temperatureC, Math.round((WARM_HOURS * 3600) / stepS))
  const light = effectiveLight(irradianceWm2, temperatureC)
  let [pairs, squares] = [0, 0]
  for (let day = 7; day < days; day += 1) {
    if (marks.named[day] !== 0 || marks.named[day - 7] !== 0 || marks.school[day] !== marks.school[day - 7]) continue
    const before = rows.net.length
    for (let cell = day * perDay; cell < (day + 1) * perDay; cell += 1) {
      const other = cell - 7 * perDay
      // Night says nothing of the light, and too much of everything else.
      if (!(irradianceWm2[cell]! > DIM_WM2 || irradianceWm2[other]! > DIM_WM2)) continue
      const net = netKw[cell]! - netKw[other]!
      const brighter = light[cell]! - light[other]!
      const dimmer = Math.min(LAMPS_WM2, irradianceWm2[cell]!) - Math.min(LAMPS_WM2, irradianceWm2[other]!)
      const warmer = temperatureC === undefined ? 0 : temperatureC[cell]! - temperatureC[other]!
      const warmerDay = warm === undefined ? 0 : warm[cell]! - warm[other]!
      if (Number.isNaN(net + brighter + warmer + warmerDay)) continue
      rows.terms.push(brighter, dimmer, warmer, warmerDay, 1)
      rows.net.push(net)
      rows.dayOf.push(pairs)
      squares += brighter * brighter
    }
    if (rows.net.length > before) pairs += 1
  }
  return { ...rows, days: pairs, count: rows.net.length, light: squares }
}

function robustWeights(rows: PairRows): Float64Array {
  const weight = new Float64Array(rows.count).fill(1)
  const first = slopes(rows, weight, () => true)
  const size = Float64Array.from(weight, (_, row) => Math.abs(rows.net[row]! - first.reduce((sum, slope, k) => sum + slope * rows.terms[row * TERMS + k]!, 0)))
  const most = ROBUST * (size.slice().sort()[rows.count >> 1] ?? 0)
  return size.map((one) => (one > most && most > 0 ? most / one : 1))
}

/** Least squares over the rows that `counts` lets through: the coefficient of each term. */
function slopes(rows: PairRows, weight: Float64Array, counts: (row: number) => boolean): Float64Array {
  const square = new Float64Array(TERMS * TERMS)
  const right = new Float64Array(TERMS)
  for (let row = 0; row < rows.count; row += 1) {
    if (!counts(row)) continue
    for (let j = 0; j < TERMS; j += 1) {
      const weighted = weight[row]! * rows.terms[row * TERMS + j]!
      right[j]! += weighted * rows.net[row]!
      for (let k = 0; k <= j; k += 1) square[j * TERMS + k]! += weighted * rows.terms[row * TERMS + k]!
    }
  }
  // A term that never changes (no temperature) gets 0.
  for (let j = 0; j < TERMS; j += 1) square[j * TERMS + j]! += 1e-9 * square[j * TERMS + j]! + 1e-12
  return solved(square, right)
}

/** Solves a symmetric positive system, of which the lower triangle is given, by Cholesky. */
function solved(square: Float64Array, right: Float64Array): Float64Array {
  const n = right.length
  for (let j = 0; j < n; j += 1) {
    for (let k = 0; k <= j; k += 1) {
      let sum = square[j * n + k]!
      for (let m = 0; m < k; m += 1) sum -= square[j * n + m]! * square[k * n + m]!
      square[j * n + k] = j === k ? Math.sqrt(sum) : sum / square[k * n + k]!
    }
  }
  const x = right.slice()
  for (let j = 0; j < n; j += 1) {
    for (let m = 0; m < j; m += 1) x[j]! -= square[j * n + m]! * x[m]!
    x[j]! /= square[j * n + j]!
  }
  for (let j = n - 1; j >= 0; j -= 1) {
    for (let m = j + 1; m < n; m += 1) x[j]! -= square[m * n + j]! * x[m]!
    x[j]! /= square[j * n + j]!
  }
  return x
}

function jackknifeError(without: readonly number[]): number {
  const mean = without.reduce((sum, one) => sum + one, 0) / without.length
  return Math.sqrt(((without.length - 1) / without.length) * without.reduce((sum, one) => sum + (one - mean) ** 2, 0))
}

/** Mean of the last `length` values, NaN where any is not known. */
function trailing(values: Float64Array, length: number): Float64Array {
  let [sum, unknown] = [0, 0]
  const take = (value: number, sign: number) => {
    if (Number.isNaN(value)) unknown += sign
    else sum += sign * value
  }
  return values.map((value, i) => {
    take(value, 1)
    if (i >= length) take(values[i - length]!, -1)
    return i + 1 < length || unknown > 0 ? NaN : sum / length
  })
}

/** Size in kW per W/m2 below which the true one lies with so much likelihood; never negative. */
export function sizeQuantile({ kwPerWm2, standardError }: Pick<ProductionBehind, 'kwPerWm2' | 'standardError'>, level: number): number {
  return Math.max(0, kwPerWm2 + studentQuantile(level, BLOCKS - 1) * standardError)
}

/** Irradiance in W/m2 that would give as much on cells of 25 degC: warm cells lose some of it. NaN where it is not known. */
export function effectiveLight(irradianceWm2: Float64Array, temperatureC?: Float64Array): Float64Array {
  return irradianceWm2.map((value, i) => {
    const airC = temperatureC?.[i] ?? NaN
    const light = Math.max(0, value)
    return light * Math.max(0, 1 - LOSS_PER_C * ((Number.isNaN(airC) ? USUAL_C : airC) + WARMING_C_PER_WM2 * light - 25))
  })
}

/** Production in kW of each cell, never negative, NaN where the irradiance is not known: an estimate. */
export function estimatedProductionKw({ kwPerWm2 }: Pick<ProductionBehind, 'kwPerWm2'>, irradianceWm2: Float64Array, temperatureC?: Float64Array): Float64Array {
  return effectiveLight(irradianceWm2, temperatureC).map((light) => kwPerWm2 * light)
}
