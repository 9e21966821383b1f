import type { CongestionReliability, HeadThreshold, ReliabilityCurve, ReliabilityReport } from '#contract/congestion.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

/** The thresholds that happen often enough first. */
export const HEAD_THRESHOLDS = ['high', 'usual', 'watch', 'limit'] as const satisfies readonly HeadThreshold[]
const TICKS_PCT = [0, 20, 40, 60, 80, 100]
/** Bins of fewer cases are in the table, not in the sentence. */
const ENOUGH_CASES = 20

export interface ShapedReliability extends ShapedFigure {
  readonly remarks: readonly string[]
}

const curveOf = (report: ReliabilityReport | undefined, threshold: HeadThreshold): ReliabilityCurve | undefined => report?.curves.find((one) => one.threshold === threshold && one.leadHours === null && one.cases > 0)

/** Thresholds of which the first report can tell anything. */
export const toldThresholds = ({ reports }: CongestionReliability): HeadThreshold[] => HEAD_THRESHOLDS.filter((threshold) => curveOf(reports[0], threshold) !== undefined)

/** How often a power was passed by how likely that was said to be, beside the diagonal on which both are the same. */
export function shapeReliability({ reports }: CongestionReliability, threshold: HeadThreshold, { t, f }: Speech): ShapedReliability | undefined {
  const [report] = reports
  const curve = curveOf(report, threshold)
  if (report === undefined || curve === undefined) return undefined
  const words = t.congestion.worth
  const pct = (share: number | null) => f.percent(share === null ? null : 100 * share)
  const known = curve.bins.filter(({ meanProbability }) => meanProbability !== null)
  const whole = (share: number | null) => (share === null ? null : Math.round(1000 * share) / 10)
  return {
    sentence: sentenceOf(curve, { t, f }),
    table: {
      rowHeader: words.said,
      columns: [{ label: words.cases }, { label: words.meanSaid, unit: '%' }, { label: words.observed, unit: '%' }],
      rows: curve.bins.map((bin) => ({ header: words.bin(pct(bin.from), pct(bin.to)), x: 50 * (bin.from + bin.to), cells: [f.count(bin.count), pct(bin.meanProbability), pct(bin.observedShare)], raw: [bin.count, whole(bin.meanProbability), whole(bin.observedShare)] })),
    },
    plot: {
      lines: [
        { label: words.perfect, colour: '--edge-strong', style: 'reference', points: [[0, 0], [100, 100]] },
        { label: words.observed, colour: '--electricity', style: 'measured', points: known.map(({ meanProbability, observedShare }) => [100 * meanProbability!, 100 * observedShare!] as const) },
      ],
      x: { from: 0, to: 100 },
      y: { from: 0, to: 100 },
      ticks: TICKS_PCT.map((value) => ({ value, label: f.percent(value) })),
      unit: '%',
    },
    legend: [{ label: words.observed, colour: '--electricity', stroke: 'solid' }, { label: words.perfect, colour: '--edge-strong', stroke: 'dotted' }],
    remarks: [
      words.basis(words.kinds[report.kind], f.date(report.from), f.date(report.to), f.list(report.heads.map(({ name }) => name))),
      ...(report.kind === 'back-cast' ? [words.backCast] : []),
      ...powersOf(report, threshold, { t, f }),
      words.alike,
    ],
  }
}

function sentenceOf({ bins, cases, passed, skill }: ReliabilityCurve, { t, f }: Speech): string {
  const words = t.congestion.worth
  const pct = (share: number) => f.percent(100 * share)
  if (passed === 0) return words.never(f.count(cases))
  // What was neither nearly sure nor nearly ruled out tells most.
  const [telling] = bins.filter(({ count, from, to }) => count >= ENOUGH_CASES && from > 0 && to < 1).sort((a, b) => b.count - a.count)
  const first = telling === undefined ? bins.reduce((most, bin) => (bin.count > most.count ? bin : most)) : telling
  const skillLine = skill === null ? '' : skill > 0 ? words.skill(pct(skill)) : words.worse
  return [words.sentence(pct(first.meanProbability!), pct(first.observedShare!), f.count(first.count)), skillLine].filter((line) => line !== '').join(' ')
}

function powersOf({ heads }: ReliabilityReport, threshold: HeadThreshold, { t, f }: Speech): string[] {
  const list = heads.flatMap(({ name, thresholds }) => thresholds.filter((one) => one.threshold === threshold).map(({ kw }) => t.congestion.worth.power(name, f.power(kw))))
  return list.length === 0 ? [] : [t.congestion.worth.powers(f.list(list))]
}
