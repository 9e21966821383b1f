/** A small study with all that a study has, its result and what it stands on; invented figures, for tests of keeping, showing and comparing. */
import type { Study } from '#models/district/schema-study.ts'
import type { FrozenYear } from './frozen-year.ts'
import type { Portfolio, StudyAsk, StudyResult } from './study-result.ts'

export const SAMPLE_HOURS = 48

export const sampleStudy = (): Study => ({
  fromYear: 2026, toYear: 2041,
  scenarios: [
    {
      id: 'trend', name: { fr: 'Tendance', en: 'Trend' }, probability: 0.6, growthPct: { dwelling: { low: 0, likely: 0.5, high: 1 }, 'boundary-town': 1 },
      newBuildings: [{ node: 'B04', year: 2030, count: 40, loadClass: 'dwelling', annualEnergyKwh: 4_000, coldShare: 0.4, note: { fr: 'Îlot A', en: 'Block A' } }, { node: 'B20', year: 2030, count: 10, loadClass: 'shop', annualEnergyKwh: 20_000, coldShare: 0.5, note: { fr: 'Îlot B', en: 'Block B' } }],
      electricVehicles: { vehicles: [{ year: 2026, amount: 40 }, { year: 2041, amount: { low: 300, likely: 500, high: 800 } }], annualEnergyKwh: 2_000, chargerKw: 7.4, places: { home: 0.7, work: 0.2, public: 0.1 }, simultaneity: 'measured', smartShare: 0.3 },
      renovation: { share: [{ year: 2041, amount: { low: 0.1, likely: 0.2, high: 0.9 } }], savedColdShare: 0.5 },
    },
    { id: 'quick.v2', name: { fr: 'Rapide', en: 'Quick' }, probability: 0.4, growthPct: { dwelling: 2 } },
  ],
  weatherYears: [{ id: 'measured', name: { fr: 'Mesurée', en: 'Measured' }, probability: 0.9, kind: 'measured', source: 'station' }, { id: 'cold', name: { fr: 'Froide', en: 'Cold' }, probability: 0.1, kind: 'cold-spell', coldSpell: { returnYears: 10, days: 5 }, source: 'station' }],
  money: { pricesOf: 2026, rates: 'real', discountPct: { low: 3, likely: 4.5, high: 6 }, energyLossEurPerMwh: 80, energyNotServedEurPerMwh: 20_000, co2EurPerTonne: 100, co2KgPerMwh: 40, source: 'test' },
})

export const sampleAsk = (study = sampleStudy()): StudyAsk => ({ fromYear: study.fromYear, toYear: study.toYear, study, changed: [], depth: 'full' })

const portfolio = (kind: Portfolio['kind'], expectedNpvEur: number, measures: Portfolio['measures'] = []): Portfolio => ({
  kind, measures, expectedNpvEur, npvOfScenarioEur: [{ scenario: 'trend', eur: expectedNpvEur }], worstRegretEur: null, lossesMwh: 900.5, co2Tonnes: 36, notServedMwh: 0, rounds: 2, status: 'holds', remaining: [], linearErrorPct: 1.2,
})

/** Made of the ask alone, so that the same ask has the same figures: the works begin as many vehicles earlier as the study has. */
export function sampleResult(ask = sampleAsk(), computedAt = '2026-01-14T11:00:00.000Z'): StudyResult {
  const discountPct = typeof ask.study.money.discountPct === 'number' ? ask.study.money.discountPct : ask.study.money.discountPct.likely
  const battery = { option: 'battery-B04', measure: 'battery', at: 'B04', changes: [], fromYear: 2031, amounts: [0, 150], unit: 'kW', npvEur: { once: 90_000, yearly: 4_000, activation: 0, residual: -10_000 }, activatedMwhAYear: null, activatedHoursAYear: null, noticeH: null, offer: null } as const
  return {
    format: 1, engine: 'sample', computedAt, ask,
    district: { id: 'example', name: { fr: 'Exemple', en: 'Example' }, version: 'v1', notice: null },
    base: { from: '2025-01-14T00:00:00.000Z', to: '2026-01-14T00:00:00.000Z', measuredHours: 8_700, hours: 8_760, measuredShareOfEnergyPct: 83, flatClasses: [] },
    weather: [{ id: 'measured', coldestDayC: -2, meanC: 11, note: '' }],
    futures: [{ scenario: 'trend', weather: 'measured', year: ask.toYear, peakKw: 1_400, energyMwh: 5_000, steps: [{ step: 'base', energyMwh: 4_500, atPeakKw: 1_200 }] }],
    elements: [{ id: 'L1', name: 'L1', kind: 'section', level: 'medium', group: 'F1', limit: 400, limitUnit: 'A', years: [], firstLikelyYear: 2034, firstPossibleYear: 2031, duration: null }],
    states: { normalSolved: 1_000, outageSolved: 5_000, lowVoltageScreenedOut: 10, lowVoltageSolved: 5, notSettled: 0, seconds: 12.5 },
    losses: [{ year: ask.toYear, mwh: { least: 90, expected: 100, most: 120 } }],
    portfolios: [portfolio('nothing', 2_000_000), portfolio('reinforce', 1_000_000 / (1 + discountPct / 100)), portfolio('least-cost', 84_000 + discountPct / 3, [battery])],
    recommended: 2,
    answer: { kind: 'flexibility', firstYear: 2034, avoidedEur: 0, deferredEur: 500_000, deferredWorksEur: 900_000, savedEur: 416_000 },
    breakEven: { factor: 0.4, reinforcementEur: 400_000 },
    tornado: [], prices: [{ item: 'cable-240', eur: 120_000, source: 'table', dated: '2025', sure: 'read' }], sources: [], modelCheck: { hours: 8_700, meanErrorPct: 0.5, largestErrorPct: 4 },
    network: { nodes: [], links: [] },
  }
}

export const sampleFrozen = (): FrozenYear => ({
  format: 1, districtVersion: 'v1', timeZone: 'Europe/Paris', from: Date.UTC(2025, 0, 14), hours: SAMPLE_HOURS,
  temperatureC: Float32Array.from({ length: SAMPLE_HOURS }, (_, hour) => Math.sin(hour)), temperatureSource: 'measured',
  cells: [{ id: 'c1', kind: 'class', holders: 12, deliveryPoints: 14, loadClass: 'dwelling', powerKw: Float32Array.from({ length: SAMPLE_HOURS }, (_, hour) => 20 + hour / 7), perDegreeKw: new Float32Array(24).fill(0.1), measuredShare: 0.5 }],
  buses: [{ bus: 'B04', cell: 'c1', share: 1 / 3, loadClass: 'dwelling', tanPhi: 0.3, annualEnergyKwh: 40_000, deliveryPoints: 14 }], sums: [],
  curves: [{ loadClass: 'dwelling', curves: 12, relative: new Float32Array(SAMPLE_HOURS).fill(1), perDegree: new Float32Array(24).fill(0.01) }], measuredHours: 40,
})
