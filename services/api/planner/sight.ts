import { datedChanges } from '#models/district/at.ts'
import { isPublicHolder } from '#models/disclosure/live-rules.ts'
import { isLargeEnough, plannerSight, type PlannerSight } from '#models/disclosure/planner-sight.ts'
import type { Carrier, District } from '#models/district/schema.ts'
import type { NetworkState, RunLayout, RunReader } from '#services/evaluation/port.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import type { MeasuredForecastSeries } from './forecast.ts'

/** Steps a unit in which voltages are told: finer ones tell the load of a single connection by the drop along its cable. */
const VOLTAGE_STEPS = { low: 100, medium: 1000 } as const
const LOW_VOLTAGE_KV = 1
/** What tells a load, of an element on which it is measured. */
const TELLS_LOAD: ReadonlySet<string> = new Set(['active-power', 'reactive-power', 'apparent-power-max', 'current', 'active-energy'])

/** `whole`: every part of an element is behind so few holders that only its level is told; `partly`: of a feeder, what is told is that of its other sections. */
export type Withheld = 'none' | 'partly' | 'whole'

export interface Sight {
  /** Line section, transformer, or feeder by its sections. */
  withheld(element: string, at: number): Withheld
  isHidden(element: string, at: number): boolean
  /** Of a feeder as its head measures it: hidden with its first section. */
  isHeadHidden(element: string, at: number): boolean
  /** A busbar or junction whose load is not told. */
  isBusHidden(bus: string, at: number): boolean
  /** Delivery points behind an element that is hidden. */
  behind(element: string, at: number): readonly string[]
  /** The state without the figures of few. */
  mask(state: NetworkState, layout: RunLayout): NetworkState
  /** The runs as a planner may read them. `version` is that of the document the sight is of. */
  seen(runs: RunReader, version: string): RunReader
  series(all: readonly MeasuredForecastSeries[], at: number): readonly MeasuredForecastSeries[]
  maySeePoint(point: { readonly on: string; readonly quantity: string }, at: number): boolean
}

/** What planners see of this district, at any time; worked out once for each time between two changes of holders or positions. */
export function createSight(district: District): Sight {
  const { network } = district
  const changes = datedChanges([district.deliveryPoints.map(({ holders }) => holders), network.switches, network.busbarCouplers ?? []])
  const known = new Map<number, PlannerSight>()
  const sightAt = (at: number): PlannerSight => {
    const epoch = changes.findLastIndex((change) => change <= at)
    const found = known.get(epoch) ?? plannerSight(district, changes[epoch] ?? at)
    known.set(epoch, found)
    return found
  }
  const sectionsOf = new Map(network.feeders.map(({ id, lineSections }) => [id, lineSections]))
  const isHidden = (element: string, at: number): boolean => sight.withheld(element, at) === 'whole'
  const columns = new Map<string, HiddenColumns>()
  const hiddenColumns = (layout: RunLayout, at: number): HiddenColumns => {
    const key = `${changes.findLastIndex((change) => change <= at)} ${layout.lineSections.length} ${layout.transformers.length} ${layout.buses.length}`
    const found = columns.get(key) ?? columnsOf(layout, sightAt(at))
    columns.set(key, found)
    return found
  }
  const voltageSteps = new Map([...network.busbars, ...network.junctions].map(({ id, nominalVoltageKv }) => [id, nominalVoltageKv < LOW_VOLTAGE_KV ? VOLTAGE_STEPS.low : VOLTAGE_STEPS.medium]))
  const pointsOfCarrier = Map.groupBy(evaluationPlan(district).carriers, ({ deliveryPoint }) => deliveryPoint.carrier)

  const publicHolders = new Set(district.holders.filter(isPublicHolder).map(({ id }) => id))
  /** Of a town or of a service under public contract, as long as the document goes back: its figures are public. */
  const isPublic = (id: string): boolean => {
    const holders = district.deliveryPoints.find((point) => point.id === id)?.holders ?? []
    return holders.length > 0 && holders.every(({ holder }) => publicHolders.has(holder))
  }

  const sight: Sight = {
    withheld(element, at) {
      const { hidden } = sightAt(at)
      const parts = sectionsOf.get(element) ?? [element]
      const count = parts.filter((part) => hidden.has(part)).length
      return count === 0 ? 'none' : count === parts.length ? 'whole' : 'partly'
    },
    isHidden,
    isHeadHidden: (element, at) => isHidden(sectionsOf.get(element)?.[0] ?? element, at),
    isBusHidden: (bus, at) => !sightAt(at).buses.has(bus),
    behind: (element, at) => [...new Set((sectionsOf.get(element) ?? [element]).flatMap((part) => sightAt(at).hidden.get(part) ?? []))],
    mask: (state, layout) => masked(state, hiddenColumns(layout, state.at), layout, (bus) => voltageSteps.get(bus) ?? VOLTAGE_STEPS.low),
    seen(runs, version) {
      const maskAll = async (states: readonly NetworkState[]) => {
        const layout = states.length === 0 ? undefined : await runs.layout(version)
        return layout === undefined ? [] : states.map((state) => sight.mask(state, layout))
      }
      return {
        layout: (of) => runs.layout(of), latest: (kind) => runs.latest(kind), head: (runId) => runs.head(runId), close: () => runs.close(),
        states: async (...asked) => maskAll(await runs.states(...asked)),
        statesOf: async (runId) => maskAll(await runs.statesOf(runId)),
      }
    },
    series: (all, at) => all.filter(({ series, kind, carrier }) => {
      if (kind === 'delivery-point') return isPublic(series)
      if (kind !== 'district') return !isHidden(series, at)
      return series === 'district' ? sightAt(at).district : isLargeEnough(district, (pointsOfCarrier.get(carrier as Carrier) ?? []).map(({ deliveryPoint }) => deliveryPoint), at)
    }),
    maySeePoint: ({ on, quantity }, at) => {
      if (!TELLS_LOAD.has(quantity)) return true
      // A sensor of a feeder stands at its head.
      return !sight.isHeadHidden(on, at)
    },
  }
  return sight
}

interface HiddenColumns {
  readonly sections: readonly number[]
  readonly transformers: readonly number[]
  readonly buses: readonly number[]
  readonly district: boolean
}

const columnsOf = (layout: RunLayout, { district, hidden, buses }: PlannerSight): HiddenColumns => {
  const places = (ids: readonly string[], isHidden: (id: string) => boolean) => ids.flatMap((id, index) => (isHidden(id) ? [index] : []))
  return { district, sections: places(layout.lineSections, (id) => hidden.has(id)), transformers: places(layout.transformers, (id) => hidden.has(id)), buses: places(layout.buses, (id) => !buses.has(id)) }
}

function masked(state: NetworkState, { district, sections, transformers, buses }: HiddenColumns, layout: RunLayout, stepsOf: (bus: string) => number): NetworkState {
  // Of another version of the document nobody knows which column is whose.
  const isOurs = state.sectionCurrentA.length === layout.lineSections.length && state.transformerLoadKva.length === layout.transformers.length && state.busLoadKw.length === layout.buses.length
  const without = (column: Float32Array, places: readonly number[]): Float32Array => {
    if (!isOurs) return new Float32Array(column.length).fill(NaN)
    const copy = Float32Array.from(column)
    for (const place of places) copy[place] = NaN
    return copy
  }
  return {
    ...state,
    ...(district ? {} : { districtKw: NaN, lossesKw: NaN, unmeteredKw: NaN, residualKw: NaN }),
    sectionCurrentA: without(state.sectionCurrentA, sections), sectionLoadingPct: without(state.sectionLoadingPct, sections), sectionPowerKw: without(state.sectionPowerKw, sections),
    transformerLoadKva: without(state.transformerLoadKva, transformers), transformerLoadingPct: without(state.transformerLoadingPct, transformers),
    busLoadKw: without(state.busLoadKw, buses), 
    busVoltagePu: isOurs ? state.busVoltagePu.map((voltage, i) => Math.round(voltage * stepsOf(layout.buses[i]!)) / stepsOf(layout.buses[i]!)) : without(state.busVoltagePu, []),
  }
}
