import { QUALITY, isUsable } from '#models/units/quality.ts'

/** Readings of one counter, ascending in `at` (UTC ms, the instant of the reading). NaN where nothing usable was read. */
export interface RegisterReadings {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly quality: Uint8Array
}

export interface RegisterRules {
  /** The counter rolls over at 10^digits, in its own unit; undefined: it never does. */
  readonly digits: number | undefined
  /** Largest plausible increase per hour in the unit of the register (e.g. 1.5 times the subscribed power); Infinity if unknown. */
  readonly maxPerHour: number
  /** Smallest step of the register; a fall of at most two steps is jitter of the device and counts as no use. */
  readonly resolution: number
  /** Instants at which another meter was mounted: no difference is ever taken across one. */
  readonly meterChanges: readonly number[]
  /** Readings at most so far apart, though further than a step, are spread evenly and marked `substituted`; 0 if left out. */
  readonly spreadUpToS?: number
}

/** Use of each step from `at[0]`; NaN with quality `missing` where it is not known. In the unit of the register. */
export interface IntervalEnergy {
  readonly at: Float64Array
  readonly energy: Float64Array
  readonly quality: Uint8Array
}

export type RegisterFaultKind = 'rollover' | 'reset' | 'meter-change' | 'negative-jump' | 'implausible-jump' | 'outlier'
export interface RegisterFault {
  readonly at: number
  readonly kind: RegisterFaultKind
  readonly before: number
  readonly after: number
}

/** A silence of the meter longer than a step: when the energy was used is not known, how much is. */
export interface KnownTotal {
  readonly from: number
  readonly to: number
  readonly energy: number
}

/**
 * Turns readings of a counter into the use of each step of `stepS` between `from` and `to` (UTC ms, multiples of the step
 * from `from`). An increase between two readings is spread evenly over the time between them. A step that is not covered
 * by known increases from end to end is missing, any other has the worst quality of the readings that ended its increases; where a silence spans whole steps its total is returned in
 * `knownTotals`, so that a substitution can keep the energy. Every departure from plain counting is listed in `faults`.
 */
export function registerToIntervals(
  readings: RegisterReadings,
  rules: RegisterRules,
  from: number,
  to: number,
  stepS: number,
): { intervals: IntervalEnergy; knownTotals: KnownTotal[]; faults: RegisterFault[] } {
  const stepMs = stepS * 1000
  const steps = Math.max(0, Math.floor((to - from) / stepMs))
  const energy = new Float64Array(steps)
  const coveredMs = new Float64Array(steps)
  const worst = new Uint8Array(steps)
  const faults: RegisterFault[] = []
  const knownTotals: KnownTotal[] = []

  const spread = (start: number, end: number, amount: number, code: number) => {
    const first = Math.max(0, Math.floor((start - from) / stepMs))
    for (let step = first; step < steps && from + step * stepMs < end; step += 1) {
      const overlapMs = Math.min(end, from + (step + 1) * stepMs) - Math.max(start, from + step * stepMs)
      if (overlapMs <= 0) continue
      energy[step] += (amount * overlapMs) / (end - start)
      coveredMs[step] += overlapMs
      if (code > worst[step]!) worst[step] = code
    }
  }

  const usable = usableReadings(readings)
  for (let next = 1, last = 0; next < usable.length; next += 1) {
    const start = readings.at[usable[last]!]!
    const end = readings.at[usable[next]!]!
    const before = readings.values[usable[last]!]!
    const after = readings.values[usable[next]!]!
    const increase = explainIncrease(before, after, start, end, rules)
    if (increase.fault === 'negative-jump' || increase.fault === 'implausible-jump' || increase.fault === 'reset') {
      // One wrong reading between two good ones: the reading is the fault, not the use.
      const following = usable[next + 1]
      if (following !== undefined) {
        const rejoined = explainIncrease(before, readings.values[following]!, start, readings.at[following]!, rules)
        if (rejoined.amount !== undefined && rejoined.fault === undefined) {
          faults.push({ at: end, kind: 'outlier', before, after })
          continue
        }
      }
    }
    if (increase.fault !== undefined) faults.push({ at: end, kind: increase.fault, before, after })
    last = next
    if (increase.amount === undefined) continue
    if (end - start > 1.5 * stepMs && end - start <= 1000 * (rules.spreadUpToS ?? 0)) spread(start, end, increase.amount, Math.max(QUALITY.substituted, readings.quality[usable[next]!]!))
    else if (end - start > 1.5 * stepMs) knownTotals.push({ from: start, to: end, energy: increase.amount })
    else spread(start, end, increase.amount, readings.quality[usable[next]!]!)
  }

  const at = new Float64Array(steps)
  const quality = new Uint8Array(steps)
  for (let step = 0; step < steps; step += 1) {
    at[step] = from + step * stepMs
    if (coveredMs[step]! < stepMs - 1) {
      energy[step] = NaN
      quality[step] = QUALITY.missing
    } else quality[step] = worst[step]!
  }
  return { intervals: { at, energy, quality }, knownTotals, faults }
}

function usableReadings(readings: RegisterReadings): number[] {
  const usable: number[] = []
  for (let i = 0; i < readings.at.length; i += 1) {
    if (isUsable(readings.quality[i]!) && !Number.isNaN(readings.values[i]!)) usable.push(i)
  }
  return usable
}

/** The increase between two readings, undefined where it cannot be known, and what had to be concluded. */
function explainIncrease(before: number, after: number, start: number, end: number, rules: RegisterRules): { amount?: number; fault?: RegisterFaultKind } {
  if (rules.meterChanges.some((change) => start < change && change <= end)) return { fault: 'meter-change' }
  const most = rules.maxPerHour * ((end - start) / 3_600_000) + 2 * rules.resolution
  const difference = after - before
  if (difference >= 0) return difference <= most ? { amount: difference } : { fault: 'implausible-jump' }
  if (-difference <= 2 * rules.resolution) return { amount: 0 }
  if (rules.digits !== undefined) {
    const modulus = 10 ** rules.digits
    const rolled = difference + modulus
    // Without a known limit only a fall from the top tenth to the bottom tenth is taken as a rollover.
    const plausible = Number.isFinite(most) ? rolled >= 0 && rolled <= most : before > 0.9 * modulus && after < 0.1 * modulus
    if (plausible) return { amount: rolled, fault: 'rollover' }
  }
  const nearZero = Number.isFinite(most) ? after <= most : after < 0.1 * before
  return { fault: nearZero ? 'reset' : 'negative-jump' }
}
