import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { QUALITY } from '#models/units/quality.ts'
import type { Driver, DriverContext, DriverFactory, RawReadings } from '../port.ts'
import { parseEnedisCsv } from './enedis-csv.ts'

const LOOK_EVERY_MS = 1_000
const FAULTS_SHOWN = 100
const DEFAULT_TIME_ZONE = 'Europe/Paris'

const folderOf = (url: string) => resolve(url.replace(/^file:/, ''))

/** Takes the CSV files that appear in a folder: first into the journal, then to `done/`; what was faulty is listed beside. */
export const filesDriver: DriverFactory = {
  protocol: 'files',
  check: ({ url }) => (url.startsWith('file:') ? [] : [`url ${url} is not file:FOLDER`]),
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

async function watchFolder(context: DriverContext, stopping: AbortSignal): Promise<void> {
  const folder = folderOf(context.source.url)
  const channels = new Map(context.channels.map(({ device, profileChannel }, index) => [`${device.address} ${String(profileChannel['column'])}`, { index, scale: profileChannel.scale ?? 1 }]))
  while (!stopping.aborted) {
    try {
      // The folder itself is not made: one that is missing is a share that is not mounted, and must be seen.
      for (const name of ['done', 'failed']) await mkdir(join(folder, name)).catch(unlessThere)
      const names = (await readdir(folder)).filter((name) => name.endsWith('.csv') && !name.startsWith('.')).sort()
      const unread: string[] = []
      for (const name of names) {
        if (stopping.aborted) return
        // The file stays where it is and is read again, the store knows what it has already; those behind it do not wait for it.
        await takeFile(context, folder, name, channels).catch((error) => void unread.push(`${name}: ${messageOf(error)}`))
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

async function takeFile(context: DriverContext, folder: string, name: string, channels: ReadonlyMap<string, { index: number; scale: number }>): Promise<void> {
  const timeZone = String(context.source.options?.['timeZone'] ?? DEFAULT_TIME_ZONE)
  const { blocks, faults } = parseEnedisCsv(await readFile(join(folder, name), 'utf8'), timeZone)
  const known = blocks.flatMap((block) => {
    const channel = channels.get(`${block.prm} ${block.column}`)
    return channel === undefined ? [] : [{ block, channel }]
  })
  const count = known.reduce((sum, { block }) => sum + block.at.length, 0)
  const readings: RawReadings = { channels: new Int32Array(count), at: new Float64Array(count), values: new Float64Array(count), quality: new Uint8Array(count), receivedAt: context.clock.now() }
  let place = 0
  for (const { block, channel } of known) {
    for (let row = 0; row < block.at.length; row++, place++) {
      readings.channels[place] = channel.index
      readings.at[place] = block.at[row]
      readings.values[place] = block.values[row] * channel.scale
      readings.quality[place] = Number.isNaN(block.values[row]) ? QUALITY.missing : QUALITY.measured
    }
  }
  if (count > 0) await context.deliver(readings)
  // Counted only now: a file that has to be read again must not count its faults twice.
  const strangers = blocks.length - known.length
  if (strangers > 0) context.reject('unknown-meter', blocks.reduce((sum, block) => sum + (channels.has(`${block.prm} ${block.column}`) ? 0 : block.at.length), 0), name)
  for (const [reason, list] of Map.groupBy(faults, (fault) => fault.reason)) context.reject(reason, list.length, `${name}:${list[0].line}`)
  const to = count === 0 && faults.length > 0 ? 'failed' : 'done'
  if (faults.length > 0) await writeFile(join(folder, 'failed', `${name}.faults.txt`), faults.slice(0, FAULTS_SHOWN).map(({ line, reason }) => `line ${line}: ${reason}\n`).join(''))
  await rename(join(folder, name), join(folder, to, name))
}
