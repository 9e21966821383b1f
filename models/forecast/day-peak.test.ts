import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { dayPeak, peakShares } from './day-peak.ts'

const PER_DAY = 24

/** Days whose expected values are known, and what is measured of them: chance of 10 % at each hour. */
function chanceDays(days: number, seed: number): { expected: Float64Array; measured: Float64Array } {
  const random = seeded(seed)
  const expected = Float64Array.from({ length: days * PER_DAY }, (_, i) => 50 + 30 * Math.sin(((i % PER_DAY) / PER_DAY) * Math.PI))
  return { expected, measured: expected.map((value) => value * (0.9 + 0.2 * random())) }
}

test('the peak lies above the highest of the expected values, as far as it did on the days before', () => {
  const { expected, measured } = chanceDays(400, 1)
  const shares = peakShares(expected, measured, PER_DAY)
  expect(shares).toHaveLength(400)
  let [errors, plain, below, within] = [0, 0, 0, 0]
  for (let day = 112; day < 400; day += 1) {
    const peak = Math.max(...measured.subarray(day * PER_DAY, (day + 1) * PER_DAY))
    const told = dayPeak(80, shares.subarray(0, day))!
    expect(told.days).toBe(112)
    errors += Math.abs(told.value - peak)
    plain += Math.abs(80 - peak)
    below += peak < told.value ? 1 : 0
    within += peak >= told.quantiles[0]! && peak <= told.quantiles.at(-1)! ? 1 : 0
  }
  expect(errors).toBeLessThan(0.4 * plain)
  expect(below / 288).toBeGreaterThan(0.4)
  expect(below / 288).toBeLessThan(0.6)
  expect(within / 288).toBeGreaterThan(0.84)
  expect(within / 288).toBeLessThan(0.96)
})

test('a day that is not measured well enough, or on which nothing was drawn, tells nothing', () => {
  const forecast = new Float64Array(4 * PER_DAY).fill(10)
  const measured = new Float64Array(4 * PER_DAY).fill(11)
  measured.fill(NaN, PER_DAY, PER_DAY + 3)
  measured.fill(0, 2 * PER_DAY, 3 * PER_DAY)
  forecast.fill(-5, 3 * PER_DAY, 4 * PER_DAY)
  expect([...peakShares(forecast, measured, PER_DAY)]).toEqual([1.1, NaN, NaN, NaN])
})

test('of a fortnight less a day nothing is said, and nothing of a day on which nothing is drawn', () => {
  expect(dayPeak(10, new Float64Array(13).fill(1))).toBeUndefined()
  expect(dayPeak(10, new Float64Array(14).fill(1.2))).toMatchObject({ value: 12, days: 14 })
  expect(dayPeak(0, new Float64Array(14).fill(1.2))).toBeUndefined()
  expect(dayPeak(NaN, new Float64Array(14).fill(1.2))).toBeUndefined()
})

test('levels rise, and the unit of the load is that of the peak', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 14, maxLength: 200 }), fc.double({ min: 0.1, max: 1e6, noNaN: true }), (shares, highest) => {
    const one = dayPeak(highest, Float64Array.from(shares))!
    for (let k = 1; k < LEVELS.length; k += 1) expect(one.quantiles[k]!).toBeGreaterThanOrEqual(one.quantiles[k - 1]!)
    expect(dayPeak(1000 * highest, Float64Array.from(shares))!.value / one.value).toBeCloseTo(1000, 6)
  }))
})
