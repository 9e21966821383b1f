import type { LoadDuration } from '#contract/planner.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const TICKS_PCT = [0, 25, 50, 75, 100]
/** Rows of the table: enough to read, few enough to print. */
const ROWS = 101

/** Loadings from high to low: how much of the time the element carries at least so much. */
export function shapeLoadDuration(duration: LoadDuration, limitPct: number, { t, f }: Speech): ShapedFigure | undefined {
  const { sharePct, loadingPct, peak } = duration
  if (loadingPct.length === 0 || !peak) return undefined
  const atShare = (share: number) => loadingPct[Math.max(0, sharePct.findIndex((value) => value >= share))]
  const every = Math.max(1, Math.ceil(loadingPct.length / ROWS))
  const kept = loadingPct.map((_, index) => index).filter((index) => index % every === 0 || index === loadingPct.length - 1)
  const words = t.planner.duration
  return {
    sentence: words.sentence(f.percent(peak.loadingPct), f.dateTime(peak.at), words.hours(f.number(duration.hoursOverLimit, duration.hoursOverLimit < 10 ? 1 : 0)), f.percent(atShare(50))),
    table: {
      rowHeader: words.share,
      columns: [{ label: words.atLeast, unit: '%' }],
      rows: kept.map((index) => ({ header: f.percent(sharePct[index], 1), x: sharePct[index], cells: [f.percent(loadingPct[index], 1)], raw: [loadingPct[index]] })),
    },
    plot: {
      lines: [{ label: words.atLeast, colour: '--electricity', style: 'measured', points: loadingPct.map((value, index) => [sharePct[index], value] as const) }],
      limits: [{ value: limitPct, label: t.planner.element.limit, level: 'over' }],
      x: { from: 0, to: 100 },
      ticks: TICKS_PCT.map((value) => ({ value, label: f.percent(value) })),
      unit: '%',
    },
    legend: [
      { label: words.atLeast, colour: '--electricity', stroke: 'solid' },
      { label: t.legend.limit, colour: '--over', stroke: 'solid' },
    ],
  }
}
