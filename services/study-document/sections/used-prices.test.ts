import { expect, test } from 'vitest'
import { sampleResult } from '../sample-result.testkit.ts'
import { usedPrices } from './used-prices.ts'

const price = (item: string) => ({ item, eur: 1, source: 'x', dated: '2026', sure: 'given' })
const items = (names: readonly string[], portfolios = sampleResult.portfolios) => usedPrices({ portfolios, prices: names.map(price) }).map(({ item }) => item)

test('only what something in a portfolio is paid by: cables, the sizes of transformers that are set up, the offers that are called', () => {
  expect(items(['mv-cable-laid-km', 'transformer-400-kva', 'transformer-630-kva', 'photovoltaics-kwp', 'battery-kwh', 'offer halle kw-year', 'offer halle 2 mwh', 'offer école mwh', 'losses-mwh', 'unheard-of-item']))
    .toEqual(['mv-cable-laid-km', 'transformer-400-kva', 'battery-kwh', 'offer halle kw-year'])
  expect(items(['mv-cable-laid-km', 'battery-kwh'], [])).toEqual([])
})

test('a new substation may have a transformer of any size', () => {
  const portfolios = [{ ...sampleResult.portfolios[0], measures: [{ ...sampleResult.portfolios[1].measures[0], measure: 'new-substation' as const, changes: [] }] }]
  expect(items(['transformer-630-kva', 'secondary-substation', 'battery-kw'], portfolios)).toEqual(['transformer-630-kva', 'secondary-substation'])
})
