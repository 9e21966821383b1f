import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayMarks } from './day-marks.ts'
import { DEVIATIONS, pastDeviations } from './past-deviations.ts'
import { slotGrid } from './slot-grid.ts'

const HOUR = 3_600_000
const FROM = Date.parse('2025-03-14T23:00:00Z')
const DAYS = 60
const grid = slotGrid(FROM, DAYS * 24, 3_600, 'Europe/Paris')
const marks = dayMarks(grid.firstDay, grid.days, { holidayOf: (day) => (day % 13 === 0 ? 'a holiday' : undefined) })
const { perDay } = grid

test.each([0, 1, 3, 6])('with lead %i a day that can change no more is told as if it were looked at anew, whatever came late', (leadDays) => {
  // Hours late, or never.
  const late = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 * 24 }) }, { weight: 1, arbitrary: fc.constant(Infinity) })
  fc.assert(fc.property(fc.array(late, { minLength: 50, maxLength: 200 }), fc.integer({ min: 0, max: 1_000 }), (lateness, shift) => {
    const cells = grid.days * perDay
    const availableAt = Float64Array.from({ length: cells }, (_, cell) => FROM + (cell + 1) * HOUR + lateness[(cell * 7 + shift) % lateness.length]! * HOUR)
    const values = Float64Array.from({ length: cells }, (_, cell) => 10 + ((cell * 37) % 101))
    const settledAt = Float64Array.from({ length: grid.days }, (_, day) => availableAt.subarray(day * perDay, (day + 1) * perDay).reduce((latest, at) => (at === Infinity ? latest : Math.max(latest, at)), -Infinity))
    let origin = 0
    const known = (day: number, slot: number) => (availableAt[day * perDay + slot]! <= origin ? values[day * perDay + slot]! : NaN)
    const expectedAt = (day: number, slot: number) => 50 + (day % 3) - slot
    const kept = pastDeviations(grid, marks, leadDays, 0, { known, expectedAt, settledAt })
    const anew = pastDeviations(grid, marks, leadDays, 0, { known, expectedAt })
    const [one, two] = [new Float32Array(DEVIATIONS.length), new Float32Array(DEVIATIONS.length)]
    for (let day = leadDays + 1; day < grid.days; day += 1) {
      origin = grid.dayStart[day - leadDays]!
      kept.look(day, day - leadDays)
      anew.look(day, day - leadDays)
      expect(kept.latestDay).toBe(anew.latestDay)
      for (let slot = 0; slot < perDay; slot += 5) {
        kept.put(one, 0, slot)
        anew.put(two, 0, slot)
        expect(one).toEqual(two)
        expect(kept.latestSlot(slot)).toBe(anew.latestSlot(slot))
      }
    }
  }), { numRuns: 30 })
})

test('values that come in time are looked at once a day, not once for every day that looks back on them', () => {
  const settledAt = Float64Array.from({ length: grid.days }, (_, day) => grid.dayStart[day + 1] ?? Infinity)
  let looks = 0
  const days = pastDeviations(grid, marks, 0, 0, { known: () => 1, expectedAt: () => 2, settledAt, startAnew: () => (looks += 1) })
  for (let day = 1; day < grid.days; day += 1) days.look(day, day)
  expect(looks).toBe(grid.days - 1)
})
