import { adaptLevels, calibrate, errorQuantile, LEVELS } from './conformal.ts'

/**
 * Forecasts of load and production behind one meter, and of what they leave, by cell of consecutive days of which the
 * first were forecast in the past. Power positive in both parts; the net is load less production.
 */
export interface NetParts {
  readonly perDay: number
  readonly load: NetPart
  readonly production: NetPart
  /** What the net came to; NaN where it is not known. */
  readonly measured: Float64Array
  /** When each value of `measured` became available (UTC ms). */
  readonly availableAt: Float64Array
  /** When the forecast of each day was issued (UTC ms). */
  readonly issuedAt: Float64Array
}

export interface NetPart {
  readonly values: Float64Array
  /** Expected size of the error of each cell; only proportions count. */
  readonly spread: Float64Array
  /** What the part came to, where it has a meter of its own. */
  readonly measured?: Float64Array
}

export interface NetForecast {
  /** Load less production, at every cell exactly. */
  readonly values: Float64Array
  readonly load: Float64Array
  readonly production: Float64Array
  /** [level][cell] by LEVELS, rising with the level; NaN before any error is known. */
  readonly quantiles: readonly Float64Array[]
  /** Expected size of the net's error: from both parts' and how their errors went together. */
  readonly spread: Float64Array
}

/** Days whose errors set the band. */
const BAND_DAYS = 112
/** Days that a late meter is waited for before a day is given up for the levels. */
const PATIENCE_DAYS = 14
/** Errors known of both parts below which they are taken to have nothing to do with each other. */
const FEWEST_PAIRS = 200
const MOST_CORRELATION = 0.95

/**
 * Net load as load less production. Its band is not made of the parts' quantiles (the highest load does not come with the
 * least sun): it comes from the errors the difference had on the days before, each as a share of the size expected of it,
 * root of (l^2 + p^2 - 2 r l p) of the parts' sizes l and p and the correlation r of their past errors, by conformal
 * prediction with levels that adapt (conformal.ts). Each day sees the errors alone that were available at its issue.
 * @throws RangeError where lengths do not fit
 */
export function netLoad(parts: NetParts): NetForecast {
  const { perDay, load, production, measured, availableAt, issuedAt } = parts
  const cells = issuedAt.length * perDay
  if ([load.values, load.spread, production.values, production.spread, measured, availableAt].some((column) => column.length !== cells)) throw new RangeError('parts, measured values and issues are not of the same days')
  const values = load.values.map((value, i) => value - production.values[i]!)
  const spread = new Float64Array(cells)
  const quantiles = LEVELS.map(() => new Float64Array(cells).fill(NaN))
  let moved: Float64Array = new Float64Array(LEVELS.length)
  let waiting: number[] = []
  for (let day = 0; day < issuedAt.length; day += 1) {
    const from = Math.max(0, day - BAND_DAYS)
    const isKnown = (cell: number) => availableAt[cell]! <= issuedAt[day]!
    const together = correlation(parts, from * perDay, day * perDay, isKnown)
    const sizeOf = (cell: number) => {
      const [l, p] = [load.spread[cell]!, production.spread[cell]!]
      return Math.sqrt(l * l + p * p - 2 * together * l * p)
    }
    waiting = waiting.filter((past) => {
      const below = sharesBelow(quantiles, measured, isKnown, past * perDay, perDay)
      if (below.every(Number.isNaN)) return day - past <= PATIENCE_DAYS
      moved = adaptLevels(moved, below)
      return false
    })
    const calibration = calibrate(Array.from({ length: day - from }, (_, back) => Float64Array.from({ length: perDay }, (__, slot) => {
      const cell = (from + back) * perDay + slot
      const size = sizeOf(cell)
      return isKnown(cell) && size > 0 ? (measured[cell]! - values[cell]!) / size : NaN
    })))
    const shares = LEVELS.map((level, k) => errorQuantile(calibration, Math.max(0.005, Math.min(0.995, level + moved[k]!))))
    for (let cell = day * perDay; cell < (day + 1) * perDay; cell += 1) {
      spread[cell] = sizeOf(cell)
      let least = -Infinity
      for (let k = 0; k < shares.length; k += 1) {
        least = Math.max(least, values[cell]! + shares[k]! * spread[cell]!)
        quantiles[k]![cell] = least
      }
    }
    waiting.push(day)
  }
  return { values, load: load.values, production: production.values, quantiles, spread }
}

/** How the errors of both parts went together, each as a share of its expected size; 0 where too few are known. */
function correlation({ load, production }: NetParts, from: number, to: number, isKnown: (cell: number) => boolean): number {
  if (load.measured === undefined || production.measured === undefined) return 0
  let [both, ofLoad, ofProduction, count] = [0, 0, 0, 0]
  for (let cell = from; cell < to; cell += 1) {
    // At night no production is expected, and none can be wrong.
    if (!(production.spread[cell]! > 0) || !isKnown(cell)) continue
    const l = (load.measured[cell]! - load.values[cell]!) / load.spread[cell]!
    const p = (production.measured[cell]! - production.values[cell]!) / production.spread[cell]!
    if (!Number.isFinite(l + p)) continue
    both += l * p
    ofLoad += l * l
    ofProduction += p * p
    count += 1
  }
  if (count < FEWEST_PAIRS || ofLoad * ofProduction === 0) return 0
  return Math.max(-MOST_CORRELATION, Math.min(MOST_CORRELATION, both / Math.sqrt(ofLoad * ofProduction)))
}

function sharesBelow(quantiles: readonly Float64Array[], measured: Float64Array, isKnown: (cell: number) => boolean, from: number, perDay: number): Float64Array {
  return Float64Array.from(quantiles, (column, k) => {
    let [below, count] = [0, 0]
    for (let cell = from; cell < from + perDay; cell += 1) {
      if (!isKnown(cell) || Number.isNaN(measured[cell]! - column[cell]!)) continue
      count += 1
      below += measured[cell]! < column[cell]! ? 1 : measured[cell] === column[cell] ? LEVELS[k]! : 0
    }
    return count === 0 ? NaN : below / count
  })
}
