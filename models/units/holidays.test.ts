import { expect, test } from 'vitest'
import { easterDayIndex, isFrenchHoliday } from './holidays.ts'

const dateOf = (dayIndex: number) => new Date(dayIndex * 86_400_000).toISOString().slice(0, 10)

test('Easter falls on its known dates', () => {
  expect([2000, 2008, 2024, 2025, 2026, 2027, 2038].map((year) => dateOf(easterDayIndex(year)))).toEqual([
    '2000-04-23', '2008-03-23', '2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28', '2038-04-25',
  ])
})

test('2026 has the eleven holidays of the law', () => {
  const holidays: string[] = []
  for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 86_400_000) {
    const date = new Date(at)
    if (isFrenchHoliday(2026, date.getUTCMonth() + 1, date.getUTCDate())) holidays.push(date.toISOString().slice(5, 10))
  }
  expect(holidays).toEqual(['01-01', '04-06', '05-01', '05-08', '05-14', '05-25', '07-14', '08-15', '11-01', '11-11', '12-25'])
})
