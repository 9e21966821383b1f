import type { ElementHistory } from '#contract/planner.ts'
import { extremes, qualityLines, samples, stepMs, withGaps } from '../series.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const TEN_MINUTES_MS = 600_000

/** Loading of one element: solid up to now, dashed after, against its limit and the threshold of watch. */
export function shapeElementLoading(history: ElementHistory, limits: { watchPct: number; limitPct: number }, now: number, { t, f }: Speech): ShapedFigure | undefined {
  const rows = samples(history.loadingPct)
  const past = rows.filter((row) => row.quality !== 'forecast')
  const ahead = extremes(rows.filter((row) => row.quality === 'forecast'))
  const found = extremes(past)
  const all = found ?? ahead
  if (!all) return undefined
  const newest = past.findLast((row) => row.value !== null)
  const words = t.planner.element
  const [last, high, highAt] = [f.percent(newest?.value), f.percent(all.high.value), f.dateTime(all.high.at)]
  const beside = history.loadKva ?? history.currentA
  const besideAt = new Map(beside?.at.map((at, index) => [at, beside.values[index]]))
  const unit = history.loadKva ? 'kVA' : 'A'
  const lines = qualityLines(withGaps(rows, stepMs(history.loadingPct.at, TEN_MINUTES_MS)), { label: words.loading, colour: '--electricity' })
  const styles = new Set(lines.filter((line) => line.points.some(([, y]) => y !== null)).map((line) => line.style))
  return {
    sentence: ahead ? words.sentenceAhead(last, high, highAt, f.percent(ahead.high.value), f.dateTime(ahead.high.at)) : words.sentence(last, high, highAt),
    table: {
      rowHeader: t.common.time,
      columns: [{ label: words.loading, unit: '%' }, { label: history.loadKva ? words.load : words.current, unit }, { label: t.common.origin }],
      rows: rows.map((row) => ({
        header: f.dateTime(row.at),
        x: row.at,
        cells: [f.percent(row.value), f.unit(besideAt.get(row.at), unit), t.quality[row.quality]],
        raw: [row.value, besideAt.get(row.at) ?? null, row.quality],
      })),
    },
    plot: {
      lines,
      limits: [
        { value: limits.limitPct, label: words.limit, level: 'over' },
        { value: limits.watchPct, label: words.watch, level: 'watch' },
      ],
      x: { from: history.from, to: history.to },
      unit: '%',
      now,
    },
    legend: [
      ...(styles.has('measured') ? [{ label: t.legend.measured, colour: '--electricity', stroke: 'solid' as const }] : []),
      ...(styles.has('estimated') ? [{ label: t.legend.estimated, colour: '--electricity', stroke: 'hatched' as const }] : []),
      ...(styles.has('forecast') ? [{ label: t.legend.forecast, colour: '--electricity', stroke: 'dashed' as const }] : []),
      { label: t.legend.limit, colour: '--over', stroke: 'solid' },
      { label: t.legend.watch, colour: '--watch', stroke: 'dashed' },
    ],
  }
}
