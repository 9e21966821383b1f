import { randomUUID } from 'node:crypto'
import { inTransaction, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import type { AskedJob, JobKind, SchedulePosition } from '../port.ts'

/** Shape of asked.sqlite: what was asked for and has not ended, and from where, so that a Redis that forgot can be told again. */
export const MIRROR_MIGRATIONS = [
  `CREATE TABLE asked (kind TEXT NOT NULL, scope TEXT NOT NULL, period REAL NOT NULL, input_revision INTEGER NOT NULL, PRIMARY KEY (kind, scope, period)) STRICT, WITHOUT ROWID;
   CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
   CREATE TABLE schedule (kind TEXT NOT NULL, scope TEXT NOT NULL, last_period REAL NOT NULL, next_due_at REAL NOT NULL, PRIMARY KEY (kind, scope)) STRICT;
   CREATE TABLE asker (name TEXT NOT NULL, acknowledged INTEGER NOT NULL) STRICT`,
] as const

export interface Asking {
  readonly jobs: readonly AskedJob[]
  readonly cursor?: { readonly name: string; readonly seq: number } | undefined
  readonly schedule?: SchedulePosition | undefined
}

export interface AskedMirror {
  /** Name under which Redis counts what this mirror has asked. */
  readonly asker: string
  /** How many askings Redis has acknowledged: if it counts fewer, it has forgotten some. */
  readonly acknowledged: number
  acknowledge(count: number): void
  /** Written before Redis is asked. */
  note(asking: Asking): void
  ended(job: AskedJob): void
  open(): readonly AskedJob[]
  cursors(): readonly { name: string; seq: number }[]
  schedules(): readonly SchedulePosition[]
  close(): void
}

export function openAskedMirror(file: string): AskedMirror {
  const database = openAsWriter(file, MIRROR_MIGRATIONS)
  if (database.prepare('SELECT 1 FROM asker').get() === undefined) database.prepare('INSERT INTO asker VALUES (?, 0)').run(randomUUID())
  const asker = database.prepare('SELECT name, acknowledged FROM asker').get() as { name: string; acknowledged: number }
  const note = database.prepare('INSERT INTO asked VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET input_revision = max(input_revision, excluded.input_revision)')
  const setCursor = database.prepare('INSERT INTO cursor VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq')
  const setSchedule = database.prepare('INSERT INTO schedule VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_period = excluded.last_period, next_due_at = excluded.next_due_at')
  const forget = database.prepare('DELETE FROM asked WHERE kind = ? AND scope = ? AND period = ? AND input_revision <= ?')
  const acknowledge = database.prepare('UPDATE asker SET acknowledged = ?')
  const open = database.prepare('SELECT kind, scope, period, input_revision AS inputRevision FROM asked ORDER BY period')
  const cursors = database.prepare('SELECT name, seq FROM cursor')
  const schedules = database.prepare('SELECT kind, scope, last_period AS lastPeriod, next_due_at AS nextDueAt FROM schedule')
  let acknowledged = asker.acknowledged
  return {
    asker: asker.name,
    get acknowledged() { return acknowledged },
    acknowledge(count) {
      if (count <= acknowledged) return
      acknowledge.run(count)
      acknowledged = count
    },
    note({ jobs, cursor, schedule }) {
      inTransaction(database, () => {
        for (const { kind, scope, period, inputRevision } of jobs) note.run(kind, scope, period, inputRevision)
        if (cursor !== undefined) setCursor.run(cursor.name, cursor.seq)
        if (schedule !== undefined) setSchedule.run(schedule.kind, schedule.scope, schedule.lastPeriod, schedule.nextDueAt)
      })
    },
    ended({ kind, scope, period, inputRevision }) {
      forget.run(kind, scope, period, inputRevision)
    },
    open: () => open.all() as unknown as (AskedJob & { kind: JobKind })[],
    cursors: () => cursors.all() as { name: string; seq: number }[],
    schedules: () => schedules.all() as unknown as SchedulePosition[],
    close: () => database.close(),
  }
}
