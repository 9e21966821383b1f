import type { Study } from '#contract/study-shapes.ts'
import type { Speech } from './shaped.ts'

/** How numbers of a study are written, by their path: the unit, and 100 for shares that are said in percent. */
export interface Writing { readonly unit: string; readonly scale: number; readonly decimals: number }

const LABELS: readonly (readonly [RegExp, (parts: string[], speech: Speech) => string])[] = [
  [/^toYear$/, (_, { t }) => t.reinforcement.paths.toYear],
  [/^fromYear$/, (_, { t }) => t.reinforcement.paths.fromYear],
  [/^money\.discountPct$/, (_, { t }) => t.reinforcement.paths.discount],
  [/^money\.inflationPct$/, (_, { t }) => t.reinforcement.paths.inflation],
  [/^money\.energyNotServedEurPerMwh$/, (_, { t }) => t.reinforcement.paths.notServed],
  [/^money\.energyLossEurPerMwh$/, (_, { t }) => t.reinforcement.paths.losses],
  [/^money\.co2EurPerTonne$/, (_, { t }) => t.reinforcement.paths.co2],
  [/^prices\.works$/, (_, { t }) => t.reinforcement.paths.works],
  [/^prices\.contracts$/, (_, { t }) => t.reinforcement.paths.contracts],
  [/^prices\.(.+)\.eur$/, ([item], { t }) => t.reinforcement.paths.price(item)],
  [/growthPct\.(.+)$/, ([loadClass], speech) => speech.t.reinforcement.paths.growth(loadClassName(loadClass, speech))],
  [/electricVehicles\.smartShare$/, (_, { t }) => t.reinforcement.paths.smartShare],
]

/** What grows along a path of years, with the year where one is named. */
const AMOUNT = /(electricVehicles\.vehicles|heatPumps\.dwellings|photovoltaics\.peakKw|renovation\.share|heatNetwork\.share)(?:\.(\d{4}))?$/

/** The name of a load class as the page of connections says it; the rest of a feeder has one of its own. */
export function loadClassName(loadClass: string, { t }: Speech): string {
  if (loadClass.startsWith('boundary')) return t.reinforcement.paths.boundary
  const { profiles } = t.planner.connection
  return profiles[loadClass as keyof typeof profiles] ?? loadClass
}

/** What a path of the study is called; one that has no name is shown as it is. */
export function labelOf(path: string, speech: Speech): string {
  const words = speech.t.reinforcement.paths
  // Of a range that is compared end by end.
  const end = /^(.+)\.(low|likely|high)$/.exec(path)
  if (end) return words.bound(labelOf(end[1], speech), words.bounds[end[2] as keyof typeof words.bounds])
  const amount = AMOUNT.exec(path)
  if (amount) {
    const name = words.amounts[amount[1] as keyof typeof words.amounts]
    return amount[2] === undefined ? name : words.inYear(name, amount[2])
  }
  for (const [pattern, say] of LABELS) {
    const found = pattern.exec(path)
    if (found) return say(found.slice(1), speech)
  }
  return fieldLabel(path, speech) ?? path
}

/** The name of the last part and what it is a part of; nothing is said twice, as the scenario has its own place. */
function fieldLabel(path: string, { t }: Speech): string | undefined {
  const words = t.reinforcement.paths
  const parts = path.replace(/^(scenarios\.[^.]+|weatherYears|offers|money|priceTable)\./, '').split('.')
  const name = words.fields[parts[parts.length - 1] as keyof typeof words.fields]
  if (name === undefined) return undefined
  return parts.length === 1 ? name : words.at(name, parts.slice(0, -1).join(' '))
}

/** With the name of the scenario that it belongs to, where there are several. */
export function fullLabelOf(path: string, study: Study, speech: Speech): string {
  const scenario = study.scenarios.find(({ id }) => path.startsWith(`scenarios.${id}.`))
  const label = labelOf(path, speech)
  return scenario === undefined || label === path ? label : speech.t.reinforcement.paths.inScenario(label, scenario.name[speech.f.locale])
}

const WRITINGS: readonly (readonly [RegExp, Partial<Writing>])[] = [
  [/growthPct\./, { unit: '%', decimals: 1 }],
  [/Pct$/, { unit: '%', decimals: 1 }],
  [/(share|smartShare|savedColdShare|coldShare|probability)(\.\d+)?$|\.share\.\d+$|places\.\w+$/i, { unit: '%', scale: 100 }],
  [/EurPerMwh$/, { unit: '€/MWh' }],
  [/EurPerTonne$/, { unit: '€/t' }],
  [/EurPerKwYear$/, { unit: '€/kW' }],
  [/KgPerMwh$/i, { unit: 'kg/MWh' }],
  [/\.eur$/, { unit: '€' }],
  [/KwhPerKw$/, { unit: 'kWh/kW' }],
  [/Kwh$/, { unit: 'kWh' }],
  [/(Kw|peakKw\.\d+)$/, { unit: 'kW' }],
  [/C$/, { unit: 'degC', decimals: 1 }],
  [/(noticeH|hoursAYear|withinH|HoursAnActivation)$/, { unit: 'h' }],
  [/cop$/, { decimals: 1 }],
]
export function writingOf(path: string): Writing {
  return { unit: '', scale: 1, decimals: 0, ...WRITINGS.find(([pattern]) => pattern.test(path))?.[1] }
}

/** A year is not a quantity: it has no separator of thousands. */
const isYear = (path: string) => /(^|\.)(toYear|fromYear|pricesOf|year)$/.test(path)

export function writeNumber(path: string, value: number, { f }: Pick<Speech, 'f'>): string {
  if (isYear(path)) return String(value)
  const { unit, scale, decimals } = writingOf(path)
  const shown = value * scale
  const places = decimals > 0 || Number.isInteger(Math.round(shown * 1e6) / 1e6) ? decimals : 1
  return unit === '%' ? f.percent(shown, places) : f.unit(shown, unit, places)
}
