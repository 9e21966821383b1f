import { QUALITY, qualityName } from '#models/units/quality.ts'
import type { SeriesColumns } from './contract/common.ts'

/** JSON knows no NaN: what is missing is null. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

export const emptyColumns = (): SeriesColumns => ({ at: [], values: [], quality: [] })

export function pushValue(columns: SeriesColumns, at: number, value: number, quality: number): void {
  const known = Number.isFinite(value) && quality < QUALITY.bad
  columns.at.push(at)
  columns.values.push(known ? value : null)
  columns.quality.push(known || quality === QUALITY.bad ? qualityName(quality) : 'missing')
}
