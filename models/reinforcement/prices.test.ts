import { describe, expect, it } from 'vitest'
import { DENA_COSTS } from '#models/capacity/cost-table.ts'
import { realPct } from './rates.ts'
import { optionPrice, presentCosts, priceList } from './prices.ts'

const list = priceList([DENA_COSTS, { source: { title: 'second', dated: '2024', sure: 'read' }, prices: { 'mv-cable-laid-km': 1, 'battery-kw': 300, 'curtailed-mwh': 90 } }],
  [{ item: 'transformer-630-kva', eur: 24_000, source: 'framework contract', dated: '2026-01' }])

describe('prices of a study', () => {
  it('its own prices hold over the tables, the first table over the next, each with its source', () => {
    expect(list.get('transformer-630-kva')).toEqual({ eur: 24_000, source: { title: 'framework contract', dated: '2026-01', sure: 'reported' } })
    expect(list.get('mv-cable-laid-km')).toEqual({ eur: 140_000, source: DENA_COSTS.source })
  })

  it('an item without a price leaves the option without one, and so does naming no cost', () => {
    const costs = { once: [{ item: 'mv-cable-laid-km', quantity: 2 }], yearly: [{ item: 'upkeep', quantity: 1 }], lifeYears: 40 }
    expect(optionPrice(costs, list)).toEqual({ priced: false, missing: ['upkeep'] })
    expect(optionPrice({ once: [], yearly: [], lifeYears: 40 }, list)).toEqual({ priced: false, missing: [] })
    expect(optionPrice({ ...costs, yearly: [] }, list)).toMatchObject({ priced: true, onceEur: 280_000, yearlyEur: 0, items: ['mv-cable-laid-km'] })
  })

  it('by year of the choice; a year stands for those until the next', () => {
    const price = optionPrice({ once: [{ item: 'battery-kw', quantity: 1 }], yearly: [{ item: 'mv-cable-laid-km', quantity: 0.0001 }], perActivatedMwh: [{ item: 'curtailed-mwh', quantity: 1 }], lifeYears: 10 }, list)
    if (!price.priced) throw new Error('it has a price')
    const { onceEur, yearlyEur, activationEur } = presentCosts(price, 10, [2026, 2031, 2035], { fromYear: 2026, toYear: 2035 }, { discount: realPct(0) })
    // Of 10 years, 5 and 1 are used at the end of 2035.
    expect([...onceEur]).toEqual([300, 150, expect.closeTo(30, 9)])
    expect([...yearlyEur]).toEqual([70, 56, 14])
    expect([...activationEur]).toEqual([450, 360, 90])
  })
})
