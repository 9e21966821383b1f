import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { BASIS } from '#models/forecast/trajectories.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { LOADING_LEVELS, type CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import type { CongestionReader } from '#services/evaluation/congestion-store.ts'
import { orNull } from '../columns.ts'
import type { CongestionBasis, CongestionElement, CongestionForecast, CongestionOfElement, CongestionReliability } from '../contract/congestion.ts'
import { isoTime, type Table } from '../csv.ts'
import { DAY_MS } from '../interval.ts'

const DEFAULT_LEAST = 0.01
const DEFAULT_STEP_S = 1800
const DISTRICT = 'district'
const nothing = () => false
/** Forecasts as they were issued are believed before back-casts when they cover so much. */
const ENOUGH_ISSUED_MS = 7 * DAY_MS

/** The newest issue of this document; unpacked once for each. */
export function createNewestCongestion(reader: CongestionReader, districtVersion: string): () => Promise<CongestionIssue | undefined> {
  let known: CongestionIssue | undefined
  return async () => {
    const issuedAt = await reader.latestIssuedAt()
    if (issuedAt === undefined) return undefined
    if (known?.issuedAt !== issuedAt) known = await reader.latestCongestion()
    return known?.districtVersion === districtVersion ? known : undefined
  }
}

const basisOf = (code: number | undefined): CongestionBasis => (code === BASIS.measured ? 'measured' : 'assumed')
const thousandth = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null)
const tenth = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 10) / 10 : null)

function toldOf({ district: { thresholds } }: LoadedDistrict, issue: CongestionIssue | undefined) {
  const { watchLoadingPct: watchPct, limitLoadingPct: limitPct } = thresholds
  if (issue === undefined) return { readiness: 'starting' as const, issuedAt: null, stepS: DEFAULT_STEP_S, scenarios: 0, pastIssues: 0, measuredSeries: 0, assumedSeries: 0, unsettledShare: 0, watchPct, limitPct, at: [] }
  const { issuedAt, stepS, scenarios, pastIssues, measuredSeries, assumedSeries, unsettledShare, from, steps } = issue
  return { readiness: 'ready' as const, issuedAt, stepS, scenarios, pastIssues, measuredSeries, assumedSeries, unsettledShare, watchPct, limitPct, at: Array.from({ length: steps }, (_, t) => from + t * stepS * 1000) }
}

/** Elements at least so likely to pass the lower threshold at some step, the likeliest first. */
export function congestionView(loaded: LoadedDistrict, issue: CongestionIssue | undefined, least = DEFAULT_LEAST, isHidden: (element: string) => boolean = nothing): CongestionForecast {
  const told = toldOf(loaded, issue)
  if (issue === undefined) return { ...told, least, all: 0, elements: [] }
  const names = elementNames(loaded)
  const elements = issue.elements.flatMap((id, element): CongestionElement[] => {
    const own = (column: Float32Array) => column.subarray(element * issue.steps, (element + 1) * issue.steps)
    const [watch, limit] = issue.probability.map(own)
    const watchPeak = peakOf(watch!, told.at)
    if (least > 0 && !((watchPeak?.probability ?? 0) >= least)) return []
    const [energyAboveWatchKwh, energyAboveLimitKwh] = issue.energyAboveKwh.map((column) => orNull(own(column).reduce((sum, kwh) => sum + (Number.isNaN(kwh) ? 0 : kwh), 0)))
    const withheld = isHidden(id)
    const isKnown = !withheld && watch!.some((share) => !Number.isNaN(share))
    return [{
      id, name: names.get(id)?.name ?? id, kind: names.get(id)?.kind ?? 'line-section', basis: basisOf(issue.basis[element]),
      watchPeak, limitPeak: peakOf(limit!, told.at),
      energyAboveWatchKwh: isKnown ? energyAboveWatchKwh! : null, energyAboveLimitKwh: isKnown ? energyAboveLimitKwh! : null,
      unknownShare: thousandth(own(issue.unknownShare).reduce((most, share) => Math.max(most, share), 0)),
      watch: Array.from(watch!, thousandth), limit: Array.from(limit!, thousandth), withheld,
    }]
  }).sort((a, b) => (b.limitPeak?.probability ?? -1) - (a.limitPeak?.probability ?? -1) || (b.watchPeak?.probability ?? -1) - (a.watchPeak?.probability ?? -1) || (b.energyAboveWatchKwh ?? -1) - (a.energyAboveWatchKwh ?? -1))
  return { ...told, least, all: issue.elements.length, elements }
}

function peakOf(shares: Float32Array, at: readonly number[]): CongestionElement['watchPeak'] {
  let peak = -1
  for (let t = 0; t < shares.length; t += 1) if (!Number.isNaN(shares[t]!) && (peak < 0 || shares[t]! > shares[peak]!)) peak = t
  return peak < 0 ? null : { at: at[peak]!, probability: thousandth(shares[peak]!)! }
}

const elementNames = ({ district: { network } }: LoadedDistrict) => new Map<string, { readonly name: string; readonly kind: CongestionElement['kind'] }>([
  ...network.lineSections.map(({ id, name }) => [id, { name, kind: 'line-section' }] as const),
  ...network.transformers.map(({ id, name }) => [id, { name, kind: 'transformer' }] as const),
])

/** @throws PF_NOT_FOUND where the network has no such element */
export function congestionOfElement(loaded: LoadedDistrict, issue: CongestionIssue | undefined, id: string, isHidden: (element: string) => boolean = nothing): CongestionOfElement {
  const named = id === DISTRICT ? { name: null, kind: DISTRICT as 'district' } : elementNames(loaded).get(id)
  if (named === undefined) throw new PenfeldError('PF_NOT_FOUND', 'The network has no line section or transformer with this id.', { where: 'params.id' })
  const empty: CongestionOfElement = { ...toldOf(loaded, issue), element: id, ...named, basis: null, withheld: isHidden(id), watch: [], limit: [], energyAboveWatchKwh: [], energyAboveLimitKwh: [], unknown: [], loadingPct: [], powerKw: [], thresholds: [] }
  if (issue === undefined) return empty
  const powers = (quantiles: CongestionIssue['districtKw']) => quantiles.map(({ level, valuesKw }) => ({ level, values: Array.from(valuesKw, tenth) }))
  if (id === DISTRICT) return { ...empty, powerKw: powers(issue.districtKw) }
  const element = issue.elements.indexOf(id)
  if (element < 0) return empty
  const own = (column: Float32Array, rounded: (value: number) => number | null) => Array.from(column.subarray(element * issue.steps, (element + 1) * issue.steps), rounded)
  const shares = { basis: basisOf(issue.basis[element]), watch: own(issue.probability[0]!, thousandth), limit: own(issue.probability[1]!, thousandth) }
  const unknownShares = own(issue.unknownShare, thousandth)
  // How likely a limit is to be passed is what a planner must know of any element; how far it is loaded is somebody's load.
  if (empty.withheld) {
    const untold = issue.unknownShare.subarray(0, issue.steps)
    return { ...empty, ...shares, unknown: unknownShares, energyAboveWatchKwh: Array.from(untold, () => null), energyAboveLimitKwh: Array.from(untold, () => null) }
  }
  const head = issue.heads.find(({ section }) => section === id)
  return {
    ...empty, ...shares,
    energyAboveWatchKwh: own(issue.energyAboveKwh[0]!, thousandth), energyAboveLimitKwh: own(issue.energyAboveKwh[1]!, thousandth),
    unknown: unknownShares, loadingPct: LOADING_LEVELS.map((level, k) => ({ level, values: own(issue.loadingPct[k]!, tenth) })),
    powerKw: head === undefined ? [] : powers(head.quantilesKw),
    thresholds: (head?.thresholds ?? []).filter(({ kw }) => Number.isFinite(kw)).map(({ name, kw, probability }) => ({ threshold: name, kw: tenth(kw)!, probability: Array.from(probability, thousandth) })),
  }
}

export async function reliabilityView(loaded: LoadedDistrict, reader: CongestionReader): Promise<CongestionReliability> {
  const { network, thresholds } = loaded.district
  const feeder = new Map(network.feeders.map(({ name, lineSections }) => [lineSections[0]!, name]))
  const reports = (await reader.reliability()).map(({ heads, curves, ...report }) => ({
    ...report,
    heads: heads.map((head) => ({ section: head.section, name: feeder.get(head.section) ?? head.section, thresholds: head.thresholds.map(({ name, kw }) => ({ threshold: name, kw })) })),
    curves: curves.map((curve) => ({ ...curve, leadHours: curve.leadHours === null ? null : [...curve.leadHours], bins: curve.bins.map((bin) => ({ ...bin })) })),
  }))
  const isEnough = (report: (typeof reports)[number]) => report.kind === 'issued' && report.to - report.from >= ENOUGH_ISSUED_MS
  const rank = (report: (typeof reports)[number]) => (isEnough(report) ? 0 : report.kind === 'back-cast' ? 1 : 2)
  return { readiness: reports.length === 0 ? 'starting' : 'ready', watchPct: thresholds.watchLoadingPct, limitPct: thresholds.limitLoadingPct, reports: reports.sort((a, b) => rank(a) - rank(b)) }
}

export const congestionTable = ({ at, elements, watchPct, limitPct }: CongestionForecast): { header: readonly string[]; rows: Table } => ({
  header: ['element', 'name', 'kind', 'basis', 'at', `probability_above_${watchPct}_pct`, `probability_above_${limitPct}_pct`],
  rows: elements.flatMap((one) => at.map((time, t) => [one.id, one.name, one.kind, one.basis, isoTime(time), one.watch[t], one.limit[t]])),
})

export const congestionElementTable = (one: CongestionOfElement): { header: readonly string[]; rows: Table } => ({
  header: ['at', `probability_above_${one.watchPct}_pct`, `probability_above_${one.limitPct}_pct`, 'energy_above_watch_kwh', 'energy_above_limit_kwh', 'unknown_share', ...one.loadingPct.map(({ level }) => `loading_p${Math.round(100 * level)}_pct`), ...one.powerKw.map(({ level }) => `power_p${Math.round(100 * level)}_kw`)],
  rows: one.at.map((time, t) => [isoTime(time), one.watch[t], one.limit[t], one.energyAboveWatchKwh[t], one.energyAboveLimitKwh[t], one.unknown[t], ...one.loadingPct.map(({ values }) => values[t]), ...one.powerKw.map(({ values }) => values[t])]),
})

export const reliabilityTable = ({ reports }: CongestionReliability): { header: readonly string[]; rows: Table } => ({
  header: ['report', 'threshold', 'lead_from_h', 'lead_to_h', 'probability_from', 'probability_to', 'cases', 'mean_probability', 'observed_share', 'brier', 'skill'],
  rows: reports.flatMap(({ kind, curves }) => curves.flatMap(({ threshold, leadHours, bins, brier, skill }) => bins.map((bin) => [kind, threshold, leadHours?.[0], leadHours?.[1], bin.from, bin.to, bin.count, bin.meanProbability, bin.observedShare, brier, skill]))),
})
