/** A study as it might come out for the Capucins: for tests of shapes and to look at the page without the engine. No figure of it was computed. */
import type { ReinforcementStart } from '#contract/reinforcement.ts'
import type { ElementOutlook, ElementYear, Portfolio, PortfolioMeasure, Study, StudyResult } from '#contract/study-shapes.ts'

const YEARS = Array.from({ length: 16 }, (_, i) => 2026 + i)
const scenario = (id: string, fr: string, en: string, probability: number, boundary: number, vehicles: number): Study['scenarios'][number] => ({
  id, name: { fr, en }, probability,
  growthPct: { 'boundary-town': { low: boundary - 0.7, likely: boundary, high: boundary + 0.8 }, dwelling: 0.5, 'dwelling-electric-heating': 0.8, office: 0.5, shop: 0.3 },
  electricVehicles: {
    vehicles: [{ year: 2026, amount: 40 }, { year: 2041, amount: { low: 0.7 * vehicles, likely: vehicles, high: 1.4 * vehicles } }], annualEnergyKwh: 2_100, chargerKw: 7.4,
    places: { home: 0.6, work: 0.15, public: 0.25 }, simultaneity: 'measured', smartShare: 0.3,
  },
  heatPumps: { dwellings: [{ year: 2026, amount: 20 }, { year: 2041, amount: 260 }], annualHeatKwh: 7_500, performance: [{ outsideC: -7, cop: 2 }, { outsideC: 7, cop: 3.4 }] },
  photovoltaics: { peakKw: [{ year: 2026, amount: 180 }, { year: 2041, amount: 900 }], annualKwhPerKw: 1_050 },
  renovation: { share: [{ year: 2041, amount: 0.35 }], savedColdShare: 0.4 },
})

export const sampleStudy: Study = {
  fromYear: 2026, toYear: 2041,
  scenarios: [scenario('trend', 'Tendance', 'Trend', 0.5, 2, 420), scenario('fast', 'Électrification rapide', 'Fast electrification', 0.3, 2.8, 780), scenario('sober', 'Sobriété', 'Sobriety', 0.2, 1.1, 300)],
  weatherYears: [
    { id: 'measured', name: { fr: 'année mesurée', en: 'measured year' }, probability: 0.6, kind: 'measured', source: 'Températures du poste météo du quartier, 2025' },
    { id: 'warm', name: { fr: 'année douce', en: 'mild year' }, probability: 0.3, kind: 'shifted', shiftC: 1.2, source: 'Températures du poste météo du quartier, décalées' },
    { id: 'cold', name: { fr: 'vague de froid, un hiver sur dix', en: 'cold spell, one winter in ten' }, probability: 0.1, kind: 'cold-spell', coldSpell: { returnYears: 10, days: 9, coldestDayC: -4.1 }, source: 'Météo-France, Licence Ouverte 2.0, statistiques 1991-2020' },
  ],
  money: {
    pricesOf: 2024, rates: 'real', discountPct: { low: 2.5, likely: 4.5, high: 6 }, energyLossEurPerMwh: 75, energyNotServedEurPerMwh: { low: 10_000, likely: 20_000, high: 30_000 }, co2EurPerTonne: { low: 100, likely: 150, high: 250 },
    co2KgPerMwh: 32, source: 'CRE, délibération TURPE 7, 2025',
  },
  prices: [{ item: 'mv-cable-laid-km', eur: 165_000, source: 'marché cadre de démonstration', dated: '2024-06' }],
  offers: [
    { id: 'cold-store', kind: 'curtailment', name: { fr: 'Froid du marché', en: 'Cold store of the market' }, node: 'P05.B04', loadClasses: ['supermarket'], share: 0.4, mostKw: 120, availabilityEurPerKwYear: 28, activationEurPerMwh: 180, hoursAYear: 60, noticeH: 4, source: 'offre de démonstration, 2026' },
  ],
  buyer: 'Réseau de démonstration',
}
export const sampleStart: ReinforcementStart = { study: sampleStudy, ownStudy: true, districtVersion: 'sample-1' }

/** Grows straight from its first possible year on. */
function element(id: string, name: string, kind: ElementOutlook['kind'], level: ElementOutlook['level'], group: string, firstPossible: number | null, atEnd: number, peakPct: number, worstState: string): ElementOutlook {
  const years = YEARS.map((year): ElementYear => {
    const share = firstPossible === null || year < firstPossible ? 0 : (year - firstPossible + 1) / (2042 - firstPossible)
    const [hours, mwh, peak] = [190 * share * atEnd, 21 * share * atEnd, firstPossible === null ? peakPct - (2041 - year) * 0.9 : peakPct - (2041 - year) * 1.8]
    return {
      year, probability: share * atEnd, probabilityNormal: 0.4 * share * atEnd, hours: { least: 0, expected: hours, most: 2.6 * hours }, energyMwh: { least: 0, expected: mwh, most: 2.9 * mwh },
      peakPct: { least: peak - 14, expected: peak - 5, most: peak }, worstState, worstAt: '2025-01-14T18:00:00+01:00',
    }
  })
  const hours = [0, 2, 5, 10, 20, 35, 50, 80, 120, 180, 250, 350, 500, 800, 1_200, 2_000, 3_500, 5_000, 7_000, 8_760]
  return {
    id, name, kind, level, group, limit: kind === 'transformer' ? 630 : kind === 'bus' ? 0.95 : 240, limitUnit: kind === 'transformer' ? 'kVA' : kind === 'bus' ? 'pu' : 'A', years,
    firstLikelyYear: years.find(({ probability }) => probability >= 0.5)?.year ?? null, firstPossibleYear: firstPossible,
    duration: firstPossible === null ? null : { hours, pct: hours.map((hour) => peakPct * (1 - 0.145 * Math.log10(1 + hour / 12))), state: worstState },
  }
}

const measure = (option: string, kind: PortfolioMeasure['measure'], at: string, fromYear: number, once: number, more: Partial<PortfolioMeasure> = {}): PortfolioMeasure => ({
  option, measure: kind, at, changes: [], fromYear, amounts: YEARS.map((year) => (year >= fromYear ? 1 : 0)), unit: '', npvEur: { once, yearly: 0.09 * once, activation: 0, residual: 0.32 * once },
  activatedMwhAYear: null, activatedHoursAYear: null, noticeH: null, offer: null, ...more,
})
const cable = measure('larger-cable R01', 'larger-cable', 'R01', 2031, 640_000, { changes: [{ element: 'R01', into: '3 x 240 Al' }] })
const swap = measure('transformer P05.T1', 'transformer', 'P05.T1', 2030, 46_000, { changes: [{ element: 'P05.T1', into: '1000 kVA' }] })
const openPoint = measure('open-point R09', 'open-point', 'R09', 2029, 2_500, { changes: [{ element: 'R09', into: 'open' }, { element: 'R12', into: 'closed' }] })
const curtailment = measure('curtailment cold-store', 'curtailment', 'P05.B04', 2030, 0, {
  amounts: YEARS.map((year) => (year < 2030 ? 0 : 35 + 6 * (year - 2030))), unit: 'kW', npvEur: { once: 0, yearly: 21_400, activation: 6_100, residual: 0 },
  activatedMwhAYear: { least: 0, expected: 2.1, most: 7.4 }, activatedHoursAYear: { least: 0, expected: 18, most: 57 }, noticeH: 4, offer: 'cold-store',
})
const battery = measure('battery P07.B04', 'battery', 'P07.B04', 2034, 118_000, { amounts: YEARS.map((year) => (year < 2034 ? 0 : 150)), unit: 'kW' })

const portfolio = (kind: Portfolio['kind'], status: Portfolio['status'], eur: number, measures: readonly PortfolioMeasure[], more: Partial<Portfolio> = {}): Portfolio => ({
  kind, status, measures, expectedNpvEur: eur, npvOfScenarioEur: [{ scenario: 'trend', eur: 0.95 * eur }, { scenario: 'fast', eur: 1.4 * eur }, { scenario: 'sober', eur: 0.52 * eur }],
  worstRegretEur: 0.22 * eur, lossesMwh: -180, co2Tonnes: -5.8, notServedMwh: 0, rounds: 2, remaining: [], linearErrorPct: 1.3, ...more,
})
const left = (name: string, hours: number, worstPct: number) => ({ element: name, state: 'R17', year: 2041, scenario: 'fast', weather: 'cold', hours, worstPct })

export const sampleResult: StudyResult = {
  format: 1, engine: 'penfeld 0.1.0',
  district: { id: 'capucins', name: { fr: 'Les Capucins', en: 'Les Capucins' }, version: 'sample-1', notice: { fr: 'Réseau illustratif', en: 'Illustrative network' } },
  computedAt: '2026-11-28T15:00:00Z',
  ask: { fromYear: 2026, toYear: 2041, study: sampleStudy, changed: [{ path: 'scenarios.trend.electricVehicles.vehicles.2041', from: '420', to: '500' }], depth: 'full' },
  base: { from: '2025-11-01T00:00:00+01:00', to: '2026-11-01T00:00:00+01:00', measuredHours: 8_512, hours: 8_760, measuredShareOfEnergyPct: 71, flatClasses: ['street-light'] },
  weather: [{ id: 'measured', coldestDayC: -0.4, meanC: 12.1, note: '' }, { id: 'warm', coldestDayC: 0.8, meanC: 13.3, note: '' }, { id: 'cold', coldestDayC: -4.1, meanC: 11.9, note: '' }],
  futures: ['trend', 'fast', 'sober'].flatMap((id, s) => ['measured', 'cold'].flatMap((weather, w) => [2026, 2034, 2041].map((year, y) => ({
    scenario: id, weather, year, peakKw: 6_400 + 900 * y + 500 * w + 300 * s, energyMwh: 24_100 + 2_300 * y,
    steps: [
      { step: 'measured', energyMwh: 24_100, atPeakKw: 6_300 }, { step: 'weather', energyMwh: 180 * w, atPeakKw: 430 * w }, { step: 'growth', energyMwh: 900 * y, atPeakKw: 310 * y }, { step: 'new-buildings', energyMwh: 420 * y, atPeakKw: 140 * y },
      { step: 'electric-vehicles', energyMwh: 810 * y, atPeakKw: 290 * y }, { step: 'heat-pumps', energyMwh: 620 * y, atPeakKw: 260 * y }, { step: 'renovation', energyMwh: -210 * y, atPeakKw: -95 * y }, { step: 'photovoltaics', energyMwh: -380 * y, atPeakKw: 0 },
    ],
  })))),
  elements: [
    element('R01', 'Tronçon R01, tête de CAP1', 'section', 'medium', 'CAP1', 2030, 0.92, 118, 'R17'),
    element('P05.T1', 'Parking, transformateur', 'transformer', 'medium', 'P05 Parking', 2029, 0.97, 131, 'N'),
    element('P07.T1', 'Plateau sud, transformateur', 'transformer', 'medium', 'P07 Plateau sud', 2032, 0.61, 112, 'N'),
    element('P05.D4', 'Parking, départ bornes', 'section', 'low', 'P05 Parking', 2036, 0.31, 104, 'N'),
    element('P07.B04', 'Plateau sud, bout de ligne', 'bus', 'low', 'P07 Plateau sud', 2038, 0.18, 101, 'N'),
    element('R17', 'Tronçon R17, tête de CAP2', 'section', 'medium', 'CAP2', null, 0, 88, 'R01'),
    element('P09.T1', 'Quai haut, transformateur', 'transformer', 'medium', 'P09 Quai haut', null, 0, 64, 'N'),
  ],
  states: { normalSolved: 1_261_440, outageSolved: 21_444_480, lowVoltageScreenedOut: 9_874_112, lowVoltageSolved: 48_200, notSettled: 0, seconds: 141 },
  losses: [{ year: 2041, mwh: { least: 1_620, expected: 1_840, most: 2_210 } }],
  portfolios: [
    portfolio('nothing', 'violates', 1_950_000, [], { notServedMwh: 96, remaining: [left('R01', 212, 118), left('P05.T1', 341, 131), left('P07.T1', 44, 112)], linearErrorPct: null, rounds: 0 }),
    portfolio('reinforce', 'holds', 742_000, [cable, swap, measure('transformer P07.T1', 'transformer', 'P07.T1', 2033, 41_000)]),
    portfolio('least-cost', 'holds', 418_000, [openPoint, swap, curtailment, { ...cable, fromYear: 2037 }]),
    portfolio('least-regret', 'holds', 463_000, [openPoint, swap, curtailment, battery, { ...cable, fromYear: 2036 }]),
    portfolio('without-reinforcement', 'not-settled', 396_000, [openPoint, curtailment, battery], { remaining: [left('R01', 9, 103)] }),
  ],
  recommended: 2,
  answer: { kind: 'combine', firstYear: 2030, avoidedEur: 41_000, deferredEur: 152_000, deferredWorksEur: 640_000, savedEur: 324_000 },
  breakEven: { factor: 0.44, reinforcementEur: 326_000 },
  tornado: [
    { parameter: 'money.discountPct', lowValue: '2,5 %', highValue: '6 %', lowNpvEur: 487_000, highNpvEur: 371_000, lowFirstYear: 2030, highFirstYear: 2030 },
    { parameter: 'growthPct.boundary-town', lowValue: '1,3 %', highValue: '2,8 %', lowNpvEur: 166_000, highNpvEur: 801_000, lowFirstYear: 2036, highFirstYear: 2028 },
    { parameter: 'electricVehicles.vehicles', lowValue: '294', highValue: '588', lowNpvEur: 342_000, highNpvEur: 530_000, lowFirstYear: 2031, highFirstYear: 2029 },
    { parameter: 'prices.works', lowValue: '× 0.7', highValue: '× 1.3', lowNpvEur: 330_000, highNpvEur: 455_000, lowFirstYear: null, highFirstYear: null },
    { parameter: 'money.energyNotServedEurPerMwh', lowValue: '10 000', highValue: '30 000', lowNpvEur: 415_000, highNpvEur: 422_000, lowFirstYear: 2030, highFirstYear: 2030 },
  ],
  prices: [
    { item: 'mv-cable-laid-km', eur: 165_000, source: 'marché cadre de démonstration', dated: '2024-06', sure: 'usual' },
    { item: 'transformer-1000-kva', eur: 31_000, source: 'dena-Verteilnetzstudie', dated: '2012', sure: 'read' },
  ],
  sources: [{ title: 'dena-Verteilnetzstudie', dated: '2012', address: 'https://www.dena.de/', sure: 'read' }],
  modelCheck: { hours: 8_512, meanErrorPct: 1.8, largestErrorPct: 9.6 },
  network: {
    nodes: [
      { id: 'PS', name: 'Poste source de démonstration 63/20 kV', x: 2, y: 0, kind: 'primary' }, { id: 'P05', name: 'Parking', x: 0, y: 1, kind: 'secondary' }, { id: 'P07', name: 'Plateau sud', x: 0, y: 2, kind: 'secondary' },
      { id: 'P09', name: 'Quai haut', x: 4, y: 2, kind: 'secondary' }, { id: 'P10', name: 'Quai bas', x: 4, y: 1, kind: 'secondary' },
    ],
    links: [
      { id: 'R01', from: 'PS', to: 'P05', open: false }, { id: 'R02', from: 'P05', to: 'P07', open: false }, { id: 'R09', from: 'P07', to: 'P09', open: true }, { id: 'R12', from: 'P09', to: 'P10', open: false }, { id: 'R17', from: 'PS', to: 'P10', open: false },
    ],
    named: [{ id: 'CAP1', name: 'Départ Capucins ouest' }, { id: 'CAP2', name: 'Départ Capucins est' }, { id: 'P05.B04', name: 'Parking 0,4 kV' }],
  },
}
