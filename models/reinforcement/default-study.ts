/** The study of a district: its own, or one that is made of `growth` where the document has none. */
import type { District, Growth } from '#models/district/schema.ts'
import type { Study, StudyMoney, StudyScenario, StudyWeather } from '#models/district/schema-study.ts'
import { localParts } from '#models/units/local-time.ts'

/** Years that a study looks ahead where nothing else is said. */
const HORIZON_YEARS = 15
const LAST_YEAR = 2050

/**
 * Arrivals of `growth` are in every scenario, also of the document's own study, unless a scenario names the same one (node, class and
 * power) itself, perhaps in another year.
 */
export function studyOf(district: District): Study {
  const { study, growth, timeZone } = district
  const arrivals = arrivalsOf(growth, timeZone)
  if (study === undefined) return defaultStudy(growth, arrivals)
  return { ...study, scenarios: study.scenarios.map((scenario) => ({ ...scenario, arrivals: [...(scenario.arrivals ?? []), ...arrivals.filter((one) => !(scenario.arrivals ?? []).some((own) => isSame(own, one)))] })) }
}

type Arrival = NonNullable<StudyScenario['arrivals']>[number]

const isSame = (a: Arrival, b: Arrival): boolean => a.node === b.node && a.loadClass === b.loadClass && a.peakKw === b.peakKw

const arrivalsOf = ({ arrivals }: Growth, timeZone: string): Arrival[] =>
  arrivals.map(({ node, at, peakKw, loadClass, note }) => ({ node, year: localParts(Date.parse(at), timeZone).year, peakKw, loadClass, note }))

/** Three scenarios around `growth`, three weathers, prices that are said to be assumed. */
function defaultStudy(growth: Growth, arrivals: Arrival[]): Study {
  const toYear = Math.min(LAST_YEAR, Math.max(growth.toYear, growth.fromYear + HORIZON_YEARS))
  const scenario = (id: string, fr: string, en: string, factor: number, probability: number): StudyScenario => ({
    id, name: { fr, en }, probability, growthPct: Object.fromEntries(Object.entries(growth.byLoadClassPct).map(([loadClass, pct]) => [loadClass, pct * factor])), arrivals,
    note: { fr: `Croissance du document multipliée par ${String(factor).replace('.', ',')}.`, en: `Growth of the document times ${factor}.` },
  })
  return {
    fromYear: growth.fromYear, toYear, weatherYears: USUAL_WEATHER, money: usualMoney(growth.fromYear),
    scenarios: [scenario('low', 'Croissance basse', 'Low growth', 0.5, 0.25), scenario('middle', 'Croissance moyenne', 'Middle growth', 1, 0.5), scenario('high', 'Croissance haute', 'High growth', 1.5, 0.25)],
  }
}

/** As measured, a degree milder, and one winter in ten. */
const USUAL_WEATHER: StudyWeather[] = [
  { id: 'measured', name: { fr: 'Année mesurée', en: 'Measured year' }, probability: 0.45, kind: 'measured', source: 'temperatures of the district' },
  { id: 'mild', name: { fr: 'Année douce', en: 'Mild year' }, probability: 0.45, kind: 'shifted', shiftC: 1, source: 'temperatures of the district, one degree more' },
  {
    id: 'cold-spell', name: { fr: 'Vague de froid, un hiver sur dix', en: 'Cold spell, one winter in ten' }, probability: 0.1, kind: 'cold-spell', coldSpell: { returnYears: 10, days: 7 },
    source: 'shape of the cold spell of February and March 2018 at Bedford (MIDAS Open, Met Office, OGL v3); depth from the temperatures of the district',
  },
]

/** Orders of size to be replaced by a district's own: no public table of an operator was found. */
const usualMoney = (pricesOf: number): StudyMoney => ({
  pricesOf, rates: 'real', discountPct: { low: 3, likely: 4.5, high: 6 },
  energyLossEurPerMwh: { low: 50, likely: 80, high: 120 }, energyNotServedEurPerMwh: { low: 10_000, likely: 20_000, high: 30_000 },
  co2EurPerTonne: { low: 100, likely: 250, high: 400 }, co2KgPerMwh: 64,
  source: 'assumed; emission factor 0.064 kg/kWh: order of 31 March 2021 on the energy performance of dwellings',
})
