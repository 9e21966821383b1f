import { fitTrees, treesParts, treesValue, type BoostedTrees, type TreeOptions } from './boosted-trees.ts'
import { cutIntoBins } from './feature-bins.ts'
import type { FeatureGroup, FeatureRows } from './features.ts'
import { fitRobustRidges, ridgeValue, type SlotRidge } from './ridge.ts'

/** The forecasters that are blended. */
export type MemberName = 'ridge' | 'ridge-recent' | 'trees' | 'ridge-trees'

/** A member adds to the habit what its ridge and its trees say; either may be missing. */
export interface FittedMember {
  readonly name: MemberName
  readonly ridge: SlotRidge | undefined
  readonly trees: BoostedTrees | undefined
}

export interface FittedMembers {
  readonly members: readonly FittedMember[]
  /** Expected size of the error: how wide the band is at this hour and in this weather. */
  readonly spread: BoostedTrees
  readonly leastSpread: number
}

export interface MemberOptions {
  readonly names: readonly MemberName[]
  /** Days learned from, counted back; older ones are passed over. */
  readonly mostDays: number
  readonly halfLifeDays: number
  readonly recentHalfLifeDays: number
  readonly penalty: number
  readonly poolSlots: number
  /** Residuals of a slot beyond this quantile of their size count no more than at it. */
  readonly robustQuantile: number
  readonly trees: TreeOptions
  readonly spread: TreeOptions
}

const TREES: TreeOptions = { trees: 200, leaves: 31, learningRate: 0.05, leastRows: 20, l2: 5, featureShare: 0.4, rowShare: 0.5, bins: 64, huberQuantile: 0.9, seed: 1 }
export const MEMBER_OPTIONS: MemberOptions = {
  names: ['ridge', 'ridge-recent', 'trees', 'ridge-trees'], mostDays: 1_500,
  halfLifeDays: 365, recentHalfLifeDays: 120, penalty: 0.01, poolSlots: 1, robustQuantile: 0.5,
  trees: TREES,
  spread: { ...TREES, trees: 60, leaves: 15, leastRows: 60, learningRate: 0.08, huberQuantile: 0.95, seed: 2 },
}

/** For delivery points by the thousand: a year of days and fewer, smaller trees. */
export const LIGHT_MEMBER_OPTIONS: MemberOptions = {
  ...MEMBER_OPTIONS, names: ['ridge', 'ridge-trees'], mostDays: 400,
  trees: { ...TREES, trees: 50, leaves: 15, learningRate: 0.1, featureShare: 0.2, rowShare: 0.5, bins: 32 },
  spread: { ...MEMBER_OPTIONS.spread, trees: 20, leaves: 8, learningRate: 0.15, featureShare: 0.2, rowShare: 0.5, bins: 32 },
}

/**
 * Fits every member to the deviations of `values` from the habit over the days before `toDay` (rows and values count
 * from the same day).
 */
export function fitMembers(rows: FeatureRows, values: Float64Array, perDay: number, toDay: number, options: MemberOptions = MEMBER_OPTIONS): FittedMembers {
  const count = toDay * perDay
  const featureCount = rows.names.length
  const target = new Float64Array(count)
  const slot = new Uint16Array(count)
  const known: number[] = []
  for (let i = Math.max(0, toDay - options.mostDays) * perDay; i < count; i += 1) {
    target[i] = values[i]! - rows.habit[i]!
    slot[i] = i % perDay
    if (!Number.isNaN(target[i]!)) known.push(i)
  }
  const learned = Int32Array.from(known)
  const scaled = levelWeights(values, perDay, toDay)
  const weighted = (halfLifeDays: number) => {
    const weight = new Float64Array(count)
    for (let day = 0; day < toDay; day += 1) weight.fill(2 ** (-(toDay - day) / halfLifeDays) * scaled[day]!, day * perDay, (day + 1) * perDay)
    return weight
  }
  const weight = weighted(options.halfLifeDays)
  const recently = options.names.includes('ridge-recent') ? [weighted(options.recentHalfLifeDays)] : []
  const [ridge, recent] = fitRobustRidges({ features: rows.features, featureCount, target, weight, slot, slots: perDay, rows: learned }, recently, options) as [SlotRidge, SlotRidge | undefined]
  const binned = cutIntoBins({ features: rows.features, featureCount, rows: learned }, options.trees.bins)
  const wholly = new Float64Array(learned.length)
  const left = new Float64Array(learned.length)
  const size = new Float64Array(learned.length)
  const rowWeight = new Float64Array(learned.length)
  let sizes = 0
  for (let k = 0; k < learned.length; k += 1) {
    const i = learned[k]!
    wholly[k] = target[i]!
    left[k] = target[i]! - ridgeValue(ridge, slot[i]!, rows.features, i)
    size[k] = Math.abs(left[k]!)
    rowWeight[k] = weight[i]!
    sizes += size[k]!
  }
  const fit: Record<MemberName, () => Omit<FittedMember, 'name'>> = {
    ridge: () => ({ ridge, trees: undefined }),
    'ridge-recent': () => ({ ridge: recent, trees: undefined }),
    trees: () => ({ ridge: undefined, trees: fitTrees(binned, wholly, rowWeight, options.trees) }),
    'ridge-trees': () => ({ ridge, trees: fitTrees(binned, left, rowWeight, options.trees) }),
  }
  return {
    members: options.names.map((name) => ({ name, ...fit[name]() })),
    spread: fitTrees(binned, size, rowWeight, options.spread),
    leastSpread: learned.length === 0 ? 0 : (LEAST_SPREAD_SHARE * sizes) / learned.length,
  }
}

/** At night a production is zero for certain, and the band may be narrow, but never of no width at all. */
const LEAST_SPREAD_SHARE = 0.02

/** What calendar and weather alone let expect at every cell. */
export function fitPlainly(plain: FeatureRows, values: Float64Array, perDay: number, toDay: number, options: MemberOptions = MEMBER_OPTIONS): Float64Array {
  const cells = plain.habit.length
  const slot = new Uint16Array(cells)
  for (let i = 0; i < cells; i += 1) slot[i] = i % perDay
  const learned: number[] = []
  const weight = new Float64Array(cells)
  const scaled = levelWeights(values, perDay, toDay)
  for (let i = Math.max(0, toDay - options.mostDays) * perDay; i < toDay * perDay; i += 1) {
    if (Number.isNaN(values[i]!)) continue
    learned.push(i)
    weight[i] = 2 ** (-(toDay - Math.floor(i / perDay)) / options.recentHalfLifeDays) * scaled[Math.floor(i / perDay)]!
  }
  // Without the season: what it adds to the weather is told by the days before.
  const without = plain.names.flatMap((name, k) => (name.includes('year') ? [k] : []))
  const [ridge] = fitRobustRidges({ features: plain.features, featureCount: plain.names.length, target: values, weight, slot, slots: perDay, rows: Int32Array.from(learned), without }, [], options)
  const plainly = new Float64Array(cells)
  for (let i = 0; i < cells; i += 1) plainly[i] = ridgeValue(ridge!, slot[i]!, plain.features, i)
  return plainly
}

const LEVEL_DAYS = 28

/**
 * Weight of each day by the level of the four weeks before it: errors grow with the level, so days at ten times the
 * highest level of the last year would drown those that are like today's. After a boiler was taken out of use, say.
 */
function levelWeights(values: Float64Array, perDay: number, toDay: number): Float64Array {
  const level = new Float64Array(toDay + 1)
  let sum = 0
  let count = 0
  const take = (day: number, sign: number) => {
    for (let i = day * perDay; i < (day + 1) * perDay; i += 1) {
      if (Number.isNaN(values[i]!)) continue
      sum += sign * Math.abs(values[i]!)
      count += sign
    }
  }
  for (let day = 0; day <= toDay; day += 1) {
    level[day] = count > 0 ? sum / count : NaN
    if (day < toDay) take(day, 1)
    if (day >= LEVEL_DAYS) take(day - LEVEL_DAYS, -1)
  }
  const now = level.subarray(Math.max(0, toDay - 365)).reduce((most, own) => (own > most ? own : most), 0)
  return level.map((own) => (own > now && now > 0 ? Math.max(1e-6, (now / own) ** 2) : 1))
}

/** What each member says of the cells `[from, to)`, as absolute values: [member][cell], and the expected size of the error. */
export function memberValues(fitted: FittedMembers, rows: FeatureRows, perDay: number, from: number, to: number): { values: Float64Array[]; spread: Float64Array } {
  const values = fitted.members.map(() => new Float64Array(to - from).fill(NaN))
  const spread = new Float64Array(to - from).fill(NaN)
  for (let i = from; i < to; i += 1) {
    const habit = rows.habit[i]!
    if (Number.isNaN(habit)) continue
    for (const [m, { ridge, trees }] of fitted.members.entries()) {
      values[m]![i - from] = habit + (ridge === undefined ? 0 : ridgeValue(ridge, i % perDay, rows.features, i)) + (trees === undefined ? 0 : treesValue(trees, rows.features, i))
    }
    spread[i - from] = Math.max(fitted.leastSpread, treesValue(fitted.spread, rows.features, i))
  }
  return { values, spread }
}

export const GROUPS: readonly FeatureGroup[] = ['calendar', 'weather', 'recent']

/**
 * Of what the cells `[from, to)` are made: [group][cell] by GROUPS, together the weighted sum of the members. Calendar
 * and weather are told against the mean of the four weeks before `from`, the habit too: that a Monday noon draws more than
 * the mean of all hours is calendar, that a field yields more at noon is weather. All the rest are recent days. A
 * ridge is split by its terms, a tree by the change of the mean at each cut on the way (Saabas, 2014).
 */
export function contributions(fitted: FittedMembers, weights: Float64Array, rows: FeatureRows, perDay: number, from: number, to: number): Float64Array[] {
  const width = rows.names.length
  const groupOf = Uint8Array.from(rows.groups, (group) => GROUPS.indexOf(group))
  const recent = GROUPS.indexOf('recent')
  const parts = GROUPS.map(() => new Float64Array(to - from))
  const own = new Float64Array(GROUPS.length)
  const before = Math.max(0, from - 28 * perDay)
  const means = slotMeans(rows, perDay, before, from)
  const usualHabit = habitMean(rows, before, from)
  const habitGroup = GROUPS.indexOf(rows.habitGroup)
  for (let i = from; i < to; i += 1) {
    const slot = i % perDay
    own.fill(0)
    own[habitGroup]! += rows.habit[i]! - usualHabit
    own[recent]! += usualHabit
    for (const [m, { ridge, trees }] of fitted.members.entries()) {
      const share = weights[m]!
      if (ridge !== undefined) {
        const at = slot * (width + 1)
        own[recent]! += share * ridge.coefficients[at + width]!
        for (let k = 0; k < width; k += 1) {
          const usual = groupOf[k] === recent ? 0 : means[slot * width + k]!
          own[groupOf[k]!]! += share * ridge.coefficients[at + k]! * (rows.features[i * width + k]! - usual)
          own[recent]! += share * ridge.coefficients[at + k]! * usual
        }
      }
      if (trees !== undefined) treesParts(trees, rows.features, i, groupOf, recent, share, own)
    }
    for (let g = 0; g < GROUPS.length; g += 1) parts[g]![i - from] = own[g]!
  }
  return parts
}

/** Mean of the habit over cells; what is dark is zero. 0 where none is known. */
function habitMean({ habit, dark }: FeatureRows, from: number, to: number): number {
  let [sum, count] = [0, 0]
  for (let i = from; i < to; i += 1) {
    if (dark?.[i] === 1) count += 1
    else if (!Number.isNaN(habit[i]!)) {
      sum += habit[i]!
      count += 1
    }
  }
  return count === 0 ? 0 : sum / count
}

function slotMeans(rows: FeatureRows, perDay: number, from: number, to: number): Float64Array {
  const width = rows.names.length
  const means = new Float64Array(perDay * width)
  const count = new Float64Array(perDay)
  for (let i = from; i < to; i += 1) {
    if (Number.isNaN(rows.habit[i]!)) continue
    count[i % perDay]! += 1
    for (let k = 0; k < width; k += 1) means[(i % perDay) * width + k]! += rows.features[i * width + k]!
  }
  return means.map((sum, at) => sum / Math.max(1, count[Math.floor(at / width)]!))
}
