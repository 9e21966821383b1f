import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { fitRobustRidges, ridgeValue, type RidgeOptions, type RidgeRows, type SlotRidge } from './ridge.ts'

/** Of which every row counts in full. */
const fitSlotRidge = (rows: RidgeRows, options: RidgeOptions): SlotRidge => fitRobustRidges(rows, [], { ...options, robustQuantile: 1 })[0]!

const random = seeded(7)
/** 24 slots x 200 days: two features and a third that is noise; the answer to the first changes with the slot. */
function rowsOf(noise: number): RidgeRows {
  const days = 200
  const slots = 24
  const features = Float32Array.from({ length: days * slots * 3 }, () => random() * 2 - 1)
  const target = Float64Array.from({ length: days * slots }, (_, i) => 5 + answer(i % slots) * features[3 * i]! - 2 * features[3 * i + 1]! + noise * (random() - 0.5))
  return { features, featureCount: 3, target, weight: new Float64Array(days * slots).fill(1), slot: Uint16Array.from(target, (_, i) => i % slots), slots, rows: Int32Array.from(target, (_, i) => i) }
}
const answer = (slot: number) => 3 + Math.sin((2 * Math.PI * slot) / 24)

test('without noise, penalty and pooling the coefficients of every slot are found', () => {
  const rows = rowsOf(0)
  const ridge = fitSlotRidge(rows, { penalty: 0, poolSlots: 0 })
  for (let slot = 0; slot < 24; slot += 1) {
    const [first, second, third, constant] = ridge.coefficients.subarray(slot * 4, slot * 4 + 4)
    expect(first).toBeCloseTo(answer(slot), 4)
    expect(second).toBeCloseTo(-2, 4)
    expect(third).toBeCloseTo(0, 4)
    expect(constant).toBeCloseTo(5, 4)
  }
  for (const i of [0, 100, 4799]) expect(ridgeValue(ridge, i % 24, rows.features, i)).toBeCloseTo(rows.target[i]!, 4)
})

test('neighbouring slots lean on each other: with much noise and few days the coefficients lie closer to the truth', () => {
  const rows = rowsOf(20)
  const few = { ...rows, rows: rows.rows.subarray(0, 24 * 12) }
  const wrongness = (poolSlots: number) => {
    const { coefficients } = fitSlotRidge(few, { penalty: 0.01, poolSlots })
    return Array.from({ length: 24 }, (_, slot) => (coefficients[slot * 4]! - answer(slot)) ** 2).reduce((sum, one) => sum + one, 0)
  }
  expect(wrongness(1.5)).toBeLessThan(0.6 * wrongness(0))
})

test('a feature that never changes and one that is another twice over do no harm', () => {
  const rows = rowsOf(0)
  for (let i = 0; i < rows.target.length; i += 1) {
    rows.features[3 * i + 1] = rows.features[3 * i]!
    rows.features[3 * i + 2] = 4
    rows.target[i] = 1 + 6 * rows.features[3 * i]!
  }
  const ridge = fitSlotRidge(rows, { penalty: 1e-6, poolSlots: 0 })
  expect(ridge.coefficients.every(Number.isFinite)).toBe(true)
  expect(ridge.coefficients[0]! + ridge.coefficients[1]!).toBeCloseTo(6, 3)
  expect(ridge.coefficients[0]).toBeCloseTo(ridge.coefficients[1]!, 4)
})

test('a robust ridge is the ridge of all rows with those far off counting less; without any that count less it is the plain one', () => {
  const rows = rowsOf(4)
  const options = { penalty: 1e-9, poolSlots: 0 }
  const first = fitSlotRidge(rows, options)
  const size = (i: number) => Math.abs(rows.target[i]! - ridgeValue(first, i % rows.slots, rows.features, i))
  const cutOf = (slot: number) => [...rows.rows].filter((i) => i % rows.slots === slot).map(size).sort((a, b) => a - b)[100]!
  const cuts = Array.from({ length: rows.slots }, (_, slot) => cutOf(slot))
  const recent = rows.weight.map((_, i) => 1 + i / rows.weight.length)
  const less = (weight: Float64Array) => weight.map((one, i) => one * Math.min(1, cuts[i % rows.slots]! / size(i)))
  const [own, other] = fitRobustRidges(rows, [recent], { ...options, robustQuantile: 0.5 })
  for (const [robust, weight] of [[own!, rows.weight], [other!, recent]] as const) {
    const expected = fitSlotRidge({ ...rows, weight: less(weight) }, options).coefficients
    robust.coefficients.forEach((one, k) => expect(one).toBeCloseTo(expected[k]!, 6))
  }
  expect(fitRobustRidges(rows, [], { ...options, robustQuantile: 1 })[0]!.coefficients).toEqual(first.coefficients)
})

test('features that are left out have no part in it', () => {
  const rows = rowsOf(1)
  const { coefficients } = fitSlotRidge({ ...rows, without: [1] }, { penalty: 0, poolSlots: 0 })
  for (let slot = 0; slot < 24; slot += 1) expect(coefficients[slot * 4 + 1]).toBe(0)
  for (let slot = 0; slot < 24; slot += 1) expect(Math.abs(coefficients[slot * 4]! - answer(slot))).toBeLessThan(0.8)
})
