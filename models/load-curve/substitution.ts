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
  /** How far after the gap alike days are looked for too: 0 while the future is not known, more for a correction of the past. */
  readonly lookAheadDays: number
  /** Whether a gap at the open end of the series is filled: no while values may still come. */
  readonly fillOpenEnd: boolean
}

/** Two hours in a straight line, three days by alike days: what suppliers do before a gap is left to a person. */
export const DEFAULT_SUBSTITUTION: SubstitutionRules = { linearUpToS: 7200, similarDayUpToS: 3 * 86_400, lookBackDays: 28, alikeDays: 4, lookAheadDays: 0, fillOpenEnd: false }

/** A person who corrects the past sees both sides of it, and may fill up to a month. */
export const CORRECTION_SUBSTITUTION: SubstitutionRules = { ...DEFAULT_SUBSTITUTION, similarDayUpToS: 31 * 86_400, lookBackDays: 35, lookAheadDays: 35, fillOpenEnd: true }

export interface SubstitutedGap {
  readonly from: number
  readonly to: number
  readonly by: 'linear' | 'similar-day' | 'nothing'
  /** Steps that were filled. */
  readonly filled: number
  /** True where a register told the energy of the gap and the filled steps hold exactly that. */
  readonly keepsTotal: boolean
  /** How far the alike days lie from their mean, in percent of it: what the filled steps may be wrong by. NaN where no days were averaged. */
  readonly expectedErrorPct: number
}

/** The level of the days around a gap against that of their own alike days is believed within these bounds. */
const LEAST_LEVEL = 0.4
const MOST_LEVEL = 2.5
/** So much time on each side of a gap tells its level. */
const LEVEL_S = 86_400

/**
 * Fills gaps of a step series (consecutive steps of `stepS` from `at[0]`, UTC ms; NaN = gap) and marks every filled value
 * `substituted`. The series must begin with the days that alike days are looked for in; steps before `fillFrom` are
 * looked at only. A longer gap has the shape of alike days and the level of the day on each side of it, so that no weather
 * need be known. Where `knownTotals` says how much was used over a silence, the filled steps are scaled so that the
 * energy of the silence is kept. Nothing is filled at the open end of the series unless the rules say so: a value may
 * still come.
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
    if (series.at[start]! >= fillFrom && (end < count || rules.fillOpenEnd)) {
      const lengthS = (end - start) * stepS
      let by: SubstitutedGap['by'] = 'nothing'
      let filled = 0
      let distance = 0
      let total = 0
      if (lengthS <= rules.linearUpToS && start > 0 && end < count) {
        by = 'linear'
        for (let i = start; i < end; i += 1) {
          const share = (i - start + 1) / (end - start + 1)
          values[i] = series.values[start - 1]! * (1 - share) + series.values[end]! * share
        }
        filled = end - start
      } else if (lengthS <= rules.similarDayUpToS) {
        for (let i = start; i < end; i += 1) {
          const alike = similar(i)
          values[i] = alike.mean
          if (Number.isNaN(alike.mean)) continue
          filled += 1
          distance += alike.distance
          total += Math.abs(alike.mean)
        }
        if (filled > 0) {
          by = 'similar-day'
          const level = levelAround(series.values, known, similar, start, end, Math.round(LEVEL_S / stepS))
          for (let i = start; i < end; i += 1) values[i] *= level
        }
      }
      for (let i = start; i < end; i += 1) quality[i] = Number.isNaN(values[i]!) ? QUALITY.missing : QUALITY.substituted
      const keepsTotal = by !== 'nothing' && filled === end - start && keepTotals(series.at, values, start, end, stepS, options.knownTotals ?? [])
      gaps.push({ from: series.at[start]!, to: series.at[start]! + lengthS * 1000, by, filled, keepsTotal, expectedErrorPct: total > 0 ? (100 * distance) / total : NaN })
    }
    start = end
  }
  return { values, quality, gaps }
}

interface AlikeDays {
  /** Mean of the same slot over the nearest days of the same type; NaN if there is none. */
  readonly mean: number
  /** Mean absolute distance of those days from it. */
  readonly distance: number
}
type Similar = (index: number) => AlikeDays

function similarDays(series: { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array }, stepS: number, timeZone: string, rules: SubstitutionRules): Similar {
  let calendar: ReturnType<typeof loadCalendar> | undefined
  const stepsADay = Math.round(86_400 / stepS)
  const most = Math.max(rules.lookBackDays, rules.lookAheadDays)
  return (index) => {
    calendar ??= loadCalendar(series.at, timeZone)
    const found: number[] = []
    for (let away = 1; away <= most && found.length < rules.alikeDays; away += 1) {
      for (const days of [away <= rules.lookBackDays ? -away : 0, away <= rules.lookAheadDays ? away : 0]) {
        if (days === 0 || found.length >= rules.alikeDays) continue
        // The clock change moves a slot by an hour against 24 h before: look beside it for the same local minute.
        for (const shift of [0, -3600 / stepS, 3600 / stepS]) {
          const i = index + days * stepsADay + shift
          if (!Number.isInteger(i) || i < 0 || i >= series.at.length || calendar.minuteOfDay[i] !== calendar.minuteOfDay[index]) continue
          if (calendar.dayType[i] === calendar.dayType[index] && isUsable(series.quality[i]!) && !Number.isNaN(series.values[i]!)) found.push(series.values[i]!)
          break
        }
      }
    }
    if (found.length === 0) return { mean: NaN, distance: NaN }
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length
    return { mean, distance: found.reduce((sum, value) => sum + Math.abs(value - mean), 0) / found.length }
  }
}

/** What the known steps beside the gap used against what their own alike days did: the weather and the season in one number. */
function levelAround(values: Float64Array, known: (i: number) => boolean, similar: Similar, start: number, end: number, reach: number): number {
  let measured = 0
  let usual = 0
  const look = (i: number): void => {
    if (!known(i)) return
    const { mean } = similar(i)
    if (Number.isNaN(mean)) return
    measured += values[i]!
    usual += mean
  }
  for (let i = Math.max(0, start - reach); i < start; i += 1) look(i)
  for (let i = end; i < Math.min(values.length, end + reach); i += 1) look(i)
  const level = measured / usual
  return level >= LEAST_LEVEL && level <= MOST_LEVEL ? level : 1
}

/** Scales filled steps that a silence with a known total covers; the part of the total in measured steps is taken off first. True if it did. */
function keepTotals(at: Float64Array, values: Float64Array, start: number, end: number, stepS: number, totals: readonly KnownTotal[]): boolean {
  const stepMs = stepS * 1000
  let kept = false
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
    if (!(rest >= 0)) continue
    if (filled > 0) for (let i = start; i < end; i += 1) values[i] *= rest / filled
    else for (let i = start; i < end; i += 1) values[i] = rest / (end - start)
    kept = true
  }
  return kept
}
