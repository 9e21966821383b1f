import type { ForecastSkill, LeadSkill, SeriesSkill, SkillOfKind } from '#contract/forecast-skill.ts'
import type { ForecastSeries } from '#contract/forecast.ts'
import type { FigureTable } from '../../components/figure.ts'
import type { Format } from '../../i18n/index.ts'
import type { PlotLine } from '../plot.ts'
import { DISTRICT_SERIES, seriesName } from '../series-name.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const COLOURS = { today: '--heat', tomorrow: '--electricity', issued: '--gas' } as const
const SHARES_PCT = [0, 25, 50, 75, 100]
const HOURS = [1, 6, 12, 18, 24, 30, 36, 42, 48]

export const ORDERS = ['network', 'error', 'gain', 'band'] as const
export type Order = (typeof ORDERS)[number]

/** What has not been scored comes last. */
export function inOrder(all: readonly SeriesSkill[], order: Order): readonly SeriesSkill[] {
  if (order === 'network') return all
  const key = ({ tomorrow }: SeriesSkill): number => {
    if (tomorrow === null) return Infinity
    if (order === 'error') return -(tomorrow.nMaePct ?? -Infinity)
    if (order === 'gain') return tomorrow.skillPct ?? Infinity
    return tomorrow.cover90Pct === null ? Infinity : -Math.abs(tomorrow.cover90Pct - 90)
  }
  // Sorting keeps the order of the network among equals.
  return all.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)))
}

export const nameOf = (one: ForecastSeries, { t }: Speech): string => seriesName(one, t)

/** How wrong, beside the week before, and what the band held; of a series that was not scored that it was not. */
export function skillSentence(one: SeriesSkill, speech: Speech): string {
  const { t, f } = speech
  const of = one.series === DISTRICT_SERIES ? t.skill.district : t.skill.ofSeries(nameOf(one, speech))
  if (one.tomorrow === null) return t.skill.notScored(of)
  const { nMaePct, skillPct, cover90Pct } = one.tomorrow
  const gain = skillPct === null ? t.skill.gainUnknown : (skillPct >= 0 ? t.skill.less : t.skill.more)(f.percent(Math.abs(skillPct)))
  return t.skill.sentence(t.skill.weeks(one.weeks), of, f.percent(nMaePct, 1), gain, cover90Pct === null ? t.skill.noBand : t.skill.band(f.percent(cover90Pct)))
}

export function driftOf({ drift }: SeriesSkill, { t, f }: Speech): string {
  return drift === null ? t.skill.steady : t.skill.drift(f.dayShort(noon(drift.since)), signedPercent(drift.growthPct, f))
}

/** With its sign, written as the language writes percentages. */
export const signedPercent = (value: number | null | undefined, f: Format): string => (value !== null && value !== undefined && Math.round(value) > 0 ? '+' : '') + f.percent(value).replace('-', '−')

/** A local date at noon: the same day in every zone of Europe. */
export const noon = (date: string): number => Date.parse(`${date}T12:00:00Z`)

export function skillTable(all: readonly SeriesSkill[], speech: Speech): FigureTable {
  const { t } = speech
  const { columns } = t.skill
  return {
    rowHeader: t.skill.series,
    columns: [{ label: columns.error, unit: '%' }, { label: columns.gain, unit: '%' }, { label: columns.peak, unit: '%' }, { label: columns.cover90, unit: '%' }, { label: columns.cover50, unit: '%' }, { label: columns.pinball, unit: '%' }, { label: columns.weeks }, { label: columns.method }, { label: columns.state }],
    rows: all.map((one, x) => ({
      header: nameOf(one, speech), x, cells: [],
      raw: [one.tomorrow?.nMaePct ?? null, one.tomorrow?.skillPct ?? null, one.tomorrow?.peakErrorPct ?? null, one.tomorrow?.cover90Pct ?? null, one.tomorrow?.cover50Pct ?? null, one.tomorrow?.pinballPct ?? null, one.weeks, one.method === null ? null : t.skill.methods[one.method], one.drift === null ? null : driftOf(one, speech)],
    })),
  }
}

type Detail = ForecastSkill['detail']
const kindOf = ({ kinds }: Detail, kind: SkillOfKind['kind']) => kinds.find((one) => one.kind === kind)
const leadOf = (detail: Detail, kind: SkillOfKind['kind'], day: number): LeadSkill | undefined => kindOf(detail, kind)?.leads.find(({ daysAhead }) => daysAhead[0] === day)

export interface ShapedSkill extends ShapedFigure {
  readonly remarks: readonly string[]
}

/** Of each quantile how much was measured below it; on the diagonal it is as it says. */
export function shapeReliability(detail: Detail, { t, f }: Speech): ShapedSkill | undefined {
  const words = t.skill
  const lines = ([['today', leadOf(detail, 'backtest', 0)], ['tomorrow', leadOf(detail, 'backtest', 1)], ['issued', leadOf(detail, 'issued', 0)]] as const)
    .flatMap(([key, lead]) => (lead !== undefined && lead.reliability.some(({ belowPct }) => belowPct !== null) ? [{ key, points: lead.reliability }] : []))
  if (lines.length === 0) return undefined
  const levels = [...new Set(lines.flatMap(({ points }) => points.map(({ levelPct }) => levelPct)))].sort((a, b) => a - b)
  const belowOf = (points: LeadSkill['reliability'], level: number) => points.find(({ levelPct }) => levelPct === level)?.belowPct ?? null
  const told = (lines.find(({ key }) => key === 'tomorrow') ?? lines[0]).points.filter((point) => point.belowPct !== null)
  const worst = told.reduce((a, b) => (Math.abs(b.belowPct! - b.levelPct) > Math.abs(a.belowPct! - a.levelPct) ? b : a))
  return {
    sentence: words.reliabilitySentence(f.percent(worst.levelPct), f.percent(worst.belowPct)),
    table: {
      rowHeader: words.level,
      columns: lines.map(({ key }) => ({ label: words.lines[key], unit: '%' })),
      rows: levels.map((level) => ({ header: f.percent(level), x: level, cells: lines.map(({ points }) => f.percent(belowOf(points, level), 1)), raw: lines.map(({ points }) => belowOf(points, level)) })),
    },
    plot: {
      lines: [
        { label: words.perfectly, colour: '--ink-quiet', style: 'reference', points: [[0, 0], [100, 100]] },
        ...lines.map(({ key, points }): PlotLine => ({ label: words.lines[key], colour: COLOURS[key], style: key === 'issued' ? 'forecast' : 'measured', points: points.map(({ levelPct, belowPct }) => [levelPct, belowPct] as const) })),
      ],
      x: { from: 0, to: 100 },
      y: { from: 0, to: 100 },
      ticks: SHARES_PCT.map((value) => ({ value, label: f.percent(value) })),
      unit: '%',
    },
    legend: [
      ...lines.map(({ key }) => ({ label: words.lines[key], colour: COLOURS[key], stroke: key === 'issued' ? ('dashed' as const) : ('solid' as const) })),
      { label: words.perfectly, colour: '--ink-quiet', stroke: 'dotted' },
    ],
    remarks: detail.seasons.length === 0 ? [] : [words.seasonsHeading + detail.seasons.map((one) => words.bySeason(words.seasons[one.season], f.count(one.weeks), f.percent(one.nMaePct, 1), f.percent(one.cover90Pct))).join(words.between) + '.'],
  }
}

/** How much smaller the error is than that of the week before, by hours ahead; beyond two days by day. */
export function shapeByHour(detail: Detail, { t, f }: Speech): ShapedSkill | undefined {
  const words = t.skill
  const hoursOf = (kind: SkillOfKind['kind']) => (kindOf(detail, kind)?.leads ?? []).flatMap(({ hours }) => hours).filter(({ skillPct }) => skillPct !== null)
  const lines = ([['tomorrow', 'backtest'], ['issued', 'issued']] as const).flatMap(([colour, kind]) => (hoursOf(kind).length === 0 ? [] : [{ kind, colour: COLOURS[colour], hours: new Map(hoursOf(kind).map((one) => [one.hourAhead, one])) }]))
  if (lines.length === 0) return undefined
  const rows = [...new Set(lines.flatMap(({ hours }) => [...hours.keys()]))].sort((a, b) => a - b)
  const gain = (share: number) => (share >= 0 ? words.smaller : words.larger)(f.percent(Math.abs(share)))
  // What was issued tells what people saw; without it what would have been.
  const shown = lines.at(-1)!.hours
  const [first, last] = [Math.min(...shown.keys()), Math.max(...shown.keys())].map((hour) => shown.get(hour)!)
  const further = (kindOf(detail, 'backtest')?.leads ?? []).filter(({ daysAhead }) => daysAhead[0] > 1)
  return {
    sentence: words.byHourSentence(gain(first.skillPct!), gain(last.skillPct!)),
    table: {
      rowHeader: words.hour,
      columns: lines.flatMap(({ kind }) => [{ label: words.byHourLines[kind], unit: '%' }, { label: `${words.columns.error} (${words.byHourLines[kind]})`, unit: detail.unit }]),
      rows: rows.map((hour) => ({
        header: words.hours(hour), x: hour,
        cells: lines.flatMap(({ hours }) => [f.percent(hours.get(hour)?.skillPct), f.unit(hours.get(hour)?.maeKw, detail.unit, 1)]),
        raw: lines.flatMap(({ hours }) => [hours.get(hour)?.skillPct ?? null, hours.get(hour)?.maeKw ?? null]),
      })),
    },
    plot: {
      lines: [
        { label: '0', colour: '--ink-quiet', style: 'reference', points: [[1, 0], [48, 0]] },
        ...lines.map(({ kind, colour, hours }): PlotLine => ({ label: words.byHourLines[kind], colour, style: kind === 'issued' ? 'forecast' : 'measured', points: rows.map((hour) => [hour, hours.get(hour)?.skillPct ?? null] as const) })),
      ],
      x: { from: 1, to: 48 },
      ticks: HOURS.map((value) => ({ value, label: words.hours(value) })),
      unit: '%',
    },
    legend: lines.map(({ kind, colour }) => ({ label: words.byHourLines[kind], colour, stroke: kind === 'issued' ? 'dashed' : 'solid' })),
    remarks: further.length === 0 ? [] : [words.byDayHeading + further.map(({ daysAhead, nMaePct, skillPct }) => words.byDay(daysAhead.length === 1 ? `+${daysAhead[0]}` : `+${daysAhead[0]}–${daysAhead.at(-1)}`, f.percent(nMaePct, 1), signedPercent(skillPct, f))).join(words.between) + '.'],
  }
}
