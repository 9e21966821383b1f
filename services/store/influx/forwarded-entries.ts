import { entryOf, type JournalRow } from '../journal/entry.ts'
import type { JournalEntry } from '../port.ts'
import { Acknowledged } from './acknowledged.ts'
import { openForReading } from './files.ts'

/** Journal entries that the server has taken, for whoever tells other machines of them. */
export interface ForwardedEntries {
  /** Entries taken and not among `told` yet, oldest first, at most `limit`; `told` with them. */
  after(told: Acknowledged, limit: number): { readonly entries: readonly JournalEntry[]; readonly told: Acknowledged }
  /** Names of the points, index = pointId - 1. */
  names(): readonly string[]
  close(): void
}

/** Undefined while the store has not been made. */
export function openForwardedEntries(folder: string): ForwardedEntries | undefined {
  const files = openForReading(folder)
  if (files === undefined) return undefined
  const { journal, forwarding } = files
  const cursor = forwarding.prepare('SELECT takenTo FROM cursor')
  const spans = forwarding.prepare('SELECT fromSeq AS "from", toSeq AS "to" FROM taken_spans')
  const rows = journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?')
  const names = journal.prepare('SELECT name FROM points ORDER BY pointId')
  return {
    after(told, limit) {
      const taken = new Acknowledged((cursor.get() as { takenTo: number }).takenTo, spans.all() as unknown as { from: number; to: number }[])
      const head = taken.spans.at(-1)?.to ?? taken.upTo
      const entries: JournalEntry[] = []
      for (const { from, to } of told.gaps(head)) {
        for (const row of rows.iterate(from, to, limit - entries.length) as Iterable<unknown> as Iterable<JournalRow>) if (taken.has(row.seq)) entries.push(entryOf(row))
        if (entries.length >= limit) return { entries, told: withEntries(told, entries) }
      }
      // Entries that were let go of meanwhile count as told too: nobody can tell of them any more.
      return { entries, told: taken }
    },
    names: () => (names.all() as { name: string }[]).map(({ name }) => name),
    close: () => files.close(),
  }
}

function withEntries(told: Acknowledged, entries: readonly JournalEntry[]): Acknowledged {
  const more = new Acknowledged(told.upTo, told.spans)
  for (const { seq } of entries) more.add(seq)
  return more
}
