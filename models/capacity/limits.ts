/** What the elements of a network may carry and in which band its voltages must stay, step by step. */
import type { Network } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'
import { ratingsAt } from '#models/grid/ratings.ts'
import type { Source } from './source.ts'
import { bandOf } from './voltage-bands.ts'

export const BASIS = { current: 0, power: 1 } as const

/** Names and kinds of what is judged; branches in the order of the circuit. */
export interface Elements {
  readonly busIds: readonly string[]
  readonly branchIds: readonly string[]
  readonly isTransformer: Uint8Array
  /** By branch: BASIS.current compares amperes at each end, BASIS.power the apparent power at each winding. */
  readonly basis: Uint8Array
}

/** Limits that hold in one season; NaN: there should be a rating and none is known; Infinity: nothing limits it. */
export interface ElementLimits {
  /** A or kVA by the basis of the branch, at its from and its to end. */
  readonly branchFrom: Float64Array
  readonly branchTo: Float64Array
  readonly lowestPu: Float64Array
  readonly highestPu: Float64Array
}

/** Few sets, each for many steps: seasons, and what is dated. */
export interface StepLimits {
  readonly sets: readonly ElementLimits[]
  readonly setOfStep: Uint8Array
}

/** A transformer may carry `factor` times its limit for so many hours on end. Declared, never assumed. */
export interface TimeLimitedOverload {
  readonly factor: number
  readonly hours: number
  readonly source: Source
}

export interface LimitOptions {
  /** Absent: by apparent power. By current, a transformer at low voltage reaches its limit at a lower power. */
  readonly transformerBasis?: 'current' | 'power'
  /** Loading that counts as the limit; absent: 100 % of the rating. */
  readonly limitLoadingPct?: number
  /** Absent: the bands of `bandOf`, by voltage level. */
  readonly voltageBand?: (nominalKv: number) => { readonly lowestPu: number; readonly highestPu: number }
  /** Factor on the ampacity of a section for how it is laid (grouping, soil, duct); absent: 1. */
  readonly derating?: (sectionId: string) => number
}

export function elementsOf(grid: GridModel, { transformerBasis = 'power' }: LimitOptions = {}): Elements {
  const branchIds = [...grid.sectionIds, ...grid.transformerIds]
  const isTransformer = Uint8Array.from(branchIds, (_, k) => Number(k >= grid.sectionCount))
  const basis = isTransformer.map((one) => (one === 1 && transformerBasis === 'power' ? BASIS.power : BASIS.current))
  return { busIds: grid.busIds, branchIds, isTransformer, basis }
}

/**
 * Limits by step: ratings dated and by season, times derating.
 * @param at instants of the steps, ms
 * @param month local calendar month of each step, 1-12
 */
export function stepLimits(network: Network, grid: GridModel, at: Float64Array, month: ArrayLike<number>, options: LimitOptions = {}): StepLimits {
  const borders = ratingBorders(network)
  const sets: ElementLimits[] = []
  const known = new Map<string, number>()
  const setOfStep = Uint8Array.from(at, (instant, step) => {
    const key = `${borders.findLastIndex((border) => border <= instant)} ${network.winterMonths.includes(month[step])}`
    const set = known.get(key) ?? sets.push(elementLimits(network, grid, instant, month[step], options)) - 1
    known.set(key, set)
    return set
  })
  return { sets, setOfStep }
}

function elementLimits(network: Network, grid: GridModel, at: number, month: number, options: LimitOptions): ElementLimits {
  const { sectionA, transformerKva } = ratingsAt(network, at, month)
  const share = (options.limitLoadingPct ?? 100) / 100
  const sections = sectionA.map((ampere, k) => ampere * share * (options.derating?.(grid.sectionIds[k]) ?? 1))
  const ends = (voltageKv: (transformer: Network['transformers'][number]) => number) => {
    const limits = new Float64Array(grid.sectionCount + grid.transformerIds.length)
    limits.set(sections)
    network.transformers.forEach((transformer, t) => {
      const kva = transformerKva[t] * share
      limits[grid.sectionCount + t] = options.transformerBasis === 'current' ? kva / (Math.sqrt(3) * voltageKv(transformer)) : kva
    })
    return limits
  }
  const bands = Array.from(grid.busBaseKv, (kv) => (options.voltageBand ?? bandOf)(kv))
  return {
    branchFrom: ends((transformer) => transformer.hvKv), branchTo: ends((transformer) => transformer.lvKv),
    lowestPu: Float64Array.from(bands, (band) => band.lowestPu), highestPu: Float64Array.from(bands, (band) => band.highestPu),
  }
}

/** Instants at which a rating begins or ends, ascending. */
function ratingBorders(network: Network): number[] {
  const dated = [...network.lineSections, ...network.transformers].flatMap((element) => element.ratings as readonly { validFrom: string; validTo?: string }[])
  const borders = new Set(dated.flatMap(({ validFrom, validTo }) => (validTo === undefined ? [validFrom] : [validFrom, validTo])))
  return [...borders].map((text) => Date.parse(text)).sort((a, b) => a - b)
}
