import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StudyScenario } from '#models/district/schema-study.ts'
import { SAMPLE_BUSES, sampleYear } from './base-year.testkit.ts'
import { prepareFutures } from './future-base.ts'
import { futureLoads } from './future-loads.ts'
import { levelsThatCount } from './levels-that-count.ts'
import type { Levels } from './path-value.ts'

const text = { fr: 't', en: 't' }
const range = { low: 60, likely: 110, high: 200 }
const scenario: StudyScenario = {
  id: 's', name: text, probability: 1, growthPct: { 'dwelling': 1, 'office': { low: 0, likely: 1, high: 2 }, 'shop.large': { low: 1, likely: 1, high: 2 } },
  electricVehicles: { vehicles: [{ year: 2026, amount: 10 }, { year: 2030, amount: 40 }, { year: 2036, amount: range }], annualEnergyKwh: 2000, chargerKw: 7.4, places: { home: 0.7, work: 0.2, public: 0.1 }, simultaneity: { home: 0.2, work: 0.2, public: 1 }, smartShare: 0.5, at: { A: 1, B: 3 } },
  photovoltaics: { peakKw: [{ year: 2026, amount: 0 }, { year: 2036, amount: 100 }], annualKwhPerKw: 1100 },
}
const counting = (place: string, year: number, level: 'low' | 'high') => [...levelsThatCount(scenario, year, new Map([[place, level]])).keys()]

describe('levels that count', () => {
  it('are those of a range, or of a path in the years that lead to its range', () => {
    expect(counting('growthPct.office', 2030, 'high')).toEqual(['growthPct.office'])
    expect(counting('electricVehicles.vehicles', 2031, 'low')).toEqual(['electricVehicles.vehicles'])
    expect(counting('electricVehicles.vehicles', 2040, 'low')).toEqual(['electricVehicles.vehicles'])
    expect(counting('growthPct.shop.large', 2030, 'high')).toEqual(['growthPct.shop.large'])
  })

  it('are not those of a number, of an end that is the likely value, of years before the range, or of what the scenario has not', () => {
    for (const [place, year, level] of [['growthPct.dwelling', 2036, 'low'], ['growthPct.shop.large', 2036, 'low'], ['electricVehicles.vehicles', 2030, 'high'], ['photovoltaics.peakKw', 2036, 'high'], ['heatPumps.dwellings', 2036, 'low'], ['growthPct.restaurant', 2036, 'low']] as const) {
      expect(counting(place, year, level)).toEqual([])
    }
  })

  it('make the same loads as all of them', () => {
    const base = sampleYear()
    const future = prepareFutures(base, base.temperatureC, SAMPLE_BUSES)
    const places = fc.constantFrom('growthPct.office', 'growthPct.dwelling', 'electricVehicles.vehicles', 'photovoltaics.peakKw', 'heatPumps.dwellings')
    fc.assert(fc.property(fc.array(fc.tuple(places, fc.constantFrom('low' as const, 'high' as const))), fc.integer({ min: 2026, max: 2041 }), (drawn, year) => {
      const levels: Levels = new Map(drawn)
      const all = futureLoads(future, scenario, year, { levels })
      const some = futureLoads(future, scenario, year, { levels: levelsThatCount(scenario, year, levels) })
      expect(some.activeKw).toEqual(all.activeKw)
      expect(some.steps).toEqual(all.steps)
    }), { numRuns: 20 })
  })
})
