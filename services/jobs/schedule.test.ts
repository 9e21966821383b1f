import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueSteps, type Schedule } from './schedule.ts'

const MINUTE = 60_000
const schedule: Schedule = { kind: 'evaluate', scope: 'network', everyS: 600, delayS: 60, mostMissed: 6, recordsSkipped: true }

test('a step is due when it has ended and its values had time to arrive', () => {
  expect(dueSteps(schedule, 0, 20 * MINUTE + 59_999)).toEqual({ periods: [], skipped: undefined, nextDueAt: 21 * MINUTE })
  expect(dueSteps(schedule, 0, 21 * MINUTE)).toEqual({ periods: [10 * MINUTE], skipped: undefined, nextDueAt: 31 * MINUTE })
})

test('the first start makes up for the last steps only, and calls nothing skipped', () => {
  const { periods, skipped } = dueSteps(schedule, undefined, 1000 * MINUTE)
  expect(periods).toEqual([930, 940, 950, 960, 970, 980].map((minute) => minute * MINUTE))
  expect(skipped).toBeUndefined()
})

test('after a long time down the rest is named', () => {
  const { periods, skipped } = dueSteps(schedule, 0, 1000 * MINUTE)
  expect(periods[0]).toBe(930 * MINUTE)
  expect(skipped).toEqual({ from: 10 * MINUTE, to: 930 * MINUTE, count: 92 })
})

test('however the clock is looked at, each step is due once, in order, or named as skipped', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 200 * MINUTE }), { minLength: 1, maxLength: 20 }), (pauses) => {
    let now = 0
    let last: number | undefined = -10 * MINUTE
    let accounted = 0
    for (const pause of pauses) {
      now += pause
      const { periods, skipped, nextDueAt } = dueSteps(schedule, last, now)
      expect(nextDueAt).toBeGreaterThan(now)
      for (const period of periods) {
        expect(period + 11 * MINUTE).toBeLessThanOrEqual(now)
        last = period
      }
      accounted += periods.length + (skipped?.count ?? 0)
    }
    expect(accounted).toBe((last! + 10 * MINUTE) / (10 * MINUTE))
  }))
})
