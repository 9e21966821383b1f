import { loadCalendar } from '#models/load-curve/day-type.ts'
import { flatCurve, typicalPowerKw } from '#models/load-curve/typical.ts'
import type { EvaluationParts } from './evaluate.ts'
import type { StepInputs } from './step-inputs.ts'

/** How far the typical curves of a load class miss single points of it: standard deviations, as a share of the point's estimate. */
interface ClassErrors {
  /** Of the energy of the period. */
  readonly level: number
  /** Of the change of that miss from the time before to the period. */
  readonly drift: number
}

export interface EstimateErrors {
  of(loadClass: string): ClassErrors
}

/** A class with fewer metered points says too little about itself and takes the errors of all. */
const FEWEST_POINTS = 5
/** Where nothing at all is metered: what dwellings of other districts show. */
const UNKNOWN: ClassErrors = { level: 0.3, drift: 0.2 }

/**
 * How well points without a meter are estimated, learned from the points with one: each is estimated as if it had none
 * and set against what it measured, over the same weeks. An empty flat or a cold week shows there as it does elsewhere.
 * @param measuredKwh by load of the plan, half hours; undefined without a meter
 */
export function estimateErrors({ loaded, plan, typical }: EvaluationParts, { at, temperatureC }: StepInputs, measuredKwh: readonly (Float64Array | undefined)[], since: number): EstimateErrors {
  const calendar = loadCalendar(at, loaded.district.timeZone)
  const misses = new Map<string, { level: number; drift: number }[]>()
  for (const [i, { deliveryPoint: { loadClass }, annualEnergyKwh, sign }] of plan.loads.entries()) {
    const kwh = measuredKwh[i]
    if (kwh === undefined || annualEnergyKwh === 0 || sign === -1) continue
    const estimatedKw = typicalPowerKw(typical.get(loadClass) ?? flatCurve(loadClass), annualEnergyKwh, calendar, temperatureC)
    const before = missOf(kwh, estimatedKw, 0, since)
    const now = missOf(kwh, estimatedKw, since, kwh.length)
    if (Number.isNaN(before + now)) continue
    const known = misses.get(loadClass) ?? []
    known.push({ level: now, drift: now - before })
    misses.set(loadClass, known)
  }
  const all = spread([...misses.values()].flat()) ?? UNKNOWN
  const byClass = new Map([...misses].map(([loadClass, known]) => [loadClass, spread(known) ?? all]))
  return { of: (loadClass) => byClass.get(loadClass) ?? all }
}

/** Measured beyond estimated over the half hours that were measured, as a share of the estimate. */
function missOf(kwh: Float64Array, estimatedKw: Float64Array, from: number, to: number): number {
  let measured = 0
  let estimated = 0
  for (let i = from; i < to; i += 1) {
    if (kwh[i] !== kwh[i]) continue
    measured += kwh[i]!
    estimated += (estimatedKw[3 * i]! + estimatedKw[3 * i + 1]! + estimatedKw[3 * i + 2]!) / 6
  }
  return estimated > 0 ? measured / estimated - 1 : NaN
}

/** Nine of ten normal values lie within so many standard deviations. */
const NINETY_PCT_SIGMAS = 1.645

/**
 * Standard deviations from what nine of ten points stay within: empty flats count, but a single meter that stands under
 * another's name must not hide everything else behind its miss.
 */
function spread(misses: readonly ClassErrors[]): ClassErrors | undefined {
  if (misses.length < FEWEST_POINTS) return undefined
  const ninety = (of: (miss: ClassErrors) => number) => {
    const sizes = misses.map((miss) => Math.abs(of(miss))).sort((a, b) => a - b)
    return sizes[Math.floor(0.9 * (sizes.length - 1))]! / NINETY_PCT_SIGMAS
  }
  return { level: ninety(({ level }) => level), drift: ninety(({ drift }) => drift) }
}

/** The unmetered share that the document declares is known this well, and this steady. */
const DECLARED: ClassErrors = { level: 0.1, drift: 0.05 }

/** Error of the whole estimate of an element: its points err each for themselves, so their errors add by squares. */
export function createErrorSum(errors: EstimateErrors): {
  add(loadClass: string, estimatedKw: Float64Array): void
  /** @param allKw the whole estimate, the declared unmetered share included */
  of(allKw: Float64Array): { estimateUncertaintyPct: number; estimateDriftPct: number }
} {
  let points = 0
  let level = 0
  let drift = 0
  return {
    add(loadClass, estimatedKw) {
      const energy = Math.abs(sumOf(estimatedKw))
      const of = errors.of(loadClass)
      points += energy
      level += (of.level * energy) ** 2
      drift += (of.drift * energy) ** 2
    },
    of(allKw) {
      const all = sumOf(allKw)
      const declared = Math.max(0, all - points)
      const pct = (square: number, ofDeclared: number) => (all > 0 ? (100 * Math.hypot(Math.sqrt(square), ofDeclared * declared)) / all : 0)
      return { estimateUncertaintyPct: pct(level, DECLARED.level), estimateDriftPct: pct(drift, DECLARED.drift) }
    },
  }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)
