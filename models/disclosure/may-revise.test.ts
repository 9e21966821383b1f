import { expect, test } from 'vitest'
import { dayOf, FEW, HOLDERS, plan as hourlyPlan, world } from './decide.testkit.ts'
import type { StepTable } from './guard-shapes.ts'
import { mayRevise } from './may-revise.ts'
import { RULES, tableOf } from './world.testkit.ts'

const rules = { ...RULES, disclosure: FEW }
const plan = { ...hourlyPlan, classOf: { district: 'daily', 'zone:a': 'daily', 'zone:b': 'monthly' } } as const
/** One hour of every day from April to June. */
const QUARTER = tableOf(HOLDERS, '2026-04-01T12:00:00+02:00', 91, 24, () => 24)
/** And the hour after it. */
const twoHours = (table: StepTable): StepTable => ({ at: Float64Array.from({ length: 182 }, (_, i) => table.at[i >> 1] + (i % 2) * 3_600_000), imputed: new Uint8Array(182 * HOLDERS), kwh: Float64Array.from({ length: 182 * HOLDERS }, (_, place) => table.kwh[(Math.floor(place / HOLDERS) >> 1) * HOLDERS + (place % HOLDERS)]) })
const before = twoHours(QUARTER)
const changed = (change: (holder: number, step: number) => number): readonly string[] =>
  mayRevise(world, plan, before, { ...before, kwh: before.kwh.map((kwh, place) => kwh + change(place % HOLDERS, Math.floor(place / HOLDERS))) }, rules)

test('nothing changed, or less than rounding hides, may be revised', () => {
  expect(changed(() => 0)).toEqual([])
  expect(changed((holder, step) => (holder === 3 && step === 20 ? 1 : 0))).toEqual([])
})
test('the difference of two versions is not the correction of one holder, nor of ten, nor of one among eleven', () => {
  expect(changed((holder, step) => (holder === 3 && step === 20 ? 40 : 0))).toEqual(['zone:a'])
  expect(changed((holder, step) => (holder < 10 && step === 20 ? 40 : 0))).toEqual(['zone:a'])
  expect(changed((holder, step) => (holder < 11 && step === 20 ? 40 : 0))).toEqual([])
  expect(changed((holder, step) => (holder < 11 && step === 20 ? (holder === 0 ? 400 : 4) : 0))).toEqual(['zone:a'])
})
test('what follows by subtraction counts: eleven in the whole district, one of them in the zone that is not shown by the day', () => {
  const seen = changed((holder, step) => (step === 20 && ((holder < 100 && holder >= 90) || holder === 110) ? 40 : 0))
  expect(seen).toContain('zone:b')
})
test('revisions come once a quarter, of the same steps', () => {
  const { at, kwh, imputed } = dayOf()
  expect(() => mayRevise(world, plan, { at, kwh, imputed }, { at, kwh, imputed }, rules)).toThrow('PF_DISCLOSURE_WORLD')
  expect(() => mayRevise(world, plan, before, QUARTER, rules)).toThrow('PF_DISCLOSURE_WORLD')
})
