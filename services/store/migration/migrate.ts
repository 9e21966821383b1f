import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { openForWriting as openEmbeddedFiles } from '../embedded/files.ts'
import { openEmbeddedStore } from '../embedded/index.ts'
import { openForWriting as openInfluxFiles } from '../influx/files.ts'
import { openInfluxStore, type InfluxSettings } from '../influx/index.ts'
import { copyPoint, type CopiedStore } from './copy-point.ts'
import { ProgressFile } from './progress-file.ts'

export type StoreKind = 'embedded' | 'influx'

export interface Migration {
  readonly from: { readonly kind: StoreKind; readonly folder: string }
  readonly to: { readonly kind: StoreKind; readonly folder: string }
  readonly settings: InfluxSettings
  readonly measurement: string
  progress(share: number): void
}

export interface MigrationReport {
  readonly points: number
  readonly samples: number
  readonly revisions: number
  /** Points of an earlier run that was stopped. */
  readonly before: number
  /** Points whose copy does not read back as the original. */
  readonly different: readonly string[]
}

const POINTS_AT_ONCE = 4

/** Copies a whole store into one of the other kind. Both are locked meanwhile: a running writer of either is an error. */
export async function migrate({ from, to, settings, measurement, progress }: Migration): Promise<MigrationReport> {
  if (!existsSync(join(from.folder, 'journal.sqlite'))) throw new PenfeldError('PF_STORE_OTHER', `There is no store to copy in ${from.folder}.`, { where: from.folder })
  const open = ({ kind, folder }: Migration['from']): Promise<CopiedStore> =>
    kind === 'embedded' ? openEmbeddedStore(folder, { timeZone: 'UTC' }) : openInfluxStore(folder, { timeZone: 'UTC', settings, measurement })
  const source = await open(from)
  try {
    await source.forwarded?.()
    requireNoQuarantine(source, from.folder)
    const written = new ProgressFile(to.folder)
    goOnAfter(to, await source.headSeq())
    const destination = await open(to)
    try {
      const names = await source.names()
      const ids = await destination.register(names)
      const different: string[] = []
      const before = written.lines.length
      let next = 0
      let done = 0
      const copyNext = async (): Promise<void> => {
        for (let index = next++; index < names.length; index = next++) {
          const point = names[index]
          if (!written.has(point)) {
            const { samples, revisions, checksum, checksumRead, revisionsEqual } = await copyPoint(source, index + 1, destination, ids[index])
            if (checksum === checksumRead && revisionsEqual) written.add({ point, samples, revisions, checksum })
            else different.push(point)
          }
          progress(++done / names.length)
        }
      }
      await Promise.all(Array.from({ length: POINTS_AT_ONCE }, copyNext))
      while (await destination.maintain(1_000)) { /* packing and roll-ups to their end */ }
      if (different.length === 0) written.end()
      return {
        points: names.length, before, different,
        samples: written.lines.reduce((sum, { samples }) => sum + samples, 0), revisions: written.lines.reduce((sum, { revisions }) => sum + revisions, 0),
      }
    } finally {
      await destination.close()
    }
  } finally {
    await source.close()
  }
}

/** What InfluxDB refused is in nobody's series: it must come in, or be left behind knowingly, before a copy is called whole. */
function requireNoQuarantine(source: CopiedStore & { quarantined?(): readonly unknown[] }, folder: string): void {
  const count = source.quarantined?.().length ?? 0
  if (count > 0) throw new PenfeldError('PF_STORE_QUARANTINE', `${count} values of this store are in quarantine.`, { where: folder })
}

/** Sequence numbers go on where those of the source end: who follows the journal has kept the last one it read. */
function goOnAfter({ kind, folder }: Migration['to'], seq: number): void {
  const files = kind === 'embedded' ? openEmbeddedFiles(folder) : openInfluxFiles(folder)
  const { journal } = files
  const own = (journal.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").get() as { seq: number } | undefined)?.seq
  if ((own ?? 0) < seq) {
    if (own === undefined) journal.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('journal', ?)").run(seq)
    else journal.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'journal'").run(seq)
    if ('forwarding' in files) (files.forwarding as DatabaseSync).prepare('INSERT OR REPLACE INTO taken_spans VALUES (?, ?)').run((own ?? 0) + 1, seq)
    else if (own === undefined) files.samples.prepare('UPDATE cursor SET packedSeq = ?').run(seq)
  }
  files.close()
}
