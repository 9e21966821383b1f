import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleYear } from './base-year.testkit.ts'
import { chargingKw, fillValley } from './charging.ts'

const base = sampleYear()
const sum = (column: ArrayLike<number>) => Array.from(column).reduce((total, value) => total + value, 0)
const vehicles = { vehicles: [], annualEnergyKwh: 2000, chargerKw: 7.4, places: { home: 1, work: 0, public: 0 }, simultaneity: { home: 0.2, work: 0.2, public: 1 }, smartShare: 0 }
const other = base.parts[4]!.powerKw

test('by rule: energy and largest hour are both as given', () => {
  const kw = chargingKw(base, vehicles, 100, other)
  expect(sum(kw)).toBeCloseTo(200_000, 3)
  expect(Math.max(...kw)).toBeCloseTo(0.2 * 740, 3)
  expect(base.localHour[kw.indexOf(Math.max(...kw))]).toBe(19)
})

test('a peak below the mean contradicts the energy, and the energy stays', () => {
  const kw = chargingKw(base, { ...vehicles, chargerKw: 0.1 }, 100, other)
  expect(sum(kw)).toBeCloseTo(200_000, 3)
  expect(Math.max(...kw) - Math.min(...kw)).toBeCloseTo(0, 6)
})

test('measured: drawn like the chargers that are there; without any, by the usual rule', () => {
  const relative = base.curveOfClass.get('office')!.relative
  const withCurve = { ...base, curveOfClass: new Map([['ev-charger', { relative, perDegree: new Float64Array(24), curves: 40 }]]) }
  const kw = chargingKw(withCurve, { ...vehicles, simultaneity: 'measured' }, 100, other)
  expect(kw[12]! / kw[3]!).toBeCloseTo(relative[12]! / relative[3]!, 9)
  expect(Math.max(...chargingKw(base, { ...vehicles, simultaneity: 'measured' }, 100, other))).toBeCloseTo(0.2 * 740, 3)
})

test('a timer keeps the energy of every night, fills its valley and leaves the day to the others', () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 500 }), (smartShare, count) => {
    const plain = chargingKw(base, vehicles, count, other)
    const smart = chargingKw(base, { ...vehicles, smartShare }, count, other)
    // From noon to noon of ten days in the middle.
    const noon = base.localHour.indexOf(12, 4000)
    for (let first = noon; first < noon + 240; first += 24) expect(sum(smart.slice(first, first + 24))).toBeCloseTo(sum(plain.slice(first, first + 24)), 6)
    for (let hour = noon; hour < noon + 240; hour += 1) if (base.localHour[hour]! >= 6 && base.localHour[hour]! < 22) expect(smart[hour]).toBeLessThanOrEqual(plain[hour]! + 1e-9)
  }), { numRuns: 15 })
})

test('a valley is filled to one level, within what chargers can draw', () => {
  expect([...fillValley([10, 4, 6], 8, 100)].map((kw) => Number(kw.toFixed(6)))).toEqual([0, 5, 3])
  expect([...fillValley([10, 4, 6], 8, 4)].map((kw) => Number(kw.toFixed(6)))).toEqual([0, 4, 4])
})
