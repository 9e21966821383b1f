import type { DatabaseSync } from 'node:sqlite'
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import { driftFindingOf, type DriftFinding } from './forecast-drift.ts'
import type { SkillKind, SkillWeek } from './forecast-skill.ts'
import { RUNS_MIGRATIONS } from './schema.ts'

/** The skill of the forecasts as it was scored week by week, and where it drifts. */
export interface SkillReader {
  /** Weeks of one series from a Monday (days since 1970-01-01) on, ascending. */
  skillWeeks(fromWeek: number, series: string): Promise<readonly SkillWeek[]>
  /** Of all series what the backtest said of tomorrow, without the hours ahead. */
  tomorrowWeeks(fromWeek: number): Promise<readonly SkillWeek[]>
  /** Drifts that stand, and those that ended since `goneSince`, newest first. */
  drifts(goneSince: number): Promise<readonly DriftFinding[]>
  /** When drifts were judged last; undefined: never yet. */
  driftsJudgedAt(): Promise<number | undefined>
  close(): Promise<void>
}

/** A week that has been scored stays as it is. */
export function saveSkillWeeks(database: DatabaseSync, weeks: readonly SkillWeek[]): void {
  const insert = database.prepare('INSERT INTO forecast_skill (series, kind, first_day_ahead, week, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  for (const { series, kind, daysAhead, week, ...body } of weeks) insert.run(series, kind, daysAhead[0], week, JSON.stringify({ daysAhead, ...body }))
}

export function scoredWeeks(database: DatabaseSync, series: string, kind: SkillKind): ReadonlySet<number> {
  const rows = database.prepare('SELECT DISTINCT week FROM forecast_skill WHERE series = ? AND kind = ?').all(series, kind) as unknown as { week: number }[]
  return new Set(rows.map(({ week }) => week))
}

interface Row { series: string; kind: SkillKind; week: number; body: string }
/** JSON knows no NaN. */
const numbered = (key: string, value: unknown): unknown => (value === null && key !== '' ? NaN : value)
const weekOf = ({ series, kind, week, body }: Row): SkillWeek => ({ series, kind, week, ...(JSON.parse(body, numbered) as Omit<SkillWeek, 'series' | 'kind' | 'week'>) })

function queries(database: DatabaseSync) {
  const all = database.prepare("SELECT series, kind, week, json_set(body, '$.hours', json('[]')) AS body FROM forecast_skill WHERE week >= ? AND kind = 'backtest' AND first_day_ahead = 1 ORDER BY week")
  const one = database.prepare('SELECT series, kind, week, body FROM forecast_skill WHERE series = ? AND week >= ? ORDER BY week')
  const drifts = database.prepare('SELECT * FROM forecast_drift WHERE gone_at IS NULL OR gone_at >= ? ORDER BY gone_at IS NOT NULL, found_at DESC, series')
  const newestPast = database.prepare("SELECT max(issued_at) AS at FROM past_forecast")
  return {
    weeks: (from: number, series: string) => (one.all(series, from) as unknown as Row[]).map(weekOf),
    tomorrow: (from: number) => (all.all(from) as unknown as Row[]).map(weekOf),
    drifts: (goneSince: number) => drifts.all(goneSince).map(driftFindingOf),
    judgedAt: () => (newestPast.get() as { at: number | null }).at ?? undefined,
  }
}

/** Of a connection that is open already. */
export const skillOfFile = queries

/** For the api: nothing yet until work has made the tables. */
export function openSkillReader(runsFile: string): SkillReader {
  const awaited = openQuestions(runsFile, RUNS_MIGRATIONS, queries)
  return {
    skillWeeks: async (from, series) => awaited.ready()?.weeks(from, series) ?? [],
    tomorrowWeeks: async (from) => awaited.ready()?.tomorrow(from) ?? [],
    drifts: async (goneSince) => awaited.ready()?.drifts(goneSince) ?? [],
    driftsJudgedAt: async () => awaited.ready()?.judgedAt(),
    async close() {
      awaited.close()
    },
  }
}
