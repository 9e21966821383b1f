import type { DatabaseSync } from 'node:sqlite'
import { effectLedger, type EffectLedger } from '#services/sqlite/effect-ledger.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { DayAheadForecast, ForecastMethod, ForecastReason, ForecastWeather, IssuedForecast, NetworkState, PastForecast, RunHead, RunKind, RunLayout, RunReader, RunStore } from './port.ts'
import type { RateUnit } from './carrier-loads.ts'
import { RUNS_MIGRATIONS } from './schema.ts'
import { packForecast, packPastForecast, packState, unpackForecast, unpackPastForecast, unpackState } from './state-blob.ts'

/** Of forecast runs only the newest ones are needed step by step; the issued forecasts themselves stay. */
const KEEP_FORECAST_RUNS = 24

/** Forecasts as they were issued; part of runs.sqlite. */
export interface ForecastReader {
  latestForecast(series: string): Promise<IssuedForecast | undefined>
  /** Everything that was issued together at one time. */
  forecastsIssuedAt(issuedAt: number): Promise<readonly IssuedForecast[]>
  /** Issued in the interval, ascending; to tell the skill of the past. */
  forecasts(series: string, issuedFrom: number, issuedTo: number): Promise<readonly IssuedForecast[]>
  /** Of each series the newest forecast of days issued in the interval, both ends included: one with values before one without. */
  dayAheadForecasts(issuedFrom: number, issuedTo: number): Promise<readonly DayAheadForecast[]>
  /** Of the newest fit of a series, by group of days ahead, the nearest first; without `series` of all of them. */
  pastForecasts(series?: string): Promise<readonly PastForecast[]>
}

export type RunFileReader = RunReader & ForecastReader

export interface RunFileStore extends RunStore, ForecastReader {
  saveForecasts(forecasts: readonly IssuedForecast[]): Promise<void>
  /** The same writing as `save`, made ready to run inside a transaction of this file; answers with the id of the run. */
  saving(head: Omit<RunHead, 'runId'>, states: readonly NetworkState[]): () => number
  savingForecasts(forecasts: readonly IssuedForecast[]): () => void
  savingDayAhead(forecasts: readonly DayAheadForecast[]): () => void
  /** All groups of days of each series: what an older fit left is dropped. */
  savingPastForecasts(past: readonly PastForecast[]): () => void
  /** Which effects of jobs this file holds, and whose they may be. */
  readonly effects: EffectLedger
  /** For the tables of balance and firm import, which share the file and its one writer. */
  readonly database: DatabaseSync
}

interface RunRow {
  run_id: number
  kind: RunKind
  issued_at: number
  from_at: number
  to_at: number
  step_s: number
  district_version: string
  engine: string
  input_seq: number
  closure_pct: number | null
  residual_pct: number | null
  duration_ms: number
}
interface StateRow { at: number; settled: number; body: Uint8Array; district_version: string }
interface ForecastRow {
  series: string
  issued_at: number
  from_at: number
  step_s: number
  forecaster: string
  body: Uint8Array
  method: ForecastMethod
  reason: ForecastReason | null
  /** JSON of the levels of the quantiles; null in rows from before there were any. */
  levels: string | null
  contributions: number
  weather: ForecastWeather | null
  unit: RateUnit | null
}
interface PastForecastRow {
  series: string
  issued_at: number
  method: ForecastMethod
  days_ahead: string
  first_date: number
  per_day: number
  levels: string
  weather: ForecastWeather | null
  body: Uint8Array
}
interface DayAheadRow extends ForecastRow { carried: Uint8Array; left_over: Uint8Array | null; bound: -1 | 0 | 1 }

const headOf = (row: RunRow): RunHead => ({
  runId: row.run_id,
  kind: row.kind,
  issuedAt: row.issued_at,
  from: row.from_at,
  to: row.to_at,
  stepS: row.step_s,
  districtVersion: row.district_version,
  engine: row.engine,
  inputSeq: row.input_seq,
  closurePct: row.closure_pct ?? NaN,
  residualPct: row.residual_pct ?? NaN,
  durationMs: row.duration_ms,
})

const forecastOf = (row: ForecastRow): IssuedForecast => ({
  series: row.series,
  issuedAt: row.issued_at,
  from: row.from_at,
  stepS: row.step_s,
  forecaster: row.forecaster,
  method: row.method,
  reason: row.reason ?? undefined,
  weather: row.weather ?? undefined,
  unit: row.unit ?? undefined,
  ...unpackForecast(row.body, row.levels === null ? undefined : (JSON.parse(row.levels) as number[]), row.contributions === 1),
})

/** A blob may start anywhere in its buffer: single precision needs a copy that starts at zero. */
const sharesOf = (blob: Uint8Array): Float64Array => Float64Array.from(new Float32Array(new Uint8Array(blob).buffer))
const blobOf = (shares: Float64Array): Uint8Array => new Uint8Array(Float32Array.from(shares).buffer)

const dayAheadOf = (row: DayAheadRow): DayAheadForecast => ({
  ...forecastOf(row),
  carried: sharesOf(row.carried),
  ...(row.left_over === null ? {} : { left: sharesOf(row.left_over) }),
  bound: row.bound,
})

const pastForecastOf = (row: PastForecastRow): PastForecast => ({
  series: row.series,
  issuedAt: row.issued_at,
  method: row.method,
  daysAhead: JSON.parse(row.days_ahead) as number[],
  firstDate: row.first_date,
  perDay: row.per_day,
  weather: row.weather ?? undefined,
  ...unpackPastForecast(row.body, JSON.parse(row.levels) as number[]),
})

/** SQLite knows no NaN; a missing number is stored as null. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

function queries(database: DatabaseSync): Omit<RunFileReader, 'close'> {
  const layout = database.prepare('SELECT body FROM layout WHERE district_version = ?')
  const latest = database.prepare('SELECT * FROM run WHERE kind = ? ORDER BY run_id DESC LIMIT 1')
  const head = database.prepare('SELECT * FROM run WHERE run_id = ?')
  const states = database.prepare(`
    SELECT state.at, settled, body, district_version FROM state JOIN run USING (run_id)
    WHERE state.kind = ? AND state.at >= ? AND state.at < ?
      AND state.run_id = (SELECT max(newest.run_id) FROM state AS newest WHERE newest.kind = state.kind AND newest.at = state.at)
    ORDER BY state.at`)
  const statesOf = database.prepare('SELECT state.at, settled, body, district_version FROM state JOIN run USING (run_id) WHERE run_id = ? ORDER BY state.at')
  const latestForecast = database.prepare('SELECT * FROM forecast WHERE series = ? ORDER BY issued_at DESC LIMIT 1')
  const issuedTogether = database.prepare('SELECT * FROM forecast WHERE issued_at = ?')
  const forecasts = database.prepare('SELECT * FROM forecast WHERE series = ? AND issued_at >= ? AND issued_at < ? ORDER BY issued_at')
  const dayAhead = database.prepare('SELECT * FROM day_ahead WHERE issued_at >= ? AND issued_at <= ? ORDER BY issued_at')
  const pastForecasts = database.prepare('SELECT * FROM past_forecast ORDER BY series, first_day_ahead')
  const pastForecastsOfOne = database.prepare('SELECT * FROM past_forecast WHERE series = ? ORDER BY first_day_ahead')
  const layouts = new Map<string, RunLayout>()
  const layoutOf = (version: string): RunLayout | undefined => {
    const known = layouts.get(version)
    if (known !== undefined) return known
    const row = layout.get(version) as { body: string } | undefined
    if (row === undefined) return undefined
    const read = JSON.parse(row.body) as RunLayout
    layouts.set(version, read)
    return read
  }
  const unpack = (rows: unknown[]) => (rows as StateRow[]).map((row) => unpackState(row.body, row.at, row.settled === 1, layoutOf(row.district_version)!))
  return {
    layout: async (version) => layoutOf(version),
    async latest(kind) {
      const row = latest.get(kind) as RunRow | undefined
      return row && headOf(row)
    },
    async head(runId) {
      const row = head.get(runId) as RunRow | undefined
      return row && headOf(row)
    },
    states: async (kind, from, to) => unpack(states.all(kind, from, to)),
    statesOf: async (runId) => unpack(statesOf.all(runId)),
    async latestForecast(series) {
      const row = latestForecast.get(series) as ForecastRow | undefined
      return row && forecastOf(row)
    },
    forecastsIssuedAt: async (issuedAt) => (issuedTogether.all(issuedAt) as unknown as ForecastRow[]).map(forecastOf),
    forecasts: async (series, from, to) => (forecasts.all(series, from, to) as unknown as ForecastRow[]).map(forecastOf),
    async dayAheadForecasts(from, to) {
      const newest = new Map<string, DayAheadForecast>()
      for (const one of (dayAhead.all(from, to) as unknown as DayAheadRow[]).map(dayAheadOf)) {
        if (one.valuesKw.length > 0 || (newest.get(one.series)?.valuesKw.length ?? 0) === 0) newest.set(one.series, one)
      }
      return [...newest.values()]
    },
    pastForecasts: async (series) => ((series === undefined ? pastForecasts.all() : pastForecastsOfOne.all(series)) as unknown as PastForecastRow[]).map(pastForecastOf),
  }
}

/** Opens runs.sqlite as its one writer. */
export function openRunStore(file: string): RunFileStore {
  const database = openAsWriter(file, RUNS_MIGRATIONS)
  const saveLayout = database.prepare('INSERT INTO layout (district_version, body) VALUES (?, ?) ON CONFLICT (district_version) DO UPDATE SET body = excluded.body')
  const saveRun = database.prepare(`INSERT INTO run (kind, issued_at, from_at, to_at, step_s, district_version, engine, input_seq, closure_pct, residual_pct, duration_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING run_id`)
  const saveState = database.prepare('INSERT INTO state (kind, at, run_id, settled, body) VALUES (?, ?, ?, ?, ?)')
  const dropOldForecastStates = database.prepare("DELETE FROM state WHERE run_id IN (SELECT run_id FROM run WHERE kind = 'forecast' ORDER BY run_id DESC LIMIT 10 OFFSET ?)")
  const saveForecast = database.prepare(`INSERT INTO forecast (series, issued_at, from_at, step_s, forecaster, body, method, reason, levels, contributions, weather, unit)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const saveDayAhead = database.prepare(`INSERT INTO day_ahead (series, issued_at, from_at, step_s, forecaster, body, method, reason, levels, contributions, weather, unit, carried, bound, left_over)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const dropPastForecasts = database.prepare('DELETE FROM past_forecast WHERE series = ?')
  const savePastForecast = database.prepare('INSERT INTO past_forecast (series, first_day_ahead, issued_at, method, days_ahead, first_date, per_day, levels, body, weather) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const saving: RunFileStore['saving'] = (head, states) => {
    // Packing costs more than writing: done before the file is locked.
    const bodies = states.map(packState)
    return () => {
      const { run_id: runId } = saveRun.get(
        head.kind, head.issuedAt, head.from, head.to, head.stepS, head.districtVersion, head.engine, head.inputSeq,
        orNull(head.closurePct), orNull(head.residualPct), head.durationMs,
      ) as { run_id: number }
      states.forEach((state, i) => saveState.run(head.kind, state.at, runId, state.settled ? 1 : 0, bodies[i]!))
      if (head.kind === 'forecast') dropOldForecastStates.run(KEEP_FORECAST_RUNS)
      return runId
    }
  }
  const savingForecasts: RunFileStore['savingForecasts'] = (forecasts) => {
    const bodies = forecasts.map(packForecast)
    return () => {
      for (const [i, { series, issuedAt, from, stepS, forecaster, method, reason, quantilesKw, contributions, weather, unit }] of forecasts.entries()) {
        saveForecast.run(series, issuedAt, from, stepS, forecaster, bodies[i]!, method, reason ?? null, JSON.stringify(quantilesKw.map(({ level }) => level)), contributions === undefined ? 0 : 1, weather ?? null, unit ?? null)
      }
    }
  }
  const savingDayAhead: RunFileStore['savingDayAhead'] = (forecasts) => {
    const bodies = forecasts.map(packForecast)
    return () => {
      for (const [i, { series, issuedAt, from, stepS, forecaster, method, reason, quantilesKw, contributions, weather, unit, carried, bound, left }] of forecasts.entries()) {
        saveDayAhead.run(series, issuedAt, from, stepS, forecaster, bodies[i]!, method, reason ?? null, JSON.stringify(quantilesKw.map(({ level }) => level)), contributions === undefined ? 0 : 1, weather ?? null, unit ?? null, blobOf(carried), bound, left === undefined ? null : blobOf(left))
      }
    }
  }
  const savingPastForecasts: RunFileStore['savingPastForecasts'] = (past) => {
    const bodies = past.map(packPastForecast)
    return () => {
      for (const series of new Set(past.map((one) => one.series))) dropPastForecasts.run(series)
      for (const [i, { series, issuedAt, method, daysAhead, firstDate, perDay, quantilesKw, weather }] of past.entries()) {
        savePastForecast.run(series, daysAhead[0]!, issuedAt, method, JSON.stringify(daysAhead), firstDate, perDay, JSON.stringify(quantilesKw.map(({ level }) => level)), bodies[i]!, weather ?? null)
      }
    }
  }
  return {
    ...queries(database),
    database,
    effects: effectLedger(database),
    saving,
    savingForecasts,
    savingDayAhead,
    savingPastForecasts,
    async saveLayout(version, layout) {
      saveLayout.run(version, JSON.stringify(layout))
    },
    save: async (head, states) => inTransaction(database, saving(head, states)),
    saveForecasts: async (forecasts) => inTransaction(database, savingForecasts(forecasts)),
    async close() {
      database.close()
    },
  }
}

/** For every other process: answers with nothing until work has made the file. */
export function openRunReader(file: string): RunFileReader {
  const awaited = openQuestions(file, RUNS_MIGRATIONS, queries)
  return {
    layout: async (version) => awaited.ready()?.layout(version),
    latest: async (kind) => awaited.ready()?.latest(kind),
    head: async (runId) => awaited.ready()?.head(runId),
    states: async (kind, from, to) => (await awaited.ready()?.states(kind, from, to)) ?? [],
    statesOf: async (runId) => (await awaited.ready()?.statesOf(runId)) ?? [],
    latestForecast: async (series) => awaited.ready()?.latestForecast(series),
    forecastsIssuedAt: async (issuedAt) => (await awaited.ready()?.forecastsIssuedAt(issuedAt)) ?? [],
    forecasts: async (series, from, to) => (await awaited.ready()?.forecasts(series, from, to)) ?? [],
    dayAheadForecasts: async (from, to) => (await awaited.ready()?.dayAheadForecasts(from, to)) ?? [],
    pastForecasts: async (series) => (await awaited.ready()?.pastForecasts(series)) ?? [],
    async close() {
      awaited.close()
    },
  }
}
