import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { batchOf } from '../contract.ts'
import { decodeBatch } from '../codec/batch.ts'
import { insertEntry } from '../journal/entry.ts'
import type { Series } from '../port.ts'
import { decideEntries } from './decide.ts'
import { openForWriting, type InfluxFiles } from './files.ts'
import type { Measurement } from './influxql.ts'
import { REVISES, UNDECIDED } from './lane.ts'
import { LocalPart } from './local-part.ts'
import { addRevision } from './revision-rows.ts'
import { RevisedValues } from './revised-values.ts'

const T = Date.parse('2026-01-12T00:00:00Z')
const by = (recordedAt: number) => ({ recordedAt, source: 's' })
let folder: string
let files: InfluxFiles
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-decide-'))
  files = openForWriting(folder)
  files.journal.exec("INSERT INTO points (name) VALUES ('p')")
})
afterEach(() => {
  files.close()
  rmSync(folder, { recursive: true })
})

/** Decides the first entry with a server that has `value` at T; what the journal then says of it, and the revisions. */
async function decided(value: number) {
  const series: Series = { at: Float64Array.of(T), values: Float64Array.of(value), quality: Uint8Array.of(0), recordedAt: Float64Array.of(T) }
  const server = { readRanges: async (_: unknown, take: (name: string, found: Series) => void) => take('p', series) } as unknown as Measurement
  const part = new LocalPart(files)
  part.refresh()
  await decideEntries([1], files.journal, part, server, new RevisedValues())
  const { revises, batch } = files.journal.prepare('SELECT revises, batch FROM journal WHERE seq = 1').get() as { revises: number; batch: Uint8Array }
  return { revises, values: [...decodeBatch(batch).values], revisions: files.journal.prepare('SELECT revision, value FROM revisions ORDER BY revision').all().map((row) => Object.values(row)) }
}

test('a value that the server has is taken out, another one becomes the first of which ours is a revision', async () => {
  insertEntry(files.journal, batchOf([[1, T, 1]]), by(T), UNDECIDED)
  expect(await decided(1)).toEqual({ revises: 0, values: [], revisions: [] })
  files.journal.exec('DELETE FROM journal; DELETE FROM sqlite_sequence')
  insertEntry(files.journal, batchOf([[1, T, 1]]), by(T), UNDECIDED)
  expect(await decided(9)).toEqual({ revises: REVISES, values: [1], revisions: [[0, 9], [1, 1]] })
})

test('what a later entry of ours brought the server is no value that was there before: the first received stays the first', async () => {
  insertEntry(files.journal, batchOf([[1, T, 1]]), by(T), UNDECIDED)
  const seq = insertEntry(files.journal, batchOf([[1, T, 2]]), by(T + 1), REVISES)
  addRevision(files.journal)(1, T, { value: 1, quality: 0, recordedAt: T }, { value: 2, quality: 0, recordedAt: T + 1, source: 's', reason: null, seq })
  expect(await decided(2)).toEqual({ revises: 0, values: [1], revisions: [[0, 1], [1, 2]] })
})
