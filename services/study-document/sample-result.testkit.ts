/** Studies as the engine makes them, on the scale of the demonstration district; every figure is invented. */
import type { ElementOutlook, ElementYear, FutureLoads, Portfolio, PortfolioMeasure, StudyResult } from '#models/reinforcement/study-result.ts'
import { SAMPLE_NETWORK } from './sample-network.testkit.ts'
import { SAMPLE_STUDY } from './sample-study.testkit.ts'

const FROM = 2026
const TO = 2041
const YEARS = Array.from({ length: TO - FROM + 1 }, (_, k) => FROM + k)
const spread = (least: number, expected: number, most: number) => ({ least, expected, most })

/** Grows straight from `startPct` by `growthPct` a year; the futures lie 10 % around it. */
function outlook(one: Pick<ElementOutlook, 'id' | 'name' | 'kind' | 'level' | 'group' | 'limit' | 'limitUnit'>, startPct: number, growthPct: number, worstState: string): ElementOutlook {
  const years = YEARS.map((year): ElementYear => {
    const pct = startPct + growthPct * (year - FROM)
    const [least, most] = [0.9 * pct, 1.1 * pct]
    const probability = Math.min(1, Math.max(0, (most - 100) / (most - least)))
    const hours = Math.max(0, Math.round(3 * (pct - 95)))
    return {
      year, probability, probabilityNormal: worstState === 'N' ? probability : probability / 3,
      hours: spread(Math.max(0, Math.round(3 * (least - 95))), hours, Math.max(0, Math.round(3 * (most - 95)))), energyMwh: spread(0, hours * 0.031, hours * 0.093), peakPct: spread(least, pct, most), worstState, worstAt: '2026-01-14T18:00:00Z',
    }
  })
  const first = (holds: (year: ElementYear) => boolean) => years.find(holds)?.year ?? null
  const peak = startPct + growthPct * (TO - FROM)
  const hours = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 6000, 8760]
  const firstPossibleYear = first(({ probability }) => probability > 0)
  return { ...one, years, firstLikelyYear: first(({ probability }) => probability >= 0.5), firstPossibleYear, duration: firstPossibleYear === null ? null : { hours, pct: hours.map((hour) => peak * (1 - 0.085 * Math.log(hour))), state: worstState } }
}

export const SAMPLE_ELEMENTS: readonly ElementOutlook[] = [
  outlook({ id: 'R01', name: 'PS – Ville ouest', kind: 'section', level: 'medium', group: 'D1', limit: 497, limitUnit: 'A' }, 88, 1.9, 'R17'),
  outlook({ id: 'P05.T1', name: 'Parking T1', kind: 'transformer', level: 'low', group: 'P05', limit: 250, limitUnit: 'kVA' }, 79, 2.7, 'N'),
  outlook({ id: 'R17', name: 'Ville est – PS', kind: 'section', level: 'medium', group: 'D2', limit: 497, limitUnit: 'A' }, 82, 1.6, 'R01'),
  outlook({ id: 'P08.T1', name: 'École T1', kind: 'transformer', level: 'low', group: 'P08', limit: 250, limitUnit: 'kVA' }, 71, 2.3, 'N'),
  outlook({ id: 'P12.D3.J5', name: 'P12.D3.J5', kind: 'bus', level: 'low', group: 'P12', limit: 0.9, limitUnit: 'pu' }, 86, 0.8, 'N'),
  outlook({ id: 'R05', name: 'Machines – Voilerie', kind: 'section', level: 'medium', group: 'D1', limit: 404, limitUnit: 'A' }, 41, 1.1, 'R17'),
]

const grown = (from: number, to: number, since: number) => YEARS.map((year) => (year < since ? 0 : Math.round(from + ((to - from) * (year - since)) / Math.max(1, TO - since))))
const built = (since: number) => YEARS.map((year) => (year < since ? 0 : 1))
const none = { activatedMwhAYear: null, activatedHoursAYear: null, noticeH: null, offer: null }

const CABLE: PortfolioMeasure = { option: 'parallel-cable R01', measure: 'parallel-cable', at: 'R01', changes: [{ element: 'R01', into: '2 x 240 mm² Al' }], fromYear: 2034, amounts: built(2034), unit: '', npvEur: { once: 412_000, yearly: 21_000, activation: 0, residual: 188_000 }, ...none }
const SECOND_CABLE: PortfolioMeasure = { option: 'parallel-cable R17', measure: 'parallel-cable', at: 'R17', changes: [{ element: 'R17', into: '2 x 240 mm² Al' }], fromYear: 2037, amounts: built(2037), unit: '', npvEur: { once: 356_000, yearly: 14_000, activation: 0, residual: 213_000 }, ...none }
const TRANSFORMERS: readonly PortfolioMeasure[] = ['P05.T1', 'P08.T1'].map((at, k) => ({ option: `transformer ${at}`, measure: 'transformer', at, changes: [{ element: at, into: '400 kVA' }], fromYear: 2032 + 4 * k, amounts: built(2032 + 4 * k), unit: '', npvEur: { once: 18_400 - 3_100 * k, yearly: 900, activation: 0, residual: 7_300 }, ...none }))
const CURTAILMENT: PortfolioMeasure = { option: 'curtailment halle', measure: 'curtailment', at: 'P05.B04', changes: [], fromYear: 2031, amounts: grown(120, 380, 2031), unit: 'kW', npvEur: { once: 0, yearly: 61_500, activation: 8_740, residual: 0 }, activatedMwhAYear: spread(1.2, 9.6, 31), activatedHoursAYear: spread(6, 34, 88), noticeH: 4, offer: 'halle' }
const CHARGING: PortfolioMeasure = { option: 'smart-charging P08.B04', measure: 'smart-charging', at: 'P08.B04', changes: [], fromYear: 2033, amounts: grown(40, 150, 2033), unit: 'kW', npvEur: { once: 12_000, yearly: 17_300, activation: 2_150, residual: 0 }, activatedMwhAYear: spread(0.4, 3.9, 12), activatedHoursAYear: spread(4, 51, 140), noticeH: 12, offer: 'bornes' }
const BATTERY: PortfolioMeasure = { option: 'battery P12.B04', measure: 'battery', at: 'P12.B04', changes: [], fromYear: 2036, amounts: grown(60, 60, 2036), unit: 'kW', npvEur: { once: 58_000, yearly: 3_600, activation: 400, residual: 11_000 }, activatedMwhAYear: spread(0, 2.2, 5), activatedHoursAYear: spread(0, 22, 60), noticeH: 0, offer: null }

const scenarios = (low: number, trend: number, high: number) => [{ scenario: 'sober', eur: low }, { scenario: 'trend', eur: trend }, { scenario: 'high', eur: high }]
export const SAMPLE_PORTFOLIOS: readonly Portfolio[] = [
  { kind: 'nothing', measures: [], expectedNpvEur: 2_310_000, npvOfScenarioEur: scenarios(120_000, 1_840_000, 5_980_000), worstRegretEur: 4_420_000, lossesMwh: 0, co2Tonnes: 0, notServedMwh: 118, rounds: 0, status: 'violates', linearErrorPct: null, remaining: [{ element: 'R01', state: 'R17', year: 2041, scenario: 'high', weather: 'cold', hours: 214, worstPct: 138 }, { element: 'P05.T1', state: 'N', year: 2041, scenario: 'high', weather: 'cold', hours: 96, worstPct: 131 }] },
  { kind: 'reinforce', measures: [...TRANSFORMERS, CABLE, SECOND_CABLE], expectedNpvEur: 1_482_000, npvOfScenarioEur: scenarios(1_120_000, 1_490_000, 1_770_000), worstRegretEur: 790_000, lossesMwh: -550, co2Tonnes: -33, notServedMwh: 0, rounds: 2, status: 'holds', linearErrorPct: 1.4, remaining: [] },
  { kind: 'least-cost', measures: [CURTAILMENT, CHARGING, BATTERY, CABLE], expectedNpvEur: 873_000, npvOfScenarioEur: scenarios(330_000, 905_000, 1_560_000), worstRegretEur: 210_000, lossesMwh: -298, co2Tonnes: -18, notServedMwh: 0, rounds: 3, status: 'holds', linearErrorPct: 2.7, remaining: [] },
  { kind: 'without-reinforcement', measures: [CURTAILMENT, CHARGING, BATTERY], expectedNpvEur: 641_000, npvOfScenarioEur: scenarios(290_000, 660_000, 1_210_000), worstRegretEur: null, lossesMwh: 32, co2Tonnes: 2, notServedMwh: 0, rounds: 4, status: 'not-settled', linearErrorPct: 6.1, remaining: [{ element: 'R01', state: 'R17', year: 2039, scenario: 'high', weather: 'cold', hours: 41, worstPct: 109 }] },
]

const STEPS = ['growth', 'new-buildings', 'arrivals', 'electric-vehicles', 'heat-pumps', 'renovation', 'photovoltaics', 'heat-network'] as const
const ADDED = [[820, 190], [1_240, 330], [610, 240], [1_930, 410], [1_480, 520], [-540, -210], [-980, 0], [-260, -95]] as const
const future = (scenario: string, weather: string, year: number, factor: number): FutureLoads => {
  const all = [{ step: 'measured', energyMwh: 61_300, atPeakKw: 13_400 }, { step: 'weather', energyMwh: weather === 'cold' ? 840 : 0, atPeakKw: weather === 'cold' ? 1_150 : 0 }, ...STEPS.map((step, k) => ({ step, energyMwh: Math.round(factor * ADDED[k][0]), atPeakKw: Math.round(factor * ADDED[k][1]) }))]
  const isLikely = scenario === 'trend' && weather === 'cold'
  return { scenario, weather, year, steps: isLikely ? all : [], peakKw: all.reduce((sum, { atPeakKw }) => sum + atPeakKw, 0), energyMwh: all.reduce((sum, { energyMwh }) => sum + energyMwh, 0) }
}

export const sampleResult: StudyResult = {
  format: 1,
  engine: 'penfeld 0.1.0',
  district: { id: 'capucins', name: { fr: 'Les Capucins (illustratif)', en: 'Les Capucins (illustrative)' }, version: '41b6702c', notice: { fr: 'Réseau, bâtiments, commerces et personnes sont inventés.', en: 'Network, buildings, shops and people are invented.' } },
  computedAt: '2026-11-20T14:03:00Z',
  ask: { fromYear: FROM, toYear: TO, study: SAMPLE_STUDY, changed: [{ path: 'scenarios.trend.electricVehicles.vehicles.2041', from: '900', to: '1150' }], depth: 'full' },
  base: { from: '2025-10-01T00:00:00Z', to: '2026-10-01T00:00:00Z', measuredHours: 8_612, hours: 8_760, measuredShareOfEnergyPct: 91.4, flatClasses: ['street-light'] },
  weather: [{ id: 'measured', coldestDayC: -0.4, meanC: 11.9, note: 'mesurée au parc de toiture' }, { id: 'warm', coldestDayC: 1.1, meanC: 13.4, note: '+ 1,5 °C' }, { id: 'cold', coldestDayC: -6.2, meanC: 11.1, note: '8 jours' }],
  futures: ['sober', 'trend', 'high'].flatMap((scenario, k) => ['measured', 'warm', 'cold'].flatMap((weather) => [2034, TO].map((year) => future(scenario, weather, year, [0.55, 1, 1.45][k] * (year === TO ? 1 : 0.5))))),
  elements: SAMPLE_ELEMENTS,
  states: { normalSolved: 1_261_440, outageSolved: 21_444_480, lowVoltageScreenedOut: 98_612_004, lowVoltageSolved: 214_317, notSettled: 0, seconds: 143 },
  losses: [{ year: FROM, mwh: spread(1_010, 1_120, 1_240) }, { year: TO, mwh: spread(1_350, 1_710, 2_180) }],
  portfolios: SAMPLE_PORTFOLIOS,
  recommended: 2,
  answer: { kind: 'combine', firstYear: 2031, avoidedEur: 402_000, deferredEur: 118_000, deferredWorksEur: 910_000, savedEur: 609_000 },
  breakEven: { factor: 0.62, reinforcementEur: 873_000 },
  tornado: [
    { parameter: 'electricVehicles.vehicles', lowValue: '805', highValue: '1495', lowNpvEur: 541_000, highNpvEur: 1_390_000, lowFirstYear: null, highFirstYear: null },
    { parameter: 'heatPumps.dwellings', lowValue: '119', highValue: '221', lowNpvEur: 655_000, highNpvEur: 1_124_000, lowFirstYear: null, highFirstYear: null },
    { parameter: 'money.discountPct', lowValue: '2.5 %', highValue: '6 %', lowNpvEur: 1_010_000, highNpvEur: 742_000, lowFirstYear: null, highFirstYear: null },
    { parameter: 'prices.works', lowValue: '× 0.7', highValue: '× 1.3', lowNpvEur: 801_000, highNpvEur: 996_000, lowFirstYear: null, highFirstYear: null },
    { parameter: 'growthPct.boundary-town', lowValue: '0.4 %', highValue: '1.2 %', lowNpvEur: 838_000, highNpvEur: 907_000, lowFirstYear: null, highFirstYear: null },
  ],
  prices: [
    { item: 'mv-cable-laid-km', eur: 140_000, source: 'dena-Verteilnetzstudie', dated: '2012-12', sure: 'reported' }, { item: 'lv-cable-laid-km', eur: 100_000, source: 'dena-Verteilnetzstudie', dated: '2012-12', sure: 'reported' },
    { item: 'transformer-630-kva', eur: 10_000, source: 'dena-Verteilnetzstudie', dated: '2012-12', sure: 'reported' }, { item: 'battery-kwh', eur: 350, source: 'Order of size, assumed', dated: '2026-11', sure: 'assumed' }, { item: 'offer halle kw-year', eur: 22, source: 'illustratif', dated: '2026', sure: 'given' }, { item: 'unheard-of-item', eur: 0.5, source: 'illustratif', dated: '2026', sure: 'given' },
  ],
  sources: [{ title: 'dena-Verteilnetzstudie', dated: '2012-12', address: 'https://github.com/openego/eDisGo', sure: 'reported' }, { title: 'EN 50160', dated: '2010', sure: 'reported' }, { title: 'Mesures du quartier', dated: '2026-10-01', sure: 'computed' }],
  modelCheck: { hours: 8_410, meanErrorPct: 2.3, largestErrorPct: 9.8 },
  network: SAMPLE_NETWORK,
}

/** No way of doing keeps every limit, one has no figures at all, and some states could not be solved. */
export const noneHolds: StudyResult = {
  ...sampleResult,
  states: { ...sampleResult.states, notSettled: 37 },
  portfolios: SAMPLE_PORTFOLIOS.map((one) => (one.kind === 'without-reinforcement'
    ? { ...one, measures: [], expectedNpvEur: 0, npvOfScenarioEur: [], lossesMwh: 0, co2Tonnes: 0, linearErrorPct: null, status: 'infeasible', remaining: [{ element: 'R01', state: 'R17', year: 2038, scenario: 'high', weather: '', hours: 1, worstPct: null }] }
    : { ...one, worstRegretEur: null, status: one.status === 'holds' ? 'not-settled' : one.status, remaining: one.remaining.length > 0 ? one.remaining : [{ element: 'P12.D3.J5', state: 'N', year: 2040, scenario: 'high', weather: 'cold', hours: 12, worstPct: null }] })),
  recommended: null,
  answer: { kind: 'none-holds', firstYear: 2031, avoidedEur: 0, deferredEur: 0, deferredWorksEur: 0, savedEur: 0 },
  breakEven: null, modelCheck: null, tornado: [],
}

/** Everything stays large enough: no way of doing was looked for. */
export const nothingNeeded: StudyResult = {
  ...sampleResult,
  elements: [],
  portfolios: [], recommended: null, prices: [], sources: [],
  answer: { kind: 'nothing-needed', firstYear: null, avoidedEur: 0, deferredEur: 0, deferredWorksEur: 0, savedEur: 0 },
  breakEven: null, tornado: [],
}

/** Outages leave load dark, and options have no price: one of an older study, which told less of them. */
export const leftOut: StudyResult = {
  ...sampleResult,
  unsupplied: [{ outage: 'R02', peakKw: 62.4 }, { outage: 'R07', peakKw: 410 }],
  unpriced: [{ option: 'heat P13.B04', measure: 'heat', at: 'P13.B04', missing: ['heat-network-dwelling'] }, { option: 'transformer PS.T1 80000 kVA', missing: ['transformer-80000-kva'] }],
}
