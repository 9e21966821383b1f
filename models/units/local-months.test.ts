import { expect, test } from 'vitest'
import { localHourAfter, localMonthStart, localQuarterStart } from './local-months.ts'

const PARIS = 'Europe/Paris'
const iso = (at: number) => new Date(at).toISOString()

test('months and quarters begin at local midnight, in summer and in winter time', () => {
  const march = Date.parse('2026-03-31T22:30:00Z')
  expect(iso(localMonthStart(march, PARIS))).toBe('2026-03-31T22:00:00.000Z')
  expect(iso(localMonthStart(march - 3_600_000, PARIS))).toBe('2026-02-28T23:00:00.000Z')
  expect(iso(localMonthStart(march, PARIS, -4))).toBe('2025-11-30T23:00:00.000Z')
  expect(iso(localQuarterStart(march, PARIS))).toBe('2026-03-31T22:00:00.000Z')
  expect(iso(localQuarterStart(march, PARIS, -1))).toBe('2025-12-31T23:00:00.000Z')
  expect(iso(localQuarterStart(march, PARIS, 3))).toBe('2026-12-31T23:00:00.000Z')
})

test('an hour of the wall clock days later, over a change of the clocks and the end of a month', () => {
  expect(iso(localHourAfter(Date.parse('2026-03-27T23:00:00Z'), 2, 6, PARIS))).toBe('2026-03-30T04:00:00.000Z')
  expect(iso(localHourAfter(Date.parse('2026-01-30T23:00:00Z'), 2, 6, PARIS))).toBe('2026-02-02T05:00:00.000Z')
})
