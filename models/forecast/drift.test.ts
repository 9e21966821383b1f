import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { betterThan, DRIFT_DAYS, driftOf } from './drift.ts'
import { normals } from './normal.ts'

/** Daily errors as they are: of a typical size, now and then twice as large, good and bad days hanging together. */
function errors(seed: number, days: number, { factor = 1, scatter = 0.35, carried = 0, changed = DRIFT_DAYS } = {}): Float64Array {
  const normal = normals(seeded(seed))
  let state = normal()
  return Float64Array.from({ length: days }, (_, day) => {
    state = carried * state + Math.sqrt(1 - carried ** 2) * normal()
    return 10 * Math.exp(scatter * state) * (day >= days - changed ? factor : 1)
  })
}
const alarms = (options: Parameters<typeof errors>[2], runs = 1000) => Array.from({ length: runs }, (_, seed) => driftOf(errors(seed + 1, 90, options)).worse).filter(Boolean).length / runs

describe('drift', () => {
  test('without a change an alarm is rare, also where bad days hang together', () => {
    expect(alarms({})).toBeLessThan(0.03)
    expect(alarms({ carried: 0.5 })).toBeLessThan(0.04)
  })

  test('errors that are half as large again for two weeks are found, and those twice as large for a week', () => {
    expect(alarms({ factor: 1.5 })).toBeGreaterThan(0.75)
    expect(alarms({ factor: 2, changed: 7 })).toBeGreaterThan(0.9)
  })

  test('a forecaster that has become better is none that has become worse', () => expect(alarms({ factor: 0.5 })).toBe(0))

  test('it says since when, and how large the errors were and are', () => {
    // Alternating errors of 8 and 12.5: a geometric mean of 10.
    const told = driftOf(Float64Array.from({ length: 100 }, (_, day) => (day % 2 === 0 ? 8 : 12.5) * (day >= 90 ? 2 : 1)))
    expect(told.worse).toBe(true)
    expect(told.before).toBeCloseTo(10, 9)
    expect(told.recent).toBeCloseTo(10 * 2 ** (10 / 14), 9)
    expect(told.sinceDays).toBeGreaterThanOrEqual(10)
    expect(told.sinceDays).toBeLessThanOrEqual(11)
  })

  test('the unit does not matter', () => fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.01, max: 1000, noNaN: true }), (seed, unit) => {
    const own = errors(seed, 80, { factor: 1.4 })
    expect(driftOf(own.map((value) => value * unit)).statistic).toBeCloseTo(driftOf(own).statistic, 6)
  })))

  test('too little to compare with is no alarm; days that are not known are passed over', () => {
    expect(driftOf(errors(1, 30, { factor: 3 }))).toMatchObject({ worse: false, statistic: NaN })
    expect(driftOf(new Float64Array(90).fill(NaN)).worse).toBe(false)
    const gappy = errors(2, 90, { factor: 2 }).map((value, day) => (day % 6 === 0 ? NaN : value))
    expect(driftOf(gappy).worse).toBe(true)
  })
})

describe('a new fit', () => {
  const share = (candidate: (seed: number, own: Float64Array) => Float64Array) => Array.from({ length: 500 }, (_, seed) => {
    const own = errors(seed + 1, 28, { carried: 0.4 })
    return betterThan(candidate(seed + 1, own), own).better
  }).filter(Boolean).length / 500
  const scattered = (seed: number, own: Float64Array, factor: number) => {
    const normal = normals(seeded(seed + 7_000))
    return own.map((value) => value * factor * Math.exp(0.15 * normal()))
  }

  test('that is as good seldom replaces the one in service', () => expect(share((seed, own) => scattered(seed, own, 1))).toBeLessThan(0.06))
  test('that saves a tenth replaces it nearly always: the days are paired', () => expect(share((seed, own) => scattered(seed, own, 0.88))).toBeGreaterThan(0.9))
  test('that is worse never does', () => expect(share((seed, own) => scattered(seed, own, 1.1))).toBe(0))

  test('a gain within the margin is none, however sure', () => {
    const own = errors(4, 60)
    expect(betterThan(own.map((value) => value * 0.992), own)).toMatchObject({ better: false, days: 60, gain: expect.closeTo(0.008, 9) })
    expect(betterThan(own.map((value) => value * 0.97), own)).toMatchObject({ better: true, gain: expect.closeTo(0.03, 9) })
  })

  test('only days known of both count, and two weeks of them at least', () => {
    const own = errors(5, 20)
    const half = own.map((value, day) => (day < 8 ? NaN : value / 2))
    expect(betterThan(half, own)).toMatchObject({ better: false, days: 12 })
    expect(betterThan(own, own).better).toBe(false)
  })
})
