import type { CongestionOfElement } from '#contract/congestion.ts'
import { BAND_OPACITY } from '../plot.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const STEP_SHARE = 100

/** Loading of one element over the next days as the scenarios have it: median, nine in ten of them, and how many pass the thresholds. */
export function shapeElementRisk(told: CongestionOfElement, { t, f }: Speech): ShapedFigure | undefined {
  const [low, median, high] = [0.05, 0.5, 0.95].map((level) => told.loadingPct.find((one) => one.level === level)?.values)
  if (!low || !median || !high || median.every((value) => value === null)) return undefined
  const { at, watch, limit, watchPct, limitPct, stepS } = told
  const words = t.congestion.one
  const highest = high.reduce<number>((best, value, step) => ((value ?? -1) > (high[best] ?? -1) ? step : best), 0)
  const pct = (share: number | null) => f.percent(share === null ? null : STEP_SHARE * share)
  const thresholds = [f.percent(watchPct), f.percent(limitPct)]
  return {
    sentence: words.sentence(f.dateTime(at[highest]), f.percent(low[highest]), f.percent(high[highest])),
    table: {
      rowHeader: t.common.time,
      columns: [{ label: words.low, unit: '%' }, { label: words.median, unit: '%' }, { label: words.high, unit: '%' }, ...thresholds.map((level) => ({ label: t.congestion.above(level), unit: '%' }))],
      rows: at.map((time, step) => ({
        header: f.dateTime(time), x: time,
        cells: [f.percent(low[step], 1), f.percent(median[step], 1), f.percent(high[step], 1), pct(watch[step]), pct(limit[step])],
        raw: [low[step], median[step], high[step], ...[watch[step], limit[step]].map((share) => (share === null ? null : Math.round(1000 * share) / 10))],
      })),
    },
    plot: {
      bands: [{ colour: '--electricity', points: at.flatMap((time, step) => (low[step] === null || high[step] === null ? [] : [[time, low[step], high[step]] as const])) }],
      lines: [{ label: words.median, colour: '--electricity', style: 'forecast', points: at.map((time, step) => [time, median[step]] as const) }],
      limits: [{ value: limitPct, label: t.planner.element.limit, level: 'over' }, { value: watchPct, label: t.planner.element.watch, level: 'watch' }],
      x: { from: at[0], to: at[at.length - 1] + stepS * 1000 },
      unit: '%',
    },
    legend: [
      { label: words.median, colour: '--electricity', stroke: 'dashed' }, { label: words.band, colour: '--electricity', stroke: 'band', opacity: BAND_OPACITY },
      { label: t.legend.limit, colour: '--over', stroke: 'solid' }, { label: t.legend.watch, colour: '--watch', stroke: 'dashed' },
    ],
  }
}
