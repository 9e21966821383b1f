import { flattened } from './study-paths.ts'
import type { Portfolio, StudyResult } from './study-result.ts'

export interface ComparedFigure { readonly figure: string; readonly one: number | null; readonly other: number | null; readonly unit: string }
export interface ComparedAssumption { readonly path: string; readonly one: string | null; readonly other: string | null }
export interface ComparedMeasure { readonly option: string; readonly oneFrom: number | null; readonly otherFrom: number | null }
export interface StudiesCompared {
  readonly figures: readonly ComparedFigure[]
  readonly assumptions: readonly ComparedAssumption[]
  readonly measures: readonly ComparedMeasure[]
}

/**
 * Two studies side by side: the figures that decide (money in EUR of each study's own `pricesOf`, so that another year of prices stands
 * among the assumptions), every assumption in which they differ, and the measures of the two recommended portfolios (where none is
 * recommended, of the least-cost one). Null: this study does not say.
 */
export function compareStudies(one: StudyResult, other: StudyResult): StudiesCompared {
  return { figures: figuresOf(one, other), assumptions: assumptionsOf(one, other), measures: measuresOf(one, other) }
}

type Figures = readonly (readonly [figure: string, unit: string, value: number | null])[]

function figures(result: StudyResult): Figures {
  const { answer, states } = result
  const lastYear = result.futures.filter(({ year }) => year === result.ask.toYear)
  const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values))
  return [
    ['answer.firstYear', 'year', answer.firstYear],
    ['answer.avoidedEur', 'EUR', answer.avoidedEur],
    ['answer.deferredEur', 'EUR', answer.deferredEur],
    ['answer.deferredWorksEur', 'EUR', answer.deferredWorksEur],
    ['answer.savedEur', 'EUR', answer.savedEur],
    ['breakEven.factor', '', result.breakEven?.factor ?? null],
    ['lastYear.peakKw', 'kW', most(lastYear.map(({ peakKw }) => peakKw))],
    ['lastYear.energyMwh', 'MWh', most(lastYear.map(({ energyMwh }) => energyMwh))],
    ['elements.constrained', '', result.elements.filter(({ firstPossibleYear }) => firstPossibleYear !== null).length],
    ['elements.likelyConstrained', '', result.elements.filter(({ firstLikelyYear }) => firstLikelyYear !== null).length],
    ['states.notSettled', '', states.notSettled],
    ...result.portfolios.flatMap(figuresOfPortfolio),
  ]
}

const figuresOfPortfolio = (portfolio: Portfolio): Figures => {
  const named = (figure: string) => `portfolios.${portfolio.kind}.${figure}`
  return [
    [named('expectedNpvEur'), 'EUR', portfolio.expectedNpvEur],
    ...portfolio.npvOfScenarioEur.map(({ scenario, eur }) => [named(`npvOfScenarioEur.${scenario}`), 'EUR', eur] as const),
    [named('worstRegretEur'), 'EUR', portfolio.worstRegretEur],
    [named('lossesMwh'), 'MWh', portfolio.lossesMwh],
    [named('co2Tonnes'), 't', portfolio.co2Tonnes],
    [named('notServedMwh'), 'MWh', portfolio.notServedMwh],
    [named('remaining'), '', portfolio.remaining.length],
  ]
}

/** In the order of the first study, then what only the other has. */
function figuresOf(one: StudyResult, other: StudyResult): ComparedFigure[] {
  const [left, right] = [one, other].map((result) => new Map(figures(result).map(([figure, unit, value]) => [figure, { unit, value }])))
  return [...new Set([...left!.keys(), ...right!.keys()])].map((figure) => ({
    figure, one: left!.get(figure)?.value ?? null, other: right!.get(figure)?.value ?? null, unit: (left!.get(figure) ?? right!.get(figure))!.unit,
  }))
}

/** What a study was made of: its numbers and texts by their paths, and beside them the network, the base year and the prices it took from tables. */
const madeOf = ({ ask, district, base, prices }: StudyResult) => new Map([
  ...flattened(ask.study),
  ...flattened({ depth: ask.depth, districtVersion: district.version, base: { from: base.from, to: base.to } }),
  ...flattened({ priceTable: prices.map(({ item, eur }) => ({ item, eur })) }),
])

function assumptionsOf(one: StudyResult, other: StudyResult): ComparedAssumption[] {
  const [left, right] = [madeOf(one), madeOf(other)]
  const text = (value: unknown) => (value === undefined || value === null ? null : String(value))
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({ path, one: text(left.get(path)), other: text(right.get(path)) }))
}

function measuresOf(one: StudyResult, other: StudyResult): ComparedMeasure[] {
  const [left, right] = [one, other].map((result) => new Map(portfolioShown(result)?.measures.map(({ option, fromYear }) => [option, fromYear])))
  return [...new Set([...left!.keys(), ...right!.keys()])].map((option) => ({ option, oneFrom: left!.get(option) ?? null, otherFrom: right!.get(option) ?? null }))
}

const portfolioShown = ({ portfolios, recommended }: StudyResult): Portfolio | undefined =>
  recommended === null ? portfolios.find(({ kind }) => kind === 'least-cost') : portfolios[recommended]
