import type { District } from '#models/district/schema.ts'
import { ratingsAt } from '#models/grid/ratings.ts'
import { localParts } from '#models/units/local-time.ts'
import { QUALITY, qualityName } from '#models/units/quality.ts'
import type { NetworkState, RunHead, RunLayout } from '#services/evaluation/port.ts'
import { orNull } from '../columns.ts'
import type { FeederHeadroom, LoadingLevel, NetworkStateView, RunSummary } from '../contract/planner.ts'
import type { Sight } from './sight.ts'

/** Ratings and places of the elements at one instant, by id. */
export interface NetworkAt {
  readonly sectionRatingA: ReadonlyMap<string, number>
  readonly sectionKv: ReadonlyMap<string, number>
  readonly transformerKva: ReadonlyMap<string, number>
}

export function networkAt({ network, timeZone }: District, at: number): NetworkAt {
  const { sectionA, transformerKva } = ratingsAt(network, at, localParts(at, timeZone).month)
  const kvOf = new Map([...network.busbars, ...network.junctions].map(({ id, nominalVoltageKv }) => [id, nominalVoltageKv]))
  return {
    sectionRatingA: new Map(network.lineSections.map(({ id }, i) => [id, sectionA[i]!])),
    sectionKv: new Map(network.lineSections.map(({ id, from }) => [id, kvOf.get(from) ?? NaN])),
    transformerKva: new Map(network.transformers.map(({ id }, i) => [id, transformerKva[i]!])),
  }
}

export const apparentKva = (currentA: number, voltageKv: number): number => Math.sqrt(3) * voltageKv * currentA

export function runSummary(head: RunHead): RunSummary {
  return {
    runId: head.runId, kind: head.kind, issuedAt: head.issuedAt, districtVersion: head.districtVersion, engine: head.engine,
    inputSeq: head.inputSeq, closurePct: orNull(head.closurePct), residualPct: orNull(head.residualPct), durationMs: head.durationMs,
  }
}

const qualityOf = (code: number | undefined, value: number): NetworkStateView['sections'][number]['quality'] => qualityName(Number.isFinite(value) ? (code ?? QUALITY.missing) : QUALITY.missing)

export function levelOf(loadingPct: number | undefined, { watchLoadingPct, limitLoadingPct }: District['thresholds']): LoadingLevel {
  if (loadingPct === undefined || Number.isNaN(loadingPct)) return 'unknown'
  return loadingPct >= limitLoadingPct ? 'over' : loadingPct >= watchLoadingPct ? 'watch' : 'normal'
}

/** A state as planners see it: levels are those of all elements, figures those that the sight leaves. */
export function stateView({ thresholds }: District, layout: RunLayout, whole: NetworkState, { sectionRatingA, sectionKv, transformerKva }: NetworkAt, sight: Sight): NetworkStateView {
  const state = sight.mask(whole, layout)
  return {
    at: state.at,
    settled: state.settled,
    sections: layout.lineSections.map((id, i) => {
      const currentA = state.sectionCurrentA[i]!
      const headroomA = (sectionRatingA.get(id) ?? NaN) - currentA
      return {
        id, currentA: orNull(currentA), powerKw: orNull(state.sectionPowerKw[i]!), loadingPct: orNull(state.sectionLoadingPct[i]!),
        headroomA: orNull(headroomA), headroomKva: orNull(apparentKva(headroomA, sectionKv.get(id) ?? NaN)), quality: qualityOf(state.sectionQuality[i], currentA),
        level: levelOf(whole.sectionLoadingPct[i], thresholds), withheld: sight.withheld(id, state.at),
      }
    }),
    transformers: layout.transformers.map((id, i) => {
      const loadKva = state.transformerLoadKva[i]!
      return { id, loadKva: orNull(loadKva), loadingPct: orNull(state.transformerLoadingPct[i]!), headroomKva: orNull((transformerKva.get(id) ?? NaN) - loadKva), quality: qualityOf(state.transformerQuality[i], loadKva), level: levelOf(whole.transformerLoadingPct[i], thresholds), withheld: sight.withheld(id, state.at) }
    }),
    buses: layout.buses.map((id, i) => ({ id, voltagePu: orNull(state.busVoltagePu[i]!), loadKw: orNull(state.busLoadKw[i]!) })),
    lossesKw: orNull(state.lossesKw),
    districtKw: orNull(state.districtKw),
    boundaryKw: orNull(state.boundaryKw),
    unmeteredKw: orNull(state.unmeteredKw),
    residualKw: orNull(state.residualKw),
  }
}

/** Feeders with the least headroom first; those of which no figure is known or told come last, but for those that are near their limit or beyond it. */
export function feederHeadrooms(district: District, layout: RunLayout, state: NetworkState, at: NetworkAt, peaks: ReadonlyMap<string, { at: number; loadingPct: number }>, sight: Sight): FeederHeadroom[] {
  const index = new Map(layout.lineSections.map((id, i) => [id, i]))
  const substationOf = new Map(district.network.busbars.map(({ id, substation }) => [id, substation]))
  const { watchLoadingPct, limitLoadingPct } = district.thresholds
  const rank = ({ loadingPct, level }: FeederHeadroom): number => loadingPct ?? (level === 'over' ? limitLoadingPct : level === 'watch' ? watchLoadingPct : -1)
  return district.network.feeders
    .map((feeder): FeederHeadroom => {
      let limiting: number | undefined
      for (const section of feeder.lineSections) {
        const i = index.get(section)
        if (i !== undefined && Number.isFinite(state.sectionLoadingPct[i]) && (limiting === undefined || state.sectionLoadingPct[i]! > state.sectionLoadingPct[limiting]!)) limiting = i
      }
      const common = { id: feeder.id, name: feeder.name, substation: substationOf.get(feeder.busbar) ?? null, forecastPeak: peaks.get(feeder.id) ?? null, withheld: sight.withheld(feeder.id, state.at) }
      if (limiting === undefined) {
        return { ...common, limitingSection: null, currentA: null, ratingA: null, loadingPct: null, headroomA: null, headroomKva: null, quality: 'missing', level: 'unknown' }
      }
      const section = layout.lineSections[limiting]!
      const currentA = state.sectionCurrentA[limiting]!
      const ratingA = at.sectionRatingA.get(section) ?? NaN
      const loadingPct = state.sectionLoadingPct[limiting]!
      const told = { limitingSection: section, ratingA: orNull(ratingA), quality: qualityOf(state.sectionQuality[limiting], currentA), level: levelOf(loadingPct, district.thresholds) }
      if (sight.isHidden(section, state.at)) return { ...common, ...told, withheld: 'whole', forecastPeak: null, currentA: null, loadingPct: null, headroomA: null, headroomKva: null }
      return { ...common, ...told, currentA: orNull(currentA), loadingPct, headroomA: orNull(ratingA - currentA), headroomKva: orNull(apparentKva(ratingA - currentA, at.sectionKv.get(section) ?? NaN)) }
    })
    .sort((a, b) => rank(b) - rank(a))
}
