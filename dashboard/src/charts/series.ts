import type { Quality, SeriesColumns } from '#contract/common.ts'
import { splitByStyle, type LineStyle, type PlotLine } from './plot.ts'

/** Values that came from a meter are solid; filled by rule or computed are hatched; the future is dashed. */
export function styleOf(quality: Quality): LineStyle {
  if (quality === 'forecast') return 'forecast'
  return quality === 'estimated' || quality === 'substituted' ? 'estimated' : 'measured'
}

export interface Sample {
  readonly at: number
  /** `null` when nothing usable was received: a gap. */
  readonly value: number | null
  readonly quality: Quality
}

/** Rows of the columns. A bad value is shown as absent: it may be read nowhere. */
export function samples(columns: SeriesColumns): Sample[] {
  return columns.at.map((at, index) => {
    const quality = columns.quality[index]
    return { at, value: quality === 'bad' || quality === 'missing' ? null : columns.values[index], quality }
  })
}

/** Puts a gap where more than a step and a half lies between two values. */
export function withGaps(rows: readonly Sample[], stepMs: number): Sample[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1]
    return before && row.at - before.at > 1.5 * stepMs ? [{ at: before.at + stepMs, value: null, quality: 'missing' as const }, row] : [row]
  })
}

export interface Extremes {
  readonly low: Sample & { value: number }
  readonly high: Sample & { value: number }
  readonly mean: number
  readonly known: number
}

/** Undefined when no value is known. */
export function extremes(rows: readonly Sample[]): Extremes | undefined {
  const known = rows.filter((row): row is Sample & { value: number } => row.value !== null)
  if (known.length === 0) return undefined
  return {
    low: known.reduce((a, b) => (b.value < a.value ? b : a)),
    high: known.reduce((a, b) => (b.value > a.value ? b : a)),
    mean: known.reduce((sum, row) => sum + row.value, 0) / known.length,
    known: known.length,
  }
}

/** One line for each way the values were come by. */
export function qualityLines(rows: readonly Sample[], line: { label: string; colour: string }): PlotLine[] {
  let style: LineStyle | undefined
  // A gap has no way of its own: it belongs to the line it breaks.
  const points = rows.map((row) => ({ at: row.at, value: row.value, style: (style = row.value === null ? (style ?? styleOf(row.quality)) : styleOf(row.quality)) }))
  return splitByStyle(points).map(({ style, points: own }) => ({ ...line, style, points: own }))
}

/** The usual distance of two values; the smallest one, so that a gap is not taken for a step. */
export function stepMs(at: readonly number[], otherwise: number): number {
  let smallest = Infinity
  for (let i = 1; i < at.length; i++) smallest = Math.min(smallest, at[i] - at[i - 1])
  return Number.isFinite(smallest) && smallest > 0 ? smallest : otherwise
}
