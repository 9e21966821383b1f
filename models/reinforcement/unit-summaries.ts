/** What a year beyond limits leaves behind when its hours are forgotten: days, and the largest of each element. */
import type { ConstraintCase } from './constraint-case.ts'
import type { ElementCounts } from './constraint-year.ts'
import type { Needs } from './needs.ts'

/** Days of a state with something beyond a limit. */
export interface NeedDays {
  readonly state: Int16Array
  readonly day: Int16Array
  readonly hours: Int16Array
  readonly energyKwh: Float32Array
  readonly worstPct: Float32Array
  readonly worstElement: Int32Array
}

export interface WorstDay { readonly element: number; readonly state: number; readonly day: number; readonly excess: number }

export function needDays({ state, hour, element, excess, pct }: Needs, localDay: Uint16Array, { whole }: ConstraintCase): NeedDays {
  const byDay = new Map<number, { hours: Set<number>; kwh: number; pct: number; element: number }>()
  const branchCount = whole.branchFrom.length
  for (let k = 0; k < state.length; k += 1) {
    const key = state[k] * 1000 + localDay[hour[k]]
    const known = byDay.get(key) ?? { hours: new Set<number>(), kwh: 0, pct: -Infinity, element: -1 }
    known.hours.add(hour[k])
    if (element[k] < branchCount) known.kwh += excess[k]
    const share = Number.isNaN(pct[k]) ? 100 : pct[k]
    if (share > known.pct) {
      known.pct = share
      known.element = element[k]
    }
    byDay.set(key, known)
  }
  const entries = [...byDay]
  return {
    state: Int16Array.from(entries, ([key]) => Math.floor(key / 1000)), day: Int16Array.from(entries, ([key]) => key % 1000), hours: Int16Array.from(entries, ([, { hours }]) => hours.size),
    energyKwh: Float32Array.from(entries, ([, { kwh }]) => kwh), worstPct: Float32Array.from(entries, ([, { pct: most }]) => most), worstElement: Int32Array.from(entries, ([, { element: of }]) => of),
  }
}

export function largestExcess({ element, excess }: Needs, count: number): Float64Array {
  const most = new Float64Array(count).fill(NaN)
  for (let k = 0; k < element.length; k += 1) if (!(most[element[k]] >= excess[k])) most[element[k]] = excess[k]
  return most
}

/** Of an element in the normal state: what can be called differs from day to day, so that the very worst is not always the hardest. */
const MOST_WORST_DAYS = 3

export function worstDays({ element, state, hour, excess }: Needs, localDay: Uint16Array, { whole }: ConstraintCase): readonly WorstDay[] {
  const branchCount = whole.branchFrom.length
  const found = new Map<number, { readonly element: number; readonly state: number; readonly days: Map<number, number> }>()
  for (let k = 0; k < element.length; k += 1) {
    // Of a bus the voltage is told: the further from 1, the further beyond.
    const far = element[k] < branchCount ? excess[k] : Math.abs(1 - excess[k])
    const key = element[k] * 10_000 + state[k]
    const known = found.get(key) ?? { element: element[k], state: state[k], days: new Map<number, number>() }
    known.days.set(localDay[hour[k]], Math.max(known.days.get(localDay[hour[k]]) ?? -Infinity, far))
    found.set(key, known)
  }
  return [...found.values()].flatMap(({ days, ...of }) => [...days].sort((one, other) => other[1] - one[1]).slice(0, of.state === 0 ? MOST_WORST_DAYS : 1).map(([day, most]) => ({ ...of, day, excess: most })))
}

/** Counts of a changed network in the order of the unchanged one; elements it has beside are left out of the comparison, not of the check. */
export function countsById(counts: ElementCounts, one: ConstraintCase, elementIds: readonly string[]): ElementCounts {
  const place = new Map([...one.elements.branchIds, ...one.whole.busIds].map((id, k) => [id, k]))
  const from = Int32Array.from(elementIds, (id) => place.get(id) ?? -1)
  const doubles = (column: Float64Array) => Float64Array.from(from, (k) => (k < 0 ? NaN : column[k]))
  return {
    hoursNormal: doubles(counts.hoursNormal), mwhNormal: doubles(counts.mwhNormal), hoursOutage: doubles(counts.hoursOutage), mwhOutage: doubles(counts.mwhOutage),
    peak: doubles(counts.peak), worstOutage: Int16Array.from(from, (k) => (k < 0 ? -1 : counts.worstOutage[k])), peakState: Int16Array.from(from, (k) => (k < 0 ? -1 : counts.peakState[k])),
    peakHour: Int32Array.from(from, (k) => (k < 0 ? -1 : counts.peakHour[k])),
  }
}
