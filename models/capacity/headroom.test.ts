import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feedingTree } from '#models/grid/topology.ts'
import { addedAt, type CapacityCase, createProbe } from './capacity-case.ts'
import { ring, ringBus, ringCase, ringGrid, ringLoads, ringOutage } from './capacity.testkit.ts'
import { headroom, headrooms } from './headroom.ts'
import { holds, judged } from './judge.ts'
import { peakLift } from './peak-factor.ts'
import { largestHolding } from './section-search.ts'

/** Whether every step of a case holds with the power added, asked of the load flow alone. */
function allHold(one: CapacityCase, bus: number, addedKw: number, tanPhi: number): boolean {
  const steps = Array.from({ length: one.loads.scenarios }, (_, step) => step)
  return createProbe(one).margins(steps, addedAt(bus, () => addedKw, tanPhi)).every(holds)
}

describe('largest value that holds', () => {
  test.each([0.05, 3, 470, 12_345, 49_999])('%d is found to 0.01 %', (limit) => {
    const found = largestHolding((values) => values.map((value) => (value > limit ? value : undefined)), 50_000)
    expect(found.value).toBeLessThanOrEqual(limit)
    expect(found.value).toBeGreaterThan(limit * (1 - 2e-4) - 0.002)
    expect(found.breach).toBeGreaterThan(limit)
    for (const expected of [limit / 40, limit / 1.2, limit, limit * 1.3, limit * 40]) {
      const guided = largestHolding((values) => values.map((value) => (value > limit ? value : undefined)), 50_000, { expected })
      expect(Math.abs(guided.value - found.value)).toBeLessThan(limit * 2e-4 + 0.002)
      expect(guided.breach).toBeGreaterThan(limit)
    }
  })
  test('nothing holds, everything holds', () => {
    expect(largestHolding((values) => values.map(() => 'broken'), 100)).toEqual({ value: 0, breach: 'broken' })
    expect(largestHolding((values) => values.map(() => undefined), 100)).toEqual({ value: 100, breach: undefined })
    expect(largestHolding((values) => values.map(() => undefined), 100, { expected: 3 })).toEqual({ value: 100, breach: undefined })
  })
})

describe('headroom', () => {
  test('at a busbar behind a transformer it is what is left of the transformer, hand-worked', () => {
    const normal = ringCase('N', ringLoads([[100, 0, 0, 0], [230, 0, 0, 0]], 0))
    const { normal: found, firm } = headroom(ringBus('P01.LV'), normal, [], { direction: 'demand', tanPhi: 0 })
    // 630 kVA at the 20 kV side less 230 kW, the no-load loss and current (0.54 kW, 6.3 kvar) and the copper loss (6 kW, 24 kvar).
    expect(found.activeKw).toBeGreaterThan(390)
    expect(found.activeKw).toBeLessThan(396)
    expect(found).toMatchObject({ additive: false, reason: 'limit', binding: { caseId: 'N', step: 1, margin: { kind: 'power', element: 'P01.T1' } } })
    expect(firm).toBeUndefined()
  })

  test('after the loss of a head it is smaller, and the binding case, hour and element are named', () => {
    const loads = ringLoads([[200, 200, 200, 200], [400, 350, 300, 300]])
    const normal = ringCase('N', loads)
    const { normal: n, firm } = headroom(ringBus('P01.MV'), normal, [ringOutage(1, loads), ringOutage(2, loads)], { direction: 'demand', tanPhi: 0.2 })
    expect(n).toMatchObject({ reason: 'limit', binding: { caseId: 'N', step: 1, margin: { kind: 'current', element: 'H1.S1' } } })
    expect(firm).toMatchObject({ reason: 'limit', binding: { step: 1, margin: { kind: 'current' } } })
    expect(firm?.activeKw).toBeLessThan(n.activeKw)
    expect(['H1.S1', 'H2.S1']).toContain(firm?.binding?.caseId)
  })

  test('generation is limited by the voltage that it lifts, and drawing reactive power leaves more', () => {
    const voltageBand = (kv: number) => (kv < 1 ? { lowestPu: 0.9, highestPu: 1.07 } : { lowestPu: 0.95, highestPu: 1.05 })
    const normal = ringCase('N', ringLoads([[0, 0, 0, 0], [100, 0, 0, 0]]), {}, { voltageBand })
    const at = (tanPhi: number) => headroom(ringBus('P01.D1.J2'), normal, [], { direction: 'generation', tanPhi }).normal
    expect(at(0)).toMatchObject({ reason: 'limit', binding: { step: 0, margin: { kind: 'voltage-high', element: 'P01.D1.J2' } } })
    expect(at(-0.35).activeKw).toBeGreaterThan(at(0).activeKw)
  })

  test('an overload that is there already leaves nothing, and the reason says so; an element named as known is left out', () => {
    const normal = ringCase('N', ringLoads([[100, 700, 0, 0]]))
    expect(headroom(ringBus('P01.LV'), normal, [], { direction: 'demand', tanPhi: 0 }).normal)
      .toMatchObject({ activeKw: 0, reason: 'already-broken', binding: { margin: { element: 'P02.T1' } } })
    const known = { ...normal, judged: judged(ringGrid, normal.judged.elements, new Set(['P02.T1'])) }
    expect(headroom(ringBus('P01.LV'), known, [], { direction: 'demand', tanPhi: 0 }).normal).toMatchObject({ reason: 'limit', binding: { margin: { element: 'P01.T1' } } })
  })

  test('what does not settle, has no rating or no supply leaves nothing, each with its reason', () => {
    const options = { direction: 'demand', tanPhi: 0 } as const
    expect(headroom(ringBus('P01.LV'), ringCase('N', ringLoads([[100, 1e6, 0, 0]])), [], options).normal).toMatchObject({ activeKw: 0, reason: 'not-solved' })
    const unrated = { ...ring, lineSections: ring.lineSections.map((one) => (one.id === 'R1' ? { ...one, ratings: [{ validFrom: '2030-01-01T00:00:00Z', summerA: 1, winterA: 1 }] } : one)) }
    expect(headroom(ringBus('P01.LV'), ringCase('N', ringLoads([[1, 0, 0, 0]]), {}, {}, unrated), [], options).normal).toMatchObject({ activeKw: 0, reason: 'not-rated', binding: { margin: { element: 'R1' } } })
    const loads = ringLoads([[1, 0, 0, 0]])
    const dark = ringCase('P01.T1', loads, { outOfService: ['P01.T1'] })
    expect(headroom(ringBus('P01.LV'), ringCase('N', loads), [dark], options).firm).toMatchObject({ activeKw: 0, reason: 'not-supplied' })
    expect(headroom(ringBus('P01.LV'), ringCase('N', loads), [{ ...dark, mayBeUnsupplied: true }], options).firm?.activeKw).toBeGreaterThan(500)
  })

  test('a coarse source leaves less at low voltage: its peaks count for the loads that are there, not for what is added', () => {
    const loads = ringLoads([[0, 0, 0, 0]])
    loads.activeKw[ringBus('P01.D1.J2')] = 30
    const customers = new Float64Array(ringGrid.busCount)
    customers[ringBus('P01.D1.J2')] = 1
    const normal = ringCase('N', loads)
    const options = { direction: 'demand', tanPhi: 0 } as const
    const plain = headroom(ringBus('P01.D1.J2'), normal, [], options).normal
    const lifted = headroom(ringBus('P01.D1.J2'), { ...normal, lift: peakLift(ringGrid, feedingTree(ringGrid), customers, 3600) }, [], options).normal
    expect(plain.binding?.margin.kind).toBe('current')
    // 1.14 times the 30 kW are taken away besides.
    expect(plain.activeKw - lifted.activeKw).toBeGreaterThan(30)
    expect(plain.activeKw - lifted.activeKw).toBeLessThan(36)
  })

  test('adding it holds every limit in every step, adding 0.1 % more breaks one; screened and exact search agree with brute force', () => {
    const power = fc.integer({ min: 0, max: 350 })
    const loadsOf = fc.array(fc.array(power, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 12 })
    const node = fc.constantFrom('P01.LV', 'P02.MV', 'P03.D1.J1', 'P04.D1.J2', 'P02.D1.J2')
    fc.assert(fc.property(loadsOf, node, fc.constantFrom('demand', 'generation'), fc.constantFrom(0, 0.3, -0.3), (powers, name, direction, tanPhi) => {
      const loads = ringLoads(powers)
      const normal = ringCase('N', loads)
      const outage = ringOutage(1, loads)
      const sign = direction === 'demand' ? 1 : -1
      const found = headroom(ringBus(name), normal, [outage], { direction, tanPhi })
      const exact = headroom(ringBus(name), normal, [outage], { direction, tanPhi, everyStep: true })
      for (const [screened, every, cases] of [[found.normal, exact.normal, [normal]], [found.firm, exact.firm, [normal, outage]]] as const) {
        expect(screened?.activeKw).toBe(every?.activeKw)
        const kw = screened?.activeKw ?? NaN
        expect(screened?.reason).toBe('limit')
        expect(cases.every((one) => allHold(one, ringBus(name), sign * kw, tanPhi))).toBe(true)
        expect(cases.every((one) => allHold(one, ringBus(name), sign * kw * 1.001 + sign * 0.01, tanPhi))).toBe(false)
      }
    }), { numRuns: 25, seed: 7 })
  })

  test('many buses in one pass are the same as one by one', () => {
    const loads = ringLoads([[200, 100, 300, 50], [10, 20, 30, 40], [250, 0, 0, 300]])
    const buses = ['P01.LV', 'P02.D1.J1', 'P04.MV'].map(ringBus)
    const options = { direction: 'demand', tanPhi: 0.1 } as const
    const together = headrooms(buses, ringCase('N', loads), [ringOutage(2, loads)], options)
    expect(together).toEqual(buses.map((bus) => headroom(bus, ringCase('N', loads), [ringOutage(2, loads)], options)))
  })
})
