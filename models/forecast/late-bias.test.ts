import { expect, test } from 'vitest'
import { lateBias } from './late-bias.ts'

const PER_DAY = 24
const cells = (days: number, of: (slot: number, day: number) => number) => Float64Array.from({ length: days * PER_DAY }, (_, i) => of(i % PER_DAY, Math.floor(i / PER_DAY)))

test('what is missed every evening is expected at evenings alone', () => {
  const bias = lateBias(cells(14, (slot) => (slot >= 17 && slot < 22 ? 1.5 : 0)), PER_DAY)
  expect([...bias.subarray(0, 15)]).toEqual(new Array(15).fill(0))
  for (let slot = 17; slot < 22; slot += 1) expect(bias[slot]).toBeCloseTo(0.6, 12)
})

test('one wild day moves nothing, and a day that is not known neither', () => {
  const wild = cells(14, (_, day) => (day === 13 ? 100 : day === 12 ? NaN : 1))
  expect([...lateBias(wild, PER_DAY)]).toEqual(new Array(PER_DAY).fill(0.4))
})

test('where hardly anything is known nothing is expected', () => {
  expect([...lateBias(new Float64Array(0), PER_DAY)]).toEqual(new Array(PER_DAY).fill(0))
  const four = new Float64Array(2 * PER_DAY).fill(NaN)
  four.set([3, 3, 3, 3], 10)
  expect(lateBias(four, PER_DAY)[12]).toBe(0)
})

test('it is the same of half hours as of hours', () => {
  const hours = lateBias(cells(14, (slot) => slot - 12), PER_DAY)
  const halves = lateBias(Float64Array.from({ length: 14 * 48 }, (_, i) => ((i % 48) >> 1) - 12), 48)
  for (let slot = 3; slot < 21; slot += 1) expect(Math.abs(halves[2 * slot]! - hours[slot]!)).toBeLessThan(0.41)
})
