import type { GridModel } from '#models/grid/network.ts'
import type { Ratings } from '#models/grid/ratings.ts'
import type { LoadFlowResult } from '#models/load-flow/load-flow.ts'

/** Loading of all elements in one scenario; NaN where an element is not fed, has no rating, or the load flow did not settle. */
export interface Loading {
  /** The larger of the currents at both ends (they differ by the charging current of the cable). */
  readonly sectionCurrentA: Float32Array
  readonly sectionLoadingPct: Float32Array
  /** Power into the section at its `from` end: negative when it is fed from its `to` end. */
  readonly sectionPowerKw: Float32Array
  /** The larger of the apparent powers at both windings. */
  readonly transformerLoadKva: Float32Array
  readonly transformerLoadingPct: Float32Array
  readonly busVoltagePu: Float32Array
}

export function createLoading(grid: GridModel): Loading {
  const sections = () => new Float32Array(grid.sectionCount)
  const transformers = () => new Float32Array(grid.transformerIds.length)
  return {
    sectionCurrentA: sections(), sectionLoadingPct: sections(), sectionPowerKw: sections(),
    transformerLoadKva: transformers(), transformerLoadingPct: transformers(), busVoltagePu: new Float32Array(grid.busCount),
  }
}

/** @param into written over and returned, so that a year of steps can share one */
export function loadingOf(grid: GridModel, ratings: Ratings, flow: LoadFlowResult, scenario: number, into: Loading = createLoading(grid)): Loading {
  const first = scenario * flow.branchCount
  for (let k = 0; k < grid.sectionCount; k += 1) {
    const currentA = Math.max(flow.currentFromA[first + k], flow.currentToA[first + k])
    into.sectionCurrentA[k] = currentA
    into.sectionLoadingPct[k] = (100 * currentA) / ratings.sectionA[k]
    into.sectionPowerKw[k] = flow.activeFromKw[first + k]
  }
  for (let t = 0; t < grid.transformerIds.length; t += 1) {
    const at = first + grid.sectionCount + t
    const hvKva = Math.sqrt(flow.activeFromKw[at] ** 2 + flow.reactiveFromKvar[at] ** 2)
    const lvKva = Math.sqrt(flow.activeToKw[at] ** 2 + flow.reactiveToKvar[at] ** 2)
    into.transformerLoadKva[t] = Math.max(hvKva, lvKva)
    into.transformerLoadingPct[t] = (100 * into.transformerLoadKva[t]) / ratings.transformerKva[t]
  }
  const firstBus = scenario * flow.busCount
  for (let bus = 0; bus < grid.busCount; bus += 1) into.busVoltagePu[bus] = flow.voltagePu[firstBus + bus]
  return into
}

export interface Headroom {
  readonly currentA: number
  readonly apparentKva: number
  /** Active power at the given power factor. */
  readonly activeKw: number
}

const SQRT3 = Math.sqrt(3)

/**
 * What may still be added to a line section before its rating, at nominal voltage and with a load of the given power
 * factor in phase with what flows: negative when the rating is exceeded already.
 */
export function sectionHeadroom(currentA: number, ratingA: number, nominalKv: number, powerFactor: number): Headroom {
  const spareA = ratingA - currentA
  const apparentKva = SQRT3 * nominalKv * spareA
  return { currentA: spareA, apparentKva, activeKw: apparentKva * powerFactor }
}

/** The same for a transformer; the current is that of the LV side. */
export function transformerHeadroom(loadKva: number, limitKva: number, lvKv: number, powerFactor: number): Headroom {
  const apparentKva = limitKva - loadKva
  return { currentA: apparentKva / (SQRT3 * lvKv), apparentKva, activeKw: apparentKva * powerFactor }
}

/** Index of the largest finite value and the value; -1 and NaN if there is none. */
export function largest(values: ArrayLike<number>): { readonly index: number; readonly value: number } {
  let index = -1
  for (let k = 0; k < values.length; k += 1) if (values[k] === values[k] && (index < 0 || values[k] > values[index])) index = k
  return { index, value: index < 0 ? NaN : values[index] }
}
