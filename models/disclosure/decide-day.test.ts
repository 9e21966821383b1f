import fc from 'fast-check'
import { expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { decideDay } from './decide-day.ts'
import { dayOf, FEW, HOLDERS, plan, world } from './decide.testkit.ts'
import type { StepTable } from './guard-shapes.ts'
import { RULES } from './world.testkit.ts'

const solver = await highsSolver()
const rules = { ...RULES, disclosure: FEW }
const decide = (day: StepTable, of = plan) => decideDay(world, of, day, rules, solver)

test('a day that holds shows what was planned, rounded, and says what was proven', () => {
  const { figures, shown, held, certificate } = decide(dayOf((holder) => 1 + (holder % 7) / 100))
  expect(shown).toBe('steps')
  expect(figures.map(({ cell, stepKwh, energyKwh }) => [cell, stepKwh?.length ?? null, energyKwh])).toEqual([['district', 24, 3200], ['zone:a', null, 2450], ['zone:b', null, 740]])
  expect(new Set(figures[0].stepKwh)).toEqual(new Set([134]))
  expect(held).toEqual([])
  expect(certificate).toEqual({ rulesFrom: RULES.validFrom, cohortSha256: world.cohortSha256, holders: HOLDERS, cellsShown: 3, cellsHeld: 0, derivableSums: 24 + 2, intervalsChecked: 0, narrowestShare: null })
})

test('one hour in which one holder dominates takes the hours of the day along, never one hour beside a daily total', () => {
  const { figures, shown, held } = decide(dayOf((holder, hour) => (holder === 3 && hour === 4 ? 700 : 1)))
  expect(shown).toBe('cells')
  expect(figures.map(({ stepKwh, energyKwh }) => [stepKwh, energyKwh !== null])).toEqual([[null, true], [null, true], [null, true]])
  expect(held).toEqual([{ cell: 'district', reason: 'dominant-holder' }])
})

test('a day in which one zone fails shows the district alone, and a day in which that fails shows nothing', () => {
  const zone = decide(dayOf((holder) => (holder === 3 ? 100 : holder < 100 ? 0.1 : 1)))
  expect(zone.shown).toBe('district')
  expect(zone.figures.map(({ stepKwh, energyKwh }) => [stepKwh, energyKwh !== null])).toEqual([[null, true], [null, false], [null, false]])
  expect(zone.held).toContainEqual({ cell: 'zone:a', reason: 'dominant-holder' })
  const district = decide(dayOf((holder) => (holder === 3 ? 700 : 1)))
  expect(district.shown).toBe('none')
  expect(district.figures.every(({ stepKwh, energyKwh }) => stepKwh === null && energyKwh === null)).toBe(true)
  expect(district.certificate).toMatchObject({ cellsShown: 0, cellsHeld: 3 })
})

test('whatever the reason, what is not shown looks the same', () => {
  const dominated = decide(dayOf((holder) => (holder === 3 ? 700 : 1)))
  const missing = decide(dayOf((holder, hour) => (holder === 3 && hour === 7 ? NaN : 1)))
  const imputed = dayOf()
  for (let place = 0; place < 10; place += 1) imputed.imputed[place] = 1
  const madeUp = decide(imputed)
  expect([missing.held[0].reason, madeUp.held.map(({ reason }) => reason)]).toEqual(['not-measured', ['too-much-imputed', 'failed-step', 'failed-step']])
  expect(missing.figures).toEqual(dominated.figures)
  expect(madeUp.figures).toEqual(dominated.figures)
})

test('what is not in the plan is not shown, nor what would follow from it', () => {
  // The second zone is hidden: with the district it would follow from the first.
  const { figures, held } = decide(dayOf(), { ...plan, classOf: { district: 'hourly', 'zone:a': 'none', 'zone:b': 'none' }, held: [{ cell: 'zone:a', step: 'daily', reason: 'complementary' }] })
  expect(figures.map(({ energyKwh }) => energyKwh !== null)).toEqual([true, false, false])
  expect(held).toEqual([{ cell: 'zone:a', reason: 'complementary' }, { cell: 'zone:b', reason: 'complementary' }])
  const leaky = decideDay(world, { ...plan, classOf: { district: 'daily', 'zone:a': 'daily', 'zone:b': 'none' } }, dayOf(), { ...rules, disclosure: { ...FEW, minHolders: 40 } }, solver)
  expect(leaky.shown).toBe('district')
})

test('days of 23 and 25 hours are days, two days are not', () => {
  expect(decide(dayOf(undefined, '2026-03-29T00:00:00+01:00', 23)).figures[0]).toMatchObject({ energyKwh: 3000 })
  expect(decide(dayOf(undefined, '2026-10-25T00:00:00+02:00', 25)).figures[0].stepKwh).toHaveLength(25)
  expect(() => decide(dayOf(undefined, '2026-06-10T00:00:00+02:00', 25))).toThrow('PF_DISCLOSURE_WORLD')
})

test('half-hours may be shown as half-hours or as hours', () => {
  const day = { at: Float64Array.from({ length: 48 }, (_, i) => Date.parse('2026-06-10T00:00:00+02:00') + i * 1_800_000), kwh: new Float64Array(48 * HOLDERS).fill(0.5), imputed: new Uint8Array(48 * HOLDERS) }
  const of = (district: 'half-hourly' | 'hourly') => decide(day, { ...plan, classOf: { ...plan.classOf, district } }).figures[0].stepKwh
  expect([of('half-hourly')?.length, of('half-hourly')?.[0], of('hourly')?.length, of('hourly')?.[0]]).toEqual([48, 65, 24, 130])
})

test('whatever the figures, no zone is shown in which a holder dominates the day', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { minLength: 3, maxLength: 3 }), (large) => {
    const kwh = (holder: number): number => (holder % 50 === 0 ? large[holder / 50] : 1)
    const { figures } = decide(dayOf(kwh))
    for (const [cell, { members }] of world.cells.entries()) {
      if (figures[cell].energyKwh === null) continue
      const [first, second, ...rest] = [...members].map(kwh).sort((a, b) => b - a)
      expect(rest.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(0.2 * first - 1e-9)
      expect(second).toBeLessThanOrEqual(first)
    }
  }), { numRuns: 60 })
})
