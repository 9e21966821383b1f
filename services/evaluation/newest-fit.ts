import type { DatabaseSync } from 'node:sqlite'
import type { FitRecord, Method } from '#models/forecast/day-ahead.ts'
import { CHOICE_DAYS } from '#models/forecast/fit-choice.ts'

/** What the newest fit of a night said of the day that began then (kW drawn from the network, by cell of the local day), whether it served or not. */
export interface NewestDay {
  readonly series: string
  /** Local date (days since 1970-01-01). */
  readonly date: number
  readonly method: Method
  readonly values: Float64Array
}

/** A little more than is looked at. */
const KEPT_DAYS = 2 * CHOICE_DAYS

export function saveNewestDay(database: DatabaseSync, { series, date, method, values }: NewestDay): void {
  // What was said first was said before the day: a second fit of the same day may know more of it.
  database.prepare('INSERT INTO newest_fit (series, date, method, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING').run(series, date, method, new Uint8Array(Float32Array.from(values).buffer))
  database.prepare('DELETE FROM newest_fit WHERE series = ? AND date < ?').run(series, date - KEPT_DAYS)
}

/** What the newest fits of the nights before said, and which fit answered last. */
export function fitRecord(database: DatabaseSync, series: string): FitRecord {
  const rows = database.prepare('SELECT date, method, body FROM newest_fit WHERE series = ? ORDER BY date').all(series) as unknown as { date: number; method: Method; body: Uint8Array }[]
  const last = database.prepare('SELECT reason FROM day_ahead WHERE series = ? ORDER BY issued_at DESC LIMIT 1').get(series) as { reason: string | null } | undefined
  return {
    said: rows.map(({ date, method, body }) => ({ date, method, values: Float64Array.from(new Float32Array(new Uint8Array(body).buffer)) })),
    inService: last?.reason === 'older-fit-was-better' ? 'older' : 'newest',
  }
}
