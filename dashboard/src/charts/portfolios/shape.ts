import type { Portfolio, StudyResult } from '#contract/study-shapes.ts'
import type { FigureTable } from '../../components/figure.ts'
import type { Speech } from '../shaped.ts'

export interface PortfolioBar {
  readonly portfolio: Portfolio
  readonly name: string
  readonly status: string
  readonly isRecommended: boolean
  readonly holds: boolean
  /** Null: it is infeasible and has no cost. */
  readonly eur: number | null
  readonly low: number
  readonly high: number
  readonly cost: string
  /** Of the table on the page: cost, span of the scenarios, regret, losses with CO2, energy not served. */
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
    // What cannot be done costs nothing, which must not be read as free.
    const eur = portfolio.status === 'infeasible' ? null : portfolio.expectedNpvEur
    const eurs = eur === null ? [0] : [eur, ...portfolio.npvOfScenarioEur.map((one) => one.eur)]
    const [low, high] = [Math.min(...eurs), Math.max(...eurs)]
    return {
      portfolio, name: words.kinds[portfolio.kind], status: words.status[portfolio.status], isRecommended: place === recommended, holds: portfolio.status === 'holds',
      eur, low, high, cost: f.money(eur),
      cells: [f.money(eur), eur === null ? f.money(null) : words.span(f.money(low), f.money(high)), f.money(portfolio.worstRegretEur), eur === null ? f.money(null) : words.both(f.signed(portfolio.lossesMwh, 'MWh'), f.signed(portfolio.co2Tonnes, 't')), f.unit(eur === null ? null : portfolio.notServedMwh, 'MWh', portfolio.notServedMwh > 0 && portfolio.notServedMwh < 10 ? 1 : 0)],
    }
  }).sort((a, b) => Number(b.holds) - Number(a.holds) || (a.eur ?? Infinity) - (b.eur ?? Infinity))
  return {
    sentence: sentenceOf(bars, { t, f }),
    bars,
    span: { from: Math.min(0, ...bars.map(({ low }) => low)), to: Math.max(1, ...bars.map(({ high }) => high)) },
    table: {
      rowHeader: words.solution,
      columns: [
        { label: words.statusColumn }, { label: words.cost, unit: '€' }, { label: words.low, unit: '€' }, { label: words.high, unit: '€' }, { label: words.regret, unit: '€' }, { label: words.losses, unit: 'MWh' }, { label: words.co2, unit: 't' }, { label: words.notServed, unit: 'MWh' },
      ],
      rows: bars.map(({ name, status, portfolio, eur, low, high, cost, cells }, x) => ({
        header: name, x,
        cells: [status, cost, f.money(eur === null ? null : low), f.money(eur === null ? null : high), cells[2], f.signed(eur === null ? null : portfolio.lossesMwh, 'MWh'), f.signed(eur === null ? null : portfolio.co2Tonnes, 't'), cells[4]],
        raw: eur === null ? [status, null, null, null, null, null, null, null] : [status, eur, low, high, portfolio.worstRegretEur, portfolio.lossesMwh, portfolio.co2Tonnes, portfolio.notServedMwh],
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

/** The price of reinforcing at which it would be as good; nothing where there are no two ways to compare. */
export function breakEvenSentence({ portfolios, recommended, breakEven }: StudyResult, { t, f }: Speech): string {
  const words = t.reinforcement.portfolios
  if (breakEven !== null) return words.breakEven(f.number(breakEven.factor, 2), f.money(breakEven.reinforcementEur))
  const comparable = recommended !== null && portfolios[recommended].kind !== 'reinforce' && portfolios.some(({ kind, status }) => kind === 'reinforce' && status === 'holds')
  return comparable ? words.noBreakEven : ''
}
