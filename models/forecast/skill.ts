import { LEVELS } from './conformal.ts'
import { scores, type Scores } from './scores.ts'

/** Meteorological seasons by their months, which mean the same on both halves of the earth: December to February, ... */
export const SEASONS = ['dec-feb', 'mar-may', 'jun-aug', 'sep-nov'] as const
export type Season = (typeof SEASONS)[number]

const DAY_MS = 86_400_000

/** Season of a local date (days since 1970-01-01). */
export const seasonOf = (dayIndex: number): Season => SEASONS[Math.floor(((new Date(dayIndex * DAY_MS).getUTCMonth() + 1) % 12) / 3)]

export interface SeasonScores extends Scores {
  readonly season: Season
  readonly days: number
}

/** Scores of each season of which a day is measured, by `scores`; the first cell is that of the local date `firstDay`. */
export function seasonScores(forecast: Float64Array, quantiles: readonly Float64Array[], measured: Float64Array, perDay: number, firstDay: number): SeasonScores[] {
  return SEASONS.flatMap((season) => {
    const days: number[] = []
    for (let day = 0; day * perDay < measured.length; day += 1) {
      if (seasonOf(firstDay + day) === season && measured.subarray(day * perDay, (day + 1) * perDay).some((value) => !Number.isNaN(value))) days.push(day)
    }
    if (days.length === 0) return []
    const own = (column: Float64Array) => {
      const cells = new Float64Array(days.length * perDay)
      days.forEach((day, k) => cells.set(column.subarray(day * perDay, (day + 1) * perDay), k * perDay))
      return cells
    }
    return [{ season, days: days.length, ...scores(own(forecast), quantiles.map(own), own(measured), perDay) }]
  })
}

/**
 * Share of the measured values below the quantile of each of the LEVELS: of reliable quantiles the level itself. A value on
 * its quantile (a production of zero at night) counts half. NaN where nothing can be compared.
 */
export function sharesBelow(quantiles: readonly Float64Array[], measured: Float64Array): Float64Array {
  return Float64Array.from(LEVELS, (_, k) => {
    let below = 0
    let count = 0
    for (let i = 0; i < measured.length; i += 1) {
      const gap = measured[i] - quantiles[k][i]
      if (Number.isNaN(gap)) continue
      count += 1
      below += gap < 0 ? 1 : gap === 0 ? 0.5 : 0
    }
    return count === 0 ? NaN : below / count
  })
}

export interface HourSkill {
  /** From the origin to the end of the hour that is forecast: 1 is the first hour after it. */
  readonly hourAhead: number
  readonly mae: number
  readonly naiveMae: number
  /** 1 - mae / naiveMae: 1 is perfect, 0 no better than the naive forecast, below 0 worse. */
  readonly skill: number
}

/** Skill of each hour of the local day against a naive forecast, of forecasts issued `leadDays` before at midnight. All by cell of whole days. */
export function skillByHour(forecast: Float64Array, naive: Float64Array, measured: Float64Array, perDay: number, leadDays: number): HourSkill[] {
  const perHour = Math.max(1, Math.round(perDay / 24))
  return Array.from({ length: Math.round(perDay / perHour) }, (_, hour) => {
    let mae = 0
    let naiveMae = 0
    let count = 0
    for (let i = 0; i < measured.length; i += 1) {
      if (Math.floor((i % perDay) / perHour) !== hour) continue
      const error = Math.abs(forecast[i] - measured[i])
      const naiveError = Math.abs(naive[i] - measured[i])
      if (Number.isNaN(error + naiveError)) continue
      mae += error
      naiveMae += naiveError
      count += 1
    }
    return { hourAhead: leadDays * 24 + hour + 1, mae: mae / count, naiveMae: naiveMae / count, skill: naiveMae > 0 ? 1 - mae / naiveMae : NaN }
  })
}

/** Mean absolute error of each day; NaN where nothing can be compared. */
export function dailyErrors(forecast: Float64Array, measured: Float64Array, perDay: number): Float64Array {
  return Float64Array.from({ length: measured.length / perDay }, (_, day) => {
    let sum = 0
    let count = 0
    for (let i = day * perDay; i < (day + 1) * perDay; i += 1) {
      const error = Math.abs(forecast[i] - measured[i])
      if (Number.isNaN(error)) continue
      sum += error
      count += 1
    }
    return count === 0 ? NaN : sum / count
  })
}
