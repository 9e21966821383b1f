import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { StudyMoney } from '#models/district/schema-study.ts'
import { breakEvenFactor, deferralValue, discountFactor, energyPrices, workValue, yearlyValue } from './money.ts'
import { nominalPct, ratesOf, realPct, yearFactor, type NominalRate, type Rates, type RealRate } from './rates.ts'
import { worksSaving } from './deferral.ts'

const nominal: Rates = { discount: nominalPct(4.5), inflation: nominalPct(2) }
const real: Rates = { discount: realPct(4.5) }
const money: StudyMoney = {
  pricesOf: 2026, rates: 'real', discountPct: { low: 2, likely: 4.5, high: 7 }, energyLossEurPerMwh: 80, energyNotServedEurPerMwh: 20_000,
  co2EurPerTonne: { low: 50, likely: 100, high: 250 }, co2KgPerMwh: 50, source: 'test',
}

describe('rates', () => {
  it('ten million deferred by five years at 4.5 %: 1.14 M nominal with 2 % inflation, 1.98 M real; ten years nominal 2.15 M', () => {
    // (1.02/1.045)^5 = 0.885985 and 1.045^-5 = 0.802451
    expect(deferralValue(10e6, 5, nominal) / 1e6).toBeCloseTo(1.14, 2)
    expect(deferralValue(10e6, 5, real) / 1e6).toBeCloseTo(1.975, 3)
    expect(deferralValue(10e6, 10, nominal) / 1e6).toBeCloseTo(2.15, 2)
  })

  it('a nominal rate and the real rate behind it give the same present value', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 12, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }), fc.integer({ min: 0, max: 25 }), (realRate, inflation, years) => {
      const behind = ((1 + realRate / 100) * (1 + inflation / 100) - 1) * 100
      expect(deferralValue(1, years, { discount: nominalPct(behind), inflation: nominalPct(inflation) })).toBeCloseTo(deferralValue(1, years, { discount: realPct(realRate) }), 9)
    }))
  })

  it('does not compile mixed, and refuses what reaches it mixed all the same', () => {
    // @ts-expect-error a real rate is no nominal one
    const wrong: NominalRate = realPct(3)
    // @ts-expect-error a number does not say which it is
    const bare: RealRate = 0.03
    expect([wrong.kind, bare]).toEqual(['real', 0.03])
    // @ts-expect-error real discount with nominal inflation
    const rates: Rates = { discount: realPct(4.5), inflation: nominalPct(2) }
    expect(() => yearFactor(rates)).toThrow('PF_STUDY_RATES_MIXED')
    expect(() => yearFactor({ discount: nominalPct(4.5) } as unknown as Rates)).toThrow('PF_STUDY_RATES_MIXED')
  })

  it('of a study: real with an inflation, or nominal without, is refused', () => {
    expect(() => ratesOf({ ...money, inflationPct: 2 })).toThrow('PF_STUDY_RATES_MIXED')
    expect(() => ratesOf({ ...money, rates: 'nominal' })).toThrow('PF_STUDY_RATES_MIXED')
    expect(yearFactor(ratesOf({ ...money, rates: 'nominal', inflationPct: 2 }))).toBeCloseTo(1.02 / 1.045, 12)
    expect(yearFactor(ratesOf(money, 'high'))).toBeCloseTo(1 / 1.07, 12)
  })
})

describe('present values', () => {
  const horizon = { fromYear: 2026, toYear: 2035 }
  const free: Rates = { discount: realPct(0) }

  it('the residual value is what is left of the life, straight, discounted to the end and taken off once', () => {
    // 10 years from 2026 on; built in 2031, 5 of 40 years are used up by the end of 2035: 7/8 are left.
    const value = workValue({ id: 'cable', eur: 800, year: 2031, lifeYears: 40 }, horizon, real)
    expect(value.onceEur).toBeCloseTo(800 * 1.045 ** -5, 9)
    expect(value.residualEur).toBeCloseTo(700 * 1.045 ** -10, 9)
    expect(value.netEur).toBeCloseTo(value.onceEur - value.residualEur, 12)
  })

  it('what wears out inside the horizon is replaced, and only the last one has a residual value', () => {
    // A battery of 8 years from 2026: again in 2034, of which 2 of 8 years are used.
    expect(workValue({ id: 'battery', eur: 100, year: 2026, lifeYears: 8 }, horizon, free)).toEqual({ onceEur: 200, residualEur: 75, netEur: 125 })
    // Of 5 years: again in 2031, used up exactly at the end.
    expect(workValue({ id: 'battery', eur: 100, year: 2026, lifeYears: 5 }, horizon, free)).toEqual({ onceEur: 200, residualEur: 0, netEur: 200 })
    expect(workValue({ id: 'later', eur: 100, year: 2036, lifeYears: 5 }, horizon, free).netEur).toBe(0)
  })

  it('by year, and for the energy that is lost or not served', () => {
    expect(yearlyValue(10, 2034, horizon, free)).toBe(20)
    expect(yearlyValue(10, 2035, horizon, real)).toBeCloseTo(10 * discountFactor(real, 2026, 2035), 12)
    // 80 + 0.05 t x 100 EUR/t = 85 EUR a MWh lost
    expect([...energyPrices(money, [2026], 2026).lossEur]).toEqual([85])
    expect([...energyPrices(money, [2026], 2026, { co2EurPerTonne: 'high' }).co2Eur]).toEqual([12.5])
    expect(energyPrices(money, [2027], 2026).notServedEur[0]).toBeCloseTo(20_000 / 1.045, 9)
  })

  it('break-even: the factor on reinforcement prices at which both plans cost the same', () => {
    // 4 k + 1 = 1 k + 3 at k = 2/3
    expect(breakEvenFactor({ reinforcementEur: 4, otherEur: 1 }, { reinforcementEur: 1, otherEur: 3 })).toBeCloseTo(2 / 3, 12)
    expect(breakEvenFactor({ reinforcementEur: 4, otherEur: 1 }, { reinforcementEur: 4, otherEur: 3 })).toBeNull()
    expect(breakEvenFactor({ reinforcementEur: 4, otherEur: 3 }, { reinforcementEur: 1, otherEur: 1 })).toBeNull()
  })
})

describe('avoided and deferred', () => {
  const horizon = { fromYear: 2026, toYear: 2045 }
  const work = (id: string, year: number, eur = 1000) => ({ id, eur, year, lifeYears: 40 })

  it('tells them apart, each work once', () => {
    const saving = worksSaving([work('a', 2028), work('b', 2028), work('c', 2030)], [work('b', 2033), work('c', 2030), work('d', 2040)], horizon, real)
    expect(saving.works.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a avoided', 'b deferred', 'c kept', 'd added'])
    const a = 1000 * 1.045 ** -2 - 1000 * (22 / 40) * 1.045 ** -20
    expect(saving.avoidedEur).toBeCloseTo(a, 6)
    const b = a - (1000 * 1.045 ** -7 - 1000 * (27 / 40) * 1.045 ** -20)
    expect(saving.deferredEur).toBeCloseTo(b, 6)
    expect(saving.deferredWorksEur).toBe(1000)
  })

  it('saved is the difference of both plans, whatever they are', () => {
    const plan = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), eur: fc.integer({ min: 1, max: 1e6 }), year: fc.integer({ min: 2024, max: 2048 }), lifeYears: fc.integer({ min: 3, max: 50 }) }), { selector: ({ id }) => id })
    fc.assert(fc.property(plan, plan, (reference, chosen) => {
      const total = (works: typeof reference): number => works.reduce((sum, each) => sum + workValue(each, horizon, nominal).netEur, 0)
      const { works } = worksSaving(reference, chosen, horizon, nominal)
      expect(works.reduce((sum, { savedEur }) => sum + savedEur, 0)).toBeCloseTo(total(reference) - total(chosen), 4)
      expect(new Set(works.map(({ id }) => id)).size).toBe(works.length)
    }))
  })
})
