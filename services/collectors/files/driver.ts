import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Channel, Driver, DriverContext, DriverFactory } from '../port.ts'
import { ColumnIndex, formatsFor, inProfileUnit } from './channels.ts'
import type { FileFormat, MeterRows } from './format.ts'
import { mappingFaults } from './table-csv.ts'
import type { TableMapping } from './profile.ts'
import { isMeterFile, readMeterFile } from './read-file.ts'
import { SettledFiles } from './settled-files.ts'

const LOOK_EVERY_MS = 1_000
const FAULTS_SHOWN = 100
const DEFAULT_TIME_ZONE = 'Europe/Paris'

const folderOf = (url: string) => resolve(url.replace(/^file:/, ''))

/** Takes the files that appear in a folder: first into the journal, then to `done/`; what was faulty is listed beside. */
export const filesDriver: DriverFactory = {
  protocol: 'files',
  check({ url }, channels) {
    const tables = new Map(channels.map(({ device, profileChannel }) => [device.profile, profileChannel['table'] as TableMapping | undefined]))
    return [
      ...(url.startsWith('file:') ? [] : [`url ${url} is not file:FOLDER`]),
      ...[...tables].flatMap(([profile, table]) => (table === undefined ? [] : mappingFaults(table).map((fault) => `profile ${profile}: table ${fault}`))),
    ]
  },
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const watching = watchFolder(context, stopping.signal)
    return {
      async stop() {
        stopping.abort()
        await watching
        context.status('stopped')
      },
    } satisfies Driver
  },
}

interface Watched {
  readonly context: DriverContext
  readonly folder: string
  readonly index: ColumnIndex<{ readonly channel: number; readonly of: Channel }>
  readonly formats: readonly FileFormat[]
}

async function watchFolder(context: DriverContext, stopping: AbortSignal): Promise<void> {
  const folder = folderOf(context.source.url)
  const index: Watched['index'] = new ColumnIndex()
  for (const [channel, of] of context.channels.entries()) index.add(of.device.address, String(of.profileChannel['column']), { channel, of })
  const formats = formatsFor(context.channels.map(({ device, profileChannel }) => ({ name: device.profile, table: profileChannel['table'] })))
  const watched: Watched = { context, folder, index, formats }
  const settled = new SettledFiles()
  while (!stopping.aborted) {
    try {
      // The folder itself is not made: one that is missing is a share that is not mounted, and must be seen.
      for (const name of ['done', 'failed']) await mkdir(join(folder, name)).catch(unlessThere)
      const names = (await readdir(folder)).filter(isMeterFile).sort()
      settled.forgetAllBut(names)
      const unread: string[] = []
      for (const name of names) {
        if (stopping.aborted) return
        // The file stays where it is and is read again, the store knows what it has already; those behind it do not wait for it.
        try {
          if (settled.isSettled(name, await stat(join(folder, name)))) await takeFile(watched, name)
        } catch (error) {
          unread.push(`${name}: ${messageOf(error)}`)
        }
      }
      if (unread.length === 0) context.status('connected')
      else context.status('reconnecting', unread.join('; '))
    } catch (error) {
      context.status('reconnecting', messageOf(error))
    }
    await pause(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => {})
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const unlessThere = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EEXIST') throw error
}

const REASONS = { PF_IMPORT_FORMAT_UNKNOWN: 'unknown-format', PF_IMPORT_TOO_LARGE: 'file-too-large', PF_IMPORT_UNREADABLE: 'file-damaged' } as const

/** What became of a file, counted only when it is through: one that has to be read again must not count its faults twice. */
class FileCount {
  readonly #counts = new Map<string, { count: number; line: number }>()
  readonly shown: string[] = []
  values = 0

  add(reason: string, line: number, count = 1): void {
    const known = this.#counts.get(reason)
    if (known === undefined) this.#counts.set(reason, { count, line })
    else known.count += count
    if (this.shown.length < FAULTS_SHOWN) this.shown.push(line > 0 ? `line ${line}: ${reason}` : reason)
  }

  get reasons(): [string, { count: number; line: number }][] {
    return [...this.#counts]
  }
}

async function takeFile({ context, folder, index, formats }: Watched, name: string): Promise<void> {
  const timeZone = String(context.source.options?.['timeZone'] ?? DEFAULT_TIME_ZONE)
  const count = new FileCount()
  const take = async (rows: MeterRows) => {
    const found = index.get(rows.meter, rows.column)
    const values = found === undefined ? undefined : inProfileUnit(rows, found.of.profileChannel)
    if (found === undefined || values === undefined) return count.add(found === undefined ? 'unknown-meter' : 'unit-does-not-fit', rows.lines[0], rows.at.length)
    count.values += rows.at.length
    await context.deliver({ channels: new Int32Array(rows.at.length).fill(found.channel), at: rows.at, values, quality: rows.quality, receivedAt: context.clock.now() })
  }
  try {
    await readMeterFile(join(folder, name), { formats, timeZone, wants: index.wants, fault: (line, reason) => count.add(reason, line), take })
  } catch (error) {
    const reason = error instanceof PenfeldError && Object.hasOwn(REASONS, error.code) ? REASONS[error.code as keyof typeof REASONS] : undefined
    if (reason === undefined) throw error
    count.add(reason, 0)
  }
  for (const [reason, { count: times, line }] of count.reasons) context.reject(reason, times, line > 0 ? `${name}:${line}` : name)
  const to = count.values === 0 && count.shown.length > 0 ? 'failed' : 'done'
  if (count.shown.length > 0) await writeFile(join(folder, 'failed', `${name}.faults.txt`), `${count.shown.join('\n')}\n`)
  await rename(join(folder, name), join(folder, to, name))
}
