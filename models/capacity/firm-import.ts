/**
 * District capacity: the firm import of the district, that is what it can draw at one moment although its largest infeed (the
 * feeder head whose loss leaves least) is lost and the ring is fed from the other end (N-1). The boundary loads, which share
 * the feeders, are taken as given; the loads of the district are scaled together until a medium-voltage element or voltage
 * reaches its limit.
 */
import type { Network, Thresholds } from '#models/district/schema.ts'
import { buildGrid, type GridOptions } from '#models/grid/network.ts'
import type { Ratings } from '#models/grid/ratings.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { createLoadFlowResult, type LoadFlowResult, type PreparedLoadFlow, type PrepareOptions, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { type BreachKind, holds, type Judged, judged, type Margin, nearestMargin } from './judge.ts'
import { type ElementLimits, elementsOf } from './limits.ts'
import { ringOutage } from './ring-outages.ts'
import { largestHolding, TRIALS } from './section-search.ts'
import { LOW_VOLTAGE_LIMIT_KV } from './voltage-bands.ts'

const LARGEST_SCALING = 64
/** Scalings below are not told from 0. */
const SMALLEST_SCALING = 1e-6

export interface PreparedFirmImport {
  readonly outages: readonly PreparedOutage[]
  readonly limits: Pick<Thresholds, 'limitLoadingPct' | 'minVoltagePu' | 'maxVoltagePu'>
}

interface PreparedOutage {
  readonly feederId: string
  readonly lostSection: string
  readonly reclosures: readonly Reclosure[]
}

/** One way to close the ring again. */
interface Reclosure {
  readonly switchId: string | undefined
  readonly judged: Judged
  readonly loadFlow: PreparedLoadFlow
  readonly result: LoadFlowResult
}

export interface DistrictLoads {
  /** By bus of the grid model: loads of the district without boundary, and the boundary loads. */
  readonly districtKw: Float64Array
  readonly districtKvar: Float64Array
  readonly boundaryKw: Float64Array
  readonly boundaryKvar: Float64Array
}

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
  readonly limit: BreachKind | 'not-restored' | 'none'
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
export function prepareFirmImport(network: Network, at: number, limits: PreparedFirmImport['limits'], options: GridOptions & PrepareOptions = {}): PreparedFirmImport {
  const normal = buildGrid(network, at, options)
  const lowVoltage = new Set([
    ...normal.busIds.filter((_, bus) => normal.busBaseKv[bus] <= LOW_VOLTAGE_LIMIT_KV),
    ...[...normal.sectionIds, ...normal.transformerIds].filter((_, k) => normal.busBaseKv[normal.wiredTo[k]] <= LOW_VOLTAGE_LIMIT_KV),
  ])
  const outages = feederHeads(network).map(({ feederId, section }): PreparedOutage => {
    const { reclosures } = ringOutage(network, at, section, options, normal)
    return {
      feederId, lostSection: section,
      reclosures: reclosures.map(({ switchId, grid }) => ({ switchId, judged: judged(grid, elementsOf(grid), lowVoltage), loadFlow: prepareLoadFlow(grid, options), result: createLoadFlowResult(grid, TRIALS) })),
    }
  })
  return { outages, limits }
}

export function firmImport({ outages: prepared, limits }: PreparedFirmImport, loads: DistrictLoads, ratings: Ratings): FirmImport {
  const allowed = elementLimits(limits, ratings, loads.districtKw.length)
  const outages = prepared.map((outage): OutageImport => {
    const ways = outage.reclosures.map((way) => importAfter(outage, way, loads, allowed))
    const notRestored: OutageImport = {
      feederId: outage.feederId, lostSection: outage.lostSection, closedSwitch: undefined, scaling: 0, importKw: 0, limit: 'not-restored', limitingElement: outage.lostSection, limitingValue: NaN,
    }
    return ways.reduce((best, way) => (best.limit === 'not-restored' || way.importKw > best.importKw ? way : best), notRestored)
  })
  const worst = outages.reduce<OutageImport | undefined>((least, one) => (least === undefined || one.importKw < least.importKw ? one : least), undefined)
  return { importKw: worst?.importKw ?? NaN, worst, outages }
}

function elementLimits({ limitLoadingPct, minVoltagePu, maxVoltagePu }: PreparedFirmImport['limits'], { sectionA, transformerKva }: Ratings, busCount: number): ElementLimits {
  const branch = Float64Array.from([...sectionA, ...transformerKva], (rating) => (rating * limitLoadingPct) / 100)
  return { branchFrom: branch, branchTo: branch, lowestPu: new Float64Array(busCount).fill(minVoltagePu), highestPu: new Float64Array(busCount).fill(maxVoltagePu) }
}

function importAfter(outage: PreparedOutage, way: Reclosure, loads: DistrictLoads, limits: ElementLimits): OutageImport {
  const { busCount } = way.judged.circuit
  const activeKw = new Float64Array(TRIALS * busCount)
  const reactiveKvar = new Float64Array(TRIALS * busCount)
  const breaches = (scalings: readonly number[]): (Margin | undefined)[] => {
    scalings.forEach((scaling, trial) => {
      for (let bus = 0; bus < busCount; bus += 1) {
        activeKw[trial * busCount + bus] = loads.boundaryKw[bus] + scaling * loads.districtKw[bus]
        reactiveKvar[trial * busCount + bus] = loads.boundaryKvar[bus] + scaling * loads.districtKvar[bus]
      }
    })
    solveLoadFlow(way.loadFlow, { scenarios: scalings.length, activeKw, reactiveKvar }, { into: way.result })
    return scalings.map((_, trial) => {
      const margin = nearestMargin(way.judged, limits, way.result, trial)
      return holds(margin) ? undefined : margin
    })
  }
  const { value: scaling, breach } = largestHolding(breaches, LARGEST_SCALING, { smallest: SMALLEST_SCALING })
  breaches([scaling])
  const boundaryKw = loads.boundaryKw.reduce((sum, kw) => sum + kw, 0)
  return {
    feederId: outage.feederId, lostSection: outage.lostSection, closedSwitch: way.switchId, scaling,
    importKw: scaling === 0 ? 0 : Math.max(0, way.result.injectionKw[0] - boundaryKw),
    limit: breach?.kind ?? 'none', limitingElement: breach?.element, limitingValue: breach?.value ?? NaN,
  }
}
