/** What becomes too small, when, by how much and how likely: the futures of all years drawn together by element. */
import type { ElementOutlook, ElementYear, Spread } from './study-result.ts'

/** Of one future (a scenario in a weather in a year), by element of the whole network as in `ElementCounts`. */
export interface FutureCounts {
  readonly year: number
  /** Of the scenario times that of the weather. */
  readonly probability: number
  readonly hoursNormal: ArrayLike<number>
  readonly mwhNormal: ArrayLike<number>
  readonly hoursOutage: ArrayLike<number>
  readonly mwhOutage: ArrayLike<number>
  readonly peak: ArrayLike<number>
  readonly peakState: ArrayLike<number>
  readonly peakHour: ArrayLike<number>
}

export interface OutlookElement {
  /** Place in the counts. */
  readonly index: number
  readonly id: string
  readonly name: string
  readonly kind: ElementOutlook['kind']
  readonly level: ElementOutlook['level']
  readonly group: string
  readonly limit: number
  readonly limitUnit: ElementOutlook['limitUnit']
}

/** A year counts as constrained from so likely on. */
const LIKELY = 0.5
/** Hours and energy of the state that has the most: of the normal one, or of the worst outage. */
const worse = (normal: number, outage: number): number => Math.max(normal, outage)

/**
 * @param stateNames `N`, then the outages
 * @param hourOf ISO time of an hour of the year
 * @returns elements that are beyond a limit in some future, those that are soonest and worst first
 */
export function outlooks(elements: readonly OutlookElement[], futures: readonly FutureCounts[], stateNames: readonly string[], hourOf: (hour: number) => string | null): ElementOutlook[] {
  const years = [...new Set(futures.map(({ year }) => year))].sort((a, b) => a - b)
  const found: ElementOutlook[] = []
  for (const element of elements) {
    const { index } = element
    if (!futures.some((one) => worse(one.hoursNormal[index], one.hoursOutage[index]) > 0)) continue
    const told = years.map((year) => elementYear(element, year, futures.filter((one) => one.year === year), stateNames, hourOf))
    found.push({
      id: element.id, name: element.name, kind: element.kind, level: element.level, group: element.group, limit: element.limit, limitUnit: element.limitUnit, years: told,
      firstLikelyYear: told.find(({ probability }) => probability >= LIKELY)?.year ?? null, firstPossibleYear: told.find(({ probability }) => probability > 0)?.year ?? null, duration: null,
    })
  }
  const rank = ({ firstLikelyYear, firstPossibleYear, years: of }: ElementOutlook) => [firstLikelyYear ?? Infinity, firstPossibleYear ?? Infinity, -of[of.length - 1].hours.expected] as const
  return found.sort((a, b) => {
    const [one, other] = [rank(a), rank(b)]
    const place = one.findIndex((value, k) => value !== other[k])
    return place < 0 ? a.id.localeCompare(b.id) : one[place] - other[place]
  })
}

function elementYear({ index, kind }: OutlookElement, year: number, futures: readonly FutureCounts[], stateNames: readonly string[], hourOf: (hour: number) => string | null): ElementYear {
  const total = futures.reduce((sum, one) => sum + one.probability, 0)
  const share = (is: (one: FutureCounts) => boolean) => futures.reduce((sum, one) => sum + (is(one) ? one.probability : 0), 0) / total
  const isWorse = kind === 'bus' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b
  const worst = futures.reduce((most, one) => (Number.isNaN(most.peak[index]) || isWorse(one.peak[index], most.peak[index]) ? one : most))
  const peakPct = spread(futures, (one) => (kind === 'bus' ? 100 * one.peak[index] : one.peak[index]))
  return {
    year, peakPct,
    probability: share((one) => worse(one.hoursNormal[index], one.hoursOutage[index]) > 0),
    probabilityNormal: share((one) => one.hoursNormal[index] > 0),
    hours: spread(futures, (one) => worse(one.hoursNormal[index], one.hoursOutage[index])),
    energyMwh: spread(futures, (one) => worse(one.mwhNormal[index], one.mwhOutage[index])),
    worstState: stateNames[worst.peakState[index]] ?? 'N', worstAt: worst.peakHour[index] < 0 ? null : hourOf(worst.peakHour[index]),
  }
}

/** Futures in which the value is not known are left out; if it is known in none it is 0 with nothing behind it, which the caller's filter excludes. */
export function spread<One extends { readonly probability: number }>(futures: readonly One[], valueOf: (one: One) => number): Spread {
  const known = futures.map((one) => ({ probability: one.probability, value: valueOf(one) })).filter(({ value }) => !Number.isNaN(value))
  if (known.length === 0) return { least: 0, expected: 0, most: 0 }
  const total = known.reduce((sum, { probability }) => sum + probability, 0)
  return {
    least: Math.min(...known.map(({ value }) => value)), most: Math.max(...known.map(({ value }) => value)),
    expected: known.reduce((sum, { probability, value }) => sum + probability * value, 0) / total,
  }
}
