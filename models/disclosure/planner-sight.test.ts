import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryPoint, District } from '#models/district/schema.ts'
import { buildGrid } from '#models/grid/network.ts'
import { downstreamBuses, feedingTree } from '#models/grid/topology.ts'
import { isLargeEnough, plannerSight } from './planner-sight.ts'

const SINCE = '2020-01-01T00:00:00Z'
const AT = Date.UTC(2026, 0, 1)
type Kind = 'household' | 'business' | 'public-body' | 'unknown'
interface Bus { readonly parent: number; readonly holders: readonly Kind[]; readonly shared: boolean }

/** A tree of sections: bus k is fed from bus `parent` over section Lk. Delivery points of `shared` buses are all of one holder, the chain. */
function districtOf(buses: readonly Bus[], loops: readonly (readonly [number, number])[] = []): District {
  const section = (id: string, from: string, to: string) => ({ id, name: id, from, to, cable: 'c', lengthKm: 0.1, rOhmPerKm: 0.2, xOhmPerKm: 0.1, cUfPerKm: 0, ratings: [{ validFrom: SINCE, summerA: 100, winterA: 100 }] })
  const points = buses.flatMap(({ holders, shared }, bus) => holders.map((kind, n) => ({ id: `dp-${bus}-${n}`, node: `B${bus}`, kind, holder: kind === 'unknown' ? undefined : shared && kind === 'business' ? 'chain' : `h-${bus}-${n}` })))
  return {
    timeZone: 'Europe/Paris', carriers: ['electricity'], measurementPoints: [],
    holders: [...new Map(points.flatMap(({ holder, kind }) => (holder === undefined ? [] : [[holder, { id: holder, kind }]]))).values()],
    deliveryPoints: points.map(({ id, node, holder }): DeliveryPoint => ({ id, node, carrier: 'electricity', site: 's', category: 'professional', loadClass: 'shop', holders: holder === undefined ? [] : [{ validFrom: SINCE, holder }] })),
    network: {
      substations: [{ id: 'S', name: 'S', kind: 'primary', x: 0, y: 0 }], busbars: [{ id: 'B0', name: 'B0', substation: 'S', nominalVoltageKv: 0.4 }],
      junctions: buses.slice(1).map((_, k) => ({ id: `B${k + 1}`, nominalVoltageKv: 0.4 })), feeders: [], transformers: [], switches: [], boundaryLoads: [], winterMonths: [1], unmeteredSharePct: 0,
      lineSections: [...buses.slice(1).map(({ parent }, k) => section(`L${k + 1}`, `B${parent}`, `B${k + 1}`)), ...loops.map(([from, to], k) => section(`R${k}`, `B${from}`, `B${to}`))],
      sources: [{ id: 'Q', node: 'B0', voltagePu: 1, shortCircuitMva: 100, rxRatio: 0.1 }],
    },
  } as unknown as District
}

const kinds = fc.array(fc.constantFrom<Kind>('household', 'household', 'business', 'public-body', 'unknown'), { maxLength: 9 })
const tree = fc.array(fc.record({ up: fc.nat(3), holders: kinds, shared: fc.boolean() }), { minLength: 1, maxLength: 25 }).map((all): Bus[] => [{ parent: -1, holders: [], shared: false }, ...all.map(({ up, ...bus }, k) => ({ ...bus, parent: Math.max(0, k - up) }))])

test('every difference of what is shown is of nobody who is protected, or of eleven holders and more', () => {
  fc.assert(fc.property(tree, (buses) => {
    const district = districtOf(buses)
    const { district: total, elements, hidden, buses: loads } = plannerSight(district, AT)
    expect(elements.size + hidden.size).toBe(buses.length - 1)
    const grid = buildGrid(district.network, AT)
    const feeding = feedingTree(grid)
    const below = (id: string) => new Set(downstreamBuses(feeding, grid.branchIndex.get(id)!).map((bus) => grid.busIds[bus]!))
    const shown = [...elements].map((id) => below(id)).sort((a, b) => b.size - a.size)
    const whole = new Set(grid.busIds)
    for (const [k, set] of [...[whole], ...shown].entries()) {
      const inner = shown.slice(k === 0 ? 0 : k).filter((one) => one !== set && [...one].every((bus) => set.has(bus)))
      const own = [...set].filter((bus) => !inner.some((one) => one.has(bus)))
      const points = district.deliveryPoints.filter(({ node }) => own.includes(node!))
      if (k === 0 && !total) continue
      expect(isLargeEnough(district, points, AT)).toBe(true)
      // With the loads of buses taken away as well.
      expect(isLargeEnough(district, points.filter(({ node }) => !loads.has(node!)), AT)).toBe(true)
    }
  }), { numRuns: 150 })
})

test('a feeder that serves one shop is that shop; one that serves a street is not; what is public is shown', () => {
  const street: Kind[] = Array.from({ length: 15 }, () => 'household')
  const { elements, hidden, buses } = plannerSight(districtOf([{ parent: -1, holders: [], shared: false }, { parent: 0, holders: street, shared: false }, { parent: 0, holders: ['business'], shared: false }, { parent: 0, holders: ['public-body'], shared: false }, { parent: 0, holders: street, shared: false }]), AT)
  // Of the head of all nothing is left but the shop: the smaller street joins it.
  expect([...elements]).toEqual(['L3', 'L4'])
  expect([...hidden]).toEqual([['L1', Array.from({ length: 15 }, (_, n) => `dp-1-${n}`)], ['L2', ['dp-2-0']]])
  // Nor is the load of that street told at its bus, which would come to the same.
  expect([...buses]).toEqual(['B0', 'B3', 'B4'])
})

test('meters of one holder count once, and who is not known hides nobody', () => {
  const many = (kind: Kind, shared: boolean): Bus[] => [{ parent: -1, holders: [], shared: false }, { parent: 0, holders: Array.from({ length: 20 }, () => kind), shared }]
  expect(plannerSight(districtOf(many('business', true)), AT).elements.size).toBe(0)
  expect(plannerSight(districtOf(many('unknown', false)), AT).elements.size).toBe(0)
  expect(plannerSight(districtOf(many('business', false)), AT).elements.size).toBe(1)
})

test('flows of a loop tell the load of each of its buses: they are shown only where each may be', () => {
  const homes: Kind[] = Array.from({ length: 12 }, () => 'household')
  const ring = (last: readonly Kind[]) => plannerSight(districtOf([{ parent: -1, holders: [], shared: false }, { parent: 0, holders: homes, shared: false }, { parent: 1, holders: homes, shared: false }, { parent: 2, holders: last, shared: false }], [[3, 1]]), AT)
  expect([...ring(homes).elements]).toEqual(['L1', 'L2', 'L3', 'R0'])
  expect([...ring(['business']).elements]).toEqual(['L1'])
})
