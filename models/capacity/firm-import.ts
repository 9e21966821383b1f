/**
 * Firm import of the district: what it can draw at one moment although any one feeder head is lost and the ring is fed from
 * the other end (N-1). The boundary loads, which share the feeders, are taken as given; the loads of the district are
 * scaled together until a medium-voltage element or voltage reaches its limit.
 */
import type { Network, Thresholds } from '#models/district/schema.ts'
import { buildGrid, type GridModel, type GridOptions } from '#models/grid/network.ts'
import type { Ratings } from '#models/grid/ratings.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { createLoadFlowResult, type LoadFlowResult, type PreparedLoadFlow, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'

/** Above this nominal voltage a bus or section belongs to the medium-voltage network. */
const LOW_VOLTAGE_LIMIT_KV = 1
/** Scalings tried in one go, as many as the load flow takes side by side. */
const TRIALS = 8
/** Each round divides the bracket by TRIALS + 1: four leave 0.015 % of it. */
const ROUNDS = 4
const LARGEST_SCALING = 64

export interface PreparedFirmImport {
  readonly outages: readonly PreparedOutage[]
  readonly limits: Pick<Thresholds, 'limitLoadingPct' | 'minVoltagePu' | 'maxVoltagePu'>
  /** Buses and transformers of the medium-voltage network, by index. */
  readonly buses: readonly number[]
  readonly sections: readonly number[]
  readonly transformers: readonly number[]
}

interface PreparedOutage {
  readonly feederId: string
  readonly lostSection: string
  /** One way to re-close the ring each. */
  readonly reclosures: readonly { readonly switchId: string | undefined; readonly grid: GridModel; readonly loadFlow: PreparedLoadFlow; readonly result: LoadFlowResult }[]
}

export interface DistrictLoads {
  /** By bus of the grid model: loads of the district without boundary, and the boundary loads. */
  readonly districtKw: Float64Array
  readonly districtKvar: Float64Array
  readonly boundaryKw: Float64Array
  readonly boundaryKvar: Float64Array
}

export type LimitKind = 'section' | 'transformer' | 'voltage' | 'not-settled' | 'not-restored' | 'none'

export interface OutageImport {
  readonly feederId: string
  readonly lostSection: string
  /** Normally open switch that is closed to feed the ring from the other end. */
  readonly closedSwitch: string | undefined
  /** Largest factor on the loads of the district. */
  readonly scaling: number
  /** What the heads deliver then, less the boundary loads. */
  readonly importKw: number
  /** What stops it from being larger, with the element and its value just beyond the limit (% or pu). */
  readonly limit: LimitKind
  readonly limitingElement: string | undefined
  readonly limitingValue: number
}

export interface FirmImport {
  /** The smallest import over the outages; NaN if the network has no feeder head. */
  readonly importKw: number
  readonly worst: OutageImport | undefined
  readonly outages: readonly OutageImport[]
}

/** Builds and factorises the network of every outage once. */
export function prepareFirmImport(network: Network, at: number, limits: PreparedFirmImport['limits'], options: GridOptions = {}): PreparedFirmImport {
  const normal = buildGrid(network, at, options)
  const isMedium = (bus: number) => normal.busBaseKv[bus] > LOW_VOLTAGE_LIMIT_KV
  const range = (count: number) => Array.from({ length: count }, (_, k) => k)
  const outages = feederHeads(network).map(({ feederId, section }): PreparedOutage => {
    const without = { ...options, outOfService: [...(options.outOfService ?? []), section] }
    const grids = [buildGrid(network, at, without)].map((grid) => ({ switchId: undefined as string | undefined, grid }))
    if (!feedsAllOf(normal, grids[0].grid)) {
      grids.shift()
      normal.switchIds.forEach((switchId, k) => {
        if (normal.switchClosed[k] === 1) return
        const grid = buildGrid(network, at, { ...without, closedSwitches: [...(options.closedSwitches ?? []), switchId] })
        if (feedsAllOf(normal, grid)) grids.push({ switchId, grid })
      })
    }
    return { feederId, lostSection: section, reclosures: grids.map((one) => ({ ...one, loadFlow: prepareLoadFlow(one.grid), result: createLoadFlowResult(one.grid, TRIALS) })) }
  })
  return {
    outages, limits,
    buses: range(normal.busCount).filter(isMedium),
    sections: range(normal.sectionCount).filter((k) => isMedium(normal.wiredFrom[k])),
    transformers: range(normal.transformerIds.length).filter((t) => isMedium(normal.wiredTo[normal.sectionCount + t])),
  }
}

const feedsAllOf = (normal: GridModel, grid: GridModel): boolean => normal.fed.every((fed, bus) => fed === 0 || grid.fed[bus] === 1)

export function firmImport(prepared: PreparedFirmImport, loads: DistrictLoads, ratings: Ratings): FirmImport {
  const outages = prepared.outages.map((outage): OutageImport => {
    const ways = outage.reclosures.map((way) => importAfter(prepared, outage, way, loads, ratings))
    const notRestored: OutageImport = {
      feederId: outage.feederId, lostSection: outage.lostSection, closedSwitch: undefined, scaling: 0, importKw: 0, limit: 'not-restored', limitingElement: outage.lostSection, limitingValue: NaN,
    }
    return ways.reduce((best, way) => (best.limit === 'not-restored' || way.importKw > best.importKw ? way : best), notRestored)
  })
  const worst = outages.reduce<OutageImport | undefined>((least, one) => (least === undefined || one.importKw < least.importKw ? one : least), undefined)
  return { importKw: worst?.importKw ?? NaN, worst, outages }
}

function importAfter(prepared: PreparedFirmImport, outage: PreparedOutage, way: PreparedOutage['reclosures'][number], loads: DistrictLoads, ratings: Ratings): OutageImport {
  const busCount = way.grid.busCount
  const activeKw = new Float64Array(TRIALS * busCount)
  const reactiveKvar = new Float64Array(TRIALS * busCount)
  const boundaryKw = loads.boundaryKw.reduce((sum, kw) => sum + kw, 0)
  const solve = (scalings: readonly number[]) => {
    scalings.forEach((scaling, trial) => {
      for (let bus = 0; bus < busCount; bus += 1) {
        activeKw[trial * busCount + bus] = loads.boundaryKw[bus] + scaling * loads.districtKw[bus]
        reactiveKvar[trial * busCount + bus] = loads.boundaryKvar[bus] + scaling * loads.districtKvar[bus]
      }
    })
    solveLoadFlow(way.loadFlow, { scenarios: scalings.length, activeKw, reactiveKvar }, { into: way.result })
    return scalings.map((_, trial) => breachOf(prepared, way.grid, ratings, way.result, trial))
  }

  let low = 0
  let high = LARGEST_SCALING
  let lowImportKw = 0
  let breach: Breach = NO_BREACH
  // 0, then doubling: finds the first bracket; later rounds divide it evenly.
  let trials = [0, ...Array.from({ length: TRIALS - 1 }, (_, k) => LARGEST_SCALING / 2 ** (TRIALS - 2 - k))]
  for (let round = 0; round <= ROUNDS; round += 1) {
    const breaches = solve(trials)
    const first = breaches.findIndex((one) => one.limit !== 'none')
    const lastGood = first < 0 ? trials.length - 1 : first - 1
    if (lastGood >= 0) {
      low = trials[lastGood]
      lowImportKw = way.result.injectionKw[lastGood] - boundaryKw
    }
    if (first >= 0) {
      high = trials[first]
      breach = breaches[first]
    }
    if (first === 0 && round === 0) break
    if (first < 0 && round === 0) break
    const from = low
    const step = (high - low) / (TRIALS + 1)
    trials = Array.from({ length: TRIALS }, (_, k) => from + (k + 1) * step)
  }
  return {
    feederId: outage.feederId, lostSection: outage.lostSection, closedSwitch: way.switchId, scaling: low, importKw: Math.max(0, lowImportKw),
    limit: breach.limit, limitingElement: breach.element, limitingValue: breach.value,
  }
}

interface Breach {
  readonly limit: LimitKind
  readonly element: string | undefined
  readonly value: number
}
const NO_BREACH: Breach = { limit: 'none', element: undefined, value: NaN }

/** The element furthest beyond its limit, measured in shares of the limit. */
function breachOf(prepared: PreparedFirmImport, grid: GridModel, ratings: Ratings, flow: LoadFlowResult, scenario: number): Breach {
  if (flow.settled[scenario] === 0) return { limit: 'not-settled', element: undefined, value: NaN }
  const { limitLoadingPct, minVoltagePu, maxVoltagePu } = prepared.limits
  let worst = NO_BREACH
  let worstShare = 1
  const branch = scenario * flow.branchCount
  const consider = (share: number, limit: LimitKind, element: string, value: number) => {
    if (!(share > worstShare)) return
    worstShare = share
    worst = { limit, element, value }
  }
  for (const k of prepared.sections) {
    const loadingPct = (100 * Math.max(flow.currentFromA[branch + k], flow.currentToA[branch + k])) / ratings.sectionA[k]
    consider(loadingPct / limitLoadingPct, 'section', grid.sectionIds[k], loadingPct)
  }
  for (const t of prepared.transformers) {
    const at = branch + grid.sectionCount + t
    const loadingPct = (100 * Math.hypot(flow.activeFromKw[at], flow.reactiveFromKvar[at])) / ratings.transformerKva[t]
    consider(loadingPct / limitLoadingPct, 'transformer', grid.transformerIds[t], loadingPct)
  }
  for (const bus of prepared.buses) {
    const voltagePu = flow.voltagePu[scenario * flow.busCount + bus]
    consider(Math.max(minVoltagePu / voltagePu, voltagePu / maxVoltagePu), 'voltage', grid.busIds[bus], voltagePu)
  }
  return worst
}
