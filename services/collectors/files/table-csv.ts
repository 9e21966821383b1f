import { localDayStart } from '#models/units/local-time.ts'
import { CsvLines, likelyDelimiter } from './csv-lines.ts'
import type { FileFormat, FileParser, FileSettings, FileTake } from './format.ts'
import { Gather } from './gather.ts'
import type { TableMapping } from './profile.ts'
import { instantOf, stampReader } from './stamp.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** The column of a channel in layouts where a file has one value a meter and time. */
export const VALUE = 'value'

/** A CSV of any origin whose layout a profile describes. */
export function tableCsv(name: string, mapping: TableMapping): FileFormat {
  return {
    name, encoding: mapping.encoding ?? 'utf-8',
    recognises(head) {
      const lines = head.replace(/^\uFEFF/, '').split('\n').map((line) => line.trim()).filter((line) => line !== '')
      const headerRows = mapping.headerRows ?? 1
      const line = lines[Math.max(0, headerRows - 1)]
      if (line === undefined) return false
      const cells = line.split(mapping.delimiter ?? likelyDelimiter(line)).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
      if (headerRows > 0) return namedColumns(mapping).every((column) => cells.includes(column))
      const stamp = mapping.time.columns.map((column) => cells[Number(column) - 1] ?? '').join(' ')
      return stampReader(mapping.time.format)(stamp) !== undefined
    },
    open: (take, settings) => new TableCsv(mapping, take, settings),
  }
}

const namedColumns = ({ time, meter, value, kind, unit }: TableMapping): string[] => [...time.columns, meter, value, kind, unit].filter((name) => name !== undefined)

/** Faults of a mapping that its form alone does not show. */
export function mappingFaults({ layout, time, value, meter, headerRows }: TableMapping): string[] {
  return [
    ...(time.stamp === 'end' && time.stepMinutes === undefined ? ['time.stamp: end needs time.stepMinutes'] : []),
    ...(layout === 'long' && value === undefined ? ['layout: long needs the name of the column of the value'] : []),
    ...(layout === 'meters' && meter !== undefined ? ['layout: meters has a column for each meter and none that names it'] : []),
    ...(layout === 'meters' && headerRows === 0 ? ['layout: meters needs a header that names the meters'] : []),
  ]
}

interface Cell { readonly place: number; readonly meter: string | undefined; readonly column: string }
interface Order { previous: number; isBackwards: boolean }

class TableCsv implements FileParser {
  readonly #mapping: TableMapping
  readonly #take: FileTake
  readonly #settings: FileSettings
  readonly #gather: Gather
  readonly #lines: CsvLines
  readonly #stampOf: ReturnType<typeof stampReader>
  readonly #missing: ReadonlySet<string>
  readonly #asked = new Map<string, boolean>()
  #ofFile: string | undefined
  readonly #orders = new Map<string, Order>()
  #headersLeft: number
  #places: { readonly time: number[]; readonly meter: number; readonly kind: number; readonly unit: number; readonly cells: Cell[] } | undefined

  constructor(mapping: TableMapping, take: FileTake, settings: FileSettings) {
    this.#mapping = mapping
    this.#take = take
    this.#settings = settings
    this.#gather = new Gather(take)
    this.#stampOf = stampReader(mapping.time.format)
    this.#missing = new Set(['', ...(mapping.missing ?? [])])
    this.#headersLeft = mapping.headerRows ?? 1
    this.#lines = new CsvLines({ delimiterOf: (line) => mapping.delimiter ?? likelyDelimiter(line), row: (cells, line) => this.#row(cells, line), fault: (line, reason) => take.fault(line, reason) })
  }

  write(text: string): void {
    this.#lines.write(text)
  }

  end(): void {
    this.#lines.end()
    this.#gather.handOver()
  }

  #row(cells: string[], line: number): void {
    if (this.#headersLeft > 0) {
      this.#headersLeft--
      if (this.#headersLeft === 0) this.#header(cells.map((cell) => cell.replace(/^\uFEFF/, '')), line)
      return
    }
    if (this.#places === undefined) {
      if (this.#mapping.headerRows !== 0) return this.#take.fault(line, 'missing-column')
      this.#header(cells.map((_, index) => String(index + 1)), line)
    }
    this.#values(cells, line)
  }

  #header(names: readonly string[], line: number): void {
    const { layout, time, meter, value, kind, unit } = this.#mapping
    const place = (name: string | undefined) => (name === undefined ? -1 : names.indexOf(name))
    const absent = namedColumns(this.#mapping).filter((name) => !names.includes(name))
    if (absent.length > 0) return this.#take.fault(line, 'missing-column')
    const known = new Set(namedColumns(this.#mapping))
    const others = [...names.entries()].filter(([, name]) => name !== '' && !known.has(name))
    const cells: Cell[] = layout === 'long' ? [{ place: place(value), meter: undefined, column: VALUE }]
      : others.map(([index, name]) => (layout === 'meters' ? { place: index, meter: name, column: VALUE } : { place: index, meter: undefined, column: name }))
    this.#places = { time: time.columns.map(place), meter: place(meter), kind: place(kind), unit: place(unit), cells }
  }

  #values(row: readonly string[], line: number): void {
    const { time, meter: meterPlace, kind, unit, cells } = this.#places!
    const { layout } = this.#mapping
    const stamp = this.#stampOf(time.map((place) => row[place] ?? '').join(' '))
    if (stamp === undefined) return this.#take.fault(line, 'bad-time')
    const ofRow = layout === 'meters' ? '' : meterPlace >= 0 ? (row[meterPlace] ?? '') : (this.#ofFile ??= this.#meterOfFile())
    if (layout === 'columns' && !this.#isAsked(ofRow)) return this.#take.fault(line, 'unknown-meter')
    for (const cell of cells) {
      const meter = cell.meter ?? ofRow
      const column = kind >= 0 ? (row[kind] ?? '') : cell.column
      // A table has columns nobody asked for: remarks, sums, other quantities.
      if (layout === 'columns' && !this.#take.wants(meter, column)) continue
      const text = row[cell.place]
      if (text === undefined || meter === '' || column === '') {
        this.#take.fault(line, 'missing-column')
        continue
      }
      const value = this.#missing.has(text) ? NaN : this.#number(text)
      const at = this.#start(stamp, `${meter}\n${column}`)
      if (value === undefined) this.#take.fault(line, 'bad-value')
      else if (Number.isNaN(at)) this.#take.fault(line, 'bad-time')
      else this.#gather.add(meter, column, unit >= 0 ? (row[unit] ?? '') : '', at, value, line)
    }
  }

  /** Whether any column of the table is wanted of this meter. */
  #isAsked(meter: string): boolean {
    let asked = this.#asked.get(meter)
    if (asked === undefined) this.#asked.set(meter, (asked = this.#places!.cells.some(({ column }) => this.#take.wants(meter, column))))
    return asked
  }

  /** Without a column for it the meter is the beginning of the file's name: `north_2026-01` belongs to `north`. */
  #meterOfFile(): string {
    const stem = this.#settings.fileName ?? ''
    for (let end = stem.length; end > 0; end = Math.max(...['_', '.', '-', ' '].map((mark) => stem.lastIndexOf(mark, end - 1)))) {
      if (this.#isAsked(stem.slice(0, end))) return stem.slice(0, end)
    }
    return stem
  }

  #number(text: string): number | undefined {
    const decimal = this.#mapping.decimal ?? '.'
    // Thousands are set apart by spaces of several kinds, or in English files by commas.
    const plain = text.replace(/[\s\u00A0\u202F]/g, '')
    const digits = decimal === ',' ? plain.replaceAll('.', '').replace(',', '.') : plain.replaceAll(',', '')
    return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(digits) && Number.isFinite(Number(digits)) ? Number(digits) : undefined
  }

  #start(stamp: NonNullable<ReturnType<ReturnType<typeof stampReader>>>, key: string): number {
    const { zone, stepMinutes, stamp: marks = 'start' } = this.#mapping.time
    const timeZone = zone ?? this.#settings.timeZone
    let order = this.#orders.get(key)
    if (order === undefined) this.#orders.set(key, (order = { previous: NaN, isBackwards: false }))
    const at = instantOf(stamp, timeZone, order.previous, order.isBackwards)
    if (Number.isNaN(at)) return NaN
    if (!Number.isNaN(order.previous) && at !== order.previous) order.isBackwards = at < order.previous
    order.previous = at
    if (stepMinutes === DAY_MINUTES) return localDayStart(marks === 'end' ? at - 1 : at, timeZone)
    return marks === 'end' ? at - (stepMinutes ?? NaN) * MINUTE_MS : at
  }
}
