import type { Range, StudyScenario } from '#models/district/schema-study.ts'
import { pathValue } from '#models/reinforcement/path-value.ts'
import { number, text, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { termOf } from '../words/index.ts'
import { rangeOf, rangeSaid } from './range.ts'

/** Scenarios side by side; a row that none of them has is left out, one that only some have shows a dash for the others. */
export function scenariosTable(context: Context): Table {
  const { result, w, lang } = context
  const { scenarios } = result.ask.study
  const columns = scenarios.map((one) => rowsOf(context, one))
  const names = [...new Set(columns.flatMap((rows) => [...rows.keys()]))]
  return {
    caption: w.assumptions.scenarioCaption(result.ask.toYear),
    columns: [text(w.assumptions.assumption), ...scenarios.map(({ name }) => number(name[lang]))],
    rows: names.map((name) => [name, ...columns.map((rows) => rows.get(name) ?? '–')]),
  }
}

function rowsOf({ result, w, n }: Context, scenario: StudyScenario): ReadonlyMap<string, string> {
  const { toYear } = result.ask
  const a = w.assumptions
  const count = (range: Range) => rangeSaid(range, n.count)
  const share = (range: Range) => rangeSaid(range, (value) => n.percent(100 * value))
  const { growthPct, newBuildings, arrivals, electricVehicles: cars, heatPumps, renovation, photovoltaics, heatNetwork } = scenario
  const homes = newBuildings?.filter(({ year }) => year <= toYear)
  const large = arrivals?.filter(({ year }) => year <= toYear)
  return new Map<string, string>([
    [a.probability, n.probability(scenario.probability)],
    ...Object.entries(growthPct).map(([load, pct]): [string, string] => [a.growth(termOf(w.terms.loads, load)), rangeSaid(rangeOf(pct), n.digits)]),
    ...rowIf(homes, (some): [string, string][] => [[a.homes, n.count(some.reduce((sum, one) => sum + one.count, 0))], [a.homesEnergy, n.count(some.reduce((sum, one) => sum + (one.count * one.annualEnergyKwh) / 1000, 0))]]),
    ...rowIf(large, (some): [string, string][] => [[a.arrivals, some.map(({ peakKw, year }) => a.arrival(n.count(peakKw), year)).join('\n')]]),
    ...rowIf(cars, (some): [string, string][] => [[a.vehicles, count(pathAt(some.vehicles, toYear))], [a.vehicleEnergy, n.count(some.annualEnergyKwh)], [a.smart, n.percent(100 * some.smartShare)]]),
    ...rowIf(heatPumps, (some): [string, string][] => [[a.heatPumps, count(pathAt(some.dwellings, toYear))]]),
    ...rowIf(renovation, (some): [string, string][] => [[a.renovated, share(pathAt(some.share, toYear))], [a.saved, n.percent(100 * some.savedColdShare)]]),
    ...rowIf(photovoltaics, (some): [string, string][] => [[a.photovoltaics, count(pathAt(some.peakKw, toYear))]]),
    ...rowIf(heatNetwork, (some): [string, string][] => [[a.heatNetwork, share(pathAt(some.share, toYear))]]),
  ])
}

const pathAt = (path: Parameters<typeof pathValue>[0], year: number): Range => ({ low: pathValue(path, year, 'low'), likely: pathValue(path, year), high: pathValue(path, year, 'high') })
const rowIf = <T>(some: T | undefined, rows: (some: T) => [string, string][]): [string, string][] => (some === undefined ? [] : rows(some))
