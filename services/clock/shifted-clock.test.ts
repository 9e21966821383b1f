import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClock } from './shifted-clock.ts'

test('real time when nothing is set', () => {
  const clock = createClock(undefined, 0, () => 1_234)
  expect([clock.now(), clock.speed, clock.realMsUntil(1_240), clock.realMsUntil(1)]).toEqual([1_234, 1, 6, 0])
})

test('every process with the same anchor reads the same accelerated time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.constantFrom(1, 60, 600, 3600), (elapsedRealMs, speed) => {
      const clock = createClock(`2026-01-12T17:00:00Z,${speed}`, 5_000, () => 5_000 + elapsedRealMs)
      expect(clock.now()).toBe(Date.parse('2026-01-12T17:00:00Z') + elapsedRealMs * speed)
      expect(clock.realMsUntil(clock.now() + speed * 250)).toBeCloseTo(250, 6)
    }),
  )
})

test.each(['yesterday,1', '2026-01-12T17:00:00Z,0', '2026-01-12T17:00:00Z,fast'])('"%s" is refused with its place', (setting) => {
  expect(() => createClock(setting, 0)).toThrow(/PF_CONFIG_INVALID \[PENFELD_CLOCK\]/)
})
