import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { decodeBatch, encodeBatch } from '#services/store/codec/batch.ts'
import type { JournalEntry } from '#services/store/port.ts'

/** A journal entry of one host as it stands in the stream that all hosts read; its point ids are those of its host. */
export interface HostEntry extends JournalEntry {
  readonly hostId: string
}

export const fieldsOf = ({ source, recordedAt, reason, batch }: JournalEntry): (string | Buffer)[] =>
  ['source', source, 'recordedAt', String(recordedAt), ...(reason === undefined ? [] : ['reason', reason]), 'batch', zstdCompressSync(encodeBatch(batch))]

/** `id` is `SEQ-0`. */
export function entryOfStream(id: Buffer, fields: readonly Buffer[]): HostEntry {
  const by = new Map<string, Buffer>()
  for (let place = 0; place < fields.length; place += 2) by.set(fields[place].toString(), fields[place + 1])
  const reason = by.get('reason')
  return {
    seq: Number(id.toString().split('-')[0]),
    hostId: String(by.get('host')),
    source: String(by.get('source')),
    recordedAt: Number(String(by.get('recordedAt'))),
    ...(reason === undefined ? {} : { reason: String(reason) }),
    batch: decodeBatch(zstdDecompressSync(by.get('batch')!)),
  }
}
