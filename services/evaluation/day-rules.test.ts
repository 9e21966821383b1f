import { expect, test } from 'vitest'
import { dayRules } from './day-rules.ts'

const day = (date: string) => Date.parse(date) / 86_400_000

test('both ends of a list of days belong to it, and without a calendar only public holidays are known', () => {
  const rules = dayRules({ calendar: { schoolHolidays: [{ name: 'winter', from: '2026-02-14', to: '2026-03-01' }], events: [{ name: 'sailing', from: '2026-07-10', to: '2026-07-10' }] } })
  expect(['2026-02-13', '2026-02-14', '2026-03-01', '2026-03-02'].map((date) => rules.isSchoolHoliday!(day(date)))).toEqual([false, true, true, false])
  expect(['2026-07-09', '2026-07-10', '2026-07-11'].map((date) => rules.eventOf!(day(date)))).toEqual([undefined, 'sailing', undefined])
  expect(rules.holidayOf(day('2026-05-08'))).toBe('victoire-1945')
  expect(dayRules({}).isSchoolHoliday!(day('2026-02-14'))).toBe(false)
})
