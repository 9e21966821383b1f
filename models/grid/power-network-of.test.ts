import { describe, expect, test } from 'vitest'
import type { Network } from '#models/district/schema.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { circuitOf } from './circuit-of.ts'
import { buildGrid } from './network.ts'
import { powerNetworkOf } from './power-network-of.ts'
import { ratingsAt } from './ratings.ts'
import { ringNetwork } from './ring.testkit.ts'
import { switchingStates } from './switching.ts'
import { validateNetwork } from './validate-network.ts'

const AT = Date.parse('2026-01-15T12:00:00Z')
const validFrom = '2020-01-01T00:00:00Z'

/** The ring behind a 63/20/10 kV transformer, two busbars with a coupler, a capacitor, a tap changer and an inverter. */
function rich(): Network {
  const network = ringNetwork({ stations: 4 })
  network.busbars.push({ id: 'PS.HV', name: 'HV', substation: 'PS', nominalVoltageKv: 63 }, { id: 'PS.10', name: '10 kV', substation: 'PS', nominalVoltageKv: 10 }, { id: 'PS.MV2', name: 'MV 2', substation: 'PS', nominalVoltageKv: 20 })
  network.sources[0].node = 'PS.HV'
  network.threeWindingTransformers = [{
    id: 'PS.T', name: 'PS.T', substation: 'PS', noLoadLossKw: 15, noLoadCurrentPct: 0.2,
    windings: [{ node: 'PS.HV', ratedKva: 20000, ratedKv: 63, clock: 0 }, { node: 'PS.MV', ratedKva: 20000, ratedKv: 21, clock: 11 }, { node: 'PS.10', ratedKva: 5000, ratedKv: 10.5, clock: 5 }],
    pair12: { voltagePct: 12, resistivePct: 0.4 }, pair13: { voltagePct: 9, resistivePct: 0.5 }, pair23: { voltagePct: 6, resistivePct: 0.5 },
  }]
  network.busbarCouplers = [{ id: 'PS.C', name: 'coupler', from: 'PS.MV', to: 'PS.MV2', remote: true, positions: [{ validFrom, closed: true }] }]
  network.lineSections.find((section) => section.id === 'H2.S1')!.from = 'PS.MV2'
  network.shunts = [{ id: 'CAP', name: 'capacitor', node: 'P02.MV', reactiveKvar: -300, lossKw: 0.5, positions: [{ validFrom, closed: true }] }]
  network.transformers[0].tap = { position: 1, stepPct: 2.5 }
  network.tapChangers = [{ id: 'OLTC', transformer: 'P01.T1', regulatedNode: 'P01.LV', lowest: -2, highest: 2, settings: [{ validFrom, setPointPu: 1.01, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10 }] }]
  network.inverterControls = [{ id: 'INV', deliveryPoint: 'pv', ratedKva: 9, rules: [{ validFrom, cosPhi: { value: 0.95, underexcited: true } }] }]
  Object.assign(network.lineSections[0], { zeroSequence: { rOhmPerKm: 0.5, xOhmPerKm: 0.4, cUfPerKm: 0.2 } })
  network.lineSections[0].ratings[0].derating = 0.8
  return network
}
const of = (network: Network) => powerNetworkOf({ network, name: { fr: 'essai', en: 'trial' }, deliveryPoints: [{ id: 'pv', carrier: 'production', site: 's', category: 'residential', node: 'P01.D1.J2', loadClass: 'pv', holders: [] }] }, AT)

describe('the network of a district document', () => {
  test('gives the same voltages by both ways, with couplers, three-winding transformers and shunts', () => {
    const network = rich()
    const grid = buildGrid(network, AT)
    const made = circuitOf({ ...of(network), loads: grid.busIds.map((id, k) => ({ id: `load ${id}`, bus: id, closed: true, activeKw: grid.busBaseKv[k] < 1 ? 20 : 0, reactiveKvar: 4, kind: 'power' as const })) })
    const activeKw = Float64Array.from({ length: grid.busCount }, (_, k) => (k < grid.busIds.length && grid.busBaseKv[k] < 1 ? 20 : 0))
    const reactiveKvar = Float64Array.from({ length: grid.busCount }, (_, k) => (k < grid.busIds.length ? 4 : 0))
    const whole = solveLoadFlow(prepareLoadFlow(grid), { scenarios: 1, activeKw, reactiveKvar }, { tolerancePu: 1e-9 })
    const fused = solveLoadFlow(prepareLoadFlow(made.circuit), made.loads, { tolerancePu: 1e-9 })
    expect([whole.settled[0], fused.settled[0], grid.busCount, made.circuit.busCount]).toEqual([1, 1, grid.busIds.length + 1, grid.busIds.length])
    grid.busIds.forEach((id, k) => {
      // The coupler of buildGrid has 1e-6 pu.
      const other = made.busIndex.get(id) as number
      expect(Math.abs(whole.voltagePu[k] - fused.voltagePu[other]), id).toBeLessThan(2e-6)
      expect(Math.abs(whole.angleRad[k] - fused.angleRad[other]), id).toBeLessThan(2e-6)
    })
    expect(whole.angleRad[grid.busIndex.get('PS.10') as number]).toBeLessThan(-2.4)
  })

  test('a coupler opens by its dated or measured position and belongs to the switching state', () => {
    const network = rich()
    const fed = (positions?: ReadonlyMap<string, boolean>) => { const grid = buildGrid(network, AT, { positions }); return grid.fed[grid.busIndex.get('P04.LV') as number] }
    expect([fed(), fed(new Map([['PS.C', false]]))]).toEqual([1, 0])
    expect(switchingStates(network, AT, AT + 2, [{ switchId: 'PS.C', at: AT + 1, closed: false }])).toHaveLength(2)
    expect(buildGrid(network, AT, { outOfService: ['PS.T'] }).fed.filter((one) => one === 1)).toHaveLength(1)
  })

  test('carries ratings, zero sequence, controls and windings; all that is open is how the three-winding transformer is earthed', () => {
    const network = of(rich())
    expect(validateNetwork(network).map(({ severity, code, place }) => `${severity} ${code} ${place}`)).toEqual(['warning PF_GRID_UNEARTHED buses/P01.MV', 'warning PF_GRID_UNEARTHED buses/PS.10'])
    expect(network.lines[0]).toMatchObject({ r0Ohm: 0.5 * 0.6, derating: 0.8, summerA: 375 })
    expect(ratingsAt(rich(), AT, 7).sectionA[0]).toBeCloseTo(300, 9)
    expect(network.transformers[0]).toMatchObject({ clock: 11, fromWinding: 'D', toWinding: 'YN', limitPct: 100, tap: { position: 1, lowest: -2, highest: 2 } })
    expect(network.tapChangers[0]).toMatchObject({ transformer: 'P01.T1', setPointPu: 1.01 })
    expect(network.inverterControls).toEqual([{ id: 'INV', bus: 'P01.D1.J2', ratedKva: 9, rule: { kind: 'cos-phi', cosPhi: 0.95, underexcited: true } }])
  })
})
