import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proposeActivations, type CongestionAhead, type ContractAhead } from './propose-activations.ts'

const HOUR = 3_600_000
const DAY = { from: 24 * HOUR, to: 48 * HOUR, now: 9 * HOUR, actAtProbability: 0.2 }
/** Half hours of the day ahead; cells by element and step. */
function ahead(elements: Readonly<Record<string, Readonly<Record<number, { p: number; kwh?: number; unknown?: number }>>>>): CongestionAhead {
  const ids = Object.keys(elements)
  const column = (of: (cell: { p: number; kwh?: number; unknown?: number }) => number) => Float32Array.from({ length: ids.length * 48 }, (_, k) => of(elements[ids[Math.floor(k / 48)]!]![k % 48] ?? { p: 0, kwh: 0 }))
  return { from: DAY.from, stepS: 1800, steps: 48, elements: ids, probability: column(({ p }) => p), energyAboveKwh: column(({ kwh }) => kwh ?? 0), unknownShare: column(({ unknown }) => unknown ?? 0) }
}
const contract = (contractId: string, more: Partial<ContractAhead> = {}): ContractAhead => ({ contractId, kw: 30, activationEurPerMwh: 200, hoursLeft: 50, noticeH: 4, mostHours: Infinity, validFrom: 0, validTo: Infinity, elements: ['T1', 'H1'], ...more })
const at = (step: number) => DAY.from + step * 1_800_000

test('worked by hand: 20 kW above in half of the scenarios, the cheap contract in full and the rest of the dear one', () => {
  // 5 kWh on average in half an hour are 10 kW on average, and 20 kW in the half of the scenarios that pass the limit.
  const told = proposeActivations(ahead({ T1: { 36: { p: 0.5, kwh: 5 }, 37: { p: 0.5, kwh: 5 } } }), [contract('dear', { activationEurPerMwh: 300 }), contract('cheap', { kw: 8 })], DAY)
  expect(told.activations).toEqual([
    { contractId: 'cheap', from: at(36), to: at(38), kw: 8, elements: ['T1'], probability: 0.5 },
    { contractId: 'dear', from: at(36), to: at(38), kw: 12, elements: ['T1'], probability: 0.5 },
  ])
  expect(told.shortfalls).toEqual([])
  expect(told.unjudged).toEqual([])
})

test('below the chosen probability nothing is done, at it something is', () => {
  const cells = ahead({ T1: { 36: { p: 0.25, kwh: 1 } } })
  expect(proposeActivations(cells, [contract('a')], { ...DAY, actAtProbability: 0.26 }).activations).toEqual([])
  expect(proposeActivations(cells, [contract('a')], { ...DAY, actAtProbability: 0.25 }).activations).toHaveLength(1)
  expect(() => proposeActivations(cells, [], { ...DAY, actAtProbability: 0 })).toThrow(RangeError)
})

test('one contract relieves all elements above it', () => {
  const told = proposeActivations(ahead({ T1: { 36: { p: 1, kwh: 10 } }, H1: { 36: { p: 1, kwh: 4 } }, T2: { 36: { p: 1, kwh: 2 } } }), [contract('a')], DAY)
  expect(told.activations).toMatchObject([{ kw: 20, elements: ['T1', 'H1'] }])
  expect(told.shortfalls).toEqual([{ element: 'T2', from: at(36), to: at(37), mostKw: 4, energyKwh: 2, why: 'no-contract' }])
})

describe('what a contract does not allow is said to be short', () => {
  const long = ahead({ T1: Object.fromEntries([34, 35, 36, 37].map((step) => [step, { p: 1, kwh: step === 36 ? 10 : 5 }])) })
  test('longest activation: the hour of most energy', () => {
    const told = proposeActivations(long, [contract('a', { mostHours: 1 })], DAY)
    expect(told.activations).toMatchObject([{ from: at(35), to: at(37), kw: 20 }])
    expect(told.shortfalls.map(({ from, to, why }) => [from, to, why])).toEqual([[at(34), at(35), 'not-enough'], [at(37), at(38), 'not-enough']])
  })
  test('hours left in the year', () => {
    expect(proposeActivations(long, [contract('a', { hoursLeft: 0.5 })], DAY).activations).toMatchObject([{ from: at(36), to: at(37) }])
    expect(proposeActivations(long, [contract('a', { hoursLeft: 0.4 })], DAY)).toMatchObject({ activations: [], shortfalls: [{ from: at(34), to: at(38), mostKw: 20, energyKwh: 25 }] })
  })
  test('notice and validity', () => {
    expect(proposeActivations(long, [contract('a', { noticeH: 33 })], DAY).activations).toMatchObject([{ from: at(36), to: at(38) }])
    expect(proposeActivations(long, [contract('a', { validTo: at(36) })], DAY).activations).toMatchObject([{ from: at(34), to: at(36), kw: 10 }])
  })
  test('power', () => {
    expect(proposeActivations(long, [contract('a', { kw: 15 })], DAY).shortfalls).toMatchObject([{ from: at(36), to: at(37), mostKw: 5 }])
  })
})

test('what is not known does not read as "no violation"', () => {
  const told = proposeActivations(ahead({ T1: { 10: { p: NaN, unknown: 1 }, 11: { p: 0.1, unknown: 0.15 }, 12: { p: 0.1, unknown: 0.05 } }, T2: { 20: { p: 0.6, kwh: NaN } } }), [contract('a', { elements: ['T2'] })], DAY)
  // 0.1 of 0.85 and all of the unknown 0.15 are 0.235; of 0.05 they are 0.145.
  expect(told.unjudged).toEqual([{ element: 'T1', from: at(10), to: at(12) }])
  expect(told.shortfalls).toMatchObject([{ element: 'T2', from: at(20), to: at(21), mostKw: NaN, why: 'no-rating' }])
  expect(told.activations).toEqual([])
})

test('for any forecast and contracts: limits hold, and what is taken off and what is short are all that is needed', () => {
  const cell = fc.record({ p: fc.constantFrom(0, 0.1, 0.2, 0.5, 1), kwh: fc.integer({ min: 0, max: 40 }) })
  const cells = fc.array(cell, { minLength: 48, maxLength: 48 }).map((list) => Object.fromEntries(list.entries()))
  const any = fc.record({ kw: fc.integer({ min: 1, max: 60 }), activationEurPerMwh: fc.integer({ min: 0, max: 500 }), hoursLeft: fc.integer({ min: 0, max: 6 }), noticeH: fc.integer({ min: 0, max: 30 }), mostHours: fc.constantFrom(0.5, 2, Infinity), elements: fc.subarray(['T1', 'T2', 'H1']) })
  fc.assert(fc.property(cells, cells, cells, fc.array(any, { maxLength: 4 }), (T1, T2, H1, list) => {
    const network = ahead({ T1, T2, H1 })
    const contracts = list.map((more, k) => contract(`c${k}`, more))
    const told = proposeActivations(network, contracts, DAY)
    for (const one of contracts) {
      const own = told.activations.filter(({ contractId }) => contractId === one.contractId)
      expect(own.reduce((hours, { from, to }) => hours + (to - from) / HOUR, 0)).toBeLessThanOrEqual(one.hoursLeft)
      for (const { from, to, kw } of own) {
        expect(kw).toBeLessThanOrEqual(one.kw)
        expect((to - from) / HOUR).toBeLessThanOrEqual(one.mostHours)
        expect(from).toBeGreaterThanOrEqual(DAY.now + one.noticeH * HOUR)
      }
    }
    network.elements.forEach((element, e) => {
      for (let step = 0; step < 48; step += 1) {
        const p = network.probability[e * 48 + step]!
        const need = p >= DAY.actAtProbability ? (2 * network.energyAboveKwh[e * 48 + step]!) / p : 0
        const taken = told.activations.filter(({ contractId, from, to }) => from <= at(step) && at(step) < to && contracts.find((one) => one.contractId === contractId)!.elements.includes(element)).reduce((kw, one) => kw + one.kw, 0)
        const short = told.shortfalls.some((one) => one.element === element && one.from <= at(step) && at(step) < one.to)
        expect(short).toBe(need - taken > 1e-3)
      }
    })
  }), { numRuns: 60 })
})
