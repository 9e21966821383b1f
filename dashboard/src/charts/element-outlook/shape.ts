import type { ElementOutlook, Spread } from '#contract/study-shapes.ts'
import type { FigureTable } from '../../components/figure.ts'
import type { LegendKey } from '../../components/legend.ts'
import { BAND_OPACITY, type Plot } from '../plot.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const LIMIT_PCT = 100
/** Where limits are passed is a small part of a year. */
const TOP_HOURS = 500
/** Rows of the table: enough to read, few enough to print. */
const ROWS = 101

export type DurationSpan = 'top' | 'year'

/** Hours of the last year from the most loaded on. `stateName`: of the state the curve belongs to. Undefined where none was kept. */
export function shapeDuration({ duration }: ElementOutlook, span: DurationSpan, stateName: string, { t, f }: Speech): ShapedFigure | undefined {
  if (duration === null || duration.pct.length === 0) return undefined
  const words = t.reinforcement.outlook
  const all = duration.hours.map((hour, i) => [hour, duration.pct[i]] as const)
  const to = span === 'top' ? Math.min(TOP_HOURS, all[all.length - 1][0]) : all[all.length - 1][0]
  const points = all.filter(([hour]) => hour <= to)
  const every = Math.ceil(points.length / ROWS)
  return {
    sentence: words.durationSentence(f.percent(Math.max(...duration.pct)), f.unit(hoursAbove(duration.hours, duration.pct, LIMIT_PCT), 'h'), stateName),
    table: {
      rowHeader: words.hours,
      columns: [{ label: words.loading, unit: '%' }],
      rows: points.filter((_, i) => i % every === 0 || i === points.length - 1).map(([hour, pct]) => ({ header: f.unit(hour, 'h'), x: hour, cells: [f.percent(pct, 1)], raw: [pct] })),
    },
    plot: {
      lines: [{ label: words.loading, colour: '--electricity', style: 'forecast', points }],
      limits: [{ value: LIMIT_PCT, label: t.planner.element.limit, level: 'over' }],
      x: { from: 0, to },
      ticks: ticksTo(to).map((value) => ({ value, label: f.unit(value, 'h') })),
      unit: '%',
    },
    legend: [{ label: words.loading, colour: '--electricity', stroke: 'dashed' }, { label: t.legend.limit, colour: '--over', stroke: 'solid' }],
  }
}

const ticksTo = (to: number): number[] => {
  const step = to > TOP_HOURS ? 2000 : 100
  return Array.from({ length: Math.floor(to / step) + 1 }, (_, i) => i * step)
}

/** Hours of a descending curve above a limit, straight between its points. */
export function hoursAbove(hours: readonly number[], pct: readonly number[], limitPct: number): number {
  const below = pct.findIndex((value) => value <= limitPct)
  if (below === 0) return 0
  if (below < 0) return hours[hours.length - 1]
  const share = (pct[below - 1] - limitPct) / (pct[below - 1] - pct[below])
  return hours[below - 1] + share * (hours[below] - hours[below - 1])
}

export interface ShapedYears {
  readonly sentence: string
  readonly table: FigureTable
  /** Probability above, hours below: two units, two drawings over the same years. */
  readonly probability: Plot
  readonly hours: Plot
  readonly probabilityLegend: readonly LegendKey[]
  readonly hoursLegend: readonly LegendKey[]
}

/** How likely and for how long an element is constrained, by year. Undefined where it never is. */
export function shapeYears({ years, firstPossibleYear, kind }: ElementOutlook, { t, f }: Speech): ShapedYears | undefined {
  if (years.length === 0 || firstPossibleYear === null) return undefined
  const words = t.reinforcement.outlook
  // A voltage is worst where it is lowest.
  const worst = ({ least, most }: Spread) => (kind === 'bus' ? least : most)
  const last = years[years.length - 1]
  // A single year still needs an axis with a width.
  const x = years.length > 1 ? { from: years[0].year, to: last.year } : { from: last.year - 1, to: last.year + 1 }
  const ticks = years.map(({ year }) => ({ value: year, label: String(year) })).filter((_, i) => (years.length - 1 - i) % Math.ceil(years.length / 8) === 0)
  return {
    sentence: words.yearsSentence(f.percent(100 * last.probability), String(last.year), f.unit(last.hours.expected, 'h')),
    table: {
      rowHeader: t.reinforcement.elements.year,
      columns: [
        { label: words.probability, unit: '%' }, { label: words.probabilityNormal, unit: '%' }, { label: t.reinforcement.elements.hours, unit: 'h' }, { label: t.reinforcement.elements.energy, unit: 'MWh' }, { label: t.reinforcement.elements.peak, unit: '%' },
      ],
      rows: years.map((one) => ({
        header: String(one.year), x: one.year,
        cells: [
          f.percent(100 * one.probability), f.percent(100 * one.probabilityNormal), t.reinforcement.elements.upTo(f.unit(one.hours.expected, 'h'), f.unit(one.hours.most, 'h')),
          t.reinforcement.elements.upTo(f.number(one.energyMwh.expected, 1), f.number(one.energyMwh.most, 1)), f.percent(worst(one.peakPct)),
        ],
        raw: [100 * one.probability, 100 * one.probabilityNormal, one.hours.expected, one.energyMwh.expected, worst(one.peakPct)],
      })),
    },
    probability: {
      lines: [
        { label: words.probability, colour: '--over', style: 'measured', points: years.map((one) => [one.year, 100 * one.probability]) },
        { label: words.probabilityNormal, colour: '--calm', style: 'forecast', points: years.map((one) => [one.year, 100 * one.probabilityNormal]) },
      ],
      x, ticks, y: { from: 0, to: 100 }, unit: '%',
    },
    hours: {
      lines: [{ label: words.expectedHours, colour: '--electricity', style: 'measured', points: years.map((one) => [one.year, one.hours.expected]) }],
      bands: [{ colour: '--electricity', points: years.map((one) => [one.year, one.hours.least, one.hours.most]) }],
      x, ticks, unit: 'h',
    },
    probabilityLegend: [{ label: words.probability, colour: '--over', stroke: 'solid' }, { label: words.probabilityNormal, colour: '--calm', stroke: 'dashed' }],
    hoursLegend: [{ label: words.expectedHours, colour: '--electricity', stroke: 'solid' }, { label: words.band, colour: '--electricity', stroke: 'band', opacity: BAND_OPACITY }],
  }
}
