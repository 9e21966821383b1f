import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { betrayed, isSafe, LEVELS, rangeOf, type Level, type Shown } from './brute-force.testkit.ts'
import type { GuardWorld, QuarterPlan, StepTable } from './guard-shapes.ts'
import { planQuarter, showsAt } from './plan-quarter.ts'
import { disclosureRules } from './rules.ts'
import { holder, logNormal, randomOf, RULES, tableOf, worldOf } from './world.testkit.ts'

const solver = await highsSolver()
const ONE = { monthlyMinPoints: 1, dailyMinPoints: 1, dayWindowMinPoints: 1, monthWindowMinPoints: 1, archiveMinPoints: 1 }
/** Small enough for brute force: three holders are enough, and the law's own thresholds are out of the way. */
const rules = { ...RULES, disclosure: { ...ONE, minHolders: 3, minDeliveryPoints: 3 } }
const all = disclosureRules(rules)

/** Two zones of homes and shops, few of each. With `some` the shops have no cell of their own. Two hours of each of two days. */
function smallWorld(seed: number, some = false): { world: GuardWorld; table: StepTable } {
  const random = randomOf(seed)
  const cells: Record<string, number[]> = { district: [] }
  let holders = 0
  for (const zone of ['zone:a', 'zone:b']) {
    cells[zone] = []
    for (const category of ['residential', 'professional']) {
      const rows = Array.from({ length: 1 + Math.floor(random() * 6) }, () => holders++)
      if (!some || category === 'residential') cells[`${zone}/${category}`] = rows
      for (const above of [zone, 'district']) cells[above].push(...rows)
    }
  }
  const usual = Array.from({ length: holders }, () => logNormal(random, 1, 0.7))
  const kwh = Array.from({ length: holders * 4 }, (_, place) => (random() < 0.05 ? 0 : usual[place % holders] * logNormal(random, 1, 0.7)))
  const table = tableOf(holders, '2026-06-01T10:00:00Z', 4, 1, (h, s) => kwh[s * holders + h])
  return { world: worldOf(Array.from({ length: holders }, (_, i) => holder(`h${i}`)), cells), table: { ...table, at: table.at.map((at, step) => at + (step > 1 ? 86_400_000 : 0)) } }
}

const shownBy = (world: GuardWorld, plan: QuarterPlan): Shown => (cell, level) => showsAt(plan, world.cells[cell].id, level)
const hiddenBy = (world: GuardWorld, shown: Shown): number => world.cells.reduce((sum, { parent }, cell) => sum + LEVELS.filter((level) => !shown(cell, level)).length * (parent === null ? 1000 : 1), 0)

/** Every choice that hides less than the plan does betrays somebody, and the plan nobody. */
function expectLeast(world: GuardWorld, table: StepTable, own: typeof rules, classes: readonly (readonly Level[])[], label: string): void {
  const plan = planQuarter(world, table, own, solver)
  const shown = shownBy(world, plan)
  expect(plan.isLeast).toBe(true)
  expect(betrayed(world, table, shown, all, solver), label).toBeUndefined()
  const cost = hiddenBy(world, shown)
  for (let choice = 0; choice < classes.length ** world.cells.length; choice += 1) {
    const other: Shown = (cell, level) => classes[Math.floor(choice / classes.length ** cell) % classes.length].includes(level)
    if (hiddenBy(world, other) < cost) expect(betrayed(world, table, other, all, solver), `choice ${choice} of ${label}`).toBeDefined()
  }
}

describe('against every way to hide', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 })
  test('months of two zones with homes and shops', () => {
    const monthly = { ...rules, disclosure: { ...rules.disclosure, dailyMinPoints: 1000, monthWindowMinPoints: 1000 } }
    fc.assert(fc.property(seeds, (seed) => {
      const { world, table } = smallWorld(seed)
      expectLeast(world, table, monthly, [['monthly'], []], `seed ${seed}`)
    }), { numRuns: 5, seed: 20_261_128 })
  })

  test('hours, days and months at once', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const { world, table } = smallWorld(seed, true)
      expectLeast(world, table, rules, [['hourly', 'daily', 'monthly'], ['daily', 'monthly'], ['monthly'], []], `seed ${seed}`)
    }), { numRuns: 4, seed: 20_261_128 })
  })

  test('control: hiding only what is unsafe by itself betrays somebody in most such districts', () => {
    const leaks = Array.from({ length: 12 }, (_, seed) => {
      const { world, table } = smallWorld(seed)
      const naive: Shown = (cell, level) => level === 'monthly' && isSafe(table, [...world.cells[cell].members], world.holders.length, [0, 1, 2, 3], all)
      return betrayed(world, table, naive, all, solver)
    }).filter((leak) => leak !== undefined)
    expect(leaks.length).toBeGreaterThanOrEqual(8)
    expect(leaks.some((leak) => leak.startsWith('exactly'))).toBe(true)
  })

  test('nobody who knows all releases and his own use is sure of another by a fifth', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const { world, table } = smallWorld(seed)
      const shown = shownBy(world, planQuarter(world, table, rules, solver))
      const n = world.holders.length
      for (const target of world.holders.keys()) {
        for (const steps of [[0], [0, 1], [0, 1, 2, 3]]) {
          const kwh = steps.reduce((sum, step) => sum + table.kwh[step * n + target], 0)
          for (const insider of [undefined, (target + 1) % n]) {
            const [low, high] = rangeOf(world, table, shown, [target], steps, solver, insider === undefined ? [] : [insider])
            expect(low).toBeLessThanOrEqual(0.8 * kwh + 1e-6)
            expect(high).toBeGreaterThanOrEqual(1.2 * kwh - 1e-6)
          }
        }
      }
    }), { numRuns: 4, seed: 20_261_128 })
  })
})
