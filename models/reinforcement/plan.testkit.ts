/** Options with prices that can be worked by hand, and a choice among them, for tests of what is made of a choice. */
import type { PricedOption } from './choice-options.ts'
import type { Choice } from './choice-problem.ts'
import type { MeasureOption } from './measure.ts'

const priced = (option: Omit<MeasureOption, 'costs'> & { readonly lifeYears: number }, price: Partial<PricedOption['price']>): PricedOption => {
  const { lifeYears, ...rest } = option
  const kind = option.effect.kind === 'network' ? 'built' : option.effect.kind === 'load' ? 'units' : 'sized'
  return {
    option: { ...rest, costs: { once: [], lifeYears, yearly: [] } },
    price: { priced: true, onceEur: 0, yearlyEur: 0, kwYearEur: 0, activatedMwhEur: 0, items: [], ...price },
    choice: { id: option.id, kind, onceEur: new Float64Array(0), yearlyEur: new Float64Array(0) },
  }
}

export const pricedCable = (id = 'cable', at = 'L', onceEur = 40_000): PricedOption =>
  priced({ id, measure: 'parallel-cable', at, lifeYears: 40, effect: { kind: 'network', changes: [{ element: at, into: '2 x 150 Al' }], apply: (network) => network } }, { onceEur })

export const pricedUnits = (): PricedOption =>
  priced({ id: 'heat', measure: 'heat', at: 'B', lifeYears: 20, effect: { kind: 'load', hourly: [], mostUnits: 100, unit: 'dwellings' } }, { onceEur: 1000, yearlyEur: 10 })

export const pricedBattery = (): PricedOption => priced({
  id: 'battery', measure: 'battery', at: 'B', lifeYears: 15,
  effect: { kind: 'dispatch', bus: 0, mostKw: 100, hoursAYear: 500, mostHoursAnActivation: 2, noticeH: 3, rebound: { share: 0, withinH: 1 }, storage: { hours: 2, efficiency: 0.9 } },
}, { kwYearEur: 20, activatedMwhEur: 60 })

/** Places of options with their amount by stage. */
export const toldChoice = (chosen: readonly (readonly [number, readonly number[]])[]): Choice => ({
  status: 'optimal', chosen: chosen.map(([option, amount]) => ({ option, amount: Float64Array.from(amount) })), eurOfScenario: Float64Array.of(0), expectedEur: 0, worstRegretEur: NaN,
  notServedMwhOfScenario: Float64Array.of(0), unmet: [], variables: 0, constraints: 0, gap: 0,
})
