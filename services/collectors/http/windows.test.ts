import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowsFor } from './windows.ts'

test('windows: pieces of the longest length, over the changes of the clocks, never without end', () => {
  const rule = { format: 'date', mostDays: 7, backfillDays: 30, overlapDays: 2 } as const
  const day = (at: number) => new Date(at + 7_200_000).toISOString().slice(0, 10)
  const now = Date.UTC(2026, 9, 30, 12)
  expect(windowsFor(rule, Date.UTC(2026, 9, 20, 12), undefined, now, 'Europe/Paris').map(({ from, to }) => `${day(from)} ${day(to)}`)).toEqual(['2026-10-18 2026-10-25', '2026-10-25 2026-10-31'])
  expect(windowsFor({ ...rule, endedDays: true }, now, now, now, 'Europe/Paris').map(({ from, to }) => `${day(from)} ${day(to)}`)).toEqual(['2026-10-28 2026-10-30'])
  fc.assert(fc.property(fc.double({ min: 0.001, max: 400, noNaN: true }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 30 }), fc.option(fc.integer({ min: 0, max: 500 })), fc.option(fc.integer({ min: 0, max: 500 })), fc.constantFrom('date', 'iso'), (mostDays, backfillDays, overlapDays, stored, walked, format) => {
    const DAY = 86_400_000
    const most = format === 'date' ? Math.max(1, Math.round(mostDays)) : Math.max(0.5, mostDays)
    const windows = windowsFor({ format: format as 'date' | 'iso', mostDays: most, backfillDays, overlapDays }, stored === null ? NaN : now - stored * DAY, walked === null ? undefined : now - walked * DAY, now, 'Europe/Paris')
    for (const [index, { from, to }] of windows.entries()) {
      expect(to).toBeGreaterThan(from)
      expect(to - from).toBeLessThanOrEqual(most * DAY + 3_600_000)
      if (index > 0) expect(from).toBe(windows[index - 1].to)
    }
    if (windows.length > 0) expect(windows.at(-1)!.to).toBeGreaterThanOrEqual(now)
  }))
})

test('what is foretold is asked for from now on, also when what is stored lies ahead of the clock', () => {
  const HOUR = 3_600_000
  const now = Date.UTC(2026, 0, 10, 12, 30)
  const ask = (format: 'date' | 'iso', newestAt: number, walkedTo?: number) => windowsFor({ format, mostDays: 16, backfillDays: 0, overlapDays: 0, aheadDays: 7 }, newestAt, walkedTo, now, 'Europe/Paris').map(({ from, to }) => [(from - now) / HOUR, (to - now) / HOUR])
  for (const newestAt of [NaN, now + 150 * HOUR, now - 300 * HOUR]) expect(ask('iso', newestAt)).toEqual([[0, 168]])
  expect(ask('iso', now + 150 * HOUR, now)).toEqual([[0, 168]])
  expect(ask('date', now + 150 * HOUR)).toEqual([[-13.5, 178.5]])
})
