import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepLimits } from '#models/capacity/limits.ts'
import type { Network } from '#models/district/schema.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { mediumVoltageOutages } from './outages.ts'
import { planRestoration } from './restoration.ts'
import { gridOfState, restorationCase, type RestorationOptions } from './restoration-case.ts'
import { energised } from './switching.ts'

const AT = Date.parse('2026-01-15T12:00:00Z')
const SINCE = '2020-01-01T00:00:00Z'
const closedSince = [{ validFrom: SINCE, closed: true }]

/**
 * H1: PS - P01 - P02, H2: PS - P04 - P03, open (NO, remote) at P03 between them. P01 is left by remote switches; P02 and P04 have
 * switches that a crew operates; the LV networks hang on their transformers.
 */
function ring(): Network {
  const network = ringNetwork({ stations: 4, lvFeeders: 1, boundary: false })
  const at = (lineSection: string, end: 'from' | 'to', remote: boolean) => ({ id: `${lineSection}.${end}`, name: '', kind: 'load-break-switch' as const, lineSection, end, remote, positions: closedSince })
  return { ...network, switches: [...network.switches, at('H1.S1', 'to', true), at('R1', 'from', true), at('R1', 'to', false), at('R2', 'from', false), at('R3', 'from', false), at('R3', 'to', false), at('H2.S1', 'from', false)] }
}

/** kW of the stations' LV busbars P01..P04 in each step. */
function caseOf(network: Network, stepsKw: readonly (readonly number[])[], options: RestorationOptions = {}) {
  const grid = buildGrid(network, AT)
  const activeKw = new Float64Array(stepsKw.length * grid.busCount)
  stepsKw.forEach((stationKw, step) => stationKw.forEach((kw, k) => (activeKw[step * grid.busCount + busOf(grid, `P0${k + 1}.LV`)] = kw)))
  const customers = new Int32Array(grid.busCount)
  ;[10, 20, 30, 40].forEach((count, k) => (customers[busOf(grid, `P0${k + 1}.LV`)] = count))
  const at = Float64Array.from(stepsKw, (_, step) => AT + step * 3_600_000)
  const limits = (model: GridModel) => stepLimits(network, model, at, new Uint8Array(stepsKw.length).fill(1))
  return restorationCase(network, AT, { scenarios: stepsKw.length, activeKw, reactiveKvar: activeKw.map((kw) => 0.3 * kw) }, limits, 3600, customers, options)
}
const busOf = (grid: GridModel, id: string) => grid.busIndex.get(id) as number
const outageOf = (network: Network, id: string) => {
  const found = mediumVoltageOutages(network, buildGrid(network, AT)).find((outage) => outage.id === id)
  if (found === undefined) throw new Error(`no outage ${id}`)
  return found
}
const LOADS = [100, 200, 300, 400]
const operations = (plan: ReturnType<typeof planRestoration>) => plan.stages.flatMap((stage) => stage.operations.map(({ device, action }) => `${stage.name} ${action} ${device}`))

describe('outages', () => {
  const outages = mediumVoltageOutages(ring(), buildGrid(ring(), AT))

  test('are every section, transformer and busbar of the medium voltage', () => {
    expect(outages.map(({ id }) => id)).toEqual(['H1.S1', 'R1', 'R2', 'R3', 'H2.S1', 'P01.T1', 'P02.T1', 'P03.T1', 'P04.T1', 'PS.MV', 'P01.MV', 'P02.MV', 'P03.MV', 'P04.MV'])
  })

  test('trip the breaker at the head: all behind it is dark', () => {
    const dark = (id: string) => outages.find((outage) => outage.id === id)?.darkBuses.filter((bus) => bus.endsWith('.MV'))
    expect([outageOf(ring(), 'R1').tripped, dark('R1')]).toEqual([['H1.B'], ['P01.MV', 'P02.MV']])
    expect([outageOf(ring(), 'R3').tripped, dark('R3')]).toEqual([['H2.B'], ['P03.MV', 'P04.MV']])
  })

  test('of a transformer stay behind its own protection; of the busbar at the source nothing stays', () => {
    expect(outageOf(ring(), 'P02.T1')).toMatchObject({ tripped: ['P02.T1'], lost: ['P02.T1'], darkBuses: ['P02.LV', 'P02.D1.J1', 'P02.D1.J2'] })
    expect(outageOf(ring(), 'PS.MV')).toMatchObject({ tripped: ['SRC'], lost: ['PS.MV'] })
    expect(outageOf(ring(), 'PS.MV').darkBuses).toHaveLength(17)
  })

  test('name what is tied to the element without a switch', () => {
    const bare = { ...ring(), switches: ring().switches.filter((one) => !['R1.to', 'R2.from'].includes(one.id)) }
    expect(outageOf(bare, 'R1').lost).toEqual(['P02.MV', 'R1', 'R2'])
  })
})

describe('protections', () => {
  test('without a breaker on the way the source trips, and is back as soon as the fault is cut off', () => {
    const network = { ...ring(), switches: ring().switches.map((one) => (one.kind === 'breaker' ? { ...one, kind: 'load-break-switch' as const } : one)) }
    const plan = planRestoration(caseOf(network, [LOADS]), outageOf(network, 'R1'))
    expect(operations(plan).slice(0, 3)).toEqual(['fault trip SRC', 'remote open R1.from', 'remote close SRC'])
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([1000, 200, 0, 0])
  })

  test('of a ring that is closed both heads trip, and both feed again up to the fault', () => {
    const network = { ...ring(), switches: ring().switches.map((one) => ({ ...one, positions: closedSince })) }
    expect(outageOf(network, 'R1').tripped).toEqual(['H1.B', 'H2.B'])
    const plan = planRestoration(caseOf(network, [LOADS]), outageOf(network, 'R1'))
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([1000, 200, 0, 0])
  })

  test('a transformer between higher voltages has breakers at both sides: a second one takes over behind a coupling', () => {
    const network = ring()
    const bar = (id: string, nominalVoltageKv: number) => ({ id, name: id, substation: 'PS', nominalVoltageKv })
    const large = (id: string, lvNode: string) => ({ ...network.transformers[0], id, substation: 'PS', hvNode: 'PS.HV', lvNode, ratedKva: 20_000, hvKv: 63, lvKv: 20.5, vectorGroup: 'YNyn0' })
    const coupling = { ...network.lineSections[0], id: 'C', from: 'PS.MV', to: 'PS.MV2', lengthKm: 0.01 }
    const two: Network = {
      ...network, busbars: [...network.busbars, bar('PS.HV', 63), bar('PS.MV2', 20)], transformers: [...network.transformers, large('TA', 'PS.MV'), large('TB', 'PS.MV2')],
      lineSections: [...network.lineSections, coupling].map((one) => (one.id === 'H2.S1' ? { ...one, from: one.from === 'PS.MV' ? 'PS.MV2' : one.from, to: one.to === 'PS.MV' ? 'PS.MV2' : one.to } : one)),
      switches: [...network.switches, { id: 'CB', name: '', kind: 'breaker', lineSection: 'C', end: 'from', remote: true, positions: [{ validFrom: SINCE, closed: false }] }],
      sources: [{ ...network.sources[0], node: 'PS.HV' }],
    }
    const plan = planRestoration(caseOf(two, [LOADS]), outageOf(two, 'TA'), { kinds: ['transformer'], after: 'remote' })
    expect(operations(plan)).toEqual(['fault trip TA', 'remote close CB'])
    expect([plan.stages.map(({ unsuppliedKw }) => unsuppliedKw), plan.holds]).toEqual([[300, 0, 0, 0], true])
  })
})

describe('a plan of restoration', () => {
  test('worked by hand: fault on R1, remote switches save P01, a crew saves P02', () => {
    const plan = planRestoration(caseOf(ring(), [LOADS]), outageOf(ring(), 'R1'))
    // Remote: 180 s, then open R1.from and close H1.B at 60 s each. Manual: open R1.to (1,800 s), close NO (60 s).
    expect(operations(plan)).toEqual(['fault trip H1.B', 'remote open R1.from', 'remote close H1.B', 'manual open R1.to', 'manual close NO'])
    expect(plan.stages.map(({ name, fromS, toS, unsuppliedKw, unsuppliedCustomers }) => [name, fromS, toS, unsuppliedKw, unsuppliedCustomers])).toEqual([
      ['fault', 0, 300, 300, 30], ['remote', 300, 2160, 200, 20], ['manual', 2160, 86_400, 0, 0], ['repair', 86_400, 86_400, 0, 0],
    ])
    expect(plan.stages[0].unsuppliedKwh).toBeCloseTo((300 * 300) / 3600, 9)
    expect(plan.stages[3].cumulatedKwh).toBeCloseTo((300 * 300) / 3600 + (200 * 1860) / 3600, 9)
    expect(plan.stages[2].openSwitches).toEqual(['R1.from', 'R1.to'])
    expect([plan.firm, plan.holds, plan.violations]).toEqual([true, true, []])
  })

  test('with remote switches only on the way, and times of the document, no crew is needed', () => {
    const network = { ...ring(), switches: ring().switches.map((one) => ({ ...one, remote: true, ...(one.id === 'R1.to' && { operatingTimeS: 15 }) })) }
    const plan = planRestoration(caseOf(network, [LOADS]), outageOf(network, 'R1'))
    expect(plan.stages.map(({ name, unsuppliedKw, operations: done }) => [name, unsuppliedKw, done.length])).toEqual([['fault', 300, 1], ['remote', 0, 4], ['manual', 0, 0], ['repair', 0, 0]])
    expect(plan.stages[1].operations.find(({ device }) => device === 'R1.to')).toMatchObject({ timeAssumed: false })
    expect(plan.stages[1].fromS).toBe(180 + 3 * 60 + 15)
  })

  test('the firm criterion may ask for supply after the remote stage already', () => {
    const plan = planRestoration(caseOf(ring(), [LOADS]), outageOf(ring(), 'R1'), { after: 'remote' })
    expect(plan.violations).toEqual([{ kind: 'not-supplied', element: 'P02.LV', value: NaN, unsuppliedKw: 200 }])
    expect(plan.holds).toBe(false)
  })

  test('the energy follows the load of the hours', () => {
    const plan = planRestoration(caseOf(ring(), [LOADS, [0, 0, 0, 0], LOADS]), outageOf(ring(), 'P02.T1'))
    // 12 h until the transformer is exchanged: one hour of 200 kW, one of nothing, ten more of 200 kW.
    expect(plan.stages.at(-1)?.cumulatedKwh).toBeCloseTo(200 * 11, 9)
  })

  test('a transformer leaves its customers without supply until the exchange: reported, and no violation where no criterion asks', () => {
    const free = planRestoration(caseOf(ring(), [LOADS]), outageOf(ring(), 'P03.T1'))
    expect(free.stages.map(({ unsuppliedKw, unsuppliedCustomers }) => [unsuppliedKw, unsuppliedCustomers])).toEqual([[300, 30], [300, 30], [300, 30], [0, 0]])
    expect([free.firm, free.holds]).toEqual([false, true])
    const asked = planRestoration(caseOf(ring(), [LOADS]), outageOf(ring(), 'P03.T1'), { kinds: ['section', 'transformer'] })
    expect(asked.violations).toEqual([{ kind: 'not-supplied', element: 'P03.LV', value: NaN, unsuppliedKw: 300 }])
  })

  test('a spur stays without supply until the repair, a violation unless it is accepted', () => {
    const spur = { ...ring(), switches: ring().switches.filter((one) => one.id !== 'NO'), lineSections: ring().lineSections.filter((one) => one.id !== 'R2') }
    spur.switches = spur.switches.filter((one) => one.lineSection !== 'R2')
    const plan = planRestoration(caseOf(spur, [LOADS]), outageOf(spur, 'R1'))
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([300, 200, 200, 0])
    expect(plan.stages[2].operations).toEqual([])
    expect(plan.violations).toMatchObject([{ kind: 'not-supplied', element: 'P02.LV' }])
    expect(planRestoration(caseOf(spur, [LOADS]), outageOf(spur, 'R1'), { except: ['R1'] }).holds).toBe(true)
  })

  test('nothing is fed after the loss of the only source busbar', () => {
    const plan = planRestoration(caseOf(ring(), [LOADS]), outageOf(ring(), 'PS.MV'), { kinds: ['busbar'] })
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([1000, 1000, 1000, 0])
    expect(plan.holds).toBe(false)
  })
})

describe('limits', () => {
  /** 25 A carry some 850 kVA at 20 kV: H2 takes its own 700 kW and not the 900 of both ends, nor 300 more. */
  const weak = (ampere: number): Network => ({ ...ring(), lineSections: ring().lineSections.map((one) => (one.id === 'H2.S1' ? { ...one, ratings: [{ validFrom: SINCE, summerA: ampere, winterA: ampere }] } : one)) })

  test('a transfer that overloads is refused, and what stays dark is a violation', () => {
    const plan = planRestoration(caseOf(weak(25), [LOADS]), outageOf(weak(25), 'R1'))
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([300, 200, 200, 0])
    expect(plan.stages[2].refused).toMatchObject([{ close: ['NO'], margin: { kind: 'current', element: 'H2.S1' } }])
    expect(plan.violations.map(({ kind, element }) => [kind, element])).toEqual([['not-supplied', 'P02.LV']])
  })

  test('closed all the same for a year of hours, the overload is the violation', () => {
    const plan = planRestoration(caseOf(weak(25), [LOADS], { onOverload: 'supply-and-report' }), outageOf(weak(25), 'R1'))
    expect(plan.stages[2].unsuppliedKw).toBe(0)
    expect(plan.violations).toMatchObject([{ kind: 'current', element: 'H2.S1' }])
    expect(plan.violations[0].value).toBeGreaterThan(100)
  })

  test('a limit that only a later hour breaks forbids the transfer too', () => {
    const plan = planRestoration(caseOf(weak(25), [[10, 10, 10, 10], LOADS]), outageOf(weak(25), 'R1'))
    expect(plan.stages[2].refused).toHaveLength(1)
  })

  test('a part too large for its way is divided: the larger piece that holds is fed', () => {
    // H1.S1 is lost: 300 kW would come over H2; only the 200 of P02 fit beside the 700.
    const plan = planRestoration(caseOf(weak(29), [LOADS]), outageOf(weak(29), 'H1.S1'))
    expect(plan.stages.map(({ unsuppliedKw }) => unsuppliedKw)).toEqual([300, 100, 100, 0])
    expect(operations(plan)).toContain('remote open R1.from')
  })

  test('of two ways the one that leaves the smallest loading is taken', () => {
    const network = ring()
    // A second tie from the source busbar straight to P02, of the same cable as the ring.
    const tie = { ...network.lineSections[0], id: 'TIE', from: 'PS.MV', to: 'P02.MV' }
    const two: Network = { ...network, lineSections: [...network.lineSections, tie], switches: [...network.switches, { ...network.switches[2], id: 'NO2', lineSection: 'TIE', end: 'to' }] }
    expect(operations(planRestoration(caseOf(two, [LOADS]), outageOf(two, 'R1')))).toContain('manual close NO2')
  })

  test('a tie open at both ends is closed at both', () => {
    const network = ring()
    const both = { ...network, switches: network.switches.map((one) => (one.id === 'R2.from' ? { ...one, remote: true, positions: [{ validFrom: SINCE, closed: false }] } : one)) }
    const plan = planRestoration(caseOf(both, [LOADS]), outageOf(both, 'R1'))
    expect(operations(plan).slice(-3)).toEqual(['manual open R1.to', 'manual close NO', 'manual close R2.from'])
    expect(plan.holds).toBe(true)
  })

  test('a load flow that does not settle is a violation of its own kind, never a pass', () => {
    const plan = planRestoration(caseOf(ring(), [[0, 4e5, 0, 0]], { onOverload: 'supply-and-report' }), outageOf(ring(), 'R1'))
    expect(plan.violations.map(({ kind }) => kind)).toContain('not-solved')
    expect(plan.holds).toBe(false)
  })
})

describe('for any loads and any switches, every outage of a ring', () => {
  const ends = ring().lineSections.slice(0, 5).flatMap(({ id }) => (['from', 'to'] as const).map((end) => ({ lineSection: id, end })))
  const kinds = fc.constantFrom('none', 'breaker', 'remote', 'manual', 'open-remote', 'open-manual')
  const networks = fc.array(kinds, { minLength: ends.length, maxLength: ends.length }).map((chosen): Network => ({
    ...ring(),
    switches: ends.flatMap(({ lineSection, end }, k) => (chosen[k] === 'none' ? [] : [{
      id: `${lineSection}.${end}`, name: '', lineSection, end, kind: chosen[k] === 'breaker' ? 'breaker' as const : 'load-break-switch' as const,
      remote: !chosen[k].endsWith('manual'), positions: [{ validFrom: SINCE, closed: !chosen[k].startsWith('open') }],
    }])),
  }))
  const stationsKw = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 4, maxLength: 4 })

  test('supplied and unsupplied are the total, no stage is worse than the one before, the fault is never fed, and no loop is closed', () => {
    fc.assert(
      fc.property(networks, stationsKw, fc.nat(13), fc.boolean(), (network, stationKw, which, supplyAll) => {
        const one = caseOf(network, [stationKw], supplyAll ? { onOverload: 'supply-and-report' } : {})
        const { graph } = one
        const outage = mediumVoltageOutages(network, one.grid, graph)[which]
        const normally = energised(graph, graph.normal)
        const totalKw = stationKw.reduce((sum, kw, k) => sum + kw * normally[busOf(one.grid, `P0${k + 1}.LV`)], 0)
        const plan = planRestoration(one, outage)
        plan.stages.forEach((stage, k) => {
          expect(stage.suppliedKw + stage.unsuppliedKw).toBeCloseTo(totalKw, 6)
          if (k > 0) expect(stage.unsuppliedKw).toBeLessThanOrEqual(plan.stages[k - 1].unsuppliedKw)
          expect(stage.toS).toBeGreaterThanOrEqual(stage.fromS)
        })
        const live = energised(graph, plan.restored)
        expect(live[graph.nodeIndex.get(outage.id) as number]).toBe(0)
        // The load flow sees the same buses under voltage as the plan.
        expect([...gridOfState(one, plan.restored).fed]).toEqual([...live.subarray(0, graph.busCount)])
        // One edge less than nodes in a tree; the ring itself may be closed before the fault, and then is one edge short of none.
        const loops = (on: Uint8Array, closed: Uint8Array) => {
          const edges = graph.edges.filter((edge) => on[edge.element] === 1 && on[edge.bus] === 1 && edge.devices.every((device) => closed[device] === 1)).length
          return edges - on.reduce((sum, each) => sum + each, 0) + (on.includes(1) ? 1 : 0)
        }
        expect(loops(live, plan.restored.closed)).toBeLessThanOrEqual(loops(normally, graph.normal.closed))
        if (plan.firm && plan.stages[2].unsuppliedKw > 0) expect(plan.holds).toBe(false)
        if (!supplyAll && plan.violations.some(({ kind }) => kind !== 'not-supplied')) expect(one.brokenBefore.size).toBeGreaterThan(0)
      }),
      { numRuns: 150 },
    )
  })
})
