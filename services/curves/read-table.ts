import { basename } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { CsvLines, likelyDelimiter } from '#services/collectors/files/csv-lines.ts'
import type { FileFormat, FileParser, FileTake } from '#services/collectors/files/format.ts'
import { Gather } from '#services/collectors/files/gather.ts'
import { readMeterFile } from '#services/collectors/files/read-file.ts'
import { instantOf, stampReader } from '#services/collectors/files/stamp.ts'
import { VALUE } from '#services/collectors/files/table-csv.ts'

/** One series of a file, in the order of its lines; NaN for an empty value. */
export interface TableColumn {
  readonly name: string
  /** Empty where the file does not say it. */
  readonly unit: string
  /** Start of the interval (UTC ms). */
  readonly at: number[]
  readonly values: number[]
  readonly lines: number[]
}

export type LineFault = 'bad-time' | 'bad-value' | 'missing-column' | 'bad-quotes' | 'line-too-long' | 'time-twice' | 'off-step'

/** What is wrong with lines of a file: all are counted, the first are kept. */
export class LineFaults {
  static readonly SHOWN = 20
  readonly first: { readonly line: number; readonly reason: LineFault }[] = []
  count = 0

  add(line: number, reason: LineFault): void {
    this.count += 1
    if (this.first.length < LineFaults.SHOWN) this.first.push({ line, reason })
  }
}

export interface CurveTable {
  readonly file: string
  readonly columns: readonly TableColumn[]
  readonly faults: LineFaults
}

/**
 * Reads the series of a CSV (also packed by gzip): `timestamp,series,value,unit` with a line a value, or `timestamp,NAME...`
 * with a column a series, whose unit may stand in brackets after its name. Times are ISO 8601; without an offset they are
 * of `timeZone`, and of the hour that comes twice the first is meant first. Lines that cannot be read are faults.
 * @throws PF_CURVE_INVALID, PF_IMPORT_UNREADABLE or PF_IMPORT_TOO_LARGE
 */
export async function readCurveTable(path: string, timeZone: string): Promise<CurveTable> {
  const faults = new LineFaults()
  const columns = new Map<string, TableColumn>()
  try {
    await readMeterFile(path, {
      formats: [curveCsv], timeZone, wants: () => true,
      fault: (line, reason) => faults.add(line, reason as LineFault),
      async take({ meter, unit, at, values, lines }) {
        let column = columns.get(meter)
        if (column === undefined) columns.set(meter, (column = { name: meter, unit, at: [], values: [], lines: [] }))
        for (let row = 0; row < at.length; row += 1) {
          column.at.push(at[row])
          column.values.push(values[row])
          column.lines.push(lines[row])
        }
      },
    })
  } catch (cause) {
    if (cause instanceof PenfeldError && cause.code === 'PF_IMPORT_FORMAT_UNKNOWN') throw new PenfeldError('PF_CURVE_INVALID', cause.detail, { where: path, cause })
    if (cause instanceof PenfeldError || (cause as { syscall?: unknown } | null)?.syscall === undefined) throw cause
    throw new PenfeldError('PF_IMPORT_UNREADABLE', `${(cause as Error).message}.`, { where: path, cause })
  }
  return { file: basename(path), columns: [...columns.values()], faults }
}

const TIME_NAMES = new Set(['timestamp', 'at', 'time', 'date', 'datetime', 'horodate', 'horodatage'])
const NO_VALUE = new Set(['', 'na', 'n/a', 'nan', 'null', '-'])

const curveCsv: FileFormat = {
  name: 'curve-csv',
  recognises(head) {
    const line = head.replace(/^\uFEFF/, '').split('\n').map((one) => one.trim()).find((one) => one !== '') ?? ''
    return headerOf(line.split(likelyDelimiter(line)).map(unquoted)) !== undefined
  },
  open: (take, { timeZone }) => new CurveCsv(take, timeZone),
}

interface Header {
  readonly time: number
  /** Places of series, value and unit in a table with a line a value. */
  readonly long: { readonly series: number; readonly value: number; readonly unit: number } | undefined
  readonly wide: readonly { readonly place: number; readonly name: string; readonly unit: string }[]
}

function headerOf(cells: readonly string[]): Header | undefined {
  const names = cells.map((name) => name.toLowerCase())
  const time = names.findIndex((name) => TIME_NAMES.has(name))
  if (time < 0 || cells.length < 2) return undefined
  const series = names.findIndex((name) => name === 'series' || name === 'point')
  const value = names.indexOf('value')
  if (series >= 0 && value >= 0) return { time, long: { series, value, unit: names.indexOf('unit') }, wide: [] }
  const wide = cells.flatMap((name, place) => {
    if (place === time || name === '') return []
    const [, plain = name, unit = ''] = /^(.*?)\s*[([]([^)\]]*)[)\]]$/.exec(name) ?? []
    return [{ place, name: plain, unit }]
  })
  return wide.length === 0 ? undefined : { time, long: undefined, wide }
}

class CurveCsv implements FileParser {
  readonly #gather: Gather
  readonly #lines: CsvLines
  readonly #take: FileTake
  readonly #timeZone: string
  readonly #stampOf = stampReader('iso')
  readonly #previous = new Map<string, number>()
  #header: Header | undefined
  /** In files with semicolons the comma is a decimal one. */
  #decimalComma = false

  constructor(take: FileTake, timeZone: string) {
    this.#take = take
    this.#timeZone = timeZone
    this.#gather = new Gather(take)
    this.#lines = new CsvLines({
      delimiterOf: (line) => {
        const delimiter = likelyDelimiter(line)
        this.#decimalComma = delimiter !== ','
        return delimiter
      },
      row: (cells, line) => this.#row(cells, line), fault: (line, reason) => take.fault(line, reason),
    })
  }

  write(text: string): void {
    this.#lines.write(text)
  }

  end(): void {
    this.#lines.end()
    this.#gather.handOver()
  }

  #row(cells: readonly string[], line: number): void {
    if (this.#header === undefined) return void (this.#header = headerOf(cells.map((cell) => unquoted(cell.replace(/^\uFEFF/, '')))))
    const { time, long, wide } = this.#header
    const stamp = this.#stampOf(cells[time] ?? '')
    const series = long === undefined ? '' : (cells[long.series] ?? '')
    if (stamp === undefined) return this.#take.fault(line, 'bad-time')
    if (long !== undefined && (series === '' || cells[long.value] === undefined)) return this.#take.fault(line, 'missing-column')
    const at = instantOf(stamp, this.#timeZone, this.#previous.get(series) ?? NaN)
    if (Number.isNaN(at)) return this.#take.fault(line, 'bad-time')
    this.#previous.set(series, at)
    if (long !== undefined) return this.#value(series, long.unit < 0 ? '' : (cells[long.unit] ?? ''), at, cells[long.value], line)
    for (const { place, name, unit } of wide) this.#value(name, unit, at, cells[place], line)
  }

  #value(name: string, unit: string, at: number, text: string | undefined, line: number): void {
    if (text === undefined) return this.#take.fault(line, 'missing-column')
    const value = NO_VALUE.has(text.toLowerCase()) ? NaN : Number(this.#decimalComma ? text.replace(',', '.') : text)
    if (!NO_VALUE.has(text.toLowerCase()) && !Number.isFinite(value)) return this.#take.fault(line, 'bad-value')
    this.#gather.add(name, VALUE, unit, at, value, line)
  }
}

const unquoted = (cell: string): string => cell.trim().replace(/^"(.*)"$/, '$1').trim()
