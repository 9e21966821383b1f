import { QUALITY, isUsable } from '#models/units/quality.ts'
import { finding, type SeriesFinding } from './finding.ts'

/** A gap so long is said to be a fault: beyond it nothing is filled by rule (see substitution.ts). */
const LONG_GAP_S = 3 * 86_400

/** The gaps of a step series (NaN), with their lengths; the open end is no gap yet, values may still come. */
export function missingSpans(values: Float64Array, firstAt: number, stepS: number): SeriesFinding[] {
  const spans: SeriesFinding[] = []
  for (let from = 0; from < values.length; from += 1) {
    if (!Number.isNaN(values[from]!)) continue
    let to = from
    while (to < values.length && Number.isNaN(values[to]!)) to += 1
    const lengthS = (to - from) * stepS
    if (to < values.length) spans.push(finding('missing', firstAt + from * stepS * 1000, firstAt + to * stepS * 1000, { steps: to - from, hours: lengthS / 3600 }, lengthS > LONG_GAP_S ? 'fault' : 'doubt'))
    from = to
  }
  return spans
}

/** How good the values of one day are, in steps; their sum is `steps`. */
export interface DayQuality {
  /** Start of the local day, UTC ms. */
  readonly day: number
  readonly steps: number
  readonly measured: number
  readonly uncertain: number
  readonly substituted: number
  readonly missing: number
}

/** Completeness of each local day; `dayStarts` are consecutive, the last one ends the last day. Steps before the first day are left out. */
export function dayQualities(at: Float64Array, values: Float64Array, quality: Uint8Array, dayStarts: readonly number[]): DayQuality[] {
  const days: DayQuality[] = []
  for (let d = 0, i = 0; d + 1 < dayStarts.length; d += 1) {
    const counts = { measured: 0, uncertain: 0, substituted: 0, missing: 0 }
    let steps = 0
    while (i < at.length && at[i]! < dayStarts[d]!) i += 1
    for (; i < at.length && at[i]! < dayStarts[d + 1]!; i += 1) {
      steps += 1
      const code = quality[i]!
      if (Number.isNaN(values[i]!) || !isUsable(code)) counts.missing += 1
      else if (code === QUALITY.measured) counts.measured += 1
      else if (code === QUALITY.uncertain) counts.uncertain += 1
      else counts.substituted += 1
    }
    if (steps > 0) days.push({ day: dayStarts[d]!, steps, ...counts })
  }
  return days
}
