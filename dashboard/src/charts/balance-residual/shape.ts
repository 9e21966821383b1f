import type { Balance } from '#contract/planner.ts'
import { extremes, qualityLines, samples, stepMs, withGaps } from '../series.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const TEN_MINUTES_MS = 600_000

/** The elements whose measured balance fits least, worst first. */
export function worstElements({ elements }: Balance, count: number): Balance['elements'] {
  return elements.filter(({ residualPct }) => residualPct !== null).sort((left, right) => Math.abs(right.residualPct!) - Math.abs(left.residualPct!)).slice(0, count)
}

/** What the feeder heads give and no load or loss explains, over time. */
export function shapeBalance(balance: Balance, { t, f }: Speech): ShapedFigure | undefined {
  const rows = samples(balance.residualKw)
  if (!extremes(rows) || balance.residualPct === null) return undefined
  const words = t.planner.balance
  return {
    sentence: words.sentence(f.percent(balance.residualPct, 1), f.percent(balance.declaredUnmeteredPct, 1), f.percent(balance.closurePct, 3)),
    table: {
      rowHeader: t.common.time,
      columns: [{ label: words.residual, unit: 'kW' }],
      rows: rows.map((row) => ({ header: f.dateTime(row.at), x: row.at, cells: [f.power(row.value)], raw: [row.value] })),
    },
    plot: {
      lines: qualityLines(withGaps(rows, stepMs(balance.residualKw.at, TEN_MINUTES_MS)).map((row) => ({ ...row, quality: row.value === null ? 'missing' : 'measured' })), { label: words.residual, colour: '--electricity' }),
      x: { from: rows[0].at, to: rows[rows.length - 1].at },
      unit: 'kW',
    },
    legend: [{ label: words.residual, colour: '--electricity', stroke: 'solid' }],
  }
}
