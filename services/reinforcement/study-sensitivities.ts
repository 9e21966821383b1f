/**
 * What the cost of the least-cost way does when one assumption goes to its ends: chosen again over the same days, without a new check,
 * from the works that reinforce and from what some way has chosen.
 */
import type { Range, StudyScenario } from '#models/district/schema-study.ts'
import { type PricedOption, type PricedOptions, REINFORCING } from '#models/reinforcement/choice-options.ts'
import { pricedOptions } from '#models/reinforcement/choice-options.ts'
import type { ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import { ratesOf } from '#models/reinforcement/rates.ts'
import type { Level } from '#models/reinforcement/path-value.ts'
import type { Tornado } from '#models/reinforcement/study-result.ts'
import { askDays, type DaysTold, type DecidingDays, MOST_SECONDS, type WaysInput } from './deciding-days.ts'

type ProblemOf = (options: readonly PricedOption[], of: DecidingDays, objective: ChoiceProblem['objective']) => ChoiceProblem
type End = Exclude<Level, 'likely'>

/** Prices of works and of contracts are looked at this much lower and higher. */
const PRICE_ENDS = { works: { low: 0.7, high: 1.3 }, contracts: { low: 0.5, high: 1.5 } } as const
const LIMITS = { seconds: MOST_SECONDS, gap: 0.005 }
const EXPECTED = { kind: 'expected' } as const

export async function sensitivities(input: WaysInput, days: DecidingDays, allPriced: PricedOptions, chosen: ReadonlySet<string>, problemOf: ProblemOf): Promise<Tornado[]> {
  const { pool, ask: { study }, money, prices } = input
  const priced = { options: allPriced.options.filter(({ option: { id, measure } }) => chosen.has(id) || REINFORCING.includes(measure)) }
  const only = priced.options.map(({ option: { id } }) => id)
  const costOf = async (options: readonly PricedOption[], of: DecidingDays): Promise<number> => (await pool.run('choose', { ...problemOf(options, of, EXPECTED), limits: LIMITS })).expectedEur
  const both = async (parameter: string, values: { readonly low: string; readonly high: string }, run: (end: End) => Promise<number>): Promise<Tornado> => {
    const [lowNpvEur, highNpvEur] = await Promise.all([run('low'), run('high')])
    return { parameter, lowValue: values.low, highValue: values.high, lowNpvEur, highNpvEur, lowFirstYear: null, highFirstYear: null }
  }
  const told: DaysTold = new Map()
  const bars: Promise<Tornado>[] = []
  const { discountPct } = study.money
  if (typeof discountPct !== 'number') {
    bars.push(both('money.discountPct', textOf(discountPct, '%'), (end) => costOf(pricedOptions(priced.options.map(({ option }) => option), prices, days.stages.years, money.horizon, ratesOf(study.money, end)).options, days)))
  }
  for (const [name, isOf] of [['works', ({ option }: PricedOption) => REINFORCING.includes(option.measure)], ['contracts', ({ option }: PricedOption) => option.offer !== undefined]] as const) {
    if (!priced.options.some(isOf)) continue
    const { low, high } = PRICE_ENDS[name]
    bars.push(both(`prices.${name}`, { low: `× ${low}`, high: `× ${high}` }, (end) => costOf(priced.options.map((one) => (isOf(one) ? dearer(one, PRICE_ENDS[name][end]) : one)), days)))
  }
  for (const [place, range] of [...rangesOf(study.scenarios)].slice(0, MOST_RANGES)) {
    bars.push(both(place, textOf(range, place.startsWith('growthPct') ? '%' : ''), async (end) => costOf(priced.options, { ...days, ...(await askDays(input, days.days.map(({ wanted }) => wanted), { levels: new Map([[place, end]]), only, told })) })))
  }
  const found = await Promise.all(bars)
  const swing = ({ lowNpvEur, highNpvEur }: Tornado) => Math.abs(highNpvEur - lowNpvEur)
  // Where an end cannot be met at all there is no cost to show.
  return found.filter(({ lowNpvEur, highNpvEur }) => Number.isFinite(lowNpvEur + highNpvEur)).sort((a, b) => swing(b) - swing(a))
}

const textOf = ({ low, high }: Range, unit: string) => ({ low: `${low}${unit === '' ? '' : ` ${unit}`}`, high: `${high}${unit === '' ? '' : ` ${unit}`}` })

function dearer(one: PricedOption, factor: number): PricedOption {
  const times = (column: Float64Array) => column.map((eur) => eur * factor)
  const { onceEur, yearlyEur, activationEur } = one.choice
  return { ...one, choice: { ...one.choice, onceEur: times(onceEur), yearlyEur: times(yearlyEur), ...(activationEur === undefined ? {} : { activationEur: times(activationEur) }) } }
}

/** The rest of the feeder, as documents call it. */
const BOUNDARY_CLASS = 'boundary-town'
/** Each asks for all days again. */
const MOST_RANGES = 3

/** Numbers of the scenarios that are given as ranges, by their place in a scenario, those that usually matter most first; of a path the last one. */
function rangesOf(scenarios: readonly StudyScenario[]): ReadonlyMap<string, Range> {
  const found = new Map<string, Range>()
  const note = (place: string, value: number | Range | undefined) => { if (value !== undefined && typeof value !== 'number' && !found.has(place)) found.set(place, value) }
  const each = (tell: (scenario: StudyScenario) => void) => scenarios.forEach(tell)
  each(({ growthPct }) => note(`growthPct.${BOUNDARY_CLASS}`, growthPct[BOUNDARY_CLASS]))
  each(({ electricVehicles }) => note('electricVehicles.vehicles', electricVehicles?.vehicles.at(-1)?.amount))
  each(({ heatPumps }) => note('heatPumps.dwellings', heatPumps?.dwellings.at(-1)?.amount))
  each(({ renovation }) => note('renovation.share', renovation?.share.at(-1)?.amount))
  each(({ photovoltaics }) => note('photovoltaics.peakKw', photovoltaics?.peakKw.at(-1)?.amount))
  each(({ heatNetwork }) => note('heatNetwork.share', heatNetwork?.share.at(-1)?.amount))
  each(({ growthPct }) => { for (const [loadClass, value] of Object.entries(growthPct)) note(`growthPct.${loadClass}`, value) })
  return found
}
