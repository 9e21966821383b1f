import { describe, expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { planQuarter } from './plan-quarter.ts'
import { holder, RULES, tableOf, worldOf } from './world.testkit.ts'

const solver = await highsSolver()
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const holders = (count: number) => range(0, count).map((i) => holder(`h${i}`))
/** The law's own thresholds out of the way: what is left is the policy. */
const FEW = { ...RULES, disclosure: { dailyMinPoints: 1, monthWindowMinPoints: 1 } }
const usual = (h: number, s: number): number => 0.3 + ((h * 7 + s * 13) % 10) / 10

describe('two zones, homes and shops', () => {
  const cells = {
    district: range(0, 650), 'zone:a': range(0, 320), 'zone:a/residential': range(0, 300), 'zone:a/professional': range(300, 320),
    'zone:b': range(320, 650), 'zone:b/residential': range(320, 645), 'zone:b/professional': range(645, 650),
  }
  const history = tableOf(650, '2026-01-30T00:00:00+01:00', 24 * 4, 1, usual)

  test('the finest step is that for which there are enough points, and five shops take the homes beside them along', () => {
    const plan = planQuarter(worldOf(holders(650), cells), history, RULES, solver)
    expect(plan.classOf).toEqual({
      district: 'hourly', 'zone:a': 'daily', 'zone:a/residential': 'monthly', 'zone:a/professional': 'monthly', 'zone:b': 'daily', 'zone:b/residential': 'none', 'zone:b/professional': 'none',
    })
    expect(plan.held).toContainEqual({ cell: 'zone:b/professional', step: 'monthly', reason: 'too-few-holders' })
    expect(plan.held).toContainEqual({ cell: 'zone:b/residential', step: 'monthly', reason: 'complementary' })
    expect(plan.held).toContainEqual({ cell: 'zone:a/residential', step: 'daily', reason: 'complementary' })
  })

  test('bakeries that work at night leave the shops of their zone without hours, not without days', () => {
    const world = worldOf(holders(650), { ...cells, 'zone:b/residential': range(320, 630), 'zone:b/professional': range(630, 650) })
    const bakery = (h: number, s: number): number => (h === 300 ? (s % 24 < 5 ? 100 : 0.5) : usual(h, s))
    expect(planQuarter(world, tableOf(650, '2026-01-30T00:00:00+01:00', 24 * 4, 1, bakery), FEW, solver).classOf).toEqual({
      district: 'hourly', 'zone:a': 'hourly', 'zone:a/residential': 'daily', 'zone:a/professional': 'daily', 'zone:b': 'hourly', 'zone:b/residential': 'hourly', 'zone:b/professional': 'hourly',
    })
  })

  test('sums that others have published count: a street known by the year takes the homes of its zone along', () => {
    const street = { label: 'rue de Siam', step: 'year', members: Int32Array.from(range(0, 295)) } as const
    const world = worldOf(holders(650), cells, { external: [street] })
    const plan = planQuarter(world, history, RULES, solver)
    // 300 homes less 295 that are known are five.
    expect(plan.classOf['zone:a/residential']).toBe('none')
    expect(plan.held).toContainEqual({ cell: 'zone:a/residential', step: 'monthly', reason: 'external-release' })
  })

  test('a cell whose members changed waits, and does not follow from the others either', () => {
    const plan = planQuarter(worldOf(holders(650), cells, { suspended: ['zone:a/professional'] }), history, RULES, solver)
    expect(plan.held).toContainEqual({ cell: 'zone:a/professional', step: 'monthly', reason: 'changed-members' })
    expect(plan.classOf).toMatchObject({ district: 'hourly', 'zone:a': 'daily', 'zone:a/residential': 'none' })
  })
})

test('a large user that can be told by its zone takes as little along as can be', () => {
  // In the first of three zones one holder uses nearly all. Its zone goes, and of the others one that is large enough to hide it.
  const zones = { district: range(0, 38), 'zone:a': range(0, 12), 'zone:b': range(12, 24), 'zone:c': range(24, 38) }
  const plan = (ofB: number) => planQuarter(worldOf(holders(38), zones), tableOf(38, '2026-01-01T00:00:00+01:00', 24, 1, (h) => (h === 0 ? 56 : h < 12 ? 1 : h < 24 ? ofB : 10)), FEW, solver)
  // 67 in the first zone: 24 beside it can be mistaken for a fifth of it, 12 cannot.
  expect(plan(2).classOf).toEqual({ district: 'hourly', 'zone:a': 'none', 'zone:b': 'none', 'zone:c': 'hourly' })
  expect(plan(1).classOf).toEqual({ district: 'hourly', 'zone:a': 'none', 'zone:b': 'hourly', 'zone:c': 'none' })
})

test('without history nothing is shown, and two worlds in one are refused', () => {
  const world = worldOf(holders(20), { district: range(0, 20) })
  const plan = planQuarter(world, tableOf(20, '2026-01-01T00:00:00+01:00', 0, 1, usual), RULES, solver)
  expect(plan).toMatchObject({ classOf: { district: 'none' }, held: [{ reason: 'not-measured' }, { reason: 'not-measured' }, { reason: 'not-measured' }] })
  const hour = tableOf(20, '2026-01-01T00:00:00+01:00', 2, 1, usual)
  expect(() => planQuarter(worldOf(holders(20), { district: range(0, 20), 'zone:a': range(0, 12), 'zone:b': range(10, 20) }), hour, RULES, solver)).toThrow('PF_DISCLOSURE_WORLD')
  expect(() => planQuarter(worldOf(holders(21), { district: range(0, 20) }), hour, RULES, solver)).toThrow('PF_DISCLOSURE_WORLD')
  expect(() => planQuarter(world, tableOf(20, '2026-01-01T00:00:00+01:00', 2, 0.25, usual), RULES, solver)).toThrow('PF_DISCLOSURE_WORLD')
  const fine = Object.fromEntries(range(0, 31).map((zone) => [`zone:${zone}`, [zone]]))
  expect(() => planQuarter(worldOf(holders(31), { district: range(0, 31), ...fine }), tableOf(31, '2026-01-01T00:00:00+01:00', 2, 1, usual), RULES, solver)).toThrow('PF_DISCLOSURE_TOO_FINE')
})
