import { describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { localDayStart, nextLocalDayStart } from '#models/units/local-time.ts'
import { loadCalendar } from './day-type.ts'
import { measuredCurves } from './measured-curves.testkit.ts'
import { substitutionErrors } from './substitution-errors.testkit.ts'
import { CORRECTION_SUBSTITUTION, DEFAULT_SUBSTITUTION, substituteGaps } from './substitution.ts'

const curves = measuredCurves()
const HOUR = 3_600_000
const timeZone = 'Europe/Paris'

describe('gaps cut into measured curves', () => {
  // Bounds a fifth above what was measured; `npm run bench:substitution` prints the numbers.
  test.each([
    ['electricity', 24, 8.5], ['electricity', 72, 8.5], ['gas', 24, 21], ['heat', 24, 50], ['water', 24, 5.5],
  ] as const)('%s, %d h: the error stays under its bound, and under a line and last week', (carrier, hours, most) => {
    const errors = substitutionErrors(curves.filter((one) => one.carrier === carrier), hours, 40, 20_261_128 + hours)
    expect(errors.gaps).toBeGreaterThan(30)
    expect(errors.ours).toBeLessThan(most)
    expect(errors.ours).toBeLessThan(Math.min(errors.linear, errors.lastWeek))
    expect(errors.oursWithTotal).toBeLessThan(errors.ours)
    expect(errors.correction).toBeLessThan(1.05 * errors.ours)
  })
})

/** Seven weeks of hours from a local midnight; each hour is worth its local hour, days off 100 more. */
function weeks(start: string, days = 49) {
  const first = localDayStart(Date.parse(start), timeZone)
  const at = Float64Array.from({ length: days * 24 }, (_, i) => first + i * HOUR)
  const calendar = loadCalendar(at, timeZone)
  return { at, values: Float64Array.from(at, (_, i) => 10 + Math.floor(calendar.minuteOfDay[i]! / 60) + 100 * calendar.dayType[i]!), quality: new Uint8Array(at.length) }
}
function cut(series: ReturnType<typeof weeks>, from: number, to: number) {
  const inside = (i: number) => series.at[i]! >= from && series.at[i]! < to
  return { at: series.at, values: series.values.map((value, i) => (inside(i) ? NaN : value)), quality: series.quality.map((code, i) => (inside(i) ? QUALITY.missing : code)) }
}

test.each([['2026-03-01T12:00:00Z', '2026-03-29T12:00:00Z', 23], ['2026-09-27T12:00:00Z', '2026-10-25T12:00:00Z', 25]])('from %s a missing day of %s has its %d hours back', (start, day, hours) => {
  const series = weeks(start)
  const from = localDayStart(Date.parse(day), timeZone)
  const to = nextLocalDayStart(Date.parse(day), timeZone)
  const { values, gaps } = substituteGaps(cut(series, from, to), 3600, timeZone)
  expect(gaps).toMatchObject([{ by: 'similar-day', filled: hours }])
  series.at.forEach((at, i) => { if (at >= from && at < to) expect(values[i]).toBeCloseTo(series.values[i]!, 9) })
})

test('a holiday on a Thursday is filled like a Sunday', () => {
  const series = weeks('2026-04-06T12:00:00Z')
  const from = localDayStart(Date.parse('2026-05-14T12:00:00Z'), timeZone)
  const { values } = substituteGaps(cut(series, from, from + 24 * HOUR), 3600, timeZone)
  series.at.forEach((at, i) => { if (at >= from && at < from + 24 * HOUR) expect(values[i]).toBeCloseTo(series.values[i]!, 9) })
})

test('the level of the days beside the gap is taken over, within bounds', () => {
  const series = weeks('2026-01-05T12:00:00Z')
  const from = series.at[40 * 24]!
  // A cold spell: everything around the gap is a third higher than before.
  const cold = { ...series, values: series.values.map((value, i) => (i > 38 * 24 ? value * 1.3 : value)) }
  const { values, gaps } = substituteGaps(cut(cold, from, from + 24 * HOUR), 3600, timeZone)
  for (let i = 40 * 24; i < 41 * 24; i += 1) expect(Math.abs(values[i]! / cold.values[i]! - 1)).toBeLessThan(0.1)
  expect(gaps[0]).toMatchObject({ keepsTotal: false })
  expect(gaps[0]!.expectedErrorPct).toBeLessThan(10)
})

test('a correction looks at both sides and fills the end; the service by itself waits for values', () => {
  const series = weeks('2026-01-05T12:00:00Z')
  const atStart = cut(series, series.at[0]!, series.at[48]!)
  expect(substituteGaps(atStart, 3600, timeZone).gaps).toMatchObject([{ by: 'nothing' }])
  expect(substituteGaps(atStart, 3600, timeZone, { rules: CORRECTION_SUBSTITUTION }).gaps).toMatchObject([{ by: 'similar-day', filled: 48 }])
  const atEnd = cut(series, series.at.at(-30)!, Infinity)
  expect(substituteGaps(atEnd, 3600, timeZone).gaps).toEqual([])
  const filled = substituteGaps(atEnd, 3600, timeZone, { rules: { ...DEFAULT_SUBSTITUTION, fillOpenEnd: true } })
  expect(filled.gaps).toMatchObject([{ by: 'similar-day', filled: 30 }])
  expect(filled.values.at(-1)).toBeCloseTo(series.values.at(-1)!, 9)
})
