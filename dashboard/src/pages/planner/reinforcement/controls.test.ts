import { describe, expect, it } from 'vitest'
import { controlsOf } from './controls.ts'
import { sampleStudy } from './study.testkit.ts'

const [trend] = sampleStudy.scenarios
const of = (path: string, changes: { path: string; value: number }[] = []) => controlsOf(sampleStudy, trend, changes).find((one) => one.path === path)!

describe('the controls of a study', () => {
  it('are made of the numbers that the study has, and of no others', () => {
    expect(controlsOf(sampleStudy, trend, []).map(({ group, path }) => `${group} ${path}`)).toEqual([
      'horizon toYear', 'demand scenarios.trend.growthPct.boundary-town', 'demand scenarios.trend.electricVehicles.vehicles.2041', 'demand scenarios.trend.electricVehicles.smartShare', 'demand scenarios.trend.heatPumps.dwellings.2041',
      'demand scenarios.trend.photovoltaics.peakKw.2041', 'demand scenarios.trend.renovation.share.2041', 'other-growth scenarios.trend.growthPct.dwelling', 'other-growth scenarios.trend.growthPct.dwelling-electric-heating',
      'other-growth scenarios.trend.growthPct.office', 'other-growth scenarios.trend.growthPct.shop', 'money money.discountPct', 'money money.energyNotServedEurPerMwh', 'money money.co2EurPerTonne', 'prices prices.mv-cable-laid-km.eur',
    ])
    const plain = { ...trend, electricVehicles: undefined, heatPumps: undefined, photovoltaics: undefined, renovation: undefined }
    const study = { ...sampleStudy, scenarios: [plain], prices: undefined }
    expect(controlsOf(study, plain, []).filter(({ group }) => group === 'demand' || group === 'prices').map(({ path }) => path)).toEqual(['scenarios.trend.growthPct.boundary-town'])
  })
  it('show shares in percent, a range with its likely value, and what was changed', () => {
    expect(of('scenarios.trend.electricVehicles.smartShare')).toMatchObject({ value: 0.3, scale: 100, min: 0, max: 100 })
    expect(of('money.discountPct')).toMatchObject({ value: 4.5, usual: 4.5, range: { low: 2.5, high: 6 } })
    expect(of('money.discountPct', [{ path: 'money.discountPct', value: 3 }])).toMatchObject({ value: 3, usual: 4.5 })
  })
  it('reach as far as what is set', () => {
    expect(of('toYear')).toMatchObject({ min: 2027, max: 2050, step: 1 })
    const vehicles = 'scenarios.trend.electricVehicles.vehicles.2041'
    expect(of(vehicles).max).toBe(2_000)
    expect(of(vehicles, [{ path: vehicles, value: 9_000 }]).max).toBe(9_000)
  })
})
