import { sourceIn } from '#models/district/schema-parts.ts'
import { describe, expect, test } from 'vitest'
import { USUAL_CATALOGUE } from '#models/capacity/usual-catalogue.ts'
import type { FlexibilityOffer, StudyMoney } from '#models/district/schema-study.ts'
import type { MeasureOption } from '../measure.ts'
import { proposedOptions } from './index.ts'
import { constrainedAt, contextOf, switchedRing } from './measures.testkit.ts'
import { itemsEur, studyPrices, UNIT_PRICES } from './prices.ts'

const money: StudyMoney = { pricesOf: 2026, rates: 'real', discountPct: 4, energyLossEurPerMwh: { low: 60, likely: 80, high: 120 }, energyNotServedEurPerMwh: 20_000, co2EurPerTonne: 100, co2KgPerMwh: 50, source: 'test' }
const offers: FlexibilityOffer[] = (['curtailment', 'smart-charging', 'heat', 'tariff', 'efficiency'] as const).map((kind) => ({
  id: `O-${kind}`, kind, name: { fr: 'Offre', en: 'Offer' }, node: 'P01.LV', loadClasses: ['dwelling-electric-heating'], share: 0.5, mostKw: 30,
  availabilityEurPerKwYear: 30, activationEurPerMwh: 500, hoursAYear: 40, noticeH: 4, source: 'test',
}))
const itemsOf = ({ costs }: MeasureOption) => [...costs.once, ...costs.yearly, ...(costs.perKwYear ?? []), ...(costs.perActivatedMwh ?? [])]

describe('prices', () => {
  test('every item of every measure has one, with a source and a date', () => {
    const network = switchedRing()
    const small = { ...network, transformers: network.transformers.map((one) => ({ ...one, ratedKva: 160 })), lineSections: network.lineSections.map((one) => ({ ...one, ratings: [{ validFrom: '2020-01-01T00:00:00Z', summerA: 100, winterA: 100 }] })) }
    const options = proposedOptions(contextOf(small, [constrainedAt('P01.T1', 'transformer'), constrainedAt('H1.S1', 'section'), constrainedAt('P01.D1.S1', 'section')], { offers }))
    const prices = studyPrices({ money, offers })
    for (const option of options) {
      expect(itemsOf(option).length).toBeGreaterThan(0)
      expect(itemsEur(itemsOf(option), prices)).toMatchObject({ missing: [] })
    }
    for (const { costItem } of [...USUAL_CATALOGUE.transformers, ...(USUAL_CATALOGUE.primaryTransformers ?? [])]) expect(prices.has(costItem)).toBe(true)
    for (const { costItemPerKm } of USUAL_CATALOGUE.cables) expect(prices.has(costItemPerKm)).toBe(true)
    for (const { source, dated, eur } of UNIT_PRICES) expect(sourceIn(source, 'en').length > 10 && /^20\d\d/.test(dated) && eur > 0).toBe(true)
    expect(new Set(UNIT_PRICES.map(({ item }) => item)).size).toBe(UNIT_PRICES.length)
  })

  test('those of the document win, and bring the prices of its offers and losses', () => {
    const prices = studyPrices({ money, offers, prices: [{ item: 'mv-cable-laid-km', eur: 200_000, source: 'framework contract', dated: '2026-03' }] })
    expect(prices.get('mv-cable-laid-km')).toMatchObject({ eur: 200_000, sure: 'given' })
    expect([prices.get('offer O-heat kw-year')?.eur, prices.get('offer O-heat mwh')?.eur, prices.get('losses-mwh')?.eur]).toEqual([30, 500, 80])
    expect(studyPrices().get('mv-cable-laid-km')).toMatchObject({ eur: 140_000, sure: 'reported' })
  })

  test('a sum with an item that has no price is no sum', () => {
    const prices = studyPrices()
    expect(itemsEur([{ item: 'mv-cable-laid-km', quantity: 0.6 }, { item: 'switching', quantity: 1 }], prices)).toEqual({ eur: 84_500, missing: [] })
    expect(itemsEur([{ item: 'switching', quantity: 1 }, { item: 'gold', quantity: 1 }], prices)).toEqual({ eur: NaN, missing: ['gold'] })
    expect(itemsEur([], prices).eur).toBe(0)
  })
})
