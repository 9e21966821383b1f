import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localCalendar, localDayStart, localDayStarts, localInstants, localParts, nextLocalDayStart } from './local-time.ts'

const PARIS = 'Europe/Paris'
const HOUR = 3_600_000
const utc = (text: string) => Date.parse(text)
/** Zones with whole-hour, half-hour, southern and midnight changes of the clocks. */
const zone = fc.constantFrom(PARIS, 'Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo', 'UTC')
const instant = fc.integer({ min: utc('2000-01-01T00:00Z') / 1000, max: utc('2040-01-01T00:00Z') / 1000 }).map((second) => second * 1000)

describe('local days of Paris', () => {
  test('has 23 hours in spring and 25 in autumn', () => {
    expect(nextLocalDayStart(utc('2026-03-29T12:00Z'), PARIS) - localDayStart(utc('2026-03-29T12:00Z'), PARIS)).toBe(23 * HOUR)
    expect(nextLocalDayStart(utc('2026-10-25T12:00Z'), PARIS) - localDayStart(utc('2026-10-25T12:00Z'), PARIS)).toBe(25 * HOUR)
    expect(nextLocalDayStart(utc('2026-06-01T12:00Z'), PARIS) - localDayStart(utc('2026-06-01T12:00Z'), PARIS)).toBe(24 * HOUR)
  })

  test('reads both passes of the doubled hour and jumps over the missing one', () => {
    expect(localParts(utc('2026-10-25T00:30Z'), PARIS)).toMatchObject({ hour: 2, minute: 30, minuteOfDay: 150, isoWeekday: 7 })
    expect(localParts(utc('2026-10-25T01:30Z'), PARIS)).toMatchObject({ hour: 2, minute: 30, minuteOfDay: 150 })
    expect(localParts(utc('2026-03-29T00:59Z'), PARIS)).toMatchObject({ hour: 1, minute: 59 })
    expect(localParts(utc('2026-03-29T01:00Z'), PARIS)).toMatchObject({ hour: 3, minute: 0 })
  })

  test('gives every local day that touches an interval', () => {
    const starts = localDayStarts(utc('2026-03-28T10:00Z'), utc('2026-03-30T22:00Z'), PARIS)
    expect([...starts].map((at) => new Date(at).toISOString())).toEqual(['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'])
    expect(localDayStarts(5, 5, PARIS)).toHaveLength(0)
  })
})

test('a day whose midnight is skipped begins when the clock jumps', () => {
  expect(localDayStart(utc('2018-11-04T12:00Z'), 'America/Sao_Paulo')).toBe(utc('2018-11-04T03:00Z'))
  expect(localParts(utc('2018-11-04T03:00Z'), 'America/Sao_Paulo')).toMatchObject({ day: 4, hour: 1 })
})

test('refuses a zone that does not exist, naming it', () => {
  expect(() => localParts(0, 'Europe/Brest')).toThrow(/PF_CONFIG_INVALID.*Europe\/Brest/)
})

test('parts agree with Intl, the slow way', () => {
  fc.assert(fc.property(instant, zone, (at, timeZone) => {
    const { year, month, day, hour, minute, isoWeekday } = localParts(at, timeZone)
    const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
    const two = (value: number) => String(value).padStart(2, '0')
    expect(`${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`).toBe(text)
    expect(isoWeekday).toBe(((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7) + 1)
  }), { numRuns: 500 })
})

test('a local day contains its instant, starts where the date changes and is followed by the next one', () => {
  fc.assert(fc.property(instant, zone, (at, timeZone) => {
    const start = localDayStart(at, timeZone)
    const next = nextLocalDayStart(at, timeZone)
    expect(start).toBeLessThanOrEqual(at)
    expect(next).toBeGreaterThan(at)
    expect(localParts(start, timeZone).day).toBe(localParts(at, timeZone).day)
    expect(localParts(start - 1, timeZone).day).not.toBe(localParts(start, timeZone).day)
    expect(localDayStart(next, timeZone)).toBe(next)
    expect(localDayStart(next - 1, timeZone)).toBe(start)
    expect((next - start) / HOUR).toBeGreaterThanOrEqual(23)
    expect((next - start) / HOUR).toBeLessThanOrEqual(25)
  }), { numRuns: 500 })
})

test('the wall clock shows a time once, twice in autumn and never in spring', () => {
  const times = (wall: string, timeZone = PARIS) => localInstants(utc(wall), timeZone).map((at) => new Date(at).toISOString().slice(0, 16))
  expect(times('2026-10-25T02:30Z')).toEqual(['2026-10-25T00:30', '2026-10-25T01:30'])
  expect(times('2026-03-29T02:30Z')).toEqual([])
  expect([times('2026-10-25T03:00Z'), times('2026-03-29T03:00Z'), times('2026-07-01T12:00Z')]).toEqual([['2026-10-25T02:00'], ['2026-03-29T01:00'], ['2026-07-01T10:00']])
  fc.assert(fc.property(instant, zone, (at, timeZone) => {
    const { year, month, day, hour, minute } = localParts(at, timeZone)
    expect(localInstants(Date.UTC(year, month - 1, day, hour, minute, (at / 1000) % 60), timeZone)).toContain(at)
  }), { numRuns: 500 })
})

test('the columnar calendar equals the parts one by one, in any order', () => {
  fc.assert(fc.property(fc.array(instant, { maxLength: 40 }), zone, (times, timeZone) => {
    const calendar = localCalendar(Float64Array.from(times), timeZone)
    times.forEach((at, index) => {
      const parts = localParts(at, timeZone)
      expect(calendar.minuteOfDay[index]).toBe(parts.minuteOfDay)
      expect(calendar.isoWeekday[index]).toBe(parts.isoWeekday)
      expect(calendar.month[index]).toBe(parts.month)
      expect(calendar.dayIndex[index]).toBe(Date.UTC(parts.year, parts.month - 1, parts.day) / 86_400_000)
    })
  }))
})
