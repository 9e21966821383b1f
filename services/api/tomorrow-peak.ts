import { dayPeak, peakShares } from '#models/forecast/day-peak.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { nextLocalDayStart } from '#models/units/local-time.ts'
import type { IssuedForecast, PastForecast } from '#services/evaluation/port.ts'
import type { TomorrowPeak } from './contract/forecast.ts'

/** The days whose forecast was issued the day before tell of tomorrow. */
const DAYS_AHEAD = 1

/** Highest power of tomorrow: that of the newest forecast, with the margin that the days before were measured to need; null where too little is known. */
export function tomorrowPeak(issued: IssuedForecast | undefined, past: readonly PastForecast[], timeZone: string, now: number): TomorrowPeak | null {
  // The margin of another method says nothing of this one.
  const group = past.find(({ daysAhead, method }) => daysAhead.includes(DAYS_AHEAD) && method === issued?.method)
  if (issued === undefined || group === undefined) return null
  const stepMs = issued.stepS * 1000
  const from = nextLocalDayStart(now, timeZone)
  const to = nextLocalDayStart(from, timeZone)
  const [first, last] = [(from - issued.from) / stepMs, (to - issued.from) / stepMs]
  if (first < 0 || last > issued.valuesKw.length) return null
  const tomorrow = issued.valuesKw.subarray(Math.ceil(first), Math.ceil(last))
  if (tomorrow.some(Number.isNaN)) return null
  const highest = tomorrow.reduce((most, value) => Math.max(most, value), -Infinity)
  const peak = dayPeak(highest, peakShares(group.valuesKw, group.measuredKw, group.perDay))
  if (peak === undefined) return null
  const at = (level: number) => hundredth(peak.quantiles[LEVELS.indexOf(level)]!)
  return { day: from, at: from + tomorrow.indexOf(highest) * stepMs, powerKw: hundredth(peak.value), p5Kw: at(0.05), p90Kw: at(0.9), p95Kw: at(0.95), days: peak.days }
}

const hundredth = (value: number) => Math.round(value * 100) / 100
