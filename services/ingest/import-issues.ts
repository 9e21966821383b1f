import type { AppendResult } from '#services/store/port.ts'
import { ascending, type Columns } from './ascending.ts'
import type { ImportStore } from './import-gathering.ts'

/** What one line after the other said of a point in one issue. */
export interface Issue extends Columns {
  /** UTC ms. */
  readonly issuedAt: number
  readonly lines: Int32Array
}

const HOUR_MS = 3_600_000

/** Why rows can't be what their point holds: only a forecast has an issue, and has one always. */
export function issueFault(at: Float64Array, issuedAt: number | undefined, forecastHours: number | undefined, now: number): string | undefined {
  if (forecastHours === undefined) return issuedAt === undefined ? undefined : 'no-forecast-point'
  if (issuedAt === undefined) return 'issue-missing'
  if (issuedAt > now) return 'issue-in-future'
  return at.some((time) => time > issuedAt + forecastHours * HOUR_MS) ? 'too-far-ahead' : undefined
}

/**
 * Stores forecasts of each point issue after issue, oldest first, each recorded when it was issued: reading as of a time
 * then gives what was known at it. What is known as of its issue is not stored again. An issue that comes after a later
 * one of the same time is refused (`issue-superseded`): revisions are kept in the order in which they came.
 */
export async function storeIssues(gathered: ReadonlyMap<string, readonly Issue[]>, store: ImportStore, source: string, refuse: (reason: string, lines: number[]) => void): Promise<Pick<AppendResult, 'stored' | 'deduplicated' | 'revised'>[]> {
  const results: Pick<AppendResult, 'stored' | 'deduplicated' | 'revised'>[] = []
  const ids = await store.register([...gathered.keys()])
  for (const [index, issues] of [...gathered.values()].entries()) {
    for (const [issuedAt, own] of [...Map.groupBy(issues, (issue) => issue.issuedAt)].sort(([left], [right]) => left - right)) {
      const lineAt = new Map(own.flatMap(({ at, lines }) => Array.from(at, (time, row) => [time, lines[row]] as const)))
      for (const series of ascending(own)) {
        const { fresh, known, superseded } = await apart(store, ids[index], series, issuedAt)
        if (superseded.length > 0) refuse('issue-superseded', superseded.map((row) => lineAt.get(series.at[row])!))
        const nothing = { stored: 0, deduplicated: 0, revised: 0 }
        const { stored, deduplicated, revised } = fresh.length === 0 ? nothing : await store.importSeries(ids[index], rowsOf(series, fresh), { recordedAt: issuedAt, source })
        results.push({ stored, deduplicated: deduplicated + known, revised })
      }
    }
  }
  return results
}

async function apart(store: ImportStore, pointId: number, { at, values }: Columns, issuedAt: number): Promise<{ fresh: number[]; known: number; superseded: number[] }> {
  const [from, to] = [at[0], at[at.length - 1] + 1]
  const then = await store.read(pointId, from, to, { asOf: issuedAt })
  const newest = await store.read(pointId, from, to)
  const valueThen = new Map(Array.from(then.at, (time, row) => [time, then.values[row]]))
  const recordedAt = new Map(Array.from(newest.at, (time, row) => [time, newest.recordedAt[row]]))
  const rows = [...at.keys()].filter((row) => !valueThen.has(at[row]) || !Object.is(valueThen.get(at[row]), values[row]))
  const { true: superseded = [], false: fresh = [] } = Object.groupBy(rows, (row) => String((recordedAt.get(at[row]) ?? -Infinity) > issuedAt))
  return { fresh, known: at.length - rows.length, superseded }
}

const rowsOf = ({ at, values, quality }: Columns, rows: readonly number[]): Columns => ({
  at: Float64Array.from(rows, (row) => at[row]), values: Float64Array.from(rows, (row) => values[row]), quality: Uint8Array.from(rows, (row) => quality[row]),
})
