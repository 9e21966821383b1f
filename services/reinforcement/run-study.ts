/** A study from the measured year to its figures: futures, constraints, ways of meeting them, checks; spread over threads. */
import { sourceIn } from '#models/district/schema-parts.ts'
import type { District } from '#models/district/schema.ts'
import { PEAK_FACTOR_SOURCE } from '#models/capacity/peak-factor.ts'
import { CATALOGUE_SOURCES } from '#models/capacity/usual-catalogue.ts'
import type { BaseYear } from '#models/reinforcement/base-year.ts'
import { buildGrid } from '#models/grid/network.ts'
import { constrainedElements } from '#models/reinforcement/constrained.ts'
import { assumedClasses, flatClasses, type FrozenYear } from '#models/reinforcement/frozen-year.ts'
import { studyPrices } from '#models/reinforcement/measures/prices.ts'
import { outlooks } from '#models/reinforcement/outlook.ts'

import { ratesOf, valueAt } from '#models/reinforcement/rates.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import type { FutureAsk, UnitResult } from '#models/reinforcement/study-worker.ts'
import { studyOptions } from '#models/reinforcement/study-options.ts'
import { studyAnswer } from '#models/reinforcement/study-answer.ts'
import { weatherYear } from '#models/reinforcement/weather-year.ts'
import { storedWinters } from '#models/reinforcement/frozen-to-base.ts'
import { findWays, NO_STATES, sumOfStates, type Ways } from './find-ways.ts'
import { futureAsks, isLikely } from './futures-asked.ts'
import { modelCheck } from '#models/reinforcement/model-check.ts'
import { networkDrawing, outlookElements } from './study-network.ts'
import { inOrder, onward, type StudyPool, type StudyProgress } from './study-lanes.ts'
import type { Assumed } from './study-tasks.ts'

export interface StudyInput {
  readonly district: District
  readonly frozen: FrozenYear
  /** What `frozen` makes on the network as it is. */
  readonly base: BaseYear
  readonly ask: StudyAsk
  readonly engine: string
  readonly computedAt: number
}

/** Shares of the whole in which the phases end: constraints, choosing with its checks, sensitivities. */
const ENDS = { constraints: 0.45, checking: 0.9 }

export async function runStudy({ district, frozen, base, ask, engine, computedAt }: StudyInput, pool: StudyPool, telling: StudyProgress): Promise<StudyResult> {
  const begun = performance.now()
  const progress = onward(telling)
  const { study } = ask
  const rates = ratesOf(study.money)
  const grid = buildGrid(district.network, frozen.from + frozen.hours * 3_600_000)
  const winters = storedWinters(frozen)
  const weather = study.weatherYears.map((one) => weatherYear(base, one, winters))
  const assumed: Assumed = { key: JSON.stringify([study, ask.depth]), study, quick: ask.depth === 'quick', temperaturesC: weather.map(({ temperatureC }) => temperatureC) }
  progress.tell('loads', 0)
  const asks = futureAsks(ask)
  // Asked for together: while one thread prepares for the names, the others do so for the futures.
  const [{ stateNames, elementIds }, solved] = await Promise.all([
    pool.run('names', assumed),
    inOrder(asks, (one) => pool.run('unit', { ...assumed, ask: one }), progress, 'constraints', 0, ENDS.constraints),
  ])
  // They were asked for with the hardest first, and are told in the order of time.
  const units = solved.sort((a, b) => a.ask.year - b.ask.year)
  const probabilityOf = ({ scenario, weather: of }: FutureAsk) => study.scenarios[scenario]!.probability * study.weatherYears[of]!.probability
  const constrained = constrainedElements(grid, elementIds, stateNames, units)
  const atHour = (hour: number) => new Date(frozen.from + hour * 3_600_000).toISOString()
  const elements = outlooks(outlookElements(district, grid), units.map(({ ask: of, counts }) => ({ year: of.year, probability: probabilityOf(of), ...counts })), stateNames, atHour)

  const prices = studyPrices(study)
  const priceList = new Map([...prices].map(([item, { eur, source, dated, sure, address }]) => [item, { eur, source: { title: sourceIn(source, 'en'), dated, ...(address === undefined ? {} : { address }), sure: sure === 'assumed' || sure === 'given' ? 'usual' as const : sure } }]))
  const years = Array.from({ length: ask.toYear - ask.fromYear + 1 }, (_, k) => ask.fromYear + k)
  const money = { horizon: { fromYear: ask.fromYear, toYear: ask.toYear }, rates, years, lossEurPerMwh: valueAt(study.money.energyLossEurPerMwh) + (valueAt(study.money.co2EurPerTonne) * study.money.co2KgPerMwh) / 1000, co2KgPerMwh: study.money.co2KgPerMwh }
  // What is only told is asked for first: it fills threads that would wait for the choice.
  const [curves, modelled, ways] = await Promise.all([
    durations(elements.slice(0, MOST_CURVES[ask.depth]).map(({ id }) => id)),
    frozen.headKw === undefined ? null : pool.run('measured-year', assumed).then((kw) => modelCheck(frozen.headKw!, kw)),
    waysFor(),
  ])
  const states = [...units.map((unit) => unit.states), ways.states].reduce(sumOfStates)
  const drawn = frozen.buses.reduce((sum, { annualEnergyKwh }) => sum + annualEnergyKwh, 0)
  const cells = new Map(frozen.cells.map((cell) => [cell.id, cell]))
  const measured = frozen.buses.reduce((sum, { cell, annualEnergyKwh }) => sum + annualEnergyKwh * (cells.get(cell)?.measuredShare ?? 0), 0)
  progress.tell('done', 1)
  return {
    format: 1, engine, district: { id: district.id, name: district.name, version: frozen.districtVersion, notice: district.notice ?? null }, computedAt: new Date(computedAt).toISOString(), ask,
    base: {
      from: new Date(frozen.from).toISOString(), to: atHour(frozen.hours), hours: frozen.hours, measuredHours: frozen.measuredHours,
      measuredShareOfEnergyPct: drawn > 0 ? (100 * measured) / drawn : 0, flatClasses: flatClasses(frozen), assumedClasses: assumedClasses(frozen),
    },
    weather: weather.map(({ id, coldestDayC, meanC, note }) => ({ id, coldestDayC, meanC, note })),
    futures: units.map(({ ask: of, loads }) => ({ scenario: study.scenarios[of.scenario]!.id, weather: study.weatherYears[of.weather]!.id, year: of.year, peakKw: loads.peakKw, energyMwh: loads.energyMwh, steps: isLikely(ask, of) ? loads.steps : [] })),
    elements: elements.map((element) => ({ ...element, duration: curves.get(element.id) ?? null })),
    states: { ...states, seconds: (performance.now() - begun) / 1000 },
    losses: [...new Set(units.map(({ ask: { year } }) => year))].map((year) => ({ year, mwh: lossesIn(units.filter(({ ask: of }) => of.year === year)) })),
    portfolios: ways.portfolios, recommended: ways.recommended, answer: ways.answer, breakEven: ways.breakEven, tornado: ways.tornado,
    prices: [...prices.values()].filter(({ item }) => ways.portfolios.length > 0 && item !== '').map(({ item, eur, source, dated, sure }) => ({ item, eur, source, dated, sure })),
    sources: [PEAK_FACTOR_SOURCE, ...CATALOGUE_SOURCES], unpriced: ways.unpriced, unsupplied: unsuppliedOf(units), modelCheck: modelled, network: networkDrawing(district),
  }

  async function waysFor(): Promise<Ways> {
    if (constrained.length === 0 && units.every(({ states: { notSettled } }) => notSettled === 0)) return { portfolios: [], recommended: null, tornado: [], answer: studyAnswer({ portfolios: [], recommended: null, firstYear: null }), breakEven: null, states: NO_STATES, unpriced: [] }
    return findWays({
      pool, assumed, options: studyOptions(district, study, grid, base, constrained), ask, constrained, units, stateNames, elementIds, prices: priceList, money, probabilityOf, elements,
      notServedEurPerMwh: valueAt(study.money.energyNotServedEurPerMwh),
    }, progress, ENDS.constraints, 1)
  }

  function lossesIn(of: readonly UnitResult[]) {
    const told = of.map((unit) => ({ probability: probabilityOf(unit.ask), mwh: unit.lossesMwh }))
    const total = told.reduce((sum, { probability }) => sum + probability, 0)
    return { least: Math.min(...told.map(({ mwh }) => mwh)), expected: told.reduce((sum, { probability, mwh }) => sum + (probability * mwh) / total, 0), most: Math.max(...told.map(({ mwh }) => mwh)) }
  }

  /** Load-duration of the last year in the likeliest future: what the reader of the study looks at first. */
  async function durations(ids: readonly string[]) {
    const found = new Map<string, { hours: number[]; pct: number[]; state: string }>()
    const last = units.filter(({ ask: of }) => of.year === ask.toYear && isLikely(ask, of)).at(-1)
    if (last === undefined || ids.length === 0) return found
    const wanted = ids.filter((id) => grid.branchIndex.has(id)).map((element) => ({ element, state: Math.max(0, last.counts.peakState[elementIds.indexOf(element)] ?? 0) }))
    const curves = await pool.run('loadings', { ...assumed, ask: { ...last.ask, curves: wanted } })
    wanted.forEach(({ element, state }, k) => { if (curves[k]!.length > 0) found.set(element, { ...thinned(curves[k]!), state: stateNames[state] ?? 'N' }) })
    return found
  }
}

/** The largest of each outage over all futures. */
function unsuppliedOf(units: readonly UnitResult[]): NonNullable<StudyResult['unsupplied']> {
  const largest = new Map<string, number>()
  for (const { unsupplied } of units) for (const { outage, peakKw } of unsupplied) largest.set(outage, Math.max(largest.get(outage) ?? 0, peakKw))
  return [...largest].map(([outage, peakKw]) => ({ outage, peakKw }))
}

const MOST_CURVES = { full: 6, quick: 2 } as const
const CURVE_POINTS = 120

/** Close together where the curve is steep, at its beginning. */
function thinned(curve: Float64Array): { hours: number[]; pct: number[] } {
  const places = [...new Set(Array.from({ length: CURVE_POINTS }, (_, k) => Math.floor((curve.length - 1) * (k / (CURVE_POINTS - 1)) ** 2)))]
  return { hours: places.map((place) => place + 1), pct: places.map((place) => Math.round(10 * curve[place]!) / 10) }
}
