import { describe, expect, it } from 'vitest'
import { workValue } from './money.ts'
import { pricedBattery, pricedCable, pricedUnits, toldChoice } from './plan.testkit.ts'
import { type CheckedPlan, futureKey, isReinforcing, lossChangeMwh, lossValueEur, measuresOf, type MoneyTerms, netEur, worksOf } from './portfolio.ts'
import { realPct } from './rates.ts'
import { toldUnit, type ToldUnit } from './unit-result.testkit.ts'

const STAGES = [2031, 2033]
const terms: MoneyTerms = { horizon: { fromYear: 2030, toYear: 2034 }, rates: { discount: realPct(5) }, years: [2030, 2031, 2032, 2033, 2034], lossEurPerMwh: 100, co2KgPerMwh: 40 }
const worth = (years: readonly number[]) => years.reduce((sum, year) => sum + 1.05 ** (2030 - year), 0)
const checkedIn = (year: number, probability: number, more: ToldUnit = {}, scenario = 0) => ({ ...toldUnit({ ...more, ask: { year, scenario } }), probability })

describe('the measures of a plan', () => {
  const plan = (chosen: Parameters<typeof toldChoice>[0], units: CheckedPlan['units'] = []): CheckedPlan => ({ choice: toldChoice(chosen), options: [pricedCable(), pricedUnits(), pricedBattery()], stages: STAGES, units })

  it('have works paid in the year in which they are there, less what is not used up', () => {
    const [cable] = measuresOf(plan([[0, [0, 1]]]), terms)
    expect(cable).toMatchObject({ option: 'cable', fromYear: 2033, amounts: [0, 0, 0, 1, 1], unit: '', changes: [{ element: 'L', into: '2 x 150 Al' }], activatedMwhAYear: null, noticeH: null })
    expect(cable.npvEur.once).toBeCloseTo(40_000 / 1.05 ** 3, 8)
    expect(cable.npvEur.residual).toBeCloseTo((40_000 * 38) / 40 / 1.05 ** 5, 8)
    expect([cable.npvEur.yearly, cable.npvEur.activation]).toEqual([0, 0])
    expect(netEur(cable)).toBeCloseTo(workValue({ id: '', eur: 40_000, year: 2033, lifeYears: 40 }, terms.horizon, terms.rates).netEur, 8)
  })

  it('have units paid as they are added, and their upkeep by how many there are', () => {
    const [heat] = measuresOf(plan([[1, [10, 25]]]), terms)
    expect(heat).toMatchObject({ fromYear: 2031, amounts: [0, 10, 10, 25, 25], unit: 'dwellings' })
    expect(heat.npvEur.once).toBeCloseTo(10_000 / 1.05 + 15_000 / 1.05 ** 3, 8)
    expect(heat.npvEur.yearly).toBeCloseTo(100 * worth([2031, 2032]) + 250 * worth([2033, 2034]), 8)
  })

  it('have contracts paid by what they hold ready and by what the check has called', () => {
    const called = (kwh: number, hours: number) => ({ activated: [{ option: 'battery', kwh, hours }] })
    const units = [checkedIn(2032, 0.75, called(4000, 10)), checkedIn(2032, 0.25, called(0, 0), 1), checkedIn(2034, 0.75, called(8000, 20)), checkedIn(2034, 0.25, called(4000, 12), 1)]
    const [battery] = measuresOf(plan([[2, [30, 50]]], units), terms)
    expect(battery).toMatchObject({ fromYear: 2031, amounts: [0, 30, 30, 50, 50], unit: 'kW', noticeH: 3 })
    expect(battery.npvEur.yearly).toBeCloseTo(20 * (30 * worth([2031, 2032]) + 50 * worth([2033, 2034])), 8)
    expect(battery.npvEur.activation).toBeCloseTo(60 * (3 * worth([2031, 2032]) + 7 * worth([2033, 2034])), 8)
    expect(battery.activatedMwhAYear).toEqual({ least: 4, expected: 7, most: 8 })
    expect(battery.activatedHoursAYear).toEqual({ least: 12, expected: 18, most: 20 })
  })

  it('leave out what is never there', () => {
    expect(measuresOf(plan([[0, [0, 0]], [2, [0, 0]]]), terms)).toEqual([])
  })
})

describe('the losses of a plan', () => {
  const before = new Map([toldUnit({ ask: { year: 2032 }, lossesMwh: 50 }), toldUnit({ ask: { year: 2032, scenario: 1 }, lossesMwh: 70 }), toldUnit({ ask: { year: 2034 }, lossesMwh: 60 })].map((unit) => [futureKey(unit.ask), unit]))
  const checked = [checkedIn(2032, 0.6, { lossesMwh: 45 }), checkedIn(2032, 0.4, { lossesMwh: 72 }, 1), checkedIn(2034, 0.6, { lossesMwh: 50 })]

  it('change from its first year on, in a year that was not checked as in the next one that was', () => {
    const { mwh, byYear } = lossChangeMwh(checked, before, terms.years, 2031)
    expect(byYear[0]).toBe(0)
    byYear.slice(1).forEach((change, k) => expect(change).toBeCloseTo([-2.2, -2.2, -10, -10][k], 12))
    expect(mwh).toBeCloseTo(-24.4, 12)
    expect(lossValueEur(byYear, terms)).toBeCloseTo(100 * (-2.2 * worth([2031, 2032]) - 10 * worth([2033, 2034])), 8)
  })
})

describe('the works of a plan', () => {
  it('are named by their place, so that another size later is the same work at another time', () => {
    const options = [pricedCable('small', 'L'), pricedBattery(), pricedCable('large', 'L', 60_000), pricedCable('other', 'K', 20_000)]
    const measures = measuresOf({ choice: toldChoice([[0, [1, 1]], [1, [5, 5]], [2, [0, 1]], [3, [0, 1]]]), options, stages: STAGES, units: [] }, terms)
    expect(measures.map(isReinforcing)).toEqual([true, false, true, true])
    const eurOf = (id: string) => options.find(({ option }) => option.id === id)!.price.onceEur
    expect(worksOf({ measures }, eurOf, () => 40)).toEqual([
      { id: 'L', eur: 40_000, year: 2031, lifeYears: 40 }, { id: 'L 2', eur: 60_000, year: 2033, lifeYears: 40 }, { id: 'K', eur: 20_000, year: 2033, lifeYears: 40 },
    ])
  })
})
