import { QUALITY } from '#models/units/quality.ts'
import { EMPTY_SERIES, joined } from '../series/columns.ts'
import type { Series } from '../port.ts'
import { emptyHours, HOUR_MS, type Hours } from '../series/hours.ts'
import type { Answered, InfluxClient } from './client.ts'
import { NO_VALUE } from './line-protocol.ts'
import { nameOfTag, quoted, tagInQuery } from './point-tag.ts'

/** Beyond these (the years 1677 and 2262) InfluxDB has no times. */
const EARLIEST_MS = -9_223_372_036_854
const LATEST_MS = 9_223_372_036_854
/** Values expected of one query: points are asked together up to that. */
const VALUES_AT_ONCE = 400_000
const USUAL_STEP_MS = 600_000
const MOST_POINTS = 200
/** A condition longer than this costs more than the answer of all points. */
const MOST_NAMED = 1_000
const SHORT_MS = 60_000

export interface SeriesRange { readonly name: string; readonly from: number; readonly to: number }

const bounds = (from: number, to: number): string =>
  `${from > EARLIEST_MS ? ` AND time >= ${Math.ceil(from)}ms` : ''}${to < LATEST_MS ? ` AND time < ${Math.ceil(to)}ms` : ''}`
const anyOf = (names: readonly string[]): string => `(${names.map((name) => `"point" = ${tagInQuery(name)}`).join(' OR ')})`

/** The questions that a store has for its measurement. */
export class Measurement {
  readonly #client: InfluxClient
  readonly #name: string
  readonly #plainName: string
  readonly #timeoutMs: number | undefined

  constructor(client: InfluxClient, name: string, timeoutMs?: number) {
    this.#client = client
    this.#timeoutMs = timeoutMs
    this.#plainName = name
    this.#name = quoted(name)
  }

  #ask(statement: string): Promise<readonly Answered[]> {
    return this.#client.query(statement, this.#timeoutMs)
  }

  /** Every point that has a value, in the order of the tags. */
  async names(): Promise<string[]> {
    const answer = await this.#ask(`SHOW TAG VALUES FROM ${this.#name} WITH KEY = "point"`)
    return answer.flatMap(({ columns, values }) => values.map((row) => nameOfTag(String(row[columns.indexOf('value')]))))
  }

  /** Series of [from, to) by name, many in one question; those without a value are left out. */
  async read(names: readonly string[], from: number, to: number, take: (name: string, series: Series) => void): Promise<void> {
    // Of so short a time all points are less than a condition that names thousands of them.
    if (names.length > MOST_NAMED && to - from <= SHORT_MS) {
      const wanted = new Set(names)
      for (const one of await this.#ask(`SELECT value, quality, recordedAt FROM ${this.#name} WHERE true${bounds(from, to)} GROUP BY "point"`)) {
        const name = nameOfTag(one.tags['point'] ?? '')
        if (wanted.has(name)) take(name, seriesOf(one))
      }
      return
    }
    const expected = Math.min(VALUES_AT_ONCE, Math.max(1, (Math.min(to, LATEST_MS) - Math.max(from, 0)) / USUAL_STEP_MS))
    const atOnce = Math.max(1, Math.min(MOST_POINTS, Math.floor(VALUES_AT_ONCE / expected)))
    for (let start = 0; start < names.length; start += atOnce) {
      const answer = await this.#ask(`SELECT value, quality, recordedAt FROM ${this.#name} WHERE ${anyOf(names.slice(start, start + atOnce))}${bounds(from, to)} GROUP BY "point"`)
      for (const one of answer) take(nameOfTag(one.tags['point'] ?? ''), seriesOf(one))
    }
  }

  /** Different stretches of many points, put together where that does not read much more. */
  async readRanges(ranges: readonly SeriesRange[], take: (name: string, series: Series) => void): Promise<void> {
    const sorted = [...ranges].sort((left, right) => left.from - right.from)
    for (let start = 0; start < sorted.length; ) {
      const { from } = sorted[start]
      let { to } = sorted[start]
      let end = start + 1
      const longest = Math.max(2 * (to - from), 60_000)
      while (end < sorted.length && Math.max(to, sorted[end].to) - from <= longest) to = Math.max(to, sorted[end++].to)
      await this.read(sorted.slice(start, end).map(({ name }) => name), from, to, take)
      start = end
    }
  }

  /** The newest value of each of these points. */
  async newest(names: readonly string[] | 'all', take: (name: string, series: Series) => void): Promise<void> {
    const ask = async (where: string) => {
      for (const one of await this.#ask(`SELECT value, quality, recordedAt FROM ${this.#name}${where} GROUP BY "point" ORDER BY time DESC LIMIT 1`)) take(nameOfTag(one.tags['point'] ?? ''), seriesOf(one))
    }
    if (names === 'all' || names.length > MOST_NAMED) await ask('')
    else for (let start = 0; start < names.length; start += MOST_POINTS) await ask(` WHERE ${anyOf(names.slice(start, start + MOST_POINTS))}`)
  }

  /** Hours of [from, to), both full hours, of usable values; points without any are left out. */
  async hours(names: readonly string[], from: number, to: number, take: (name: string, hours: Hours) => void): Promise<void> {
    const length = (to - from) / HOUR_MS
    const atOnce = Math.max(1, Math.min(MOST_POINTS, Math.floor(VALUES_AT_ONCE / length)))
    for (let start = 0; start < names.length; start += atOnce) {
      const answer = await this.#ask(`SELECT count(value), mean(value), min(value), max(value) FROM ${this.#name} WHERE ${anyOf(names.slice(start, start + atOnce))} AND quality <= ${QUALITY.forecast}${bounds(from, to)} GROUP BY time(1h), "point" fill(none)`)
      for (const { tags, columns, values } of answer) {
        const hours = emptyHours(length)
        const [time, count, mean, min, max] = ['time', 'count', 'mean', 'min', 'max'].map((column) => columns.indexOf(column))
        for (const row of values) {
          const hour = (Number(row[time]) - from) / HOUR_MS
          if (!(hour >= 0 && hour < length) || !(Number(row[count]) > 0)) continue
          hours.count[hour] = Number(row[count])
          hours.mean[hour] = Number(row[mean])
          hours.min[hour] = Number(row[min])
          hours.max[hour] = Number(row[max])
        }
        take(nameOfTag(tags['point'] ?? ''), hours)
      }
    }
  }

  /** @throws PF_ERASE_UNSUPPORTED */
  erase(point: string, from: number, to: number): Promise<void> {
    return this.#client.erase({ measurement: this.#plainName, point, from: Math.max(EARLIEST_MS, Math.ceil(from)), to: Math.min(LATEST_MS, Math.ceil(to)) })
  }

  /** Time of the oldest value; NaN if there is none. */
  async firstAt(name: string): Promise<number> {
    const [one] = await this.#ask(`SELECT quality FROM ${this.#name} WHERE ${anyOf([name])} ORDER BY time ASC LIMIT 1`)
    return one === undefined ? NaN : Number(one.values[0]?.[one.columns.indexOf('time')] ?? NaN)
  }

  async readOne(name: string, from: number, to: number): Promise<Series> {
    const parts: Series[] = []
    await this.read([name], from, to, (_, series) => parts.push(series))
    return parts.length === 0 ? EMPTY_SERIES : joined(parts)
  }
}

function seriesOf({ columns, values }: Answered): Series {
  const [time, value, quality, recordedAt] = ['time', 'value', 'quality', 'recordedAt'].map((column) => columns.indexOf(column))
  const count = values.length
  const series = { at: new Float64Array(count), values: new Float64Array(count).fill(NaN), quality: new Uint8Array(count), recordedAt: new Float64Array(count) }
  for (let index = 0; index < count; index++) {
    const row = values[index]
    series.at[index] = row[time] as number
    const code = row[quality] as number
    series.quality[index] = code % NO_VALUE
    if (code < NO_VALUE && row[value] !== null) series.values[index] = row[value] as number
    series.recordedAt[index] = (row[recordedAt] as number) * 1_000
  }
  return series
}
