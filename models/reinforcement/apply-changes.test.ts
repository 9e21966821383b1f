import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { askWithChanges, type NumberChange } from './apply-changes.ts'
import { sampleStudy } from './sample-study.testkit.ts'
import { flattened } from './study-paths.ts'

const ask = (...changes: NumberChange[]) => askWithChanges(sampleStudy(), changes, 'quick')
const change = (path: string, value: number) => ({ path, value })
/** Where and why a change is refused. */
const refusal = (...changes: NumberChange[]) => {
  try {
    ask(...changes)
  } catch (error) {
    if (error instanceof PenfeldError) return { code: error.code, where: error.where, detail: error.detail }
    throw error
  }
  return undefined
}

test('without changes the study is asked as it stands', () => {
  expect(ask()).toEqual({ fromYear: 2026, toYear: 2041, study: sampleStudy(), changed: [], depth: 'quick' })
})

test('a number by its path, and what it was before; what is given stays as it is', () => {
  const study = sampleStudy()
  const asked = askWithChanges(study, [change('toYear', 2050), change('money.energyLossEurPerMwh', 95), change('scenarios.trend.electricVehicles.smartShare', 0.3)], 'full')
  expect(asked).toMatchObject({ toYear: 2050, study: { toYear: 2050, money: { energyLossEurPerMwh: 95 } } })
  // The third says what was so already.
  expect(asked.changed).toEqual([{ path: 'toYear', from: '2041', to: '2050' }, { path: 'money.energyLossEurPerMwh', from: '80', to: '95' }])
  expect(study).toEqual(sampleStudy())
})

test('a range moves as a whole, and stops at what the quantity allows', () => {
  expect(ask(change('money.discountPct', 5)).study.money.discountPct).toEqual({ low: 3.5, likely: 5, high: 6.5 })
  expect(ask(change('scenarios.trend.electricVehicles.vehicles.2041', 100)).study.scenarios[0]!.electricVehicles!.vehicles[1]!.amount).toEqual({ low: 0, likely: 100, high: 400 })
  expect(ask(change('scenarios.trend.renovation.share.2041', 0.5)).study.scenarios[0]!.renovation!.share[0]!.amount).toEqual({ low: 0.4, likely: 0.5, high: 1 })
  expect(ask(change('money.discountPct.high', 9)).study.money.discountPct).toEqual({ low: 3, likely: 4.5, high: 9 })
})

test('the same path twice: the last holds, said once from where it began', () => {
  expect(ask(change('money.discountPct', 5), change('money.discountPct', 6)).changed).toEqual([{ path: 'money.discountPct', from: '4.5', to: '6' }])
  expect(ask(change('toYear', 2030), change('toYear', 2041)).changed).toEqual([])
})

test('names with dots and dashes, and parts that only node and year tell apart', () => {
  const { study } = ask(change('scenarios.quick.v2.growthPct.dwelling', 3), change('scenarios.trend.growthPct.boundary-town', 2), change('scenarios.trend.newBuildings.B20.2030.count', 11))
  expect(study.scenarios[1]!.growthPct).toEqual({ dwelling: 3 })
  expect(study.scenarios[0]!.growthPct['boundary-town']).toBe(2)
  expect(study.scenarios[0]!.newBuildings!.map(({ count }) => count)).toEqual([40, 11])
  expect(refusal(change('scenarios.trend.newBuildings.2030.count', 1))?.detail).toContain('2 parts are called "2030"')
})

test('shares that belong together are changed together', () => {
  expect(refusal(change('scenarios.trend.probability', 0.7))).toMatchObject({ code: 'PF_STUDY_CHANGE_INVALID', where: 'scenarios.trend.probability', detail: 'The probabilities of the scenarios sum to 1.1.' })
  expect(ask(change('scenarios.trend.probability', 0.7), change('scenarios.quick.v2.probability', 0.3)).changed).toHaveLength(2)
  expect(refusal(change('scenarios.trend.electricVehicles.places.home', 0.9))?.detail).toContain('places')
})

describe('what is refused, with its path', () => {
  test.each([
    ['scenarios.none.probability', 1], ['scenarios.trend.heatPumps.annualHeatKwh', 1], ['scenarios.trend.electricVehicles.vehicles.2030', 1], ['__proto__.polluted', 1], ['constructor', 1], ['', 1], ['scenarios', 1], ['scenarios.trend', 1],
    ['scenarios.trend.name.fr', 1], ['toYear.more', 1], ['scenarios.trend.electricVehicles.simultaneity', 1], ['toYear', 2030.5], ['toYear', 2051], ['toYear', 2025], ['fromYear', 2042], ['money.discountPct', 200], ['money.discountPct.low', 5],
    ['money.co2KgPerMwh', -1], ['money.energyLossEurPerMwh', -1], ['money.energyNotServedEurPerMwh', NaN], ['scenarios.trend.electricVehicles.vehicles.2041', -1], ['scenarios.trend.electricVehicles.vehicles.2026', Infinity],
    ['scenarios.trend.electricVehicles.smartShare', 1.1], ['scenarios.trend.renovation.share.2041', 1.01], ['scenarios.trend.electricVehicles.vehicles.2041.year', 2026], ['scenarios.trend.newBuildings.B04.2030.count', 0],
  ])('%s = %d', (path, value) => {
    expect(refusal(change(path, value))).toMatchObject({ code: 'PF_STUDY_CHANGE_INVALID', where: path })
  })
  test('of several, the one that does not fit', () => {
    expect(refusal(change('toYear', 2040), change('money.discount', 4))?.where).toBe('money.discount')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

test('any number of the study may be asked for by the path under which it is shown, and that one alone changes', () => {
  const before = flattened(sampleStudy())
  const numbers = [...before].flatMap(([path, value]) => (typeof value === 'number' && !path.endsWith('.year') && !path.includes('#') ? [{ path, value }] : []))
  expect(numbers.length).toBeGreaterThan(30)
  fc.assert(fc.property(fc.constantFrom(...numbers), fc.double({ min: 0, max: 2, noNaN: true }), ({ path, value }, factor) => {
    const wanted = value * factor
    const refused = refusal(change(path, wanted))
    if (refused !== undefined) return void expect(refused).toMatchObject({ code: 'PF_STUDY_CHANGE_INVALID', where: path })
    const after = flattened(ask(change(path, wanted)).study)
    expect(after.get(path)).toBe(wanted)
    expect([...after.keys()]).toEqual([...before.keys()])
    expect([...after].filter(([one, now]) => one !== path && now !== before.get(one))).toEqual([])
  }))
})

test('whatever is sent, it is the study with that number or a refusal that names it, never another error', () => {
  const words = fc.constantFrom('scenarios', 'trend', 'electricVehicles', 'vehicles', '2041', 'money', 'discountPct', 'likely', 'toYear', 'id', 'length', '__proto__', '0', '', 'quick.v2')
  fc.assert(fc.property(fc.array(words, { maxLength: 6 }), fc.double(), (path, value) => {
    const refused = refusal(change(path.join('.'), value))
    if (refused === undefined) expect(flattened(ask(change(path.join('.'), value)).study).size).toBe(flattened(sampleStudy()).size)
    else expect(refused).toMatchObject({ code: 'PF_STUDY_CHANGE_INVALID', where: path.join('.') })
  }))
})
