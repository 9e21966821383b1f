import { describe, expect, test } from 'vitest'
import { localDayStart } from '#models/units/local-time.ts'
import { seasonalNaive } from './seasonal-naive.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const timeZone = 'Europe/Paris'

/** Forecast of one day from a history in which every hour holds a number that names its own UTC time. */
function forecastDay(day: string, historyDays: number, change: (value: number, at: number) => number = (value) => value) {
  const from = localDayStart(Date.parse(`${day}T12:00:00Z`), timeZone)
  const historyFrom = from - historyDays * DAY
  const historyKw = Float64Array.from({ length: historyDays * 24 }, (_, i) => change((historyFrom + i * HOUR) / HOUR, historyFrom + i * HOUR))
  const steps = (localDayStart(from + 36 * HOUR, timeZone) - from) / HOUR
  const result = seasonalNaive.forecast({ issuedAt: from, from, steps, stepS: 3600, timeZone, historyFrom, historyKw })
  return { ...result, sourceAt: [...result.valuesKw].map((value) => value * HOUR), reasonOf: (i: number) => result.reasons[result.reason[i]!], from }
}

test('an ordinary day takes the same hours of the week before', () => {
  const { sourceAt, from, reasonOf } = forecastDay('2026-01-21', 35)
  expect(sourceAt).toEqual(Array.from({ length: 24 }, (_, hour) => from - 7 * DAY + hour * HOUR))
  expect(reasonOf(0)).toBe('one-week-before')
})

describe('days that are not alike', () => {
  test('a public holiday takes the latest Sunday, not the same weekday', () => {
    // 14 July 2026 is a Tuesday; the Sunday before is the 12th.
    const { sourceAt, reasonOf } = forecastDay('2026-07-14', 35)
    expect(new Date(sourceAt[12]!).toISOString()).toBe('2026-07-12T10:00:00.000Z')
    expect(reasonOf(12)).toBe('latest-alike-day')
  })
  test('the Tuesday after a holiday Tuesday looks two weeks back', () => {
    const { sourceAt, reasonOf } = forecastDay('2026-07-21', 35)
    expect(new Date(sourceAt[12]!).toISOString()).toBe('2026-07-07T10:00:00.000Z')
    expect(reasonOf(12)).toBe('weeks-before')
  })
})

describe('the clock change', () => {
  test('the week after the spring change keeps local hours, and the lost hour comes from a week further back', () => {
    // 29 March 2026 has no 02:00; the Sunday after takes 02:00 from 22 March.
    const { sourceAt, reasonOf } = forecastDay('2026-04-05', 35)
    expect(new Date(sourceAt[12]!).toISOString()).toBe('2026-03-29T10:00:00.000Z')
    expect(new Date(sourceAt[2]!).toISOString()).toBe('2026-03-22T01:00:00.000Z')
    expect(reasonOf(2)).toBe('weeks-before')
  })
  test('the autumn day has 25 values, all known', () => {
    const { sourceAt } = forecastDay('2026-10-25', 35)
    expect(sourceAt).toHaveLength(25)
    expect(sourceAt.some(Number.isNaN)).toBe(false)
    expect(sourceAt[2]).toBe(sourceAt[3])
  })
})

test('holes fall through the chain and nothing is invented', () => {
  const lastWeekAway = forecastDay('2026-01-21', 35, (value, at) => (at >= Date.parse('2026-01-13T23:00:00Z') ? NaN : value))
  expect(lastWeekAway.reasonOf(5)).toBe('weeks-before')
  const nothing = forecastDay('2026-01-21', 35, () => NaN)
  expect([...nothing.valuesKw].every(Number.isNaN)).toBe(true)
  expect(nothing.reasonOf(0)).toBe('unknown')
  const onlySaturday = forecastDay('2026-01-21', 35, (_, at) => (new Date(at).getUTCDay() === 6 ? 40 : NaN))
  expect(onlySaturday.reasonOf(12)).toBe('mean-of-slot')
  expect(onlySaturday.valuesKw[12]).toBe(40)
})
