import { expect, test } from 'vitest'
import { closedHours, isOpen } from './closed-hours.ts'

const HOURS = [{ validFrom: '2025-01-01T00:00:00Z', validTo: '2027-01-01T00:00:00Z', closedOnHolidays: true, periods: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '20:00' }] }]
const PARIS = 'Europe/Paris'
const day = (iso: string, hours: number) => Float64Array.from({ length: hours * 6 }, (_, i) => Date.parse(iso) + i * 600_000)

test('a constant load is used half while closed when half the day is closed', () => {
  const at = day('2026-01-13T00:00:00+01:00', 24)
  expect(closedHours(at, new Float64Array(at.length).fill(2), 600, HOURS, PARIS)).toEqual({ sharePct: expect.closeTo(50), energyKwh: expect.closeTo(24), openHours: expect.closeTo(12), closedHours: expect.closeTo(12) })
})

test('the night in which the clocks go back is an hour longer', () => {
  const at = day('2026-10-25T00:00:00+02:00', 25)
  expect(closedHours(at, new Float64Array(at.length).fill(1), 600, HOURS, PARIS)).toMatchObject({ openHours: expect.closeTo(12), closedHours: expect.closeTo(13) })
})

test('a public holiday is closed, a missing value counts for neither', () => {
  expect(isOpen(Date.parse('2026-05-01T12:00:00+02:00'), HOURS, PARIS)).toBe(false)
  const at = day('2026-01-13T00:00:00+01:00', 24)
  const power = new Float64Array(at.length).fill(1)
  power.fill(NaN, 0, 48)
  expect(closedHours(at, power, 600, HOURS, PARIS)).toMatchObject({ openHours: expect.closeTo(12), closedHours: expect.closeTo(4) })
})

test('without declared hours nothing is claimed', () => {
  const at = day('2026-01-13T00:00:00+01:00', 24)
  expect(closedHours(at, new Float64Array(at.length).fill(1), 600, [], PARIS)).toBeUndefined()
  expect(isOpen(Date.parse('2028-01-01T12:00:00Z'), HOURS, PARIS)).toBeUndefined()
})
