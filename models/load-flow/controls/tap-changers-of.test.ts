import { describe, expect, test } from 'vitest'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { emptyPowerNetwork, type OnLoadTapChanger, type PowerNetwork, type TwoWindingTransformer } from '#models/grid/power-network.ts'
import { prepareLoadFlow } from '../load-flow.ts'
import { tapChangersOf, withPositions } from './tap-changers-of.ts'
import { solveWithTapChangers, TAP_STATUS } from './tap-series.ts'

const transformer = (id: string, from: string, to: string, fromKv: number, toKv: number, side: 'from' | 'to'): TwoWindingTransformer => ({
  id, from, to, fromClosed: true, toClosed: true, ratedKva: 1000, fromKv, toKv, shortCircuitVoltagePct: 8, copperLossKw: 8, noLoadLossKw: 1, noLoadCurrentPct: 0.5, clock: 11,
  tap: { side, position: 0, neutral: 0, lowest: -9, highest: 9, stepPct: 1.25 },
})
const changer = (id: string, of: string, regulatedBus: string): OnLoadTapChanger => ({ id, transformer: of, regulatedBus, setPointPu: 1, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10 })

/** 63 kV source - T1 - 20 kV - line - T2 - 0.4 kV; T1 regulates the far end of the line, T2 its own bus. */
const network: PowerNetwork = {
  ...emptyPowerNetwork('two levels'),
  buses: [{ id: 'hv', nominalKv: 63 }, { id: 'mv', nominalKv: 20 }, { id: 'far', nominalKv: 20 }, { id: 'lv', nominalKv: 0.4 }],
  lines: [{ id: 'L', from: 'mv', to: 'far', fromClosed: true, toClosed: true, rOhm: 4, xOhm: 4, cUf: 0.1 }],
  transformers: [transformer('T2', 'far', 'lv', 20, 0.4, 'to'), transformer('T1', 'hv', 'mv', 63, 20, 'from')],
  sources: [{ id: 'S', bus: 'hv', closed: true, voltagePu: 1 }],
  loads: [{ id: 'D', bus: 'lv', closed: true, activeKw: 800, reactiveKvar: 300, kind: 'power' }],
  tapChangers: [changer('R2', 'T2', 'lv'), { ...changer('R1', 'T1', 'far'), firstDelayS: 30, compoundingROhm: 4 }],
}

describe('the tap changers of a network', () => {
  test('come upstream first, on the side of their bus, and know what a position does', () => {
    const { changers, position } = tapChangersOf(network, circuitOf(network))
    expect(changers.map((one) => one.id)).toEqual(['R1', 'R2'])
    // A higher position of the fed winding takes turns away from the other side; of the regulated winding it adds to it.
    expect(changers.map((one) => one.raises)).toEqual([-1, 1])
    expect(changers.map((one) => one.branchEnd)).toEqual(['to', 'to'])
    // 4 ohm at 20 kV on 1 MVA.
    expect(changers[0].compoundingRPu).toBeCloseTo(0.01, 12)
    expect([...position]).toEqual([0, 0])
  })

  test('bring both voltages into their bands through the positions of the network', () => {
    const plain = { ...network, tapChangers: network.tapChangers.map((one) => ({ ...one, compoundingROhm: undefined })) }
    const model = circuitOf(plain)
    const { changers, position } = tapChangersOf(plain, model)
    const prepareAt = (at: Int32Array) => prepareLoadFlow(circuitOf(withPositions(plain, changers, at)).circuit)
    const { result, status, moves } = solveWithTapChangers(changers, model.loads, { stepS: 600, start: position, prepareAt })
    expect([...status]).toEqual([TAP_STATUS.inBand, TAP_STATUS.inBand])
    expect(moves[0]).toBeGreaterThan(0)
    for (const { regulatedBus } of changers) expect(Math.abs(result.voltagePu[regulatedBus] - 1)).toBeLessThanOrEqual(0.01)
  })

  test.each([
    ['a transformer that is not there', changer('R', 'T9', 'lv')],
    ['a bus that is not there', changer('R', 'T2', 'nowhere')],
  ])('%s is refused by name', (_, one) => {
    expect(() => tapChangersOf({ ...network, tapChangers: [one] }, circuitOf({ ...network, tapChangers: [] }))).toThrow(/PF_GRID_INVALID \[tapChangers\/R\]/)
  })
})
