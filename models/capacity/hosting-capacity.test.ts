import { describe, expect, test } from 'vitest'
import { ringBus, ringCase, ringLoads } from './capacity.testkit.ts'
import { createProbe } from './capacity-case.ts'
import { type HostingCandidate, hostingCapacity } from './hosting-capacity.ts'
import { holds } from './judge.ts'

const options = { direction: 'demand', tanPhi: 0, shareOfRated: [1, 0.2], placements: 40, seed: 11 } as const
const normal = ringCase('N', ringLoads([[100, 100, 100, 100], [200, 200, 200, 200]], 0))
/** Customers of 40 kW: at the end of the LV feeder of station 1, and at the busbar of station 2. */
const candidates: readonly HostingCandidate[] = Array.from({ length: 30 }, (_, k) => ({ bus: ringBus(k % 2 === 0 ? 'P01.D1.J2' : 'P02.LV'), unitKw: 40 }))

describe('hosting capacity', () => {
  test('lies between the worst and the best order of arrival, both worked out by hand', () => {
    const found = hostingCapacity(normal, candidates, { ...options, quantiles: [0, 0.5, 1] })
    // The feeder end takes some units and the busbar others; whoever fills the feeder first stops the rest.
    const units = (bus: string) => {
      const probe = createProbe(normal)
      let count = 0
      while (probe.margins([0], (kw, _, offset) => (kw[offset + ringBus(bus)] += 40 * (count + 1))).every(holds)) count += 1
      return count
    }
    const atEnd = units('P01.D1.J2')
    const atBusbar = units('P02.LV')
    expect(atEnd).toBeLessThan(atBusbar)
    const [least, middle, most] = found.quantiles
    expect(least.units).toBeGreaterThanOrEqual(atEnd)
    expect(most.units).toBeLessThanOrEqual(atEnd + atBusbar)
    expect(least.kw).toBe(40 * least.units)
    expect(middle.kw).toBeGreaterThan(least.kw)
    expect(most.kw).toBeGreaterThan(middle.kw)
    expect(found.bindings.reduce((sum, one) => sum + one.placements, 0)).toBe(40)
    expect(found.bindings[0]).toMatchObject({ kind: 'current', element: 'P01.D1.S1' })
  })

  test('is the same for a seed and another for another', () => {
    expect(hostingCapacity(normal, candidates, options)).toEqual(hostingCapacity(normal, candidates, options))
    const kw = (seed: number) => hostingCapacity(normal, candidates, { ...options, seed }).quantiles.map((one) => one.kw).join()
    expect(new Set([1, 2, 3, 4].map(kw)).size).toBeGreaterThan(1)
  })

  test('a network that takes everybody says so, and one that is broken or not computed before hosts nothing', () => {
    const few = hostingCapacity(normal, candidates.slice(0, 3), options)
    expect(few).toMatchObject({ unlimitedPlacements: 40, bindings: [] })
    expect(few.quantiles.every((one) => one.kw === 120)).toBe(true)
    const full = hostingCapacity(ringCase('N', ringLoads([[0, 0, 700, 0], [0, 0, 0, 0]])), candidates, options)
    expect(full.quantiles.every((one) => one.kw === 0)).toBe(true)
    expect(full.brokenBefore).toMatchObject({ kind: 'power', element: 'P03.T1' })
    expect(hostingCapacity(ringCase('N', ringLoads([[0, 0, 0, 0], [1e6, 0, 0, 0]])), candidates, options).brokenBefore?.kind).toBe('not-solved')
  })

  test('generation at night costs nothing and at noon lifts the voltage', () => {
    const dark = hostingCapacity(normal, candidates, { ...options, direction: 'generation', shareOfRated: [0, 0] })
    expect(dark.unlimitedPlacements).toBe(40)
    const band = (kv: number) => (kv < 1 ? { lowestPu: 0.9, highestPu: 1.06 } : { lowestPu: 0.95, highestPu: 1.05 })
    const noon = hostingCapacity(ringCase('N', ringLoads([[10, 10, 10, 10]]), {}, { voltageBand: band }), candidates, { ...options, direction: 'generation', shareOfRated: [1] })
    expect(noon.bindings[0]).toMatchObject({ kind: 'voltage-high', element: 'P01.D1.J2' })
  })
})
