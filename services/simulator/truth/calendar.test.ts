import { expect, test } from 'vitest'
import { loadMeasuredCurves } from '../curves.ts'
import { createLocalDays, sourceRow } from './calendar.ts'

const days = createLocalDays('Europe/Paris')
const curves = loadMeasuredCurves()
const DAY_MS = 86_400_000
const on = (date: string) => days.day(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
const dateOf = (name: string, row: number): Date => new Date((curves.get(name)!.firstDay + row) * DAY_MS)

test.each([['2026-03-29', 138], ['2026-10-25', 150], ['2026-07-14', 144]])('%s has %i slots', (date, slots) => {
  const day = on(date)
  expect(day.slots).toBe(slots)
  expect(day.start).toBe(days.day(day.epochDay - 1).end)
  expect(days.at(day.start).epochDay).toBe(day.epochDay)
  expect(days.at(day.end - 1).epochDay).toBe(day.epochDay)
})

test('the wall clock jumps over the lost hour and repeats the doubled one', () => {
  expect([...on('2026-03-29').wallMinute.subarray(11, 14)]).toEqual([110, 180, 190])
  expect([...on('2026-10-25').wallMinute.subarray(16, 20)]).toEqual([160, 170, 120, 130])
})

test('a day is a measured day of the same weekday and season, a holiday is a Sunday', () => {
  for (const name of ['ucam_b31_electricity', 'Robin_office_Serena', 'dma_01', 'heat_energy']) {
    for (let day = on('2024-01-01'); day.epochDay < on('2028-01-01').epochDay; day = days.day(day.epochDay + 1)) {
      const source = dateOf(name, sourceRow(curves.get(name)!, day))
      expect(((source.getUTCDay() + 6) % 7) + 1, `${name} ${new Date(day.start).toISOString()}`).toBe(day.holiday ? 7 : day.isoWeekday)
      const seasonal = Math.abs((source.getTime() - Date.UTC(source.getUTCFullYear(), 0, 1)) / DAY_MS - day.dayOfYear)
      expect(Math.min(seasonal, 365 - seasonal)).toBeLessThanOrEqual(10)
    }
  }
})

test('buildings, their weather and the heat meter take the same day, so that cold days coincide', () => {
  for (const date of ['2025-02-11', '2025-12-25', '2026-03-02', '2026-05-08']) {
    const dates = ['temperature', 'ucam_b31_electricity', 'ucam_b58_gas', 'heat_energy'].map((name) => dateOf(name, sourceRow(curves.get(name)!, on(date))).getTime())
    expect(new Set(dates).size).toBe(1)
  }
})
