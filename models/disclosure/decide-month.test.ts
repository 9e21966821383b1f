import { describe, expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { decideMonth } from './decide-month.ts'
import { FEW, juneOf, plan, range, world } from './decide.testkit.ts'
import type { DayShown, StepTable } from './guard-shapes.ts'
import { RULES, tableOf } from './world.testkit.ts'

const solver = await highsSolver()
const rules = { ...RULES, disclosure: FEW }
const allBut = (days: readonly number[], shown: DayShown): DayShown[] => range(0, 30).map((day) => (days.includes(day) ? shown : 'steps'))
const decide = (month: StepTable, days: readonly DayShown[], of = plan) => decideMonth(world, of, month, days, rules, solver)
/** On the tenth, one holder of the first zone uses so much. */
const large = (kwh: number): StepTable => juneOf((holder, day) => (holder === 3 && day === 9 ? kwh : 24))

test('a month of which every day was shown shows its cells', () => {
  const { figures, shown, certificate } = decide(juneOf(), allBut([], 'none'))
  expect(shown).toBe('cells')
  expect(figures.map(({ cell, energyKwh }) => [cell, energyKwh])).toEqual([['district', 94_000], ['zone:a', 72_000], ['zone:b', 21_500]])
  expect(certificate).toMatchObject({ cellsShown: 3, derivableSums: 2 })
})

describe('a day that was withheld does not come back as a month less its other days', () => {
  test('where one holder dominates it, the month goes too; where other days are missing beside it, these hide him', () => {
    const month = large(24 * 700)
    expect(decide(month, allBut([9], 'none')).shown).toBe('none')
    // Large, but not a fifth larger than all the others of that day.
    expect(decide(large(24 * 400), allBut([9], 'none')).shown).toBe('cells')
    const { shown, held } = decide(month, allBut(range(2, 10), 'none'))
    expect([shown, held]).toEqual(['cells', []])
  })
  test('where the district alone was shown of it, the zones of the rest are looked at', () => {
    const month = juneOf((holder, day) => (day === 9 ? (holder === 3 ? 2400 : holder < 100 ? 2.4 : 24) : 24))
    expect(decide(month, allBut([9], 'district'))).toMatchObject({ shown: 'district', held: [{ cell: 'zone:a', reason: 'failed-step' }, { cell: 'zone:b', reason: 'failed-step' }] })
    expect(decide(juneOf(), allBut([9], 'district')).shown).toBe('cells')
  })
  test('where only readings were missing, the month is shown', () => {
    expect(decide(juneOf(), allBut([4, 9, 20], 'none')).shown).toBe('cells')
  })
  test('days that are not shown of any cell leave nothing to subtract', () => {
    const monthly = { ...plan, classOf: { district: 'monthly', 'zone:a': 'monthly', 'zone:b': 'monthly' } } as const
    expect(decide(large(24 * 700), allBut([9], 'none'), monthly).shown).toBe('cells')
  })
})

test('a cell of months beside days: a protected sum that a few days nearly tell of holds the month', () => {
  // Five holders of the second zone have a cell that is never shown; the rest of the zone is shown by the month.
  const cells = [...world.cells, { id: 'zone:b/residential', parent: 'zone:b', members: Int32Array.from(range(105, 130)) }]
  const of = { ...plan, classOf: { ...plan.classOf, 'zone:b/residential': 'monthly' } } as const
  expect(decideMonth({ ...world, cells }, of, juneOf(), allBut([], 'none'), rules, solver)).toMatchObject({ shown: 'district', held: [{ cell: 'zone:a' }, { cell: 'zone:b' }, { cell: 'zone:b/residential' }] })
})

test('a month with a day missing, half a month, or a day nobody speaks of is refused', () => {
  const days = allBut([], 'none')
  expect(() => decide(juneOf(), days.slice(1))).toThrow('PF_DISCLOSURE_WORLD')
  for (const month of [tableOf(130, '2026-06-01T00:00:00+02:00', 29, 24, () => 1), tableOf(130, '2026-06-02T00:00:00+02:00', 29, 24, () => 1), tableOf(130, '2026-06-01T00:00:00+02:00', 31, 24, () => 1)]) {
    expect(() => decide(month, new Array<DayShown>(month.at.length).fill('steps'))).toThrow('PF_DISCLOSURE_WORLD')
  }
})

test('made-up readings of more than a twentieth of the month hold it', () => {
  const month = juneOf()
  for (let day = 0; day < 30; day += 1) for (let holder = 0; holder < 6; holder += 1) month.imputed[day * 130 + holder] = 1
  expect(decide(month, allBut([], 'none'))).toMatchObject({ shown: 'district', held: [{ cell: 'zone:a', reason: 'too-much-imputed' }, { cell: 'zone:b' }] })
})
