import { loadCalendar, type LoadCalendar } from '#models/load-curve/day-type.ts'
import type { Forecast, Forecaster, ForecastRequest } from './forecaster.ts'

const REASONS = ['one-week-before', 'weeks-before', 'latest-alike-day', 'mean-of-slot', 'unknown'] as const
const WEEKS_BACK = 4
const DAYS_BACK = 28

/**
 * Seasonal naive: the value of the same local slot one week before. A public holiday is no ordinary weekday: the source
 * day must be of the same day type as the forecast one (a holiday takes the latest Sunday or holiday), else the next
 * rule answers: two to four weeks before, the latest day of the same type, the mean of the slot over the history.
 * On the days of the clock change a slot is found by its local minute; the hour that a day lacks is passed over.
 */
export const seasonalNaive: Forecaster = { name: 'seasonal-naive', forecast }

function forecast(request: ForecastRequest): Forecast {
  const { from, steps, stepS, timeZone, historyFrom, historyKw } = request
  const stepMs = stepS * 1000
  const past = loadCalendar(stepTimes(historyFrom, historyKw.length, stepMs), timeZone)
  const ahead = loadCalendar(stepTimes(from, steps, stepMs), timeZone)
  const slots = slotTable(past, historyKw, stepS)
  const valuesKw = new Float64Array(steps)
  const reason = new Uint8Array(steps)
  for (let i = 0; i < steps; i += 1) {
    const slot = Math.floor((ahead.minuteOfDay[i]! * 60) / stepS)
    const day = ahead.dayIndex[i]!
    const holiday = ahead.holiday[i] === 1
    const alike = (source: number) => slots.dayType(source) === ahead.dayType[i]
    let value = NaN
    let rule = 0
    // Only past days have values in the table, so a horizon longer than a week falls through to the weeks before.
    if (!holiday) {
      for (let week = 1; week <= WEEKS_BACK && Number.isNaN(value); week += 1) {
        const source = day - 7 * week
        if (alike(source)) value = slots.value(source, slot)
        rule = week === 1 ? 0 : 1
      }
    }
    if (Number.isNaN(value)) {
      rule = 2
      for (let back = 1; back <= DAYS_BACK && Number.isNaN(value); back += 1) if (alike(day - back)) value = slots.value(day - back, slot)
    }
    if (Number.isNaN(value)) {
      rule = 3
      value = slots.mean(slot)
    }
    valuesKw[i] = value
    reason[i] = Number.isNaN(value) ? 4 : rule
  }
  return { forecaster: seasonalNaive.name, from, stepS, valuesKw, reason, reasons: REASONS }
}

const stepTimes = (from: number, steps: number, stepMs: number) => Float64Array.from({ length: steps }, (_, i) => from + i * stepMs)

/** The history by (local day, slot of the day). In the hour that a day has twice the later value stands. */
function slotTable(calendar: LoadCalendar, valuesKw: Float64Array, stepS: number) {
  const perDay = Math.ceil(86_400 / stepS)
  const firstDay = calendar.dayIndex[0] ?? 0
  const days = valuesKw.length === 0 ? 0 : calendar.dayIndex[valuesKw.length - 1]! - firstDay + 1
  const table = new Float64Array(days * perDay).fill(NaN)
  const dayTypes = new Uint8Array(days).fill(255)
  for (let i = 0; i < valuesKw.length; i += 1) {
    const day = calendar.dayIndex[i]! - firstDay
    dayTypes[day] = calendar.dayType[i]!
    if (!Number.isNaN(valuesKw[i]!)) table[day * perDay + Math.floor((calendar.minuteOfDay[i]! * 60) / stepS)] = valuesKw[i]!
  }
  return {
    dayType: (day: number): number => dayTypes[day - firstDay] ?? 255,
    value: (day: number, slot: number): number => (day < firstDay || day >= firstDay + days ? NaN : table[(day - firstDay) * perDay + slot]!),
    mean(slot: number): number {
      let sum = 0
      let count = 0
      for (let day = 0; day < days; day += 1) {
        const value = table[day * perDay + slot]!
        if (Number.isNaN(value)) continue
        sum += value
        count += 1
      }
      return count === 0 ? NaN : sum / count
    },
  }
}

