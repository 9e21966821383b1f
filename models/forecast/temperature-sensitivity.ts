import { smoothedC, winterOf, WINTER_MONTHS } from './cold-day.ts'
import { studentQuantile } from './student.ts'

/** Daily loads with the temperature they were drawn at, over consecutive local days. */
export interface DailyLoads {
  /** Days since 1970-01-01 of the first. */
  readonly firstDay: number
  /** Highest load of the day, or the load at one hour, in kW; NaN where not known. */
  readonly peakKw: Float64Array
  /** Daily mean in degC; NaN where not known. */
  readonly temperatureC: Float64Array
  /** Kind of day, each with a level of its own: 0 working day, 1 Saturday, 2 Sunday or holiday; `LEFT_OUT` is not fitted. */
  readonly dayType: Uint8Array
}
/** Kind of a day that is like no other (a closing, a fault): it is not learned from. */
export const LEFT_OUT = 255

export interface SensitivityOptions {
  /** Temperatures at which heating may begin. */
  readonly thresholdsC: readonly number[]
  /** Smoothings over days that are tried (see `smoothedC`). */
  readonly smoothings: readonly number[]
  /** Only these months are learned from: in summer cooling, not heating, follows the temperature. */
  readonly winterMonths: readonly number[]
}
export const SENSITIVITY_OPTIONS: SensitivityOptions = {
  thresholdsC: Array.from({ length: 13 }, (_, i) => 12 + i / 2),
  smoothings: [0, 0.25, 0.5, 0.75],
  winterMonths: WINTER_MONTHS,
}

/** How a daily load answers to cold: level of the kind of day + sensitivity x degrees below the threshold. */
export interface TemperatureSensitivity {
  /** Positive: so many kW more for each degree colder. */
  readonly sensitivityKwPerC: number
  /** With days that resemble their neighbours taken into account, and the threshold not being known exactly. */
  readonly standardErrorKwPerC: number
  readonly significant: boolean
  readonly thresholdC: number
  /** The best threshold is the lowest or highest tried, or hardly a winter day was warmer: the true one may lie beyond. */
  readonly thresholdOpen: boolean
  readonly smoothing: number
  /** Level in kW of each kind of day at or above the threshold; NaN for a kind of which too few days are known. */
  readonly levelsKw: Float64Array
  /** Standard deviation in kW of a day about the fit, of days with heating. */
  readonly residualKw: number
  readonly days: number
  readonly heatingDays: number
  /** Days that count as independent, less what was fitted. */
  readonly freedom: number
  /** Coldest smoothed daily mean with a load beside it. */
  readonly coldestC: number
  /** Smoothed daily means of the days learned from, rising. */
  readonly learnedC: Float64Array
  /** Covariance, row-major, of the levels of `kinds`, the sensitivity and, where it could be told, the threshold. */
  readonly covariance: Float64Array
  readonly kinds: readonly number[]
}

export interface SensitivityRefused {
  readonly reason: 'too-few-days' | 'too-few-cold-days'
  readonly days: number
}

const FEWEST_DAYS = 60
const FEWEST_HEATING_DAYS = 20
const FEWEST_OF_KIND = 5
/** Days over which the residuals may hang together: a week, with the next one's same weekday. */
const HAC_DAYS = 8

/**
 * Fits level and slope by least squares for each threshold and smoothing and keeps the best. The standard errors are those
 * of W. Newey and K. West, Econometrica 55 (1987), since a cold spell is not so many independent days; the threshold counts
 * as a parameter through the derivative by it (G. Seber and C. Wild, Nonlinear Regression, 1989, chapter 9).
 */
export function temperatureSensitivity(loads: DailyLoads, options: SensitivityOptions = SENSITIVITY_OPTIONS): TemperatureSensitivity | SensitivityRefused {
  let best: Fit | undefined
  let most = 0
  let mostCold = 0
  // The same days whatever the smoothing: sums of squares of different days cannot be compared.
  const usable = loads.peakKw.map((load, i) => (winterOf(loads.firstDay + i, options.winterMonths) === undefined || loads.dayType[i] === LEFT_OUT ? NaN : load))
  const longest = smoothedC(loads.temperatureC, Math.max(...options.smoothings))
  for (const smoothing of options.smoothings) {
    const smoothed = smoothedC(loads.temperatureC, smoothing)
    const all = [...usable.keys()].filter((i) => !Number.isNaN(usable[i]! + longest[i]!))
    const counts = new Map<number, number>()
    for (const i of all) counts.set(loads.dayType[i]!, (counts.get(loads.dayType[i]!) ?? 0) + 1)
    const kinds = [...counts.keys()].filter((kind) => counts.get(kind)! >= FEWEST_OF_KIND).sort((a, b) => a - b)
    const rows = all.filter((i) => kinds.includes(loads.dayType[i]!))
    most = Math.max(most, rows.length)
    if (rows.length < FEWEST_DAYS) continue
    for (const thresholdC of options.thresholdsC) {
      const cold = rows.filter((i) => smoothed[i]! < thresholdC).length
      mostCold = Math.max(mostCold, cold)
      if (cold < FEWEST_HEATING_DAYS) continue
      const fit = leastSquares(loads, usable, smoothed, rows, kinds, thresholdC, smoothing)
      if (fit !== undefined && (best === undefined || fit.squares < best.squares)) best = fit
    }
  }
  if (best === undefined) return { reason: most < FEWEST_DAYS ? 'too-few-days' : 'too-few-cold-days', days: most < FEWEST_DAYS ? most : mostCold }
  return judged(best, loads, options)
}

/** Load in kW expected on a day of kind `dayType` with smoothed daily mean `smoothedDayC`, and how sure. */
export interface ExpectedLoad {
  readonly loadKw: number
  /** Standard deviation in kW that the fit leaves, without the day's own. */
  readonly parameterKw: number
  readonly lowKw: number
  readonly highKw: number
}

/** Expected daily load with the interval that holds it with probability `level`; NaN for a kind of day that was not fitted. */
export function expectedLoad(fit: TemperatureSensitivity, smoothedDayC: number, dayType: number, level = 0.9): ExpectedLoad {
  const { kinds, covariance, sensitivityKwPerC, thresholdC } = fit
  const width = Math.sqrt(covariance.length)
  const below = Math.max(0, thresholdC - smoothedDayC)
  const direction = new Float64Array(width)
  const kind = kinds.indexOf(dayType)
  if (kind >= 0) direction[kind] = 1
  direction[kinds.length] = below
  if (width > kinds.length + 1 && below > 0) direction[kinds.length + 1] = sensitivityKwPerC
  let variance = 0
  for (let a = 0; a < width; a += 1) for (let b = 0; b < width; b += 1) variance += direction[a]! * covariance[a * width + b]! * direction[b]!
  const loadKw = (fit.levelsKw[dayType] ?? NaN) + sensitivityKwPerC * below
  const parameterKw = Math.sqrt(variance)
  const wide = studentQuantile((1 + level) / 2, fit.freedom) * Math.hypot(parameterKw, fit.residualKw)
  return { loadKw, parameterKw, lowKw: loadKw - wide, highKw: loadKw + wide }
}

interface Fit {
  readonly squares: number
  readonly thresholdC: number
  readonly smoothing: number
  readonly kinds: readonly number[]
  /** Levels of the kinds, then the sensitivity. */
  readonly coefficients: Float64Array
  readonly rows: readonly number[]
  readonly residuals: Float64Array
  readonly smoothed: Float64Array
}

function leastSquares(loads: DailyLoads, load: Float64Array, smoothed: Float64Array, rows: readonly number[], kinds: readonly number[], thresholdC: number, smoothing: number): Fit | undefined {
  // Within the kinds of day the slope stands alone: one pass, no matrix.
  const count = new Float64Array(kinds.length)
  const meanLoad = new Float64Array(kinds.length)
  const meanBelow = new Float64Array(kinds.length)
  const kindOf = rows.map((i) => kinds.indexOf(loads.dayType[i]!))
  for (const [r, i] of rows.entries()) {
    count[kindOf[r]!]! += 1
    meanLoad[kindOf[r]!]! += load[i]!
    meanBelow[kindOf[r]!]! += Math.max(0, thresholdC - smoothed[i]!)
  }
  for (let k = 0; k < kinds.length; k += 1) {
    meanLoad[k]! /= count[k]!
    meanBelow[k]! /= count[k]!
  }
  let [both, square] = [0, 0]
  for (const [r, i] of rows.entries()) {
    const below = Math.max(0, thresholdC - smoothed[i]!) - meanBelow[kindOf[r]!]!
    both += below * (load[i]! - meanLoad[kindOf[r]!]!)
    square += below * below
  }
  if (!(square > 1e-9 * rows.length)) return undefined
  const slope = both / square
  const coefficients = Float64Array.of(...meanLoad.map((mean, k) => mean - slope * meanBelow[k]!), slope)
  const residuals = Float64Array.from(rows, (i, r) => load[i]! - coefficients[kindOf[r]!]! - slope * Math.max(0, thresholdC - smoothed[i]!))
  return { squares: residuals.reduce((sum, one) => sum + one * one, 0), thresholdC, smoothing, kinds, coefficients, rows, residuals, smoothed }
}

function judged(fit: Fit, loads: DailyLoads, options: SensitivityOptions): TemperatureSensitivity {
  const { rows, residuals, kinds, smoothed, thresholdC, coefficients } = fit
  const slope = coefficients[kinds.length]!
  const designOf = (withThreshold: boolean) =>
    rows.map((i) => {
      const below = Math.max(0, thresholdC - smoothed[i]!)
      return Float64Array.of(...kinds.map((kind) => (kind === loads.dayType[i]! ? 1 : 0)), below, ...(withThreshold ? [below > 0 ? slope : 0] : []))
    })
  const warm = rows.filter((i) => smoothed[i]! >= thresholdC).length
  const covariance = (warm >= FEWEST_OF_KIND && slope !== 0 ? sandwich(designOf(true), residuals, rows) : undefined) ?? sandwich(designOf(false), residuals, rows) ?? new Float64Array((kinds.length + 1) ** 2).fill(NaN)
  const width = Math.sqrt(covariance.length)
  const standardErrorKwPerC = Math.sqrt(covariance[kinds.length * width + kinds.length]!)
  let [lagged, square] = [0, 0]
  for (const [r, residual] of residuals.entries()) {
    square += residual * residual
    if (r > 0 && rows[r]! - rows[r - 1]! === 1) lagged += residual * residuals[r - 1]!
  }
  const persistence = square === 0 ? 0 : Math.min(0.95, Math.max(0, lagged / square))
  const freedom = Math.max(1, (rows.length * (1 - persistence)) / (1 + persistence) - width - 1)
  const heating = rows.flatMap((i, r) => (smoothed[i]! < thresholdC ? [residuals[r]!] : []))
  const levelsKw = new Float64Array(Math.max(...kinds) + 1).fill(NaN)
  for (const [k, kind] of kinds.entries()) levelsKw[kind] = coefficients[k]!
  const learnedC = Float64Array.from(rows, (i) => smoothed[i]!).sort()
  return {
    sensitivityKwPerC: slope,
    standardErrorKwPerC,
    significant: slope > studentQuantile(0.975, freedom) * standardErrorKwPerC,
    thresholdC,
    thresholdOpen: warm < FEWEST_OF_KIND || thresholdC === Math.min(...options.thresholdsC) || thresholdC === Math.max(...options.thresholdsC),
    smoothing: fit.smoothing,
    levelsKw,
    residualKw: Math.sqrt(heating.reduce((sum, one) => sum + one * one, 0) / Math.max(1, heating.length - 2)),
    days: rows.length,
    heatingDays: heating.length,
    freedom,
    coldestC: learnedC[0]!,
    learnedC,
    covariance,
    kinds,
  }
}

/** (X'X)^-1 S (X'X)^-1 with S over pairs of days up to `HAC_DAYS` apart; undefined where X'X cannot be inverted. */
function sandwich(design: readonly Float64Array[], residuals: Float64Array, days: readonly number[]): Float64Array | undefined {
  const width = design[0]!.length
  const gram = new Float64Array(width * width)
  const meat = new Float64Array(width * width)
  for (const [r, row] of design.entries()) {
    for (let a = 0; a < width; a += 1) for (let b = 0; b < width; b += 1) gram[a * width + b]! += row[a]! * row[b]!
    for (let s = r; s >= 0 && days[r]! - days[s]! < HAC_DAYS; s -= 1) {
      const share = (1 - (days[r]! - days[s]!) / HAC_DAYS) * residuals[r]! * residuals[s]!
      for (let a = 0; a < width; a += 1) {
        for (let b = 0; b < width; b += 1) meat[a * width + b]! += s === r ? share * row[a]! * row[b]! : share * (row[a]! * design[s]![b]! + design[s]![a]! * row[b]!)
      }
    }
  }
  const inverse = inverted(gram, width)
  if (inverse === undefined) return undefined
  const scale = design.length / (design.length - width)
  return product(product(inverse, meat, width), inverse, width).map((value) => value * scale)
}

function product(left: Float64Array, right: Float64Array, width: number): Float64Array {
  return left.map((_, at) => {
    let sum = 0
    for (let k = 0; k < width; k += 1) sum += left[at - (at % width) + k]! * right[k * width + (at % width)]!
    return sum
  })
}

/** Inverse of a symmetric positive matrix by Gauss and Jordan; undefined where a pivot is lost to rounding. */
function inverted(matrix: Float64Array, width: number): Float64Array | undefined {
  const work = Float64Array.from(matrix)
  const inverse = new Float64Array(width * width)
  for (let a = 0; a < width; a += 1) inverse[a * width + a] = 1
  for (let pivot = 0; pivot < width; pivot += 1) {
    const value = work[pivot * width + pivot]!
    if (!(value > 1e-9 * matrix[pivot * width + pivot]!)) return undefined
    for (let b = 0; b < width; b += 1) {
      work[pivot * width + b]! /= value
      inverse[pivot * width + b]! /= value
    }
    for (let a = 0; a < width; a += 1) {
      const factor = work[a * width + pivot]!
      if (a === pivot || factor === 0) continue
      for (let b = 0; b < width; b += 1) {
        work[a * width + b]! -= factor * work[pivot * width + b]!
        inverse[a * width + b]! -= factor * inverse[pivot * width + b]!
      }
    }
  }
  return inverse
}
