import { expect, test } from 'vitest'
import { frenchHolidayName } from '#models/units/holidays.ts'
import { dayMarks } from './day-marks.ts'

const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000
const marksOf = (date: string, more = {}) => {
  const marks = dayMarks(dayOf(date) - 1, 3, { holidayOf: frenchHolidayName, ...more })
  return { weekday: marks.weekday[1], holiday: marks.holiday[1], before: marks.dayBefore[1], after: marks.dayAfter[1], bridge: marks.bridge[1], school: marks.school[1], type: marks.type[1], named: marks.named[1] !== 0 }
}

test('Ascension on a Thursday: eve, holiday, and the Friday that bridges to the weekend', () => {
  expect(marksOf('2026-05-13')).toMatchObject({ weekday: 3, holiday: 0, before: 1, bridge: 0, type: 0 })
  expect(marksOf('2026-05-14')).toMatchObject({ weekday: 4, holiday: 1, type: 2, named: true })
  expect(marksOf('2026-05-15')).toMatchObject({ weekday: 5, holiday: 0, after: 1, bridge: 1, type: 0 })
})

test('a Monday before a holiday on Tuesday bridges; one before an ordinary Tuesday does not', () => {
  expect(marksOf('2026-07-13')).toMatchObject({ weekday: 1, bridge: 1 })
  expect(marksOf('2026-07-06')).toMatchObject({ weekday: 1, bridge: 0 })
})

test('days of one name are found again each year, and days between the years are alike by type', () => {
  const marks = dayMarks(dayOf('2024-12-01'), 800, { holidayOf: frenchHolidayName, eventOf: (day) => (day === dayOf('2025-07-18') ? 'fete-maritime' : undefined) })
  const named = (date: string) => marks.named[dayOf(date) - dayOf('2024-12-01')]
  expect(named('2024-12-25')).toBe(named('2025-12-25'))
  // 30 December 2024 is a Monday, 29 December 2025 too; the 28th is a Sunday.
  expect(named('2024-12-30')).toBe(named('2025-12-29'))
  expect(named('2025-12-28')).not.toBe(named('2025-12-29'))
  expect(named('2025-07-18')).toBeGreaterThan(0)
  expect(named('2025-03-12')).toBe(0)
})

test('school holidays are taken from whoever knows them', () => {
  expect(marksOf('2026-02-20', { isSchoolHoliday: (day: number) => day === dayOf('2026-02-20') })).toMatchObject({ school: 1 })
})
