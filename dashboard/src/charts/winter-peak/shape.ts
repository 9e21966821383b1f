import type { WinterPeak } from '#contract/winter-peak.ts'
import { BAND_OPACITY, type PlotLine } from '../plot.ts'
import { rateOf, writtenUnit } from '../series-name.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

type Estimate = NonNullable<WinterPeak['estimate']>
type Point = readonly [x: number, y: number | null]

const COLOUR = '--electricity'
const OTHERS = '--edge-strong'
const TICK_EVERY_C = 5
const ROOM_C = 2
/** Coldest days in the table: enough to read, few enough to print. */
const ROWS = 100

export interface ShapedWinterPeak extends ShapedFigure {
  /** What the estimate stands on, and what is unsure of it. */
  readonly remarks: readonly string[]
}

/** Daily peaks against the temperature, the line through them, and the cold day at which it is read. Undefined where there is no estimate. */
export function shapeWinterPeak({ estimate, days, unit }: WinterPeak, { t, f }: Speech): ShapedWinterPeak | undefined {
  if (estimate === null) return undefined
  const words = t.winter
  const rate = rateOf(unit, f)
  const [coldest, warmest] = [Math.min(estimate.coldC, ...days.temperatureC), Math.max(estimate.coldC, ...days.temperatureC)]
  // Room for the name of the cold day.
  const x = { from: Math.floor(coldest - ROOM_C), to: Math.ceil(warmest + 0.5) }
  const own = words.dayTypes[estimate.dayType]
  const isOwn = (i: number) => days.dayType[i] === estimate.dayType
  const order = [...days.temperatureC.keys()].sort((a, b) => days.temperatureC[a] - days.temperatureC[b])
  const dots = (wanted: (i: number) => boolean): Point[] => order.filter(wanted).flatMap((i): Point[] => [[days.temperatureC[i], days.peakKw[i]], [days.temperatureC[i], null]])
  const follows = !estimate.flags.includes('not-significant')
  const isExtrapolated = follows && estimate.extrapolatedByC > 0
  return {
    sentence: sentenceOf(estimate, rate, { t, f }),
    remarks: remarksOf(),
    table: {
      rowHeader: words.day,
      columns: [
        { label: words.columns.temperature, unit: '°C' }, { label: words.columns.peak, unit: writtenUnit(unit) }, { label: words.columns.kind },
        { label: words.columns.low, unit: writtenUnit(unit) }, { label: words.columns.high, unit: writtenUnit(unit) },
      ],
      // Ascending in temperature, as the cursor goes.
      rows: [
        ...(follows ? [{ header: words.coldDay, x: estimate.coldC, temperatureC: estimate.coldC, peak: estimate.peakKw, kind: own, low: estimate.lowKw, high: estimate.highKw }] : []),
        ...order.slice(0, ROWS).map((i) => ({ header: f.date(Date.parse(days.date[i])), x: days.temperatureC[i], temperatureC: days.temperatureC[i], peak: days.peakKw[i], kind: words.dayTypes[days.dayType[i]], low: null, high: null })),
      ].sort((a, b) => a.x - b.x).map(({ header, x: at, temperatureC, peak, kind, low, high }) => ({
        header, x: at, cells: [degrees(temperatureC), rate(peak), kind, rate(low), rate(high)], raw: [temperatureC, peak, kind, low, high],
      })),
    },
    plot: {
      lines: [
        { label: words.others, colour: OTHERS, style: 'measured', points: dots((i) => !isOwn(i)) },
        { label: own, colour: COLOUR, style: 'measured', points: dots(isOwn) },
        ...fitLines(estimate, isExtrapolated, words),
        ...(follows ? [{ label: words.coldDay, colour: '--over', style: 'measured' as const, points: [[estimate.coldC, estimate.peakKw] as const] }] : []),
      ],
      bands: bandOf(estimate),
      x,
      ticks: Array.from({ length: Math.floor(x.to / TICK_EVERY_C) - Math.ceil(x.from / TICK_EVERY_C) + 1 }, (_, i) => (Math.ceil(x.from / TICK_EVERY_C) + i) * TICK_EVERY_C).map((value) => ({ value, label: f.unit(value, 'degC') })),
      unit: writtenUnit(unit),
      ...(follows ? { now: estimate.coldC, nowLabel: words.coldDay } : {}),
    },
    legend: [
      { label: own, colour: COLOUR, stroke: 'dot' },
      { label: words.others, colour: OTHERS, stroke: 'dot' },
      { label: words.line, colour: COLOUR, stroke: 'dotted' },
      ...(isExtrapolated ? [{ label: words.beyond, colour: COLOUR, stroke: 'dashed' as const }] : []),
      ...(estimate.lowKw === null ? [] : [{ label: words.band, colour: COLOUR, stroke: 'band' as const, opacity: BAND_OPACITY }]),
      ...(follows ? [{ label: words.coldDay, colour: '--over', stroke: 'dot' as const }] : []),
    ],
  }

  function degrees(value: number): string {
    return f.unit(value, 'degC', 1)
  }

  function remarksOf(): string[] {
    const flags = new Set(estimate!.flags)
    const highest = order.reduce((best, i) => (best < 0 || days.peakKw[i] > days.peakKw[best] ? i : best), -1)
    return [
      ...(isExtrapolated ? [words.flags.extrapolated(degrees(estimate!.extrapolatedByC))] : []),
      ...(follows && flags.has('few-winters') ? [words.flags['few-winters'](words.winters(f.count(estimate!.winters)))] : []),
      ...(follows && flags.has('few-cold-days') ? [words.flags['few-cold-days'](f.count(estimate!.coldDays))] : []),
      ...(follows && flags.has('threshold-open') ? [words.flags['threshold-open']] : []),
      ...(highest < 0 ? [] : [words.highest(rate(days.peakKw[highest]), f.date(Date.parse(days.date[highest])), degrees(days.temperatureC[highest]))]),
      words.basis(f.count(days.date.length), own),
      ...(days.date.length > ROWS ? [words.tableNote(f.count(ROWS))] : []),
    ]
  }
}

function sentenceOf(estimate: Estimate, rate: (value: number | null) => string, { t, f }: Speech): string {
  const { peakKw, lowKw, highKw, coldC, returnYears, thresholdC, sensitivityKwPerC, flags } = estimate
  const words = t.winter
  const peak = rate(peakKw)
  if (flags.includes('not-significant')) return words.notSignificant(peak, rate(lowKw), rate(highKw))
  const [years, cold] = [f.count(returnYears), f.unit(coldC, 'degC', 1)]
  const first = lowKw === null || highKw === null ? words.sentenceAlone(years, cold, peak) : words.sentence(years, cold, peak, rate(lowKw), rate(highKw))
  return `${first} ${words.perDegree(rate(sensitivityKwPerC), f.unit(thresholdC, 'degC', 1))}`
}

/** Where days were measured, and where the line is only carried on. */
function fitLines({ fit, coldestC }: Estimate, isExtrapolated: boolean, words: Speech['t']['winter']): PlotLine[] {
  const points = fit.temperatureC.map((at, i) => [at, fit.loadKw[i]] as const)
  if (!isExtrapolated) return [{ label: words.line, colour: COLOUR, style: 'reference', points }]
  const measured = points.filter(([at]) => at >= coldestC - 0.01)
  const beyond = [...points.filter(([at]) => at < coldestC - 0.01), ...measured.slice(0, 1)]
  return [
    { label: words.line, colour: COLOUR, style: 'reference', points: measured },
    { label: words.beyond, colour: COLOUR, style: 'forecast', points: beyond },
  ]
}

function bandOf({ fit }: Estimate): ShapedFigure['plot']['bands'] {
  const points = fit.temperatureC.flatMap((at, i) => {
    const [low, high] = [fit.lowKw[i], fit.highKw[i]]
    return low === null || high === null ? [] : [[at, low, high] as const]
  })
  return points.length > 1 ? [{ colour: COLOUR, points }] : []
}
