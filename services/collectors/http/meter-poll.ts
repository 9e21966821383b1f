import { QUALITY } from '#models/units/quality.ts'
import { ColumnIndex, inProfileUnit } from '../files/channels.ts'
import type { TableMapping } from '../files/profile.ts'
import { tableCsv } from '../files/table-csv.ts'
import type { DriverContext, ProfileChannel } from '../port.ts'
import { decodeAnswer, type Decoded, type DecodedChannel } from './mapping.ts'
import type { HttpAuth, HttpMapping, HttpQuota, HttpRequest } from './profile.ts'

/** What the profile of a device says, taken together from its channels. */
export interface Service {
  readonly request: HttpRequest
  readonly auth: HttpAuth | undefined
  readonly quota: readonly HttpQuota[]
  readonly mapping: HttpMapping | undefined
  readonly table: TableMapping | undefined
}

/** One device of a source: an address at the service, and the channels its answers feed. */
export interface PolledMeter {
  readonly id: string
  readonly address: string
  readonly service: Service
  readonly indexes: readonly number[]
  readonly channels: readonly ProfileChannel[]
  /** What the last answers held: asked for again they are not handed on again. */
  readonly seen: Map<number, number>[]
  failures: number
  /** Why it could not be asked the last time, if so. */
  lastFailure: string | undefined
  /** Monotonic time before which it is not asked. */
  dueMs: number
}

export const serviceOf = (channel: ProfileChannel): Service => ({
  request: channel['request'] as HttpRequest, auth: channel['auth'] as HttpAuth | undefined, quota: (channel['quota'] as readonly HttpQuota[] | undefined) ?? [],
  mapping: channel['mapping'] as HttpMapping | undefined, table: channel['table'] as TableMapping | undefined,
})

export function metersOf({ channels }: Pick<DriverContext, 'channels'>): PolledMeter[] {
  const byDevice = Map.groupBy(channels.keys(), (index) => channels[index].device.id)
  return [...byDevice].map(([id, indexes]) => ({
    id, address: String(channels[indexes[0]].device.address), service: serviceOf(channels[indexes[0]].profileChannel),
    indexes, channels: indexes.map((index) => channels[index].profileChannel), seen: indexes.map(() => new Map<number, number>()), failures: 0, lastFailure: undefined, dueMs: 0,
  }))
}

/** What an answer holds, whatever its form; never throws. */
export function readAnswer(text: string, { service, channels, address }: Pick<PolledMeter, 'service' | 'channels' | 'address'>, settings: { readonly timeZone: string; readonly until: number }): Decoded {
  const { format = 'json' } = service.request
  if (format === 'csv') return readTable(text, service.table!, channels, address, settings)
  const content = format === 'ndjson' ? linesOf(text) : parsed(text)
  if (content === undefined) return { channels: channels.map(() => ({ at: [], values: [], quality: [] })), faults: new Map([['not-json', 1]]) }
  return decodeAnswer(content, service.mapping!, channels, settings)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}

/** A JSON value a line; some services give an array instead where they say lines. */
function linesOf(text: string): unknown {
  if (text.trimStart().startsWith('[')) return parsed(text)
  const lines = text.split('\n').filter((line) => line.trim() !== '').map(parsed)
  return lines.includes(undefined) ? undefined : lines
}

function readTable(text: string, table: TableMapping, channels: readonly ProfileChannel[], address: string, { timeZone, until }: { readonly timeZone: string; readonly until: number }): Decoded {
  const index = new ColumnIndex<number>()
  for (const [place, channel] of channels.entries()) index.add(address, String(channel['column']), place)
  const found: DecodedChannel[] = channels.map(() => ({ at: [], values: [], quality: [] }))
  const faults = new Map<string, number>()
  const fault = (reason: string, count = 1) => faults.set(reason, (faults.get(reason) ?? 0) + count)
  const parser = tableCsv('answer', table).open({
    wants: index.wants,
    fault: (_line, reason) => void fault(reason),
    rows(rows) {
      const place = index.get(rows.meter, rows.column)
      const values = place === undefined ? undefined : inProfileUnit(rows, channels[place])
      if (place === undefined || values === undefined) return void fault(place === undefined ? 'unknown-meter' : 'unit-does-not-fit', rows.at.length)
      for (let row = 0; row < rows.at.length; row++) {
        if (rows.at[row] > until) continue
        found[place].at.push(rows.at[row])
        found[place].values.push(values[row])
        found[place].quality.push(Number.isNaN(values[row]) ? QUALITY.missing : rows.quality[row])
      }
    },
  }, { timeZone, fileName: address })
  parser.write(text)
  parser.end()
  return { channels: found, faults }
}
