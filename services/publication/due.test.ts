import { expect, test } from 'vitest'
import { localMonthStart } from '#models/units/local-months.ts'
import { dayDueAt, monthDueAt, nextDayDueAt, nextPass } from './due.ts'

const PARIS = 'Europe/Paris'
const at = (text: string) => Date.parse(text)

test('a day is due at D+2 six in the morning, a month on the third', () => {
  expect(dayDueAt(at('2026-03-27T23:00:00Z'), PARIS)).toBe(at('2026-03-30T04:00:00Z'))
  expect(monthDueAt(at('2026-02-28T23:00:00Z'), PARIS)).toBe(at('2026-04-03T04:00:00Z'))
  expect(nextDayDueAt(at('2026-03-30T04:00:00Z'), PARIS)).toBe(at('2026-03-31T04:00:00Z'))
  expect(nextDayDueAt(at('2026-03-30T03:59:00Z'), PARIS)).toBe(at('2026-03-30T04:00:00Z'))
})

test('the backlog is 13 months and the days of three of them, oldest first, each once', () => {
  const now = at('2026-04-15T10:00:00Z')
  const published = new Set<string>()
  const isPublished = (kind: string, time: number) => published.has(`${kind} ${time}`)
  const passes = []
  for (let pass = nextPass(isPublished, now, PARIS); pass !== undefined; pass = nextPass(isPublished, now, PARIS)) {
    passes.push(pass)
    for (const day of pass.days) published.add(`energy-daily ${day}`)
    if (pass.isMonthDue) published.add(`energy-monthly ${pass.month}`)
  }
  expect(passes.map(({ month }) => month)).toEqual(Array.from({ length: 14 }, (_, i) => localMonthStart(now, PARIS, i - 13)))
  expect(passes.map(({ isMonthDue }) => isMonthDue)).toEqual([...new Array(13).fill(true), false])
  expect(passes.flatMap(({ days }) => days)).toHaveLength(91)
  expect(passes.at(-1)!.days.at(-1)).toBe(at('2026-04-12T22:00:00Z'))
  expect(passes.at(-1)!.quarter).toBe(at('2026-03-31T22:00:00Z'))
})
