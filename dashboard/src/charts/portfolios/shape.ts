import type { Portfolio, StudyResult } from '#contract/study-shapes.ts'
import type { FigureTable } from '../../components/figure.ts'
import type { Speech } from '../shaped.ts'

export interface PortfolioBar {
  readonly portfolio: Portfolio
  readonly name: string
  readonly status: string
  readonly isRecommended: boolean
  readonly holds: boolean
  readonly eur: number
  readonly low: number
  readonly high: number
  readonly cost: string
  /** Of the table on the page: cost, span of the scenarios, regret, losses, CO2, energy not served. */
  readonly cells: readonly string[]
}

export interface ShapedPortfolios {
  readonly sentence: string
  readonly table: FigureTable
  readonly bars: readonly PortfolioBar[]
  /** Of the axis, zero included. */
  readonly span: { readonly from: number; readonly to: number }
}

/** The ways that hold, cheapest first, then those that do not: a cheap way that does not hold is no cheap way. */
export function shapePortfolios({ portfolios, recommended }: StudyResult, { t, f }: Speech): ShapedPortfolios | undefined {
  if (portfolios.length === 0) return undefined
  const words = t.reinforcement.portfolios
  const bars = portfolios.map((portfolio, place): PortfolioBar => {
    const eurs = [portfolio.expectedNpvEur, ...portfolio.npvOfScenarioEur.map(({ eur }) => eur)]
    const [low, high] = [Math.min(...eurs), Math.max(...eurs)]
    return {
      portfolio, name: words.kinds[portfolio.kind], status: words.status[portfolio.status], isRecommended: place === recommended, holds: portfolio.status === 'holds',
      eur: portfolio.expectedNpvEur, low, high, cost: f.money(portfolio.expectedNpvEur),
      cells: [f.money(portfolio.expectedNpvEur), words.span(f.money(low), f.money(high)), f.money(portfolio.worstRegretEur), f.unit(portfolio.lossesMwh, 'MWh'), f.unit(portfolio.co2Tonnes, 't'), f.unit(portfolio.notServedMwh, 'MWh', portfolio.notServedMwh > 0 && portfolio.notServedMwh < 10 ? 1 : 0)],
    }
  }).sort((a, b) => Number(b.holds) - Number(a.holds) || a.eur - b.eur)
  return {
    sentence: sentenceOf(bars, { t, f }),
    bars,
    span: { from: Math.min(0, ...bars.map(({ low }) => low)), to: Math.max(1, ...bars.map(({ high }) => high)) },
    table: {
      rowHeader: words.solution,
      columns: [
        { label: words.statusColumn }, { label: words.cost, unit: '€' }, { label: words.low, unit: '€' }, { label: words.high, unit: '€' }, { label: words.regret, unit: '€' }, { label: words.losses, unit: 'MWh' }, { label: words.co2, unit: 't' }, { label: words.notServed, unit: 'MWh' },
      ],
      rows: bars.map(({ name, status, portfolio, low, high, cost, cells }, x) => ({
        header: name, x,
        cells: [status, cost, f.money(low), f.money(high), ...cells.slice(2)],
        raw: [status, portfolio.expectedNpvEur, low, high, portfolio.worstRegretEur, portfolio.lossesMwh, portfolio.co2Tonnes, portfolio.notServedMwh],
      })),
    },
  }
}

function sentenceOf(bars: readonly PortfolioBar[], { t }: Speech): string {
  const words = t.reinforcement.portfolios
  const [first, ...others] = bars.filter(({ holds }) => holds)
  if (first === undefined) return words.noneHolds
  // What the council asks is what reinforcing would cost.
  const other = others.find(({ portfolio }) => portfolio.kind === 'reinforce') ?? others[0]
  return other === undefined ? words.alone(first.name, first.cost) : words.sentence(first.name, first.cost, other.name, other.cost)
}
