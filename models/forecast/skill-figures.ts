import { LEVELS } from './conformal.ts'

/**
 * What forecasts were worth over some days, in numbers that can be put together with those of other days: means come with
 * how many values they are of. In the unit of the values unless the name says otherwise; NaN where nothing is known.
 */
export interface SkillFigures {
  /** Values that were measured and of which both the forecast and the naive one are known. */
  readonly values: number
  readonly mae: number
  readonly rmse: number
  readonly naiveMae: number
  /** Mean size of the measured values: what the error is a share of. */
  readonly meanSize: number
  /** Days that are known by nine tenths, and by how much their highest value was missed, in percent of it. */
  readonly peakDays: number
  readonly peakErrorPct: number
  /** Values of which the quantiles are known too. */
  readonly banded: number
  /** Mean over values and levels. */
  readonly pinball: number
  /** Share of the values that lay within the 5 % and 95 %, and the 25 % and 75 % quantiles; NaN where such a pair is not given. */
  readonly cover90Pct: number
  readonly cover50Pct: number
  /** Share of the values below the quantile of each level; a value on its quantile counts half. */
  readonly below: readonly number[]
}

/** Share of a day that must be known for its highest value to be. */
const WHOLE = 0.9

export interface CompareColumns {
  readonly forecast: Float64Array
  /** [level][cell] of `levels`, or empty. */
  readonly quantiles: readonly Float64Array[]
  readonly levels?: readonly number[]
  readonly naive: Float64Array
  /** NaN where nothing is to be compared. */
  readonly measured: Float64Array
}

/**
 * Scores of a forecast and its quantiles by cell of whole days (or of whole issues: `perDay` cells that belong together).
 * Pinball loss: Koenker and Bassett, Regression quantiles, Econometrica 46 (1978). A day whose highest value is not above 0 has no peak error.
 */
export function skillFigures({ forecast, quantiles, levels = LEVELS, naive, measured }: CompareColumns, perDay: number): SkillFigures {
  let [values, absolute, square, naiveAbsolute, size, peaks, peakDays, banded, pinball, in90, in50] = new Array<number>(11).fill(0)
  const below = new Float64Array(quantiles.length)
  const [outer, inner] = [pairOf(levels, 0.05), pairOf(levels, 0.25)]
  for (let day = 0; day * perDay < measured.length; day += 1) {
    let [known, highest, highestForecast] = [0, -Infinity, -Infinity]
    for (let i = day * perDay; i < (day + 1) * perDay; i += 1) {
      const value = measured[i]
      const error = forecast[i] - value
      const naiveError = naive[i] - value
      if (Number.isNaN(error + naiveError)) continue
      known += 1
      absolute += Math.abs(error)
      square += error * error
      naiveAbsolute += Math.abs(naiveError)
      size += Math.abs(value)
      highest = Math.max(highest, value)
      highestForecast = Math.max(highestForecast, forecast[i])
      if (quantiles.length === 0 || quantiles.some((column) => Number.isNaN(column[i]))) continue
      banded += 1
      for (const [k, column] of quantiles.entries()) {
        const under = value - column[i]
        pinball += under >= 0 ? levels[k] * under : (levels[k] - 1) * under
        below[k] += under < 0 ? 1 : under === 0 ? 0.5 : 0
      }
      if (isWithin(quantiles, outer, i, value)) in90 += 1
      if (isWithin(quantiles, inner, i, value)) in50 += 1
    }
    values += known
    if (known < WHOLE * perDay || !(highest > 0)) continue
    peakDays += 1
    peaks += Math.abs(highestForecast - highest) / highest
  }
  return {
    values, mae: absolute / values, rmse: Math.sqrt(square / values), naiveMae: naiveAbsolute / values, meanSize: size / values,
    peakDays, peakErrorPct: (100 * peaks) / peakDays,
    banded, pinball: pinball / (banded * levels.length), cover90Pct: outer === undefined ? NaN : (100 * in90) / banded, cover50Pct: inner === undefined ? NaN : (100 * in50) / banded,
    below: Array.from(below, (count) => count / banded),
  }
}

/** The figures of all days together, each weighing by how much it is of. */
export function together(all: readonly SkillFigures[]): SkillFigures {
  const mean = (weight: (one: SkillFigures) => number, value: (one: SkillFigures) => number) => {
    let [sum, weights] = [0, 0]
    for (const one of all) {
      if (!(weight(one) > 0) || Number.isNaN(value(one))) continue
      sum += weight(one) * value(one)
      weights += weight(one)
    }
    return weights === 0 ? NaN : sum / weights
  }
  const total = (of: (one: SkillFigures) => number) => all.reduce((sum, one) => sum + of(one), 0)
  const ofValues = (value: (one: SkillFigures) => number) => mean((one) => one.values, value)
  const ofBanded = (value: (one: SkillFigures) => number) => mean((one) => one.banded, value)
  const levels = Math.max(0, ...all.map(({ below }) => below.length))
  return {
    values: total((one) => one.values), mae: ofValues((one) => one.mae), rmse: Math.sqrt(ofValues((one) => one.rmse ** 2)), naiveMae: ofValues((one) => one.naiveMae), meanSize: ofValues((one) => one.meanSize),
    peakDays: total((one) => one.peakDays), peakErrorPct: mean((one) => one.peakDays, (one) => one.peakErrorPct),
    banded: total((one) => one.banded), pinball: ofBanded((one) => one.pinball), cover90Pct: ofBanded((one) => one.cover90Pct), cover50Pct: ofBanded((one) => one.cover50Pct),
    below: Array.from({ length: levels }, (_, k) => ofBanded((one) => one.below[k] ?? NaN)),
  }
}

/** 1 - mae / naiveMae: 1 is perfect, 0 no better than the naive forecast, below 0 worse. */
export const skillOf = ({ mae, naiveMae }: Pick<SkillFigures, 'mae' | 'naiveMae'>): number => (naiveMae > 0 ? 1 - mae / naiveMae : NaN)

/** The same slot of the week before, or of the latest of four weeks in which it is known; by cell of whole local days, NaN where there is none. */
export function weekBefore(values: Float64Array, perDay: number): Float64Array {
  return values.map((_, cell) => {
    for (let week = 1; week <= 4; week += 1) {
      const before = values[cell - 7 * week * perDay]
      if (before !== undefined && !Number.isNaN(before)) return before
    }
    return NaN
  })
}

function pairOf(levels: readonly number[], low: number): readonly [number, number] | undefined {
  const at = (level: number) => levels.findIndex((one) => Math.abs(one - level) < 1e-9)
  const pair = [at(low), at(1 - low)] as const
  return pair.includes(-1) ? undefined : pair
}

const isWithin = (quantiles: readonly Float64Array[], pair: readonly [number, number] | undefined, i: number, value: number): boolean =>
  pair !== undefined && value >= quantiles[pair[0]][i] && value <= quantiles[pair[1]][i]
