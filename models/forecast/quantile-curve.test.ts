import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEVELS } from './conformal.ts'
import { normalQuantile, normalShare } from './normal.ts'
import { atLevels, sharesAbove } from './quantile-curve.ts'

const FIVE = [0.05, 0.25, 0.5, 0.75, 0.95]
const column = (...values: number[]) => Float64Array.from(values)

test('of a normal distribution five levels tell all nineteen, and the share above any value between them', () => {
  const five = FIVE.map((level) => column(100 + 20 * normalQuantile(level)))
  const all = atLevels(FIVE, five)
  LEVELS.forEach((level, k) => expect(all[k]![0]).toBeCloseTo(100 + 20 * normalQuantile(level), 9))
  for (const z of [-1.6, -1, 0, 0.3, 1.6]) expect(sharesAbove(FIVE, five, 100 + 20 * z)[0]).toBeCloseTo(1 - normalShare(z), 9)
})

test('beyond the outer levels the share fades exponentially: a fifth of it for each distance between the outer two', () => {
  const five = [0, 2, 4, 6, 9].map((value) => column(value))
  expect(sharesAbove(FIVE, five, 9)[0]).toBeCloseTo(0.05, 12)
  expect(sharesAbove(FIVE, five, 12)[0]).toBeCloseTo(0.01, 12)
  expect(sharesAbove(FIVE, five, -2)[0]).toBeCloseTo(0.99, 12)
  expect(atLevels(FIVE, five, [0.01, 0.99]).map(([value]) => value)).toEqual([expect.closeTo(-2, 9), expect.closeTo(12, 9)])
})

test('what is not known stays so, and quantiles that cross are straightened', () => {
  const five = FIVE.map((_, k) => column(k === 2 ? 1 : k, NaN))
  const all = atLevels(FIVE, five)
  expect(all.every((one) => Number.isNaN(one[1]!))).toBe(true)
  expect(sharesAbove(FIVE, five, 1)[1]).toBeNaN()
  expect(Array.from(all, (one) => one[0]!)).toEqual([...all].map((one) => one[0]!).sort((a, b) => a - b))
  expect(sharesAbove(FIVE, FIVE.map(() => column(3)), 3)[0]).toBeCloseTo(0.05, 12)
  expect(sharesAbove(FIVE, FIVE.map(() => column(3)), 3.1)[0]).toBe(0)
  expect(sharesAbove(FIVE, FIVE.map(() => column(3)), 2.9)[0]).toBe(1)
})

test('share and quantile are each other\u2019s inverse, and the share never rises with the threshold', () => {
  const rising = fc.array(fc.double({ min: 0.1, max: 50, noNaN: true }), { minLength: 5, maxLength: 5 }).map((gaps) => { let sum = -20; return gaps.map((gap) => (sum += gap)) })
  fc.assert(fc.property(rising, fc.double({ min: 0.002, max: 0.998, noNaN: true }), fc.double({ min: 0, max: 30, noNaN: true }), (values, level, more) => {
    const five = values.map((value) => column(value))
    const at = atLevels(FIVE, five, [level])[0]![0]!
    expect(sharesAbove(FIVE, five, at)[0]).toBeCloseTo(1 - level, 6)
    expect(sharesAbove(FIVE, five, at + more)[0]!).toBeLessThanOrEqual(sharesAbove(FIVE, five, at)[0]! + 1e-12)
  }))
})
