import { expect, test } from 'vitest'
import { studyOf } from '#models/reinforcement/default-study.ts'
import { checkDistrict } from './check.ts'
import { sampleDistrict } from './sample-district.ts'
import type { Study } from './schema-study.ts'

function faultsAfter(change: (study: Study) => void): string[] {
  const district = sampleDistrict()
  const study = structuredClone(studyOf(district))
  change(study)
  return checkDistrict({ ...district, study }).map(({ code, path }) => `${code.replace('PF_DISTRICT_', '')} ${path}`)
}
const text = { fr: 'n', en: 'n' }
const vehicles = { vehicles: [{ year: 2026, amount: 1 }], annualEnergyKwh: 2000, chargerKw: 7, places: { home: 0.5, work: 0.3, public: 0.2 }, simultaneity: 'measured' as const, smartShare: 0 }

test.each<[string, (study: Study) => void, string[]]>([
  ['nothing wrong', () => {}, []],
  ['scenarios that are not all there is', (s) => { s.scenarios[0]!.probability = 0.5 }, ['MISFIT /study/scenarios']],
  ['weather that is not all there is', (s) => { s.weatherYears.pop() }, ['MISFIT /study/weatherYears']],
  ['an end before the beginning', (s) => { s.toYear = 2026 }, ['MISFIT /study/toYear']],
  ['an arrival nowhere', (s) => { s.scenarios[1]!.arrivals = [{ node: 'S9', year: 2030, peakKw: 5, loadClass: 'shop', note: text }] }, ['REFERENCE /study/scenarios/1/arrivals/0/node']],
  ['vehicles nowhere', (s) => { s.scenarios[0]!.electricVehicles = { ...vehicles, at: { 'S1/x': 1 } } }, ['REFERENCE /study/scenarios/0/electricVehicles/at/S1~1x']],
  ['an offer at something that is no node', (s) => { s.offers = [{ id: 'o', kind: 'curtailment', name: text, node: 'R1', loadClasses: ['shop'], share: 0.1, mostKw: 5, availabilityEurPerKwYear: 1, activationEurPerMwh: 1, hoursAYear: 10, noticeH: 1, source: 'assumed' }] }, ['REFERENCE /study/offers/0/node']],
  ['years that do not ascend', (s) => { s.scenarios[0]!.electricVehicles = { ...vehicles, vehicles: [{ year: 2030, amount: 1 }, { year: 2028, amount: 2 }] } }, ['MISFIT /study/scenarios/0/electricVehicles/vehicles/1/year']],
  ['vehicles that charge nowhere in part', (s) => { s.scenarios[0]!.electricVehicles = { ...vehicles, places: { home: 0.5, work: 0.3, public: 0.1 } } }, ['MISFIT /study/scenarios/0/electricVehicles/places']],
  ['a share above 1', (s) => { s.scenarios[0]!.heatNetwork = { share: [{ year: 2030, amount: 1.2 }] } }, ['MISFIT /study/scenarios/0/heatNetwork/share/0/amount']],
  ['a range upside down', (s) => { s.money.discountPct = { low: 6, likely: 4, high: 5 } }, ['MISFIT /study/money/discountPct']],
  ['real rates with inflation', (s) => { s.money.inflationPct = 2 }, ['MISFIT /study/money/inflationPct']],
  ['nominal rates without', (s) => { s.money.rates = 'nominal' }, ['MISFIT /study/money/rates']],
  ['a shift that is not said', (s) => { delete s.weatherYears[1]!.shiftC }, ['MISFIT /study/weatherYears/1']],
  ['the same scenario twice', (s) => { s.scenarios[1]!.id = 'low' }, ['DUPLICATE_ID /study/scenarios/1/id']],
  ['a form that is wrong is named once', (s) => { s.scenarios[0]!.probability = 2 }, ['SCHEMA /study/scenarios/0/probability']],
])('%s', (_, change, found) => {
  expect(faultsAfter(change)).toEqual(found)
})
