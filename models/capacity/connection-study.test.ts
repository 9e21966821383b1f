import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Network } from '#models/district/schema.ts'
import { ring, ringBus, ringCase, ringGrid, ringLoads, ringOutage } from './capacity.testkit.ts'
import { addedAt, createProbe } from './capacity-case.ts'
import { connectionOutcome } from './connection-outcome.ts'
import { connectionStudy, type ConnectionStudyInput } from './connection-study.ts'
import { annuity, type CostTable, DENA_COSTS, priceOf } from './cost-table.ts'
import { holds } from './judge.ts'
import type { Catalogue } from './remedies.ts'

const catalogue: Catalogue = {
  cables: [
    { cable: '150 Al', nominalKv: 0.4, rOhmPerKm: 0.206, xOhmPerKm: 0.08, cUfPerKm: 0, summerA: 270, winterA: 300, costItemPerKm: 'lv-cable-laid-km' },
    { cable: '240 Al', nominalKv: 0.4, rOhmPerKm: 0.125, xOhmPerKm: 0.08, cUfPerKm: 0, summerA: 360, winterA: 400, costItemPerKm: 'lv-cable-laid-km' },
  ],
  transformers: [{ ratedKva: 1000, shortCircuitVoltagePct: 6, shortCircuitResistivePct: 1.05, noLoadLossKw: 0.7, noLoadCurrentPct: 1, costItem: 'transformer-1000-kva' }],
}
const source = { title: 'test', dated: '2026-01', sure: 'usual' as const }
const costs: CostTable = { source, prices: { ...DENA_COSTS.prices, 'transformer-1000-kva': 15_000, 'flexible-connection': 500, 'curtailed-mwh': 300 }, yearly: { discountPct: 4, years: 10 } }

/** Eight hours; the evening ones are the full ones. */
const powers = [80, 80, 100, 150, 220, 300, 300, 120].map((kw) => [kw, kw, kw, kw])
const loads = ringLoads(powers)
const statesOf = (network: Network) => ({ normal: ringCase('N', loads, {}, {}, network), outages: [ringOutage(1, loads, {}, network), ringOutage(2, loads, {}, network)] })
const base = {
  network: ring, statesOf, tanPhi: 0, shareOfStep: powers.map(() => 1), stepS: 3600, catalogue, costs,
  isClosed: (id: string) => ringGrid.switchClosed[ringGrid.switchIds.indexOf(id)] === 1,
} satisfies Partial<ConnectionStudyInput>

describe('connection study', () => {
  test('what fits is connected: nothing binds, no remedy, and the headroom says what more there is', () => {
    const study = connectionStudy({ ...base, busId: 'P01.LV', kva: 100 })
    expect(study).toMatchObject({ holds: true, fitsKva: 100, fitsFirmKva: 100, binding: undefined, remedies: [], cheapest: undefined })
    expect(study.headroom.normal.activeKw).toBeGreaterThan(100)
    expect(study.normal).toMatchObject({ computedSteps: 8, beyondHours: 0, notComputedHours: 0 })
  })

  test('a full transformer: hours, energy, what fits, and the cheapest of the remedies that work', () => {
    const study = connectionStudy({ ...base, busId: 'P01.LV', kva: 380 })
    expect(study.holds).toBe(false)
    expect(study.binding).toMatchObject({ caseId: 'N', margin: { kind: 'power', element: 'P01.T1' } })
    expect(study.normal.beyondHours).toBe(2)
    // Two hours alike: in each the same part has to be given up.
    expect(study.normal.beyondMwh).toBeCloseTo((2 * (380 - study.fitsKva)) / 1000, 9)
    expect(study.fitsKva).toBeGreaterThan(300)
    expect(study.fitsKva).toBeLessThan(330)
    const kinds = study.remedies.filter((one) => one.clears).map((one) => one.kind)
    expect(kinds).toContain('reinforcement')
    expect(kinds).toContain('flexible')
    const swap = study.remedies.find((one) => one.kind === 'reinforcement')
    expect(swap).toMatchObject({ changes: [{ element: 'P01.T1', into: '1000 kVA' }], price: { priced: true, eur: 15_000 } })
    // The station's own busbar at 20 kV works too, but the table has no price for it: it is last of those that work, not free.
    const own = study.remedies.find((one) => one.kind === 'other-bus')
    expect(own).toMatchObject({ clears: true, price: { priced: false, missing: ['connection-mv-busbar'] } })
    expect(study.remedies.indexOf(own as NonNullable<typeof own>)).toBeGreaterThan(study.remedies.indexOf(swap as NonNullable<typeof swap>))
    expect(study.cheapest?.price.priced).toBe(true)
  })

  test('a thin cable is enlarged section by section until the far end holds', () => {
    const study = connectionStudy({ ...base, busId: 'P01.D1.J2', kva: 240 })
    expect(study.binding?.margin).toMatchObject({ kind: 'current', element: 'P01.D1.S1' })
    const cable = study.remedies.find((one) => one.kind === 'reinforcement')
    expect(cable?.clears).toBe(true)
    expect(new Set(cable?.changes)).toEqual(new Set([{ element: 'P01.D1.S1', into: '240 Al' }, { element: 'P01.D1.S2', into: '240 Al' }]))
    expect(cable?.price).toMatchObject({ priced: true })
    expect(cable?.price.priced === true && cable.price.eur).toBeCloseTo(0.16 * 100_000, 6)
  })

  test('the loss of a feeder head binds first where the ring is the limit, and the outage is named', () => {
    const study = connectionStudy({ ...base, busId: 'P02.MV', kva: 14_000 })
    expect(study.normal.holds).toBe(true)
    expect(study.holds).toBe(false)
    expect(study.fitsFirmKva).toBeLessThan(14_000)
    expect(['H1.S1', 'H2.S1']).toContain(study.binding?.caseId)
    expect(study.worstOutage?.caseId).toBe(study.binding?.caseId)
    expect(study.headroom.firm?.activeKw).toBeLessThan(study.headroom.normal.activeKw)
    expect(study.remedies.find((one) => one.kind === 'flexible')).toMatchObject({ clears: true, curtailment: { hoursAYear: 0, mwhAYear: 0 } })
  })

  test('a moved open point takes load off a full head, and is named with both switches', () => {
    // Head 1 carries everything; with the ring opened before P03 instead of behind it, head 2 takes over.
    const uneven: Network = {
      ...ring,
      switches: [...ring.switches.map((one) => (one.id === 'NO' ? { ...one, lineSection: 'R3', end: 'to' as const } : one)),
        ...['R2', 'R3'].map((section) => ({ id: `${section}.A`, name: section, kind: 'load-break-switch' as const, lineSection: section, end: 'from' as const, remote: true, positions: [{ validFrom: '2020-01-01T00:00:00Z', closed: true }] }))],
    }
    const study = connectionStudy({
      ...base, network: uneven, statesOf: (network) => ({ normal: ringCase('N', loads, {}, {}, network), outages: [] }), busId: 'P03.MV', kva: 14_000, isClosed: (id) => id !== 'NO',
    })
    expect(study.binding).toMatchObject({ caseId: 'N', margin: { kind: 'current', element: 'H1.S1' } })
    const moved = study.remedies.find((one) => one.kind === 'open-point')
    expect(moved).toMatchObject({ clears: true, changes: [{ element: 'NO', into: 'closed' }, { element: 'R2.A', into: 'open' }], price: { priced: false, missing: ['switching'] } })
  })

  test('what was broken before, or was not computed, is no remedy\'s success and never holds', () => {
    const elsewhere = ringLoads([[100, 700, 100, 100]])
    // A transformer that is full in another station is no reason against this connection.
    expect(connectionStudy({ ...base, statesOf: (network) => ({ normal: ringCase('N', elsewhere, {}, {}, network), outages: [] }), busId: 'P01.LV', kva: 10, shareOfStep: [1] }).holds).toBe(true)
    const broken = ringLoads([[700, 100, 100, 100]])
    const before = connectionStudy({ ...base, statesOf: (network) => ({ normal: ringCase('N', broken, {}, {}, network), outages: [] }), busId: 'P01.LV', kva: 10, shareOfStep: [1] })
    expect(before).toMatchObject({ holds: false, fitsKva: 0, normal: { brokenBeforeHours: 1, beyondHours: 0 }, binding: { caseId: 'N', step: 0, margin: { kind: 'power', element: 'P01.T1' } } })
    expect(before.remedies.find((one) => one.kind === 'flexible')?.clears).toBe(false)
    const lost = ringLoads([[100, 1e6, 100, 100]])
    const unknown = connectionStudy({ ...base, statesOf: (network) => ({ normal: ringCase('N', lost, {}, {}, network), outages: [] }), busId: 'P01.LV', kva: 10, shareOfStep: [1] })
    expect(unknown).toMatchObject({ holds: false, fitsKva: 0, cheapest: undefined, normal: { notComputedHours: 1 } })
    const dark = connectionStudy({ ...base, statesOf: () => ({ normal: ringCase('N', loads), outages: [ringCase('P01.T1', loads, { outOfService: ['P01.T1'] })] }), busId: 'P02.LV', kva: 10 })
    expect(dark).toMatchObject({ holds: false, fitsFirmKva: 0, worstOutage: { caseId: 'P01.T1', unsupplied: 'P01.LV' } })
  })

  test('a bus that is not there is refused by name', () => {
    expect(() => connectionStudy({ ...base, busId: 'P99.LV', kva: 1 })).toThrow(/P99\.LV/)
  })

  test('what fits holds in every step and 0.2 % of the request more does not, whatever the profile', () => {
    const share = fc.double({ min: 0.05, max: 1, noNaN: true })
    fc.assert(fc.property(fc.array(share, { minLength: 8, maxLength: 8 }), fc.constantFrom('P01.LV', 'P01.D1.J2', 'P03.MV'), fc.constantFrom(1, -1), fc.double({ min: 200, max: 20_000, noNaN: true }), (shares, busId, sign, kva) => {
      const shareOfStep = shares.map((one) => sign * one)
      const normal = ringCase('N', loads)
      const outcome = connectionOutcome(normal, { bus: ringBus(busId), kva, tanPhi: 0, shareOfStep }, { stepS: 3600 })
      const steps = shares.map((_, step) => step)
      const all = (kw: number) => createProbe(normal).margins(steps, addedAt(ringBus(busId), (entry) => kw * shareOfStep[entry], 0)).every(holds)
      expect(all(outcome.fitsKva)).toBe(true)
      expect(outcome.holds).toBe(outcome.fitsKva === kva)
      if (!outcome.holds) expect(all(outcome.fitsKva + 0.002 * kva)).toBe(false)
    }), { numRuns: 30, seed: 3 })
  })
})

describe('prices', () => {
  test('an item without a price leaves the whole without one, and yearly costs become a present value', () => {
    expect(priceOf([{ item: 'lv-cable-laid-km', quantity: 0.2 }, { item: 'helicopter', quantity: 1 }], costs)).toMatchObject({ priced: false, missing: ['helicopter'] })
    expect(priceOf([], costs)).toMatchObject({ priced: false })
    expect(annuity({ discountPct: 4, years: 10 })).toBeCloseTo(8.1109, 4)
    const price = priceOf([{ item: 'curtailed-mwh', quantity: 2, yearly: true }], costs)
    expect(price.priced && price.eur).toBeCloseTo(2 * 300 * 8.1109, 1)
    expect(priceOf([{ item: 'curtailed-mwh', quantity: 2, yearly: true }], { source, prices: costs.prices })).toMatchObject({ priced: false })
  })
})
