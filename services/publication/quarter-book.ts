/** What was frozen for a quarter or a year, in releases.sqlite. Members by name stay in it, and no longer than the next border needs them: only a hash of them leaves. */
import type { DatabaseSync } from 'node:sqlite'
import type { Carrier, Cell, QuarterPlan } from '#models/disclosure/guard-shapes.ts'
import type { PendingChanges } from '#models/disclosure/quarter-border.ts'
import { inTransaction } from '#services/sqlite/in-transaction.ts'
import type { QuarterView } from './port.ts'

/** A row of a cohort: a holder in one place, and how it is counted. */
export interface Member {
  readonly rowId: string
  readonly holderId: string
  readonly isPublic: boolean
  readonly deliveryPoints: readonly string[]
  /** null: not known. */
  readonly highestKwhPerHour: number | null
  readonly zone: string
  readonly category: 'residential' | 'professional'
  readonly isLargeSite: boolean
}

export interface Quarter {
  readonly carrier: Carrier
  readonly from: number
  readonly to: number
  readonly madeAt: number
  readonly cohortSha256: string
  /** Keeps guesses of who is in the cohort from being checked against its hash. */
  readonly salt: string
  readonly members: readonly Member[]
  /** Zones that are shown as one. */
  readonly groups: readonly (readonly string[])[]
  readonly cells: readonly Pick<Cell, 'id' | 'parent'>[]
  readonly plan: QuarterPlan
  readonly pending: PendingChanges
  /** By cell whose energy waits: at what its index stood in the week before the quarter. */
  readonly indexOfWeek: Readonly<Record<string, number>>
}

export interface QuarterBook {
  /** Undefined also where it is so long ago that its members are forgotten. */
  quarter(carrier: Carrier, from: number): Quarter | undefined
  /** Whether nobody was measured when it began; undefined: not frozen yet. */
  isEmpty(carrier: Carrier, from: number): boolean | undefined
  /** Kept once: what is there stays. Members of the quarters before the last one are forgotten; their hash stays. */
  keep(quarter: Quarter): void
  /** Zones that are shown as one, fixed for the calendar year. */
  zoneGroups(carrier: Carrier, year: number): readonly (readonly string[])[] | undefined
  keepZoneGroups(carrier: Carrier, year: number, groups: readonly (readonly string[])[]): void
}

const KEPT_COHORTS = 2

interface QuarterRow { carrier: Carrier; from_at: number; to_at: number; made_at: number; cohort_sha256: string; frozen: string }
interface CohortRow { members: string; pending: string }
type Frozen = Pick<Quarter, 'salt' | 'groups' | 'cells' | 'plan' | 'indexOfWeek'> & { readonly rows: number }

export function quarterBook(database: DatabaseSync): QuarterBook {
  const one = database.prepare('SELECT * FROM quarter WHERE carrier = ? AND from_at = ?')
  const cohort = database.prepare('SELECT members, pending FROM cohort WHERE carrier = ? AND from_at = ?')
  const insert = database.prepare('INSERT OR IGNORE INTO quarter (carrier, from_at, to_at, made_at, cohort_sha256, frozen) VALUES (?, ?, ?, ?, ?, ?)')
  const insertCohort = database.prepare('INSERT INTO cohort (carrier, from_at, members, pending) VALUES (?, ?, ?, ?)')
  const forget = database.prepare('DELETE FROM cohort WHERE carrier = ?1 AND from_at NOT IN (SELECT from_at FROM cohort WHERE carrier = ?1 ORDER BY from_at DESC LIMIT ?2)')
  const groups = database.prepare('SELECT groups FROM zone_year WHERE carrier = ? AND year = ?')
  const insertGroups = database.prepare('INSERT OR IGNORE INTO zone_year (carrier, year, groups) VALUES (?, ?, ?)')
  return {
    quarter(carrier, from) {
      const [row, kept] = [one.get(carrier, from) as unknown as QuarterRow | undefined, cohort.get(carrier, from) as unknown as CohortRow | undefined]
      if (row === undefined || kept === undefined) return undefined
      const { rows: _rows, ...frozen } = JSON.parse(row.frozen) as Frozen
      return { ...frozen, carrier, from, to: row.to_at, madeAt: row.made_at, cohortSha256: row.cohort_sha256, members: JSON.parse(kept.members) as Member[], pending: JSON.parse(kept.pending) as PendingChanges }
    },
    isEmpty(carrier, from) {
      const row = one.get(carrier, from) as unknown as QuarterRow | undefined
      return row && (JSON.parse(row.frozen) as Frozen).rows === 0
    },
    keep({ carrier, from, to, madeAt, cohortSha256, members, pending, ...frozen }) {
      inTransaction(database, () => {
        if (insert.run(carrier, from, to, madeAt, cohortSha256, JSON.stringify({ ...frozen, rows: members.length } satisfies Frozen)).changes === 0) return
        insertCohort.run(carrier, from, JSON.stringify(members), JSON.stringify(pending))
        forget.run(carrier, KEPT_COHORTS)
      })
    },
    zoneGroups(carrier, year) {
      const row = groups.get(carrier, year) as { groups: string } | undefined
      return row && (JSON.parse(row.groups) as string[][])
    },
    keepZoneGroups: (carrier, year, made) => void insertGroups.run(carrier, year, JSON.stringify(made)),
  }
}

/** The newest quarter of each carrier, without its members. */
export function newestQuarters(database: DatabaseSync): () => QuarterView[] {
  const newest = database.prepare('SELECT * FROM quarter AS q WHERE from_at = (SELECT max(from_at) FROM quarter WHERE carrier = q.carrier) ORDER BY carrier')
  return () => (newest.all() as unknown as QuarterRow[]).map((row) => ({ row, ...(JSON.parse(row.frozen) as Frozen) })).map(({ row, cells, plan }) => ({
    carrier: row.carrier, from: row.from_at, to: row.to_at, madeAt: row.made_at, cohortSha256: row.cohort_sha256,
    cells: cells.map(({ id, parent }) => ({ cell: id, parent, timeClass: plan.classOf[id] ?? 'none', held: plan.held.filter(({ cell }) => cell === id).map(({ step, reason }) => ({ step, reason })) })),
  }))
}
