import { describe, expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { decideDay } from './decide-day.ts'
import { planQuarter } from './plan-quarter.ts'
import { holder, RULES, tableOf, worldOf } from './world.testkit.ts'

const solver = await highsSolver()
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('two zones, homes and shops', () => {
  const holders = range(0, 650).map((i) => holder(`h${i}`))
  const cells = {
    district: range(0, 650), 'zone:a': range(0, 320), 'zone:a/residential': range(0, 300), 'zone:a/professional': range(300, 320),
    'zone:b': range(320, 650), 'zone:b/residential': range(320, 645), 'zone:b/professional': range(645, 650),
  }
  const world = worldOf(holders, cells)
  const usual = (h: number, s: number): number => 0.3 + ((h * 7 + s * 13) % 10) / 10
  const plan = planQuarter(world, tableOf(650, '2026-01-01T00:00:00+01:00', 24 * 60, 1, usual), RULES, solver)
  test('the finest step is that for which there are enough points, and five shops take the homes beside them along', () => {
    expect(plan.classOf).toEqual({
      district: 'hourly', 'zone:a': 'daily', 'zone:a/residential': 'monthly', 'zone:a/professional': 'monthly', 'zone:b': 'daily', 'zone:b/residential': 'none', 'zone:b/professional': 'none',
    })
  })
  test('a usual day shows what was planned', () => {
    const { figures, shown } = decideDay(world, plan, tableOf(650, '2026-04-01T00:00:00+02:00', 24, 1, usual), RULES, solver)
    expect(shown).toBe('steps')
    expect(figures.filter(({ energyKwh }) => energyKwh !== null).map(({ cell, stepKwh }) => [cell, stepKwh?.length])).toEqual([['district', 24], ['zone:a', undefined], ['zone:b', undefined]])
  })
})
