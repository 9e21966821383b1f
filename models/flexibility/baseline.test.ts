import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forecastBaseline, tenOfTen } from './baseline.ts'

const SPAN = { adjustSteps: 2, gapSteps: 1, activeSteps: 2 }
const day = (...kw: number[]) => Float64Array.from(kw)
/** 100 kW before, 120 and 140 in the activation. */
const alike = (count: number) => Array.from({ length: count }, () => day(100, 100, 999, 120, 140))

test('the mean of the ten latest days, the eleventh not among them', () => {
  const days = Array.from({ length: 11 }, (_, k) => day(100, 100, 0, k < 10 ? 100 + k : 10_000, 50))
  expect(tenOfTen(days, day(100, 100, 0, 0, 0), SPAN)).toEqual({ kw: day(104.5, 50), adjustment: 1, isAdjusted: true, days: 10 })
})

test.each([
  ['a tenth above', 110, 1.1], ['a tenth below', 90, 0.9], ['twice as much: a fifth at most', 200, 1.2], ['nothing at all: a fifth at most', 0, 0.8],
])('today is %s', (_, kw, factor) => {
  const { kw: baseline, adjustment } = tenOfTen(alike(10), day(kw, kw, 5_000, 1, 1), SPAN)
  expect(adjustment).toBeCloseTo(factor, 12)
  expect([...baseline]).toEqual([expect.closeTo(120 * factor, 9), expect.closeTo(140 * factor, 9)])
})

test('without enough of today there is no adjustment, and it says so', () => {
  expect(tenOfTen(alike(10), day(NaN, NaN, 0, 0, 0), SPAN)).toMatchObject({ adjustment: 1, isAdjusted: false })
  expect(tenOfTen(alike(10), day(NaN, 110, 0, 0, 0), SPAN).adjustment).toBeCloseTo(1.1, 12)
})

test('of fewer than five days nothing is said, and days without the activation\u2019s steps are passed over', () => {
  const empty = day(100, 100, 0, NaN, NaN)
  expect(tenOfTen([empty, empty, ...alike(4)], day(100, 100, 0, 0, 0), SPAN)).toMatchObject({ kw: day(NaN, NaN), days: 4 })
  const half = day(100, 100, 0, NaN, 240)
  expect(tenOfTen([half, ...alike(4)], day(100, 100, 0, 0, 0), SPAN)).toMatchObject({ kw: day(120, 160), days: 5 })
  expect(() => tenOfTen(alike(5), day(1), SPAN)).toThrow(RangeError)
})

test('for any days the baseline lies within a fifth of what the days were', () => {
  const kw = fc.double({ min: 0, max: 500, noNaN: true })
  fc.assert(fc.property(fc.array(fc.tuple(kw, kw, kw, kw, kw), { minLength: 5, maxLength: 14 }), fc.tuple(kw, kw), (days, before) => {
    const told = tenOfTen(days.map((one) => day(...one)), day(...before, 0, 0, 0), SPAN)
    const used = days.slice(0, 10)
    for (const t of [0, 1]) {
      const all = used.map((one) => one[3 + t]!)
      expect(told.kw[t]).toBeGreaterThanOrEqual(0.8 * Math.min(...all) - 1e-9)
      expect(told.kw[t]).toBeLessThanOrEqual(1.2 * Math.max(...all) + 1e-9)
    }
  }))
})

test('the forecast is taken as it was issued', () => {
  expect(forecastBaseline(day(10, NaN)).kw).toEqual(day(10, NaN))
})
