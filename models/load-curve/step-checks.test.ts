import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { checkSteps } from './step-checks.ts'

const STEP_S = 1_800
const RULES = { maxPerStep: 18, neverNegative: true }
/** Two days of half hours of a shop, kWh. */
const shop = () => Float64Array.from({ length: 96 }, (_, step) => (step % 48 >= 18 && step % 48 < 38 ? 5 + 0.01 * (step % 7) : 1 + 0.01 * (step % 5)))
const check = (values: Float64Array, rules = RULES) => checkSteps(values, new Uint8Array(values.length), 0, STEP_S, 0.01, rules)

test('an ordinary curve passes as it is', () => {
  const values = shop()
  expect(check(values)).toEqual({ values, quality: new Uint8Array(96), faults: {}, findings: [] })
})

test('what cannot be is taken out, to be substituted; the curve that was given stays as it was', () => {
  const values = shop()
  values[20] = 40
  values[21] = -1
  const { values: checked, quality, faults, findings } = check(values)
  expect(findings).toMatchObject([
    { kind: 'above-limit', severity: 'fault', from: 20 * STEP_S * 1000, to: 21 * STEP_S * 1000, evidence: { steps: 1, most: 40, limit: 18 } },
    { kind: 'negative', severity: 'fault', from: 21 * STEP_S * 1000, to: 22 * STEP_S * 1000, evidence: { steps: 1, least: -1 } },
  ])
  expect([checked[20], checked[21], quality[20], quality[21]]).toEqual([NaN, NaN, QUALITY.missing, QUALITY.missing])
  expect(faults).toEqual({ 'above-limit': 1, negative: 1 })
  expect([values[20], values[21]]).toEqual([40, -1])
  expect(check(Float64Array.of(-1), { maxPerStep: Infinity, neverNegative: false }).faults).toEqual({})
})

test('one value far above the third highest of its day is doubted and kept', () => {
  const values = shop()
  values[30] = 15
  const { values: checked, quality, faults } = check(values)
  expect([checked[30], quality[30], faults]).toEqual([15, QUALITY.uncertain, { spike: 1 }])
  // A day of which the beginning is not there is not judged.
  expect(checkSteps(values.subarray(1, 60), quality.subarray(1, 60), STEP_S * 1000, STEP_S, 0.01, RULES).faults).toEqual({})
  // Under half of what is subscribed it is an ordinary use.
  const small = shop().map((value) => value / 10)
  small[30] = 3
  expect(check(small).faults).toEqual({})
  expect(check(small, { ...RULES, maxPerStep: Infinity }).faults).toEqual({ spike: 1 })
  // Three high values are a use, not a spike.
  values[31] = values[32] = 15
  expect(check(values).faults).toEqual({})
})

test('a value that stands still for six hours is doubted, unless it is nothing or a few steps of the register', () => {
  const stuck = shop()
  stuck.fill(2.5, 0, 12)
  expect(check(stuck).faults).toEqual({ flatline: 12 })
  expect([...check(stuck).quality.subarray(11, 13)]).toEqual([QUALITY.uncertain, QUALITY.measured])
  stuck.fill(2.5, 11, 12).fill(2.6, 11, 12)
  expect(check(stuck).faults).toEqual({})
  expect(check(shop().fill(0, 0, 40)).faults).toEqual({})
  expect(check(shop().fill(0.1, 0, 16)).faults).toEqual({})
})

test('whatever comes, no value is changed but those taken out, and no quality becomes better', () => {
  const value = fc.oneof(fc.double({ min: -50, max: 50, noNaN: false }), fc.constantFrom(0, 2.5, NaN))
  fc.assert(fc.property(fc.array(fc.tuple(value, fc.integer({ min: 0, max: 6 })), { maxLength: 120 }), (rows) => {
    const given = Float64Array.from(rows, ([one]) => one)
    const before = Uint8Array.from(rows, ([, code]) => code)
    const { values, quality, faults } = checkSteps(given, before, 0, STEP_S, 0.01, RULES)
    const out = (faults['above-limit'] ?? 0) + (faults.negative ?? 0)
    expect(values.filter((one, step) => !Object.is(one, given[step])).length).toBe(out)
    quality.forEach((code, step) => expect(code).toBeGreaterThanOrEqual(before[step]))
  }))
})
