import { QUALITY, isUsable } from '#models/units/quality.ts'
import { finding, type SeriesFinding } from './finding.ts'

export type StepFaultKind = 'above-limit' | 'negative' | 'spike' | 'flatline'

export interface StepRules {
  /** Largest plausible use of one step, in the unit of the values; Infinity if unknown. */
  readonly maxPerStep: number
  /** The meter counts in one direction only. */
  readonly neverNegative: boolean
  /** Local time less UTC at the first step, so that a day is a local one; 0 if left out. */
  readonly localOffsetMs?: number
}

export interface CheckedSteps {
  readonly values: Float64Array
  readonly quality: Uint8Array
  /** Steps that each rule found, by its name. */
  readonly faults: Readonly<Partial<Record<StepFaultKind, number>>>
  /** The same as spans of neighbouring steps, with their numbers. */
  readonly findings: readonly SeriesFinding[]
}

/** Spike check of the Californian rules for meter data (DASMMD, validation of interval data): peak against the third highest value of the day. */
const SPIKE_OVER_THIRD = 1.8
/** Below this share of the limit (half of what is subscribed) a lone peak is somebody's oven, not a fault. */
const SPIKE_LEAST_OF_LIMIT = 1 / 3
const DAY_S = 86_400
/** A real load that draws something moves within this time. */
const FLAT_AFTER_S = 6 * 3600
/** A value of so few steps of the register may stand still for hours without being stuck. */
const FEWEST_RESOLUTIONS = 20

/**
 * Looks at the use of neighbouring steps (`stepS` seconds each, any unit, NaN where missing). What cannot be (above the limit, negative)
 * becomes NaN with quality `missing`, so that substitution fills it; what is only strange (a spike, a non-zero value that stands still) stays
 * and is marked `uncertain`. The arrays given are not changed. `firstAt`: start of the first step, UTC ms; `resolution`: smallest step of a value.
 */
export function checkSteps(given: Float64Array, givenQuality: Uint8Array, firstAt: number, stepS: number, resolution: number, rules: StepRules): CheckedSteps {
  const values = given.slice()
  const quality = givenQuality.slice()
  const faults: Partial<Record<StepFaultKind, number>> = {}
  const findings: SeriesFinding[] = []
  const at = (step: number): number => firstAt + step * stepS * 1000
  const found = (kind: StepFaultKind, from: number, to: number, evidence: Record<string, number>): void => {
    faults[kind] = (faults[kind] ?? 0) + to - from
    findings.push(finding(kind, at(from), at(to), { steps: to - from, ...evidence }))
  }

  for (let from = 0; from < values.length; ) {
    const kind = impossible(values[from], rules)
    let to = from + 1
    if (kind !== undefined) {
      while (to < values.length && impossible(values[to], rules) === kind) to++
      const span = values.subarray(from, to)
      found(kind, from, to, kind === 'negative' ? { least: Math.min(...span) } : { most: Math.max(...span), limit: rules.maxPerStep })
      span.fill(NaN)
      quality.fill(QUALITY.missing, from, to)
    }
    from = to
  }
  const stepsOfADay = Math.round(DAY_S / stepS)
  const intoDay = Math.round(((firstAt + (rules.localOffsetMs ?? 0)) / 1000 / stepS) % stepsOfADay)
  const leastSpike = Number.isFinite(rules.maxPerStep) ? SPIKE_LEAST_OF_LIMIT * rules.maxPerStep : 0
  markSpikes(values, quality, leastSpike, (stepsOfADay - intoDay) % stepsOfADay, stepsOfADay, (step, thirdHighest) => found('spike', step, step + 1, { value: values[step], thirdHighest }))
  markFlat(values, quality, Math.ceil(FLAT_AFTER_S / stepS), resolution * FEWEST_RESOLUTIONS, (from, to) => found('flatline', from, to, { value: values[from] }))
  return { values, quality, faults, findings }
}

const impossible = (value: number, { maxPerStep, neverNegative }: StepRules): 'above-limit' | 'negative' | undefined =>
  value > maxPerStep ? 'above-limit' : neverNegative && value < 0 ? 'negative' : undefined

const doubt = (quality: Uint8Array, step: number): void => void (quality[step] = Math.max(quality[step], QUALITY.uncertain))

/** The highest step of each whole local day of 24 hours, where it stands far above the third highest: of a part of a day the first opening hour would. */
function markSpikes(values: Float64Array, quality: Uint8Array, least: number, first: number, stepsOfADay: number, onSpike: (step: number, thirdHighest: number) => void): void {
  for (let from = first; from + stepsOfADay <= values.length; from += stepsOfADay) {
    const usable: number[] = []
    for (let step = from; step < from + stepsOfADay; step++) if (isUsable(quality[step]) && values[step] > 0) usable.push(step)
    if (usable.length < stepsOfADay / 2) continue
    const [highest, , third] = usable.sort((left, right) => values[right] - values[left])
    if (values[highest] < least || values[highest] - values[third] <= SPIKE_OVER_THIRD * values[third]) continue
    doubt(quality, highest)
    onSpike(highest, values[third])
  }
}

/** Stretches of one and the same value that is not nothing. */
function markFlat(values: Float64Array, quality: Uint8Array, fewest: number, smallest: number, onFlat: (from: number, to: number) => void): void {
  for (let from = 0; from < values.length; ) {
    let to = from + 1
    while (to < values.length && values[to] === values[from]) to++
    if (to - from >= fewest && Math.abs(values[from]) >= smallest) {
      for (let step = from; step < to; step++) doubt(quality, step)
      onFlat(from, to)
    }
    from = to
  }
}
