import { QUALITY, type QualityName } from '#models/units/quality.ts'
import { CsvLines } from '#services/collectors/files/csv-lines.ts'
import { POINT, type FileFormat, type FileParser, type FileTake } from '#services/collectors/files/format.ts'
import { Gather } from '#services/collectors/files/gather.ts'

/**
 * Tidy CSV: a header with `timestamp,point,value` and optionally `unit`, `quality` and `issuedAt`, in any order, comma or semicolon.
 * A line is one value of one point at the start of its interval, with an offset or Z: a local time without one would be
 * two moments in the hour that comes twice. `issuedAt` says when a forecast of that time was known. It names points of the district, so only import takes it, no watched folder.
 */
export const tidyCsv: FileFormat = {
  name: 'tidy-csv',
  recognises: (head) => tidyHeader(cellsOf(head.replace(/^\uFEFF/, '').split('\n')[0])) !== undefined,
  open: (take) => new TidyCsv(take),
}

export interface TidyColumns { readonly timestamp: number; readonly point: number; readonly value: number; readonly unit: number; readonly quality: number; readonly issuedAt: number }

export type LineReason = 'bad-time' | 'bad-value' | 'bad-quality' | 'missing-column'

export interface TidyRow { readonly at: number; readonly point: string; readonly value: number; readonly unit: string; readonly quality: number; readonly issuedAt?: number }

class TidyCsv implements FileParser {
  readonly #gather: Gather
  readonly #lines: CsvLines
  #columns: TidyColumns | undefined

  constructor(take: FileTake) {
    this.#gather = new Gather(take)
    this.#lines = new CsvLines({
      delimiterOf: delimiterOf,
      row: (cells, line) => {
        if (this.#columns === undefined) return void (this.#columns = tidyHeader(cells.map((cell) => cell.replace(/^\uFEFF/, ''))))
        const row = tidyRow(cells, this.#columns)
        if (typeof row === 'string') take.fault(line, row)
        else this.#gather.add(row.point, POINT, row.unit, row.at, row.value, line, row.quality, row.issuedAt)
      },
      fault: (line, reason) => take.fault(line, reason),
    })
  }

  write(text: string): void {
    this.#lines.write(text)
  }

  end(): void {
    this.#lines.end()
    this.#gather.handOver()
  }
}

const delimiterOf = (line: string): string => (line.includes(';') ? ';' : ',')

/** Undefined if the cells are no header of this form. */
export function tidyHeader(cells: readonly string[]): TidyColumns | undefined {
  const names = cells.map((name) => name.toLowerCase())
  const place = (name: string) => names.indexOf(name)
  const columns = { timestamp: place('timestamp'), point: place('point'), value: place('value'), unit: place('unit'), quality: place('quality'), issuedAt: place('issuedat') }
  return columns.timestamp >= 0 && columns.point >= 0 && columns.value >= 0 ? columns : undefined
}

export function tidyRow(cells: readonly string[], columns: TidyColumns): TidyRow | LineReason {
  const [stamp, point, text] = [cells[columns.timestamp], cells[columns.point], cells[columns.value]]
  if (stamp === undefined || point === undefined || text === undefined || point === '') return 'missing-column'
  const at = instantOf(stamp)
  const issue = columns.issuedAt < 0 ? '' : (cells[columns.issuedAt] ?? '')
  const issuedAt = issue === '' ? undefined : instantOf(issue)
  if (Number.isNaN(at) || Number.isNaN(issuedAt)) return 'bad-time'
  const value = text === '' ? NaN : Number(text)
  if (text !== '' && !Number.isFinite(value)) return 'bad-value'
  const name = columns.quality < 0 ? '' : (cells[columns.quality] ?? '')
  if (name !== '' && !Object.hasOwn(QUALITY, name)) return 'bad-quality'
  const quality = name !== '' ? QUALITY[name as QualityName] : Number.isNaN(value) ? QUALITY.missing : QUALITY.measured
  const unit = columns.unit < 0 ? '' : (cells[columns.unit] ?? '')
  return { at, point, value, unit, quality, ...(issuedAt === undefined ? {} : { issuedAt }) }
}

const instantOf = (stamp: string): number => (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)$/.test(stamp) ? Date.parse(stamp) : NaN)

const cellsOf = (line: string): string[] => line.split(delimiterOf(line)).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
