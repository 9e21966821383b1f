import { fitTrees, treesValue, type BoostedTrees, type TreeOptions } from './boosted-trees.ts'
import type { FeatureRows } from './features.ts'
import { fitSlotRidge, ridgeValue, type RidgeRows, type SlotRidge } from './ridge.ts'

/** The forecasters that are blended, in the order of their columns. */
export const MEMBERS = ['ridge', 'ridge-recent', 'trees', 'ridge-trees'] as const

export interface FittedMembers {
  readonly ridge: SlotRidge
  readonly ridgeRecent: SlotRidge
  readonly trees: BoostedTrees
  /** Trees on what the ridge leaves. */
  readonly ridgeTrees: BoostedTrees
  /** Expected size of the error: how wide the band is at this hour and in this weather. */
  readonly spread: BoostedTrees
  readonly leastSpread: number
}

export interface MemberOptions {
  readonly halfLifeDays: number
  readonly recentHalfLifeDays: number
  readonly penalty: number
  readonly poolSlots: number
  /** Residuals of a slot beyond this quantile of their size count no more than at it. */
  readonly robustQuantile: number
  readonly trees: TreeOptions
  readonly spread: TreeOptions
}

const TREES: TreeOptions = { trees: 200, leaves: 31, learningRate: 0.05, leastWeight: 20, l2: 5, featureShare: 0.4, rowShare: 0.7, bins: 64, huberQuantile: 0.9, seed: 1 }
export const MEMBER_OPTIONS: MemberOptions = {
  halfLifeDays: 365, recentHalfLifeDays: 120, penalty: 0.01, poolSlots: 1, robustQuantile: 0.7,
  trees: TREES,
  spread: { ...TREES, trees: 60, leaves: 15, leastWeight: 60, learningRate: 0.08, huberQuantile: 0.95, seed: 2 },
}

/**
 * Fits every member to the deviations of `values` from what is expected over the days before `toDay` (rows and values count
 * from the same day).
 */
export function fitMembers(rows: FeatureRows, values: Float64Array, perDay: number, toDay: number, options: MemberOptions = MEMBER_OPTIONS): FittedMembers {
  const count = toDay * perDay
  const featureCount = rows.names.length
  const target = new Float64Array(count)
  const slot = new Uint16Array(count)
  const known: number[] = []
  for (let i = 0; i < count; i += 1) {
    target[i] = values[i]! - rows.habit[i]!
    slot[i] = i % perDay
    if (!Number.isNaN(target[i]!)) known.push(i)
  }
  const learned = Int32Array.from(known)
  const weighted = (halfLifeDays: number) => {
    const weight = new Float64Array(count)
    for (const i of learned) weight[i] = 2 ** (-(toDay - Math.floor(i / perDay)) / halfLifeDays)
    return weight
  }
  const ridgeOf = (weight: Float64Array) => fitRobustRidge({ features: rows.features, featureCount, target, weight, slot, slots: perDay, rows: learned }, options)
  const weight = weighted(options.halfLifeDays)
  const ridge = ridgeOf(weight)
  const ridgeRecent = ridgeOf(weighted(options.recentHalfLifeDays))
  const treeRows = { features: rows.features, featureCount, weight, rows: learned }
  const left = new Float64Array(count)
  const size = new Float64Array(count)
  let sizes = 0
  for (const i of learned) {
    left[i] = target[i]! - ridgeValue(ridge, slot[i]!, rows.features, i)
    size[i] = Math.abs(left[i]!)
    sizes += size[i]!
  }
  return {
    ridge, ridgeRecent,
    trees: fitTrees({ ...treeRows, target }, options.trees),
    ridgeTrees: fitTrees({ ...treeRows, target: left }, options.trees),
    spread: fitTrees({ ...treeRows, target: size }, options.spread),
    leastSpread: learned.length === 0 ? 0 : (LEAST_SPREAD_SHARE * sizes) / learned.length,
  }
}

/** At night a production is zero for certain, and the band may be narrow, but never of no width at all. */
const LEAST_SPREAD_SHARE = 0.02

/** What calendar and weather alone let expect at every cell. */
export function fitExpected(plain: FeatureRows, values: Float64Array, perDay: number, toDay: number, options: MemberOptions = MEMBER_OPTIONS): Float64Array {
  const count = toDay * perDay
  const slot = Uint16Array.from({ length: plain.habit.length }, (_, i) => i % perDay)
  const learned: number[] = []
  const weight = new Float64Array(count)
  for (let i = 0; i < count; i += 1) {
    if (Number.isNaN(values[i]!)) continue
    learned.push(i)
    weight[i] = 2 ** (-(toDay - Math.floor(i / perDay)) / options.halfLifeDays)
  }
  // Without the season: what it adds to the weather is told by the days before.
  const used = plain.names.flatMap((name, k) => (name.includes('year') ? [k] : []))
  const features = plain.features.slice()
  for (let i = 0; i < plain.habit.length; i += 1) for (const k of used) features[i * plain.names.length + k] = 0
  const ridge = fitRobustRidge({ features, featureCount: plain.names.length, target: values, weight, slot, slots: perDay, rows: Int32Array.from(learned) }, options)
  return Float64Array.from(slot, (own, i) => ridgeValue(ridge, own, features, i))
}

/** Ridge fitted twice: what the first fit left of a slot beyond the quantile counts less in the second (Huber's weights). */
function fitRobustRidge(rows: RidgeRows, { penalty, poolSlots, robustQuantile }: MemberOptions): SlotRidge {
  const first = fitSlotRidge(rows, { penalty, poolSlots })
  const sizes: number[][] = Array.from({ length: rows.slots }, () => [])
  const size = new Float64Array(rows.weight.length)
  for (const i of rows.rows) {
    size[i] = Math.abs(rows.target[i]! - ridgeValue(first, rows.slot[i]!, rows.features, i))
    sizes[rows.slot[i]!]!.push(size[i]!)
  }
  const cut = sizes.map((own) => own.sort((a, b) => a - b)[Math.floor(robustQuantile * own.length)] ?? Infinity)
  const weight = rows.weight.slice()
  for (const i of rows.rows) {
    const most = cut[rows.slot[i]!]!
    if (size[i]! > most && most > 0) weight[i]! *= most / size[i]!
  }
  return fitSlotRidge({ ...rows, weight }, { penalty, poolSlots })
}

/** What each member says of the rows `[from, to)`, as absolute values: [member][row], and the expected size of the error. */
export function memberValues(fitted: FittedMembers, rows: FeatureRows, perDay: number, from: number, to: number): { values: Float64Array[]; spread: Float64Array } {
  const values = MEMBERS.map(() => new Float64Array(to - from).fill(NaN))
  const spread = new Float64Array(to - from).fill(NaN)
  for (let i = from; i < to; i += 1) {
    const habit = rows.habit[i]!
    if (Number.isNaN(habit)) continue
    const slot = i % perDay
    const ridge = habit + ridgeValue(fitted.ridge, slot, rows.features, i)
    values[0]![i - from] = ridge
    values[1]![i - from] = habit + ridgeValue(fitted.ridgeRecent, slot, rows.features, i)
    values[2]![i - from] = habit + treesValue(fitted.trees, rows.features, i)
    values[3]![i - from] = ridge + treesValue(fitted.ridgeTrees, rows.features, i)
    spread[i - from] = Math.max(fitted.leastSpread, treesValue(fitted.spread, rows.features, i))
  }
  return { values, spread }
}
