import { QUALITY, type QualityName } from '#models/units/quality.ts'

/**
 * Tidy CSV: a header with `timestamp,point,value` and optionally `unit` and `quality`, in any order, comma or semicolon.
 * A line is one value of one point at the start of its interval, with an offset or Z: a local time without one would be
 * two moments in the hour that comes twice.
 */
export interface TidyColumns { readonly separator: string; readonly timestamp: number; readonly point: number; readonly value: number; readonly unit: number; readonly quality: number }

export type LineReason = 'bad-time' | 'bad-value' | 'bad-quality' | 'missing-column' | 'unknown-point' | 'unit-does-not-fit'

export interface TidyRow { readonly at: number; readonly point: string; readonly value: number; readonly unit: string | undefined; readonly quality: number }

/** Undefined if the line is no header of this form. */
export function tidyHeader(line: string): TidyColumns | undefined {
  const separator = line.includes(';') ? ';' : ','
  const names = cellsOf(line.replace(/^\uFEFF/, ''), separator).map((name) => name.toLowerCase())
  const place = (name: string) => names.indexOf(name)
  const columns = { separator, timestamp: place('timestamp'), point: place('point'), value: place('value'), unit: place('unit'), quality: place('quality') }
  return columns.timestamp >= 0 && columns.point >= 0 && columns.value >= 0 ? columns : undefined
}

export function tidyRow(line: string, columns: TidyColumns): TidyRow | LineReason {
  const cells = cellsOf(line, columns.separator)
  const [stamp, point, text] = [cells[columns.timestamp], cells[columns.point], cells[columns.value]]
  if (stamp === undefined || point === undefined || text === undefined || point === '') return 'missing-column'
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)$/.test(stamp) ? Date.parse(stamp) : NaN
  if (Number.isNaN(at)) return 'bad-time'
  const value = text === '' ? NaN : Number(text)
  if (text !== '' && !Number.isFinite(value)) return 'bad-value'
  const name = columns.quality < 0 ? '' : (cells[columns.quality] ?? '')
  if (name !== '' && !Object.hasOwn(QUALITY, name)) return 'bad-quality'
  const quality = name !== '' ? QUALITY[name as QualityName] : Number.isNaN(value) ? QUALITY.missing : QUALITY.measured
  const unit = columns.unit < 0 ? undefined : cells[columns.unit] || undefined
  return { at, point, value, unit, quality }
}

const cellsOf = (line: string, separator: string): string[] => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
