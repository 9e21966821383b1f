import type { District } from '#models/district/schema.ts'
import { ratingsAt } from '#models/grid/ratings.ts'
import { localParts } from '#models/units/local-time.ts'
import { QUALITY, qualityName } from '#models/units/quality.ts'
import type { NetworkState, RunHead, RunLayout } from '#services/evaluation/port.ts'
import { orNull } from '../columns.ts'
import type { FeederHeadroom, NetworkStateView, RunSummary } from '../contract/planner.ts'

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

export function stateView(layout: RunLayout, state: NetworkState, { sectionRatingA, sectionKv, transformerKva }: NetworkAt): NetworkStateView {
  return {
    at: state.at,
    settled: state.settled,
    sections: layout.lineSections.map((id, i) => {
      const currentA = state.sectionCurrentA[i]!
      const headroomA = (sectionRatingA.get(id) ?? NaN) - currentA
      return {
        id, currentA: orNull(currentA), powerKw: orNull(state.sectionPowerKw[i]!), loadingPct: orNull(state.sectionLoadingPct[i]!),
        headroomA: orNull(headroomA), headroomKva: orNull(apparentKva(headroomA, sectionKv.get(id) ?? NaN)), quality: qualityOf(state.sectionQuality[i], currentA),
      }
    }),
    transformers: layout.transformers.map((id, i) => {
      const loadKva = state.transformerLoadKva[i]!
      return { id, loadKva: orNull(loadKva), loadingPct: orNull(state.transformerLoadingPct[i]!), headroomKva: orNull((transformerKva.get(id) ?? NaN) - loadKva), quality: qualityOf(state.transformerQuality[i], loadKva) }
    }),
    buses: layout.buses.map((id, i) => ({ id, voltagePu: orNull(state.busVoltagePu[i]!), loadKw: orNull(state.busLoadKw[i]!) })),
    lossesKw: orNull(state.lossesKw),
    districtKw: orNull(state.districtKw),
    boundaryKw: orNull(state.boundaryKw),
    unmeteredKw: orNull(state.unmeteredKw),
    residualKw: orNull(state.residualKw),
  }
}

/** Feeders with the least headroom first; those of which nothing is known come last. */
export function feederHeadrooms(district: District, layout: RunLayout, state: NetworkState, at: NetworkAt, peaks: ReadonlyMap<string, { at: number; loadingPct: number }>): FeederHeadroom[] {
  const index = new Map(layout.lineSections.map((id, i) => [id, i]))
  const substationOf = new Map(district.network.busbars.map(({ id, substation }) => [id, substation]))
  const { watchLoadingPct, limitLoadingPct } = district.thresholds
  return district.network.feeders
    .map((feeder): FeederHeadroom => {
      let limiting: number | undefined
      for (const section of feeder.lineSections) {
        const i = index.get(section)
        if (i !== undefined && Number.isFinite(state.sectionLoadingPct[i]) && (limiting === undefined || state.sectionLoadingPct[i]! > state.sectionLoadingPct[limiting]!)) limiting = i
      }
      const common = { id: feeder.id, name: feeder.name, substation: substationOf.get(feeder.busbar) ?? null, forecastPeak: peaks.get(feeder.id) ?? null }
      if (limiting === undefined) {
        return { ...common, limitingSection: null, currentA: null, ratingA: null, loadingPct: null, headroomA: null, headroomKva: null, quality: 'missing', level: 'unknown' }
      }
      const section = layout.lineSections[limiting]!
      const currentA = state.sectionCurrentA[limiting]!
      const ratingA = at.sectionRatingA.get(section) ?? NaN
      const loadingPct = state.sectionLoadingPct[limiting]!
      return {
        ...common,
        limitingSection: section,
        currentA: orNull(currentA),
        ratingA: orNull(ratingA),
        loadingPct,
        headroomA: orNull(ratingA - currentA),
        headroomKva: orNull(apparentKva(ratingA - currentA, at.sectionKv.get(section) ?? NaN)),
        quality: qualityOf(state.sectionQuality[limiting], currentA),
        level: loadingPct >= limitLoadingPct ? 'over' : loadingPct >= watchLoadingPct ? 'watch' : 'normal',
      }
    })
    .sort((a, b) => (b.loadingPct ?? -1) - (a.loadingPct ?? -1))
}
