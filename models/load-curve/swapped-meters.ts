import type { LoadCalendar } from './day-type.ts'
import { finding, type SeriesFinding } from './finding.ts'
import { dayRuns, profileAt, type OwnProfile } from './own-profile.ts'

/** One metered point over the same steps as all others, with the profile of its past. */
export interface SwapCandidate {
  readonly pointId: string
  readonly values: Float64Array
  readonly profile: OwnProfile
}

const FEWEST_DAYS = 3
const LEAST_KNOWN_SHARE = 0.8
/** Against its own profile a point must have become so much stranger than it used to be. */
const STRANGER = 1.5
/** And by the other's profile be about as usual as the other used to be. */
const AS_USUAL = 4
/** What the exchange leaves of the distance of both. */
const MOST_LEFT = 0.4

/**
 * Two meters exchanged from one day on, at a visit or in a table: each point then has the curve and the daily energy of
 * the other. Each day from `from` (index) to the end is set against both profiles, in the unit of the values, so that the
 * level counts as much as the shape; the last days must all be explained by the exchange, each for itself. Proposes, never
 * edits. Of an exchange that was always there the balance of the network can tell (models/grid/balance-swap.ts). Two
 * points with the same habits cannot be told apart, and nothing is said of them. Each point at most once, strongest first.
 */
export function swappedMeters(candidates: readonly SwapCandidate[], firstAt: number, calendar: LoadCalendar, from: number): (SeriesFinding & { point: string; other: string })[] {
  const length = candidates[0]?.values.length ?? 0
  const days = dayRuns(calendar, from, length)
  const own = candidates.map((one) => distances(one.values, one.profile, calendar, days))
  // Only what has become strange to itself in the last days can have been exchanged: few of many, so pairs stay few.
  const strange = candidates.map((_, k) => k).filter((k) => lastDays(own[k]!, (distance) => distance > STRANGER * candidates[k]!.profile.spread) >= FEWEST_DAYS)
  const pairs: { a: number; b: number; days: number; keep: number; swap: number }[] = []
  for (const [index, a] of strange.entries()) {
    for (const b of strange.slice(index + 1)) {
      const aAsB = distances(candidates[a]!.values, candidates[b]!.profile, calendar, days)
      const bAsA = distances(candidates[b]!.values, candidates[a]!.profile, calendar, days)
      const explained = (d: number): boolean =>
        aAsB[d]! <= AS_USUAL * candidates[b]!.profile.spread && bAsA[d]! <= AS_USUAL * candidates[a]!.profile.spread && aAsB[d]! + bAsA[d]! <= MOST_LEFT * (own[a]![d]! + own[b]![d]!)
      const count = lastDays(aAsB, (_, d) => explained(d))
      if (count < FEWEST_DAYS) continue
      const sum = (column: Float64Array) => column.subarray(days.length - count).reduce((total, value) => (Number.isNaN(value) ? total : total + value), 0)
      pairs.push({ a, b, days: count, keep: sum(own[a]!) + sum(own[b]!), swap: sum(aAsB) + sum(bAsA) })
    }
  }
  const taken = new Set<number>()
  return pairs
    .sort((x, y) => x.swap / x.keep - y.swap / y.keep)
    .filter(({ a, b }) => !taken.has(a) && !taken.has(b) && taken.add(a).add(b))
    .flatMap(({ a, b, days: count, keep, swap }) => {
      const stepMs = candidates[a]!.profile.stepS * 1000
      const start = firstAt + days[days.length - count]!.from * stepMs
      const told = finding('swapped', start, firstAt + length * stepMs, { days: count, leftPct: (100 * swap) / keep })
      return [[a, b], [b, a]].map(([point, other]) => ({ ...told, point: candidates[point!]!.pointId, other: candidates[other!]!.pointId }))
    })
}

/** Mean absolute distance of each day from the profile; NaN for a day that is hardly known. */
function distances(values: Float64Array, profile: OwnProfile, calendar: LoadCalendar, days: readonly { from: number; to: number }[]): Float64Array {
  return Float64Array.from(days, ({ from, to }) => {
    let sum = 0
    let known = 0
    for (let i = from; i < to; i += 1) {
      const distance = Math.abs(values[i]! - profileAt(profile, calendar, i))
      if (Number.isNaN(distance)) continue
      sum += distance
      known += 1
    }
    return known >= LEAST_KNOWN_SHARE * profile.slots ? sum / known : NaN
  })
}

/** How many days at the end, one after the other, hold; a day that is not known neither counts nor ends it. */
function lastDays(column: Float64Array, holds: (distance: number, day: number) => boolean): number {
  let count = 0
  let first = column.length
  for (let d = column.length - 1; d >= 0; d -= 1) {
    if (Number.isNaN(column[d]!)) continue
    if (!holds(column[d]!, d)) break
    count += 1
    first = d
  }
  return count < FEWEST_DAYS ? count : column.length - first
}
