import fc from 'fast-check'
import { expect, test } from 'vitest'
import { availabilityEur, settleActivation, settlementReport } from './settle.ts'

const TERMS = { kw: 40, activationEurPerMwh: 250, toleratedShare: 0.9, penaltyEurPerMwh: 500 }
const kw = (...values: number[]) => Float64Array.from(values)

test('worked by hand: two hours of 40 kW, of which three quarters are delivered', () => {
  // Reductions 50, 40, 20, -10 kW count as 40, 40, 20, 0 kW: 50 kWh in half hours of 80 kWh. 72 kWh are tolerated: 22 are lacking.
  const told = settleActivation(TERMS, kw(100, 100, 100, 100), kw(50, 60, 80, 110), 1800)
  expect([...told.reductionKw]).toEqual([50, 40, 20, -10])
  expect(told).toMatchObject({ askedKwh: 80, deliveredKwh: 50, deliveredShare: 0.625, missingSteps: 0, activationEur: 12.5, penaltyEur: 11, netEur: 1.5 })
})

test('what is tolerated costs nothing', () => {
  expect(settleActivation(TERMS, kw(100, 100), kw(64, 64), 3600)).toMatchObject({ deliveredShare: 0.9, penaltyEur: 0, activationEur: 18 })
})

test('a missing measurement is neither delivered nor paid nor held against anybody', () => {
  const told = settleActivation(TERMS, kw(100, 100, NaN), kw(60, NaN, 60), 3600)
  expect(told).toMatchObject({ askedKwh: 120, deliveredKwh: 40, missingSteps: 2, penaltyEur: 0, activationEur: 10 })
  expect(told.deliveredShare).toBeCloseTo(1 / 3, 12)
  expect(settleActivation(TERMS, kw(NaN, NaN), kw(0, 0), 3600)).toMatchObject({ deliveredKwh: 0, deliveredShare: 0, missingSteps: 2, netEur: 0 })
  expect(() => settleActivation(TERMS, kw(1), kw(1, 2), 3600)).toThrow(RangeError)
})

test('for any measurement: delivered lies between nothing and what was asked, and losing a measurement never earns anything', () => {
  const value = fc.double({ min: -200, max: 200, noNaN: true })
  fc.assert(fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }), fc.nat(), (steps, which) => {
    const [baseline, measured] = [kw(...steps.map(([one]) => one)), kw(...steps.map(([, one]) => one))]
    const told = settleActivation(TERMS, baseline, measured, 1800)
    expect(told.deliveredKwh).toBeGreaterThanOrEqual(0)
    expect(told.deliveredKwh).toBeLessThanOrEqual(told.askedKwh + 1e-9)
    expect(told.penaltyEur).toBeGreaterThanOrEqual(0)
    measured[which % measured.length] = NaN
    const without = settleActivation(TERMS, baseline, measured, 1800)
    expect(without.deliveredKwh).toBeLessThanOrEqual(told.deliveredKwh + 1e-9)
    expect(without.activationEur).toBeLessThanOrEqual(told.activationEur + 1e-9)
  }))
})

test('availability is paid by the day within the contract: 40 kW at 25 EUR are 1,000 EUR a year', () => {
  const year = 365.25 * 86_400_000
  const contract = { kw: 40, availabilityEurPerKwYear: 25, validFrom: year, validTo: Infinity }
  expect(availabilityEur(contract, year, 2 * year)).toBeCloseTo(1_000, 9)
  expect(availabilityEur(contract, 0.5 * year, 1.25 * year)).toBeCloseTo(250, 9)
  expect(availabilityEur(contract, 0, year)).toBe(0)
})

test('a report adds up, and of nothing asked for there is no share', () => {
  const one = { ...settleActivation(TERMS, kw(100, 100), kw(60, 80), 3600), hours: 2 }
  expect(settlementReport([one, one], 100)).toMatchObject({ activations: 2, hours: 4, askedKwh: 160, deliveredKwh: 120, deliveredShare: 0.75, availabilityEur: 100, activationEur: 30, penaltyEur: 12, netEur: 118 })
  expect(settlementReport([], 100)).toMatchObject({ deliveredShare: NaN, netEur: 100 })
})
