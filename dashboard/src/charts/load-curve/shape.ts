import type { LoadCurve } from '#contract/merchant.ts'
import { extremes, qualityLines, samples, withGaps } from '../series.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'
import { STEP_MS, type Span } from './period.ts'

const HOUR_MS = 3_600_000

/** The load curve of one delivery point, with an earlier period laid under it (`shiftMs` later than it was). */
export function shapeLoadCurve(curve: LoadCurve, before: LoadCurve | undefined, shiftMs: number, span: Span, { t, f }: Speech): ShapedFigure | undefined {
  const rows = samples(curve.powerKw)
  const found = extremes(rows)
  if (!found) return undefined
  const stepMs = STEP_MS[curve.step]
  const earlier = before ? samples(before.powerKw).map((row) => ({ ...row, at: row.at + shiftMs })) : []
  const earlierAt = new Map(earlier.map((row) => [row.at, row.value]))
  const energyKwh = (found.mean * found.known * stepMs) / HOUR_MS
  const words = t.merchant.curve
  const header = curve.step === 'day' ? f.day : f.dateTime
  const lines = qualityLines(withGaps(rows, stepMs), { label: words.own, colour: '--electricity' })
  const styles = new Set(lines.filter((line) => line.points.some(([, y]) => y !== null)).map((line) => line.style))
  return {
    sentence: words.sentence(f.energy(energyKwh), f.power(found.mean), f.power(found.high.value), header(found.high.at)),
    table: {
      rowHeader: t.common.time,
      columns: [{ label: words.own, unit: 'kW' }, { label: t.common.origin }, ...(before ? [{ label: words.before, unit: 'kW' }] : [])],
      rows: rows.map((row) => {
        const other = earlierAt.get(row.at) ?? null
        return {
          header: header(row.at),
          x: row.at,
          cells: [f.power(row.value), t.quality[row.quality], ...(before ? [f.power(other)] : [])],
          raw: [row.value, row.quality, ...(before ? [other] : [])],
        }
      }),
    },
    plot: {
      lines: [
        ...(before ? [{ label: words.before, colour: '--calm', style: 'reference' as const, points: withGaps(earlier, stepMs).map((row) => [row.at, row.value] as const) }] : []),
        ...lines,
      ],
      x: span,
      unit: 'kW',
    },
    legend: [
      { label: `${words.own}, ${t.legend.measured}`, colour: '--electricity', stroke: 'solid' },
      ...(styles.has('estimated') ? [{ label: t.quality.substituted, colour: '--electricity', stroke: 'hatched' as const }] : []),
      ...(before ? [{ label: words.before, colour: '--calm', stroke: 'dotted' as const }] : []),
    ],
  }
}
