import { describe, expect, test } from 'vitest'
import { atomSteps, groupSteps } from './atom-steps.ts'
import { atomsOf } from './atoms.ts'
import type { CohortHolder, GuardWorld } from './guard-shapes.ts'
import { disclosureRules, pointsForStep } from './rules.ts'
import { belowCode, dominated, protectedSums, tooFew, tooMuchImputed } from './safe-sum.ts'
import { holder, RULES, tableOf, worldOf } from './world.testkit.ts'

const rules = disclosureRules(RULES)
/** One district of these holders, in one step. */
function looked(kwh: readonly number[], holders: readonly Partial<CohortHolder>[] = [], carrier: GuardWorld['carrier'] = 'electricity', imputed: readonly number[] = []) {
  const world = worldOf(kwh.map((_, i) => holder(holders[i]?.holderId ?? `h${i}`, holders[i])), { district: [...kwh.keys()] }, { carrier })
  const atoms = atomsOf(world)
  const table = { ...tableOf(kwh.length, '2026-01-01T00:00:00Z', 1, 1, (row) => kwh[row]), imputed: Uint8Array.from(kwh, (_, row) => (imputed.includes(row) ? 1 : 0)) }
  const steps = atomSteps(atoms, table, groupSteps(table.at, 'hourly'), 'hourly', () => 1)
  return { few: tooFew(atoms, 1, rules), dominated: dominated(atoms, steps, 0, 1, rules), imputed: tooMuchImputed(atoms, steps, 0, 1, rules), code: (step: 'daily' | 'monthly' | 'hourly') => belowCode(atoms, 1, step, rules) }
}
const each = (count: number, kwh: number): number[] => new Array<number>(count).fill(kwh)

describe('frequency', () => {
  test('eleven holders, and meters of one holder are one', () => {
    expect(looked(each(11, 1)).few).toBeUndefined()
    expect(looked(each(10, 1)).few).toBe('too-few-holders')
    // Ten shops and a chain with six meters are eleven holders; nine and the chain are not.
    const chain = (shops: number) => looked(each(shops + 6, 1), Array.from({ length: shops + 6 }, (_, i) => (i < 6 ? { holderId: 'chain' } : {}))).few
    expect([chain(10), chain(9)]).toEqual([undefined, 'too-few-holders'])
  })
  test('public bodies hide nobody', () => {
    expect(looked(each(12, 1), [{ isPublic: true }, { isPublic: true }]).few).toBe('too-few-holders')
  })
})

describe('dominance', () => {
  test('the second largest must not learn the largest: 51 % is too much where he has most of the rest', () => {
    expect(looked([100, 80, ...each(10, 1.5)]).dominated).toBe('dominant-holder')
    expect(looked([100, 80, ...each(10, 2)]).dominated).toBeUndefined()
  })
  test('meters of a chain are added, public consumption is taken off, an empty total tells of everybody', () => {
    expect(looked([...each(6, 20), ...each(10, 2)]).dominated).toBeUndefined()
    expect(looked([...each(6, 20), ...each(10, 2)], Array.from({ length: 6 }, () => ({ holderId: 'chain' }))).dominated).toBe('dominant-holder')
    expect(looked([100, 1000, ...each(10, 1)], [{}, { isPublic: true }]).dominated).toBe('dominant-holder')
    expect(looked(each(12, 0)).dominated).toBe('nothing-used')
    expect(looked(each(12, 0), [], 'production').dominated).toBeUndefined()
  })
  test('a chain in two zones is one holder of their sum', () => {
    const holders = Array.from({ length: 24 }, (_, i) => holder(i === 0 || i === 12 ? 'chain' : `h${i}`))
    const zone = (from: number): number[] => Array.from({ length: 12 }, (_, i) => from + i)
    const atoms = atomsOf(worldOf(holders, { district: [...zone(0), ...zone(12)], 'zone:a': zone(0), 'zone:b': zone(12) }))
    const table = tableOf(24, '2026-01-01T00:00:00Z', 1, 1, (row) => (row === 1 ? 60 : row % 12 === 0 ? 40 : 1))
    const steps = atomSteps(atoms, table, groupSteps(table.at, 'hourly'), 'hourly', () => 1)
    // 162 in all: 60 and twice 40 of the chain leave 21 of the others, enough for the 80 of the chain only if it counted as 40 and 40.
    expect(dominated(atoms, steps, 0, 0b11, { ...rules, pPct: 30 })).toBe('dominant-holder')
    expect(dominated(atoms, steps, 0, 0b11, { ...rules, pPct: 25 })).toBeUndefined()
  })
})

test('the code asks for points by step, and of large sites for three', () => {
  expect([looked(each(99, 1)).code('daily'), looked(each(100, 1)).code('daily'), looked(each(100, 1)).code('hourly')]).toEqual(['too-few-points-for-step', undefined, 'too-few-points-for-step'])
  expect([looked(each(50, 1), [], 'production').code('hourly'), looked(each(49, 1), [], 'production').code('hourly')]).toEqual([undefined, 'too-few-points-for-step'])
  expect(looked(each(3, 1), each(3, 1).map(() => ({ isLargeSite: true }))).code('hourly')).toBeUndefined()
  const window = (stepWindowDays: number) => pointsForStep({ ...rules, stepWindowDays }, 'electricity', 'half-hourly')
  expect([window(1), window(2), window(31), window(32)]).toEqual([100, 500, 500, 5000])
})

test('made-up readings count by energy and by holders', () => {
  expect(looked(each(40, 1), [], 'electricity', [1, 2]).imputed).toBeUndefined()
  expect(looked(each(40, 1), [], 'electricity', [1, 2, 3]).imputed).toBe('too-much-imputed')
  expect(looked([20, ...each(39, 1)], [], 'electricity', [0]).imputed).toBe('too-much-imputed')
  expect(looked([NaN, ...each(39, 1)]).imputed).toBe('not-measured')
  expect(looked([-1, ...each(39, 1)]).imputed).toBe('not-measured')
})

test('protected are unsafe sums without a safe part', () => {
  const world = worldOf(Array.from({ length: 4 }, (_, i) => holder(`h${i}`)), { district: [0, 1, 2, 3], 'zone:a': [0], 'zone:b': [1], 'zone:c': [2] })
  // Safe: the last atom, and the first two together.
  const isSafe = (mask: number): boolean => (mask & 0b1000) !== 0 || (mask & 0b0011) === 0b0011
  expect([...protectedSums(atomsOf(world), -1, isSafe)].sort((a, b) => a - b)).toEqual([0b0001, 0b0010, 0b0100, 0b0101, 0b0110])
})
