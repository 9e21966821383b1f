import type { DatabaseSync } from 'node:sqlite'
import { FINDING_KINDS, type FindingKind, type SeriesFinding, type Severity } from '#models/load-curve/finding.ts'
import type { DayQuality } from '#models/load-curve/gaps.ts'
import { openAsReader } from '#services/sqlite/one-writer-file.ts'
import { RUNS_MIGRATIONS } from './schema.ts'

/** `steps`: each hour, with the validation of a window; `habits`: once a day, against weeks of the past. */
export type FindingGroup = 'steps' | 'habits'
const HABITS: readonly FindingKind[] = ['stopped', 'after-outage', 'sum-check', 'clock-drift', 'shifted', 'swapped']
const kindsOf = (group: FindingGroup): readonly FindingKind[] => FINDING_KINDS.filter((kind) => HABITS.includes(kind) === (group === 'habits'))

/** What one pass found on one point: it replaces what the same group had found in the window before. */
export interface PointFindings {
  readonly point: string
  readonly group: FindingGroup
  readonly from: number
  readonly to: number
  readonly findings: readonly SeriesFinding[]
  readonly days: readonly DayQuality[]
}

export interface MeterFinding extends SeriesFinding {
  readonly findingId: number
  readonly point: string
  readonly foundAt: number
  /** Since when it is no longer found, e.g. because late values came; null: it stands. */
  readonly goneAt: number | null
}

export interface PointDayQuality extends DayQuality {
  readonly point: string
}

export interface FindingFilter {
  readonly from: number
  readonly to: number
  readonly kind?: FindingKind
  readonly point?: string
}

export interface MeterFindingsReader {
  /** Findings that touch the interval and still stand, newest first. */
  findings(filter: FindingFilter): Promise<readonly MeterFinding[]>
  finding(findingId: number): Promise<MeterFinding | undefined>
  /** Of all points, or of one, ascending in day. */
  dayQualities(from: number, to: number, point?: string): Promise<readonly PointDayQuality[]>
  /** False until work has made the file. */
  isReady(): Promise<boolean>
  close(): Promise<void>
}

interface Row { finding_id: number; point: string; kind: FindingKind; from_at: number; to_at: number; severity: Severity; evidence: string; other: string | null; found_at: number; gone_at: number | null }

/**
 * Keeps the findings of a pass; the caller makes it one transaction. One that is found again keeps its id (people may have decided on it)
 * and grows over the border of the window it was first found in; one that is found no more is kept as gone.
 */
export function saveMeterFindings(database: DatabaseSync, found: readonly PointFindings[], now: number): void {
  const before = database.prepare('SELECT * FROM meter_finding WHERE point = ? AND kind = ? AND to_at >= ? AND from_at <= ? ORDER BY from_at')
  const insert = database.prepare('INSERT INTO meter_finding (point, kind, from_at, to_at, severity, evidence, other, found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const renew = database.prepare('UPDATE meter_finding SET from_at = ?, to_at = ?, severity = ?, evidence = ?, other = ?, gone_at = NULL WHERE finding_id = ?')
  const end = database.prepare('UPDATE meter_finding SET gone_at = ? WHERE finding_id = ?')
  const shorten = database.prepare('UPDATE meter_finding SET to_at = ? WHERE finding_id = ?')
  const day = database.prepare(`INSERT INTO day_quality (day, point, steps, measured, uncertain, substituted, missing) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (day, point) DO UPDATE SET steps = excluded.steps, measured = excluded.measured, uncertain = excluded.uncertain, substituted = excluded.substituted, missing = excluded.missing`)
  for (const { point, group, from, to, findings, days } of found) {
    for (const kind of kindsOf(group)) {
      const rows = before.all(point, kind, from, to) as unknown as Row[]
      const taken = new Set<number>()
      for (const one of findings.filter((candidate) => candidate.kind === kind)) {
        const known = rows.find((row) => !taken.has(row.finding_id) && row.from_at <= one.to && row.to_at >= one.from)
        if (known === undefined) insert.run(point, kind, one.from, one.to, one.severity, JSON.stringify(one.evidence), one.other ?? null, now)
        else {
          taken.add(known.finding_id)
          // What the window cuts off was seen by an earlier one.
          renew.run(one.from <= from ? Math.min(known.from_at, one.from) : one.from, one.to >= to ? Math.max(known.to_at, one.to) : one.to, one.severity, JSON.stringify(one.evidence), one.other ?? null, known.finding_id)
        }
      }
      for (const row of rows) {
        // One that only touches the window is no business of it.
        if (taken.has(row.finding_id) || row.gone_at !== null || row.to_at === from || row.from_at === to) continue
        if (row.from_at >= from) end.run(now, row.finding_id)
        else shorten.run(from, row.finding_id)
      }
    }
    for (const one of days) day.run(one.day, point, one.steps, one.measured, one.uncertain, one.substituted, one.missing)
  }
}

const findingOf = (row: Row): MeterFinding => ({
  findingId: row.finding_id, point: row.point, kind: row.kind, from: row.from_at, to: row.to_at, severity: row.severity,
  evidence: JSON.parse(row.evidence) as Record<string, number>, foundAt: row.found_at, goneAt: row.gone_at, ...(row.other === null ? {} : { other: row.other }),
})

/** For the api: nothing yet until work has made the tables. */
export function openMeterFindings(runsFile: string): MeterFindingsReader {
  const awaited = openAsReader(runsFile, RUNS_MIGRATIONS)
  const ready = (): DatabaseSync | undefined => {
    const database = awaited.database()
    // A file of an older version is brought to the new shape by work, a moment after the api has opened it.
    const exists = database?.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meter_finding'").get()
    return exists === undefined ? undefined : database
  }
  return {
    async findings({ from, to, kind, point }) {
      const rows = ready()?.prepare('SELECT * FROM meter_finding WHERE gone_at IS NULL AND to_at > ? AND from_at < ? AND (? IS NULL OR kind = ?) AND (? IS NULL OR point = ?) ORDER BY from_at DESC, finding_id DESC')
        .all(from, to, kind ?? null, kind ?? null, point ?? null, point ?? null)
      return ((rows ?? []) as unknown as Row[]).map(findingOf)
    },
    async finding(findingId) {
      const row = ready()?.prepare('SELECT * FROM meter_finding WHERE finding_id = ?').get(findingId)
      return row === undefined ? undefined : findingOf(row as unknown as Row)
    },
    async dayQualities(from, to, point) {
      const rows = ready()?.prepare('SELECT * FROM day_quality WHERE day >= ? AND day < ? AND (? IS NULL OR point = ?) ORDER BY day, point').all(from, to, point ?? null, point ?? null)
      return (rows ?? []).map((row) => ({ ...row }) as unknown as PointDayQuality)
    },
    isReady: async () => ready() !== undefined,
    async close() {
      awaited.close()
    },
  }
}
