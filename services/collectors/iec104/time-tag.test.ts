import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localOffset } from '#models/units/local-time.ts'
import { dateTimeOctets } from './encode.testkit.ts'
import { readDateTime, readTimeMarks, SUMMER_TIME, TIME_INVALID, utcOfDate, utcOfHour } from './time-tag.ts'

const PARIS = 'Europe/Paris'
const HOUR_MS = 3_600_000
const wall = (month: number, day: number, hour: number, minute = 0): number => Date.UTC(2026, month - 1, day, hour, minute)

test('the day of the week is not looked at; impossible dates and times are none', () => {
  const octets = dateTimeOctets(wall(10, 25, 2, 30), TIME_INVALID | SUMMER_TIME)
  expect([readDateTime(Uint8Array.from(octets), 0), readTimeMarks(Uint8Array.from(octets), 0, true)]).toEqual([wall(10, 25, 2, 30), TIME_INVALID | SUMMER_TIME])
  const withOctet = (place: number, value: number): number => readDateTime(Uint8Array.from(octets.with(place, value)), 0)
  expect(withOctet(4, 25)).toBe(wall(10, 25, 2, 30))
  // 60000 ms, minute 60, hour 24, day 0, day 31 of November, month 0, month 13, year 100.
  expect([readDateTime(Uint8Array.from([0x60, 0xea, ...octets.slice(2)]), 0), withOctet(2, 60), withOctet(3, 24), withOctet(4, 0), readDateTime(Uint8Array.from(octets.with(4, 31).with(5, 11)), 0), withOctet(5, 0), withOctet(5, 13), withOctet(6, 100)]).toEqual(Array(8).fill(NaN))
})

describe('a clock that shows legal time', () => {
  test('in winter and in summer the calendar decides, whether the station sets the mark of summer time or not', () => {
    expect(utcOfDate(wall(7, 1, 12), true, PARIS)).toEqual({ at: wall(7, 1, 10), isDoubtful: false })
    expect(utcOfDate(wall(7, 1, 12), false, PARIS)).toEqual({ at: wall(7, 1, 10), isDoubtful: false })
    expect(utcOfDate(wall(1, 10, 12), false, PARIS)).toEqual({ at: wall(1, 10, 11), isDoubtful: false })
    expect(utcOfDate(wall(1, 10, 12), true, PARIS)).toEqual({ at: wall(1, 10, 11), isDoubtful: true })
  })
  test('the hour that comes twice in October is told apart by the mark, and the one left out in March too', () => {
    expect(utcOfDate(wall(10, 25, 2, 30), true, PARIS)).toEqual({ at: wall(10, 25, 0, 30), isDoubtful: false })
    expect(utcOfDate(wall(10, 25, 2, 30), false, PARIS)).toEqual({ at: wall(10, 25, 1, 30), isDoubtful: false })
    expect(utcOfDate(wall(3, 29, 2, 30), false, PARIS)).toEqual({ at: wall(3, 29, 1, 30), isDoubtful: false })
    expect(utcOfDate(wall(3, 29, 2, 30), true, PARIS)).toEqual({ at: wall(3, 29, 0, 30), isDoubtful: false })
  })
  test('in UTC the mark says nothing', () => {
    expect(utcOfDate(wall(7, 1, 12), true, 'UTC')).toEqual({ at: wall(7, 1, 12), isDoubtful: false })
  })
  test('every instant of a year comes back from what a clock shows, days of 23 and 25 hours among them', () => {
    for (const timeZone of [PARIS, 'UTC', 'America/St_Johns', 'Asia/Kolkata', 'Etc/GMT-1', 'Australia/Lord_Howe']) {
      fc.assert(fc.property(fc.integer({ min: wall(1, 1, 0), max: wall(12, 31, 0) }), (at) => {
        const offset = localOffset(at, timeZone)
        const isSummer = offset > Math.min(localOffset(wall(1, 1, 0), timeZone), localOffset(wall(7, 1, 0), timeZone))
        expect(utcOfDate(at + offset, isSummer, timeZone)).toEqual({ at, isDoubtful: false })
      }), { examples: [[wall(10, 25, 0, 30)], [wall(10, 25, 1, 30)], [wall(3, 29, 0, 59)], [wall(3, 29, 1)]], numRuns: 300 })
    }
  })
})

test('the short tag gets the hour that is nearest to the arrival, in zones of half hours too', () => {
  const arrivedAt = wall(11, 28, 12, 10)
  expect(utcOfHour(5 * 60_000, arrivedAt, 'UTC')).toBe(wall(11, 28, 12, 5))
  expect(utcOfHour(55 * 60_000, arrivedAt, 'UTC')).toBe(wall(11, 28, 11, 55))
  expect(utcOfHour(2 * 60_000, wall(11, 28, 12, 59), 'UTC')).toBe(wall(11, 28, 13, 2))
  expect(utcOfHour(40 * 60_000, arrivedAt, 'Asia/Kolkata')).toBe(wall(11, 28, 12, 10))
  fc.assert(fc.property(fc.integer({ min: wall(1, 1, 0), max: wall(12, 31, 0) }), fc.integer({ min: -HOUR_MS / 2 + 1, max: HOUR_MS / 2 - 1 }), fc.constantFrom('UTC', PARIS, 'Asia/Kolkata'), (at, late, timeZone) => {
    const inHour = (((at + localOffset(at, timeZone)) % HOUR_MS) + HOUR_MS) % HOUR_MS
    expect(utcOfHour(inHour, at + late, timeZone)).toBe(at)
  }))
})
