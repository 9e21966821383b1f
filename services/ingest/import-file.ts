import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip, gunzipSync } from 'node:zlib'
import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { conversion } from '#models/units/convert.ts'
import type { Clock } from '#services/clock/port.ts'
import { parseEnedisCsv } from '#services/collectors/files/enedis-csv.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { withoutNoise } from './judge.ts'
import { tidyHeader, tidyRow } from './tidy-csv.ts'

/** Rows gathered before they go to the store, each point by itself: bounds memory whatever the order of the file. */
const ROWS_AT_ONCE = 1_000_000
const LINES_SHOWN = 20
const PROGRESS_EVERY_LINES = 100_000

export interface ImportReport {
  readonly stored: number
  readonly deduplicated: number
  readonly revised: number
  /** Lines that could not be used: how many by reason, and the first of each. */
  readonly refused: Readonly<Record<string, { count: number; lines: number[] }>>
}

export interface ImportOptions {
  readonly store: Pick<TimeSeriesStore, 'register' | 'importSeries'>
  readonly district: District
  readonly clock: Clock
  readonly timeZone: string
  progress(share: number): void
}

/** Brings a CSV file (also .gz) into the store; doing it again changes nothing. */
export async function importFile(path: string, options: ImportOptions): Promise<ImportReport> {
  const gathering = new Gathering(path, options)
  const first = await firstLine(path)
  if (first.replace(/^\uFEFF/, '').startsWith('Identifiant PRM;')) await gatherEnedis(path, gathering, options)
  else await gatherTidy(path, gathering, options)
  await gathering.store()
  options.progress(1)
  return gathering.report()
}

const linesOf = (path: string) => {
  const file = createReadStream(path)
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  return { file, lines: createInterface({ input: text, crlfDelay: Infinity }) }
}

async function firstLine(path: string): Promise<string> {
  const { file, lines } = linesOf(path)
  try {
    for await (const line of lines) return line
    return ''
  } catch (cause) {
    throw new PenfeldError('PF_IMPORT_UNREADABLE', `${cause instanceof Error ? cause.message : String(cause)}.`, { where: path, cause })
  } finally {
    lines.close()
    file.destroy()
  }
}

async function gatherTidy(path: string, gathering: Gathering, { progress }: ImportOptions): Promise<void> {
  const { size } = await stat(path)
  const { file, lines } = linesOf(path)
  let columns: ReturnType<typeof tidyHeader>
  let number = 0
  for await (const line of lines) {
    number++
    if (number === 1) {
      columns = tidyHeader(line)
      if (columns === undefined) throw new PenfeldError('PF_IMPORT_FORMAT_UNKNOWN', `The first line is "${line.slice(0, 80)}".`, { where: path })
      continue
    }
    if (line.trim() === '') continue
    const row = tidyRow(line, columns!)
    if (typeof row === 'string') gathering.refuse(row, number)
    else gathering.add(row.point, row.at, row.value, row.quality, row.unit, number)
    if (gathering.rows >= ROWS_AT_ONCE) await gathering.store()
    if (number % PROGRESS_EVERY_LINES === 0) progress(Math.min(0.99, file.bytesRead / size))
  }
}

/** The grid operator's export: meters by their number, columns by their unit. */
async function gatherEnedis(path: string, gathering: Gathering, { district, timeZone }: ImportOptions): Promise<void> {
  const bytes = await readFile(path)
  const { blocks, faults } = parseEnedisCsv((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), timeZone)
  for (const { line, reason } of faults) gathering.refuse(reason, line)
  const points = new Map(district.measurementPoints.flatMap((point) => {
    const device = district.devices.find(({ id }) => id === point.feed?.device)
    return device === undefined ? [] : [[`${device.address} ${point.feed!.channel}`, point.id] as const]
  }))
  for (const { prm, column, unit, at, values } of blocks) {
    const point = points.get(`${prm} ${column}`)
    for (let row = 0; row < at.length; row++) {
      if (point === undefined) gathering.refuse('unknown-point', 0)
      else gathering.add(point, at[row], values[row], Number.isNaN(values[row]) ? 6 : 0, unit, 0)
    }
  }
}

class Gathering {
  readonly #options: ImportOptions
  readonly #source: string
  readonly #points: ReadonlyMap<string, { unit: string; decimals: number }>
  readonly #factors = new Map<string, number>()
  readonly #refused = new Map<string, { count: number; lines: number[] }>()
  #series = new Map<string, { at: number[]; values: number[]; quality: number[] }>()
  #stored = { stored: 0, deduplicated: 0, revised: 0 }
  rows = 0

  constructor(path: string, options: ImportOptions) {
    this.#options = options
    this.#source = `import:${basename(path)}`
    this.#points = new Map(options.district.measurementPoints.map(({ id, unit, resolution }) => [id, { unit, decimals: Math.max(0, Math.round(-Math.log10(resolution))) }]))
  }

  refuse(reason: string, line: number): void {
    const known = this.#refused.get(reason)
    if (known === undefined) this.#refused.set(reason, { count: 1, lines: [line] })
    else if (++known.count <= LINES_SHOWN) known.lines.push(line)
  }

  add(point: string, at: number, value: number, quality: number, unit: string | undefined, line: number): void {
    const known = this.#points.get(point)
    if (known === undefined) return this.refuse('unknown-point', line)
    const factor = unit === undefined || unit === known.unit ? 1 : this.#factor(unit, known.unit)
    if (Number.isNaN(factor)) return this.refuse('unit-does-not-fit', line)
    let series = this.#series.get(point)
    if (series === undefined) this.#series.set(point, (series = { at: [], values: [], quality: [] }))
    series.at.push(at)
    series.values.push(withoutNoise(value * factor, known.decimals))
    series.quality.push(quality)
    this.rows++
  }

  #factor(from: string, to: string): number {
    const key = `${from} ${to}`
    let factor = this.#factors.get(key)
    if (factor === undefined) {
      try {
        factor = conversion(from, to)
      } catch (error) {
        if (!(error instanceof PenfeldError)) throw error
        factor = NaN
      }
      this.#factors.set(key, factor)
    }
    return factor
  }

  /** Hands over what was gathered. Of two lines for the same point and time the later one holds, and is a revision. */
  async store(): Promise<void> {
    const { store, clock } = this.#options
    const gathered = this.#series
    this.#series = new Map()
    this.rows = 0
    const ids = await store.register([...gathered.keys()])
    const provenance = { recordedAt: clock.now(), source: this.#source }
    const results = await Promise.all([...gathered.values()].flatMap(({ at, values, quality }, index) => {
      const order = Uint32Array.from(at.keys()).sort((left, right) => at[left] - at[right] || left - right)
      const repeated = order.filter((row, place) => place > 0 && at[row] === at[order[place - 1]])
      const first = order.filter((row, place) => place === 0 || at[row] !== at[order[place - 1]])
      return [first, ...Array.from(repeated, (row) => Uint32Array.of(row))].map((rows) => store.importSeries(ids[index], {
        at: Float64Array.from(rows, (row) => at[row]), values: Float64Array.from(rows, (row) => values[row]), quality: Uint8Array.from(rows, (row) => quality[row]),
      }, provenance))
    }))
    for (const { stored, deduplicated, revised } of results) {
      this.#stored.stored += stored
      this.#stored.deduplicated += deduplicated
      this.#stored.revised += revised
    }
  }

  report(): ImportReport {
    return { ...this.#stored, refused: Object.fromEntries(this.#refused) }
  }
}
