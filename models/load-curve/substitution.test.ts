import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { localDayStart } from '#models/units/local-time.ts'
import { loadCalendar } from './day-type.ts'
import { substituteGaps } from './substitution.ts'

const HOUR = 3_600_000
const timeZone = 'Europe/Paris'
const monday = localDayStart(Date.parse('2026-01-05T12:00:00Z'), timeZone)

/** Hours of five weeks, each worth its local hour plus 100 on days off. */
function fiveWeeks(start = monday, hours = 35 * 24) {
  const at = Float64Array.from({ length: hours }, (_, i) => start + i * HOUR)
  const calendar = loadCalendar(at, timeZone)
  const values = Float64Array.from(at, (_, i) => Math.floor(calendar.minuteOfDay[i]! / 60) + 100 * calendar.dayType[i]!)
  return { at, values, quality: new Uint8Array(hours) }
}
function withGap(series: ReturnType<typeof fiveWeeks>, from: number, length: number) {
  const values = Float64Array.from(series.values)
  const quality = Uint8Array.from(series.quality)
  values.fill(NaN, from, from + length)
  quality.fill(QUALITY.missing, from, from + length)
  return { at: series.at, values, quality }
}

test('a short gap is a straight line and is marked', () => {
  const { values, quality, gaps } = substituteGaps(withGap(fiveWeeks(), 30 * 24 + 10, 2), 3600, timeZone)
  expect([...values.slice(30 * 24 + 9, 30 * 24 + 13)].map((value) => value % 100)).toEqual([9, 10, 11, 12])
  expect([...quality.slice(30 * 24 + 9, 30 * 24 + 13)]).toEqual([0, QUALITY.substituted, QUALITY.substituted, 0])
  expect(gaps).toMatchObject([{ by: 'linear', filled: 2 }])
})

test('a long gap takes alike days, whatever the weekday, the holiday and the clock change', () => {
  const winter = fiveWeeks()
  const overSpringChange = fiveWeeks(localDayStart(Date.parse('2026-03-02T12:00:00Z'), timeZone))
  fc.assert(fc.property(fc.constantFrom(winter, overSpringChange), fc.integer({ min: 21 * 24, max: 31 * 24 }), fc.integer({ min: 3, max: 72 }), (series, from, length) => {
    const { values, quality } = substituteGaps(withGap(series, from, length), 3600, timeZone)
    for (let i = from; i < from + length; i += 1) {
      expect(values[i]).toBe(series.values[i])
      expect(quality[i]).toBe(QUALITY.substituted)
    }
  }))
})

test('longer than stated, at the open end, or without an alike day: nothing is invented', () => {
  const series = fiveWeeks()
  const tooLong = substituteGaps(withGap(series, 25 * 24, 73), 3600, timeZone)
  expect(tooLong.gaps).toMatchObject([{ by: 'nothing', filled: 0 }])
  expect(tooLong.values[25 * 24]).toBeNaN()
  expect(tooLong.quality[25 * 24]).toBe(QUALITY.missing)
  expect(substituteGaps(withGap(series, 35 * 24 - 2, 2), 3600, timeZone).gaps).toEqual([])
  const firstDay = substituteGaps(withGap(series, 5, 10), 3600, timeZone)
  expect(firstDay.values[6]).toBeNaN()
})

test('a silence whose total is known keeps its energy, shaped like alike days', () => {
  const series = fiveWeeks()
  const gapped = withGap(series, 30 * 24, 24)
  const total = { from: series.at[30 * 24]!, to: series.at[31 * 24]!, energy: 5000 }
  const { values } = substituteGaps(gapped, 3600, timeZone, { knownTotals: [total] })
  const filled = values.slice(30 * 24, 31 * 24)
  const shape = series.values.slice(30 * 24, 31 * 24)
  expect(filled.reduce((a, b) => a + b)).toBeCloseTo(5000, 6)
  const factor = 5000 / shape.reduce((a, b) => a + b)
  filled.forEach((value, i) => expect(value).toBeCloseTo(shape[i]! * factor, 6))
})
