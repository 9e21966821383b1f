import { QUALITY, isUsable } from '#models/units/quality.ts'
import { loadCalendar } from './day-type.ts'
import type { KnownTotal } from './registers.ts'

export interface SubstitutionRules {
  /** Gaps up to this length are bridged by a straight line between their neighbours. */
  readonly linearUpToS: number
  /** Longer gaps up to this length take the mean of the same slot of alike days; anything longer stays missing. */
  readonly similarDayUpToS: number
  /** How far back alike days are looked for, and how many of them are averaged. */
  readonly lookBackDays: number
  readonly alikeDays: number
}

/** Two hours in a straight line, three days by alike days: what suppliers do before a gap is left to a person. */
export const DEFAULT_SUBSTITUTION: SubstitutionRules = { linearUpToS: 7200, similarDayUpToS: 3 * 86_400, lookBackDays: 28, alikeDays: 4 }

export interface SubstitutedGap {
  readonly from: number
  readonly to: number
  readonly by: 'linear' | 'similar-day' | 'nothing'
  /** Steps that were filled. */
  readonly filled: number
}

/**
 * Fills gaps of a step series (consecutive steps of `stepS` from `at[0]`, UTC ms; NaN = gap) and marks every filled value
 * `substituted`. The series must begin with the days that alike days are looked for in; steps before `fillFrom` are
 * looked at only. Where `knownTotals` says how much was used over a silence, the filled steps are scaled so that the
 * energy of the silence is kept. Nothing is filled at the open end of the series: a value may still come.
 */
export function substituteGaps(
  series: { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array },
  stepS: number,
  timeZone: string,
  options: { rules?: SubstitutionRules; knownTotals?: readonly KnownTotal[]; fillFrom?: number } = {},
): { values: Float64Array; quality: Uint8Array; gaps: SubstitutedGap[] } {
  const rules = options.rules ?? DEFAULT_SUBSTITUTION
  const values = Float64Array.from(series.values)
  const quality = Uint8Array.from(series.quality)
  const gaps: SubstitutedGap[] = []
  const count = values.length
  const known = (i: number) => isUsable(series.quality[i]!) && !Number.isNaN(series.values[i]!)
  const similar = similarDays(series, stepS, timeZone, rules)
  const fillFrom = options.fillFrom ?? -Infinity

  for (let start = 0; start < count; start += 1) {
    if (known(start)) continue
    let end = start
    while (end < count && !known(end)) end += 1
    if (series.at[start]! >= fillFrom && end < count) {
      const lengthS = (end - start) * stepS
      let by: SubstitutedGap['by'] = 'nothing'
      let filled = 0
      if (lengthS <= rules.linearUpToS && start > 0) {
        by = 'linear'
        for (let i = start; i < end; i += 1) {
          const share = (i - start + 1) / (end - start + 1)
          values[i] = series.values[start - 1]! * (1 - share) + series.values[end]! * share
        }
        filled = end - start
      } else if (lengthS <= rules.similarDayUpToS) {
        for (let i = start; i < end; i += 1) {
          values[i] = similar(i)
          if (!Number.isNaN(values[i]!)) filled += 1
        }
        if (filled > 0) by = 'similar-day'
      }
      for (let i = start; i < end; i += 1) quality[i] = Number.isNaN(values[i]!) ? QUALITY.missing : QUALITY.substituted
      if (by !== 'nothing' && filled === end - start) keepTotals(series.at, values, start, end, stepS, options.knownTotals ?? [])
      gaps.push({ from: series.at[start]!, to: series.at[start]! + lengthS * 1000, by, filled })
    }
    start = end
  }
  return { values, quality, gaps }
}

/** Mean of the same slot over the latest days of the same type before the step; NaN if there is none. */
function similarDays(series: { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array }, stepS: number, timeZone: string, rules: SubstitutionRules) {
  let calendar: ReturnType<typeof loadCalendar> | undefined
  const stepsADay = Math.round(86_400 / stepS)
  return (index: number): number => {
    calendar ??= loadCalendar(series.at, timeZone)
    let sum = 0
    let days = 0
    for (let back = 1; back <= rules.lookBackDays && days < rules.alikeDays; back += 1) {
      // The clock change moves a slot by an hour against 24 h before: look beside it for the same local minute.
      for (const shift of [0, -3600 / stepS, 3600 / stepS]) {
        const i = index - back * stepsADay + shift
        if (!Number.isInteger(i) || i < 0 || i >= series.at.length || calendar.minuteOfDay[i] !== calendar.minuteOfDay[index]) continue
        if (calendar.dayType[i] === calendar.dayType[index] && isUsable(series.quality[i]!) && !Number.isNaN(series.values[i]!)) {
          sum += series.values[i]!
          days += 1
        }
        break
      }
    }
    return days === 0 ? NaN : sum / days
  }
}

/** Scales filled steps that a silence with a known total covers; the part of the total in measured steps is taken off first. */
function keepTotals(at: Float64Array, values: Float64Array, start: number, end: number, stepS: number, totals: readonly KnownTotal[]): void {
  const stepMs = stepS * 1000
  for (const total of totals) {
    const first = Math.floor((total.from - at[0]!) / stepMs)
    const last = Math.ceil((total.to - at[0]!) / stepMs)
    // Only a silence that begins and ends at the edges of the gap says exactly what the gap used.
    if (Math.abs(first - start) > 1 || Math.abs(last - end) > 1) continue
    let filled = 0
    let outside = 0
    for (let i = Math.max(0, Math.min(first, start)); i < Math.min(values.length, Math.max(last, end)); i += 1) {
      const overlap = Math.max(0, Math.min(total.to, at[i]! + stepMs) - Math.max(total.from, at[i]!)) / stepMs
      if (i >= start && i < end) filled += values[i]! * overlap
      else outside += values[i]! * overlap
    }
    const rest = total.energy - outside
    if (filled > 0 && rest >= 0) for (let i = start; i < end; i += 1) values[i] *= rest / filled
    else if (rest >= 0) for (let i = start; i < end; i += 1) values[i] = rest / (end - start)
  }
}
