/**
 * What a person has taken back from the public. The api writes it here, in a file of its own, and answers 410 from then on; work, the
 * one writer of releases, takes the figures out of them.
 */
import type { DatabaseSync } from 'node:sqlite'
import { openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { ReleaseStore } from './release-store.ts'

export const WITHDRAWALS_MIGRATIONS = [
  `CREATE TABLE withdrawal (release_id INTEGER PRIMARY KEY, at REAL NOT NULL, reason TEXT NOT NULL, person_id INTEGER NOT NULL, person TEXT NOT NULL) STRICT;
   CREATE TRIGGER withdrawal_stays BEFORE UPDATE ON withdrawal BEGIN SELECT raise(ABORT, 'a withdrawal is never changed'); END;
   CREATE TRIGGER withdrawal_remains BEFORE DELETE ON withdrawal BEGIN SELECT raise(ABORT, 'a withdrawal is never deleted'); END`,
] as const

export interface Withdrawal {
  readonly releaseId: number
  /** By the Clock. */
  readonly at: number
  readonly reason: string
  readonly personId: number
  readonly person: string
}

export interface WithdrawalDesk {
  has(releaseId: number): boolean
  /** The first one stands. */
  ask(withdrawal: Withdrawal): void
  close(): void
}

interface Row { release_id: number; at: number; reason: string; person_id: number; person: string }

const withdrawals = (database: DatabaseSync) => {
  const all = database.prepare('SELECT * FROM withdrawal ORDER BY at')
  return () => (all.all() as unknown as Row[]).map((row): Withdrawal => ({ releaseId: row.release_id, at: row.at, reason: row.reason, personId: row.person_id, person: row.person }))
}

/** Opens the file as its one writer, the api. */
export function openWithdrawalDesk(file: string): WithdrawalDesk {
  const database = openAsWriter(file, WITHDRAWALS_MIGRATIONS, { durable: true })
  const insert = database.prepare('INSERT OR IGNORE INTO withdrawal (release_id, at, reason, person_id, person) VALUES (?, ?, ?, ?, ?)')
  // Asked at every public request: kept in memory, which this process alone adds to.
  const asked = new Set(withdrawals(database)().map(({ releaseId }) => releaseId))
  return {
    has: (releaseId) => asked.has(releaseId),
    ask({ releaseId, at, reason, personId, person }) {
      insert.run(releaseId, at, reason, personId, person)
      asked.add(releaseId)
    },
    close: () => database.close(),
  }
}

export interface WithdrawalReader {
  /** Takes out what was asked for since the last look; how many releases lost their figures. */
  carryOut(releases: Pick<ReleaseStore, 'withdraw'>): number
  close(): void
}

/** For work: nothing yet until the api has made the file. */
export function openWithdrawalReader(file: string): WithdrawalReader {
  const awaited = openQuestions(file, WITHDRAWALS_MIGRATIONS, withdrawals)
  const done = new Set<number>()
  return {
    carryOut(releases) {
      const open = (awaited.ready()?.() ?? []).filter(({ releaseId }) => !done.has(releaseId))
      const changed = open.filter(({ releaseId, reason, person, at }) => releases.withdraw(releaseId, reason, person, at))
      for (const { releaseId } of open) done.add(releaseId)
      return changed.length
    },
    close: () => awaited.close(),
  }
}
