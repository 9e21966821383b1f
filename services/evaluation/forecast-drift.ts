import type { DatabaseSync } from 'node:sqlite'
import { driftOf } from '#models/forecast/drift.ts'
import { dailyErrors } from '#models/forecast/skill.ts'
import { localDateStart } from '#models/units/local-time.ts'
import type { PastForecast } from './port.ts'

/** Days ahead whose errors are watched: the day of issue and the next. */
const WATCHED = [0, 1]
/** A long memory makes "before" slow to follow the seasons, a short one takes a season for a drift. */
const REMEMBERED_DAYS = 180
/** Errors are kept a little longer than they are looked at. */
const KEPT_DAYS = 400
/** If so many of the series drift at once, it is not the series. */
const COMMON_SHARE = 0.5
const COMMON_LEAST = 3

/** What to look at first. `check-meter`: the checks doubt its meter. `common-cause`: half of all series drift, as with unusual weather or holidays. `habits-changed`: neither. */
export const DRIFT_STEPS = ['check-meter', 'common-cause', 'habits-changed'] as const
export type DriftStep = (typeof DRIFT_STEPS)[number]

/** The forecasts of a series have become worse than they were. */
export interface DriftFinding {
  readonly series: string
  /** Days from the issue to the day that is forecast, of the worse of those that are watched. */
  readonly daysAhead: number
  /** Local date (days since 1970-01-01) from which on the errors grew. */
  readonly since: number
  /** Typical mean error of a day (kW): lately, and before. */
  readonly recentKw: number
  readonly beforeKw: number
  readonly nextStep: DriftStep
  readonly foundAt: number
  /** When it was seen last. */
  readonly judgedAt: number
  /** Null: it stands. */
  readonly goneAt: number | null
}

/** The same without what is decided over all series and by the time. */
export type SeriesDrift = Pick<DriftFinding, 'series' | 'daysAhead' | 'since' | 'recentKw' | 'beforeKw'>

/**
 * Keeps the errors of each day of the newest fits: a day that is told again is told better, as more of it has arrived. The
 * past of a fit reaches back four to eight weeks; with what is kept the days before it stay known.
 */
export function saveDayErrors(database: DatabaseSync, past: readonly PastForecast[]): void {
  const insert = database.prepare('INSERT INTO forecast_day_error (series, first_day_ahead, date, error_kw) VALUES (?, ?, ?, ?) ON CONFLICT (series, first_day_ahead, date) DO UPDATE SET error_kw = excluded.error_kw')
  const drop = database.prepare('DELETE FROM forecast_day_error WHERE series = ? AND date < ?')
  for (const { series, daysAhead, firstDate, perDay, valuesKw, measuredKw } of past) {
    if (!WATCHED.includes(daysAhead[0])) continue
    dailyErrors(valuesKw, measuredKw, perDay).forEach((error, day) => {
      if (Number.isFinite(error)) insert.run(series, daysAhead[0], firstDate + day, error)
    })
    drop.run(series, firstDate - KEPT_DAYS)
  }
}

/** Whether the forecasts of a series have become worse, by the errors that are kept; undefined: no. */
export function driftOfSeries(database: DatabaseSync, series: string): SeriesDrift | undefined {
  const drifts = WATCHED.flatMap((daysAhead) => {
    const rows = database.prepare('SELECT date, error_kw FROM forecast_day_error WHERE series = ? AND first_day_ahead = ? ORDER BY date DESC LIMIT ?').all(series, daysAhead, REMEMBERED_DAYS) as unknown as { date: number; error_kw: number }[]
    if (rows.length === 0) return []
    const last = rows[0].date
    const first = Math.max(rows.at(-1)!.date, last - REMEMBERED_DAYS + 1)
    const errors = new Float64Array(last - first + 1).fill(NaN)
    for (const { date, error_kw: error } of rows) if (date >= first) errors[date - first] = error
    const drift = driftOf(errors)
    return drift.worse ? [{ daysAhead, drift, since: last + 1 - drift.sinceDays! }] : []
  })
  if (drifts.length === 0) return undefined
  const worst = drifts.reduce((a, b) => (b.drift.statistic > a.drift.statistic ? b : a))
  return { series, daysAhead: worst.daysAhead, since: worst.since, recentKw: worst.drift.recent, beforeKw: worst.drift.before }
}

/**
 * Keeps what has been found on all series of a night: one that was found before goes on, one that is found no more is kept as
 * gone. `pointsOf`: measurement points of a series, whose findings say whether its meter is doubted.
 */
export function saveDrifts(database: DatabaseSync, found: readonly SeriesDrift[], judged: readonly string[], { now, timeZone, pointsOf }: { now: number; timeZone: string; pointsOf: (series: string) => readonly string[] }): void {
  const isCommon = found.length >= Math.max(COMMON_LEAST, COMMON_SHARE * judged.length)
  const doubted = database.prepare("SELECT 1 FROM meter_finding WHERE point = ? AND gone_at IS NULL AND severity <> 'note' AND to_at >= ? LIMIT 1")
  const standing = database.prepare('SELECT drift_id, series FROM forecast_drift WHERE gone_at IS NULL').all() as unknown as { drift_id: number; series: string }[]
  const insert = database.prepare('INSERT INTO forecast_drift (series, first_day_ahead, since, recent_kw, before_kw, next_step, found_at, judged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const renew = database.prepare('UPDATE forecast_drift SET first_day_ahead = ?, since = min(since, ?), recent_kw = ?, before_kw = ?, next_step = ?, judged_at = ? WHERE drift_id = ?')
  const end = database.prepare('UPDATE forecast_drift SET gone_at = ? WHERE drift_id = ?')
  const known = new Map(standing.map((row) => [row.series, row.drift_id]))
  for (const { series, daysAhead, since, recentKw, beforeKw } of found) {
    const isDoubted = pointsOf(series).some((point) => doubted.get(point, localDateStart(since, timeZone)) !== undefined)
    const step: DriftStep = isDoubted ? 'check-meter' : isCommon ? 'common-cause' : 'habits-changed'
    const id = known.get(series)
    if (id === undefined) insert.run(series, daysAhead, since, recentKw, beforeKw, step, now, now)
    else renew.run(daysAhead, since, recentKw, beforeKw, step, now, id)
  }
  // A series that is forecast no more has no drift either.
  for (const [series, id] of known) if (!found.some((one) => one.series === series)) end.run(now, id)
}

interface DriftRow { series: string; first_day_ahead: number; since: number; recent_kw: number; before_kw: number; next_step: DriftStep; found_at: number; judged_at: number; gone_at: number | null }
export const driftFindingOf = (row: unknown): DriftFinding => {
  const { series, first_day_ahead: daysAhead, since, recent_kw: recentKw, before_kw: beforeKw, next_step: nextStep, found_at: foundAt, judged_at: judgedAt, gone_at: goneAt } = row as DriftRow
  return { series, daysAhead, since, recentKw, beforeKw, nextStep, foundAt, judgedAt, goneAt }
}

export const driftingSeries = (database: DatabaseSync): number => (database.prepare('SELECT count(*) AS n FROM forecast_drift WHERE gone_at IS NULL').get() as { n: number }).n
