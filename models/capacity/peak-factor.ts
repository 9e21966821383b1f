/**
 * Peak factor of low voltage: its limits are about 10-minute means, and a mean over half an hour or an hour hides the peaks
 * of a few customers. The fewer there are, the more it hides; of many, the peaks fall apart.
 */
import type { GridModel } from '#models/grid/network.ts'
import type { FeedingTree } from '#models/grid/topology.ts'
import type { LoadFlowResult } from '#models/load-flow/load-flow.ts'
import type { Source } from './source.ts'
import { LOW_VOLTAGE_LIMIT_KV } from './voltage-bands.ts'

export const LOW_VOLTAGE_STEP_S = 600

/**
 * Largest 10-minute mean of a day over the largest mean of the coarser step, of the sum of n dwellings: mean and 95th
 * percentile of 400 draws without repetition.
 */
const TABLE = {
  customers: [1, 2, 3, 5, 10, 20, 30, 50],
  900: { mean: [1.12, 1.12, 1.12, 1.1, 1.07, 1.06, 1.05, 1.04], p95: [1.41, 1.37, 1.35, 1.29, 1.2, 1.16, 1.14, 1.1] },
  1800: { mean: [1.51, 1.45, 1.4, 1.33, 1.25, 1.17, 1.14, 1.09], p95: [2.11, 1.96, 1.83, 1.65, 1.52, 1.35, 1.28, 1.19] },
  3600: { mean: [2.14, 1.93, 1.78, 1.61, 1.45, 1.31, 1.24, 1.15], p95: [3.16, 2.86, 2.44, 2.14, 1.81, 1.56, 1.45, 1.27] },
} as const

export const PEAK_FACTOR_SOURCE: Source = {
  title: 'Own calculation from the 100 one-minute daily load profiles of the IEEE European Low Voltage Test Feeder (modelled British dwellings, one winter day)',
  dated: '2015-05', address: 'https://cmte.ieee.org/pes-testfeeders/resources/', sure: 'computed',
}

export interface PeakFactor {
  readonly customers: number
  readonly sourceStepS: number
  /** What is applied: the mean over the draws. 1 where the source is fine enough or there is no customer. */
  readonly factor: number
  /** One draw in twenty is above. */
  readonly factorP95: number
  readonly source: Source
}

/**
 * Factor for a number of customers. Between the numbers of the table linear in 1/sqrt(n), and beyond it the excess falls
 * with 1/sqrt(n), as that of independent loads does (the law behind the coincidence formulas of Rusck and Velander).
 * @throws RangeError for a step that is not 10 minutes or finer, 15, 30 or 60 minutes
 */
export function peakFactor(customers: number, sourceStepS: number): PeakFactor {
  const fine = { customers, sourceStepS, factor: 1, factorP95: 1, source: PEAK_FACTOR_SOURCE }
  if (sourceStepS <= LOW_VOLTAGE_STEP_S) return fine
  if (sourceStepS !== 900 && sourceStepS !== 1800 && sourceStepS !== 3600) throw new RangeError(`there is no peak factor for a step of ${sourceStepS} s`)
  if (!(customers > 0)) return fine
  const row = TABLE[sourceStepS]
  return { ...fine, factor: interpolated(row.mean, customers), factorP95: interpolated(row.p95, customers) }
}

function interpolated(factors: readonly number[], customers: number): number {
  const known = TABLE.customers
  const last = known.length - 1
  if (customers <= known[0]) return factors[0]
  if (customers >= known[last]) return 1 + (factors[last] - 1) * Math.sqrt(known[last] / customers)
  const above = known.findIndex((n) => n >= customers)
  const x = 1 / Math.sqrt(customers)
  const x0 = 1 / Math.sqrt(known[above - 1])
  const x1 = 1 / Math.sqrt(known[above])
  return factors[above - 1] + ((factors[above] - factors[above - 1]) * (x - x0)) / (x1 - x0)
}

/** What the peak factor does to a computed step: shown with every result it was applied to. */
export interface PeakLift {
  readonly sourceStepS: number
  readonly source: Source
  /** By branch: factor on its loading; 1 at medium voltage. */
  readonly branchFactor: Float64Array
  readonly branchCustomers: Float64Array
  /** By bus: voltage that the higher peak costs beside the computed drop, pu; valid until the next call. */
  extraDropPu(flow: LoadFlowResult, scenario: number): Float64Array
}

/**
 * Lifts every low-voltage section and each transformer that feeds low voltage by the factor of the customers behind it.
 * The drop of low-voltage sections is lifted with their current; that of the transformer is not (its factor is near 1).
 * @param customersByBus delivery points at each bus
 */
export function peakLift(grid: GridModel, tree: FeedingTree, customersByBus: Float64Array, sourceStepS: number): PeakLift {
  const below = Float64Array.from(customersByBus)
  const branchCount = grid.branchFrom.length
  const branchCustomers = new Float64Array(branchCount)
  const branchFactor = new Float64Array(branchCount).fill(1)
  for (let k = tree.order.length - 1; k >= 0; k -= 1) {
    const bus = tree.order[k]
    const parent = tree.parentBus[bus]
    if (parent < 0) continue
    below[parent] += below[bus]
    const branch = tree.parentBranch[bus]
    branchCustomers[branch] = below[bus]
    if (grid.busBaseKv[bus] <= LOW_VOLTAGE_LIMIT_KV) branchFactor[branch] = peakFactor(below[bus], sourceStepS).factor
  }
  const extra = new Float64Array(grid.busCount)
  return {
    sourceStepS, source: PEAK_FACTOR_SOURCE, branchFactor, branchCustomers,
    extraDropPu(flow, scenario) {
      const voltage = scenario * flow.busCount
      for (const bus of tree.order) {
        const parent = tree.parentBus[bus]
        if (parent < 0) continue
        const branch = tree.parentBranch[bus]
        const isSection = branch < grid.sectionCount
        extra[bus] = extra[parent] + (isSection ? (branchFactor[branch] - 1) * (flow.voltagePu[voltage + parent] - flow.voltagePu[voltage + bus]) : 0)
      }
      return extra
    },
  }
}
