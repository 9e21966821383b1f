import { QUALITY } from '#models/units/quality.ts'
import type { MeasuredCurve } from './measured-curves.testkit.ts'
import { CORRECTION_SUBSTITUTION, DEFAULT_SUBSTITUTION, substituteGaps, type SubstitutionRules } from './substitution.ts'

const HOUR_MS = 3_600_000
const CONTEXT_H = 28 * 24
const AFTER_H = 28 * 24

/** Mean absolute error of the filled hours in percent of their mean, pooled over all gaps, by way of filling. */
export interface SubstitutionErrors {
  readonly gaps: number
  /** As the service fills by itself: the past and one day after the gap are known. */
  readonly ours: number
  /** The same where a register told the energy of the gap. */
  readonly oursWithTotal: number
  /** As a person's correction fills: both sides are known. */
  readonly correction: number
  readonly linear: number
  readonly lastWeek: number
}

/** Cuts gaps of the length into the curves at places that a small generator chooses, and fills them in every way. */
export function substitutionErrors(curves: readonly MeasuredCurve[], gapHours: number, gapsACurve: number, seed: number): SubstitutionErrors {
  const next = generator(seed)
  const sums = { ours: 0, oursWithTotal: 0, correction: 0, linear: 0, lastWeek: 0 }
  let truthSum = 0
  let gaps = 0
  for (const { values, at } of curves) {
    for (let k = 0; k < gapsACurve; k += 1) {
      const start = CONTEXT_H + Math.floor(next() * (values.length - CONTEXT_H - AFTER_H - gapHours))
      const end = start + gapHours
      const truth = values.subarray(start, end)
      if (truth.some(Number.isNaN) || Number.isNaN(values[start - 1]!) || Number.isNaN(values[end]!)) continue
      gaps += 1
      truthSum += truth.reduce((sum, value) => sum + Math.abs(value), 0)
      const fill = (rules: SubstitutionRules, afterH: number, total?: number): Float64Array => {
        const from = start - CONTEXT_H
        const to = end + afterH
        const cut = values.slice(from, to)
        cut.fill(NaN, CONTEXT_H, CONTEXT_H + gapHours)
        const quality = Uint8Array.from(cut, (value) => (Number.isNaN(value) ? QUALITY.missing : QUALITY.measured))
        const knownTotals = total === undefined ? [] : [{ from: at[start]!, to: at[start]! + gapHours * HOUR_MS, energy: total }]
        return substituteGaps({ at: at.slice(from, to), values: cut, quality }, 3600, 'UTC', { rules, knownTotals }).values.subarray(CONTEXT_H, CONTEXT_H + gapHours)
      }
      const before = values[start - 1]!
      const after = values[end]!
      const filled = {
        ours: fill(DEFAULT_SUBSTITUTION, 24),
        oursWithTotal: fill(DEFAULT_SUBSTITUTION, 24, truth.reduce((sum, value) => sum + value, 0)),
        correction: fill(CORRECTION_SUBSTITUTION, AFTER_H),
        linear: truth.map((_, i) => before + ((after - before) * (i + 1)) / (gapHours + 1)),
        lastWeek: truth.map((_, i) => values[start + i - 168]!),
      }
      for (const way of Object.keys(sums) as (keyof typeof sums)[]) sums[way] += filled[way].reduce((sum, value, i) => sum + Math.abs(value - truth[i]!), 0)
    }
  }
  const share = (sum: number) => (100 * sum) / truthSum
  return { gaps, ours: share(sums.ours), oursWithTotal: share(sums.oursWithTotal), correction: share(sums.correction), linear: share(sums.linear), lastWeek: share(sums.lastWeek) }
}

/** Mulberry32: the same gaps for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
