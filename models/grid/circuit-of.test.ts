import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { circuitOf } from './circuit-of.ts'
import { randomNetworks } from './network.testkit.ts'
import { emptyPowerNetwork, type EquivalentBranch, type PowerNetwork } from './power-network.ts'

const bus = (id: string, nominalKv = 20) => ({ id, nominalKv })
const closed = { fromClosed: true, toClosed: true }
const line = (id: string, from: string, to: string, more = {}) => ({ id, from, to, ...closed, rOhm: 0.1, xOhm: 0.2, cUf: 0.1, ...more })
const shifter = (id: string, from: string, to: string, shiftDeg: number): EquivalentBranch => ({ id, from, to, ...closed, rPu: 0.001, xPu: 0.02, gPu: 0, bPu: 0, ratio: 1, shiftDeg })
const base: PowerNetwork = { ...emptyPowerNetwork('test'), buses: ['a', 'b', 'c'].map((id) => bus(id)), sources: [{ id: 'source', bus: 'a', closed: true, voltagePu: 1 }], loads: [{ id: 'load', bus: 'c', closed: true, activeKw: 500, reactiveKvar: 100, kind: 'power' }] }
const solve = (network: PowerNetwork) => {
  const made = circuitOf(network)
  const result = solveLoadFlow(prepareLoadFlow(made.circuit), made.loads, { tolerancePu: 1e-11 })
  return { ...made, result, at: (id: string) => ({ v: result.voltagePu[made.busIndex.get(id) as number], deg: (result.angleRad[made.busIndex.get(id) as number] * 180) / Math.PI }) }
}

describe('the circuit of a network', () => {
  test('buses over a closed link and a line without impedance are one, and what stands between them stays as a shunt', () => {
    const { busIndex, circuit, faults, branches } = circuitOf({
      ...base, links: [{ id: 'coupler', from: 'a', to: 'b', ...closed }],
      lines: [line('beside', 'a', 'b'), line('short', 'b', 'c', { rOhm: 0, xOhm: 0 })],
    })
    expect([circuit.busCount, busIndex.get('a'), busIndex.get('b'), busIndex.get('c')]).toEqual([1, 0, 0, 0])
    expect(branches.map(({ id }) => id)).toEqual(['beside', 'short'])
    expect(circuit.shuntB[0]).toBeCloseTo(2 * 2 * Math.PI * 50 * 0.1e-6 * 400, 6)
    expect(faults.map(({ code, place, severity }) => [code, place, severity])).toEqual([['PF_GRID_IMPEDANCE', 'lines/short', 'warning'], ['PF_GRID_IMPEDANCE', 'links', 'warning']])
  })

  test('a radial phase shifter turns the angles behind it and nothing else', () => {
    const plain = solve({ ...base, lines: [line('1', 'a', 'b')], equivalentBranches: [shifter('2', 'b', 'c', 0)] })
    const turned = solve({ ...base, lines: [line('1', 'a', 'b')], equivalentBranches: [shifter('2', 'b', 'c', 12)] })
    expect(turned.circuit.admittance.tfG).toBeUndefined()
    expect(turned.at('c').v).toBeCloseTo(plain.at('c').v, 12)
    expect(turned.at('c').deg).toBeCloseTo(plain.at('c').deg - 12, 9)
    expect(turned.at('b').deg).toBeCloseTo(plain.at('b').deg, 9)
  })

  test('in a loop the shifter keeps its shift and drives power round; two that agree do not', () => {
    const loop = (shiftDeg: number) => solve({ ...base, lines: [line('1', 'a', 'b'), line('2', 'b', 'c')], equivalentBranches: [shifter('3', 'a', 'c', shiftDeg)] })
    const driven = loop(3)
    expect(driven.faults.map(({ code, place }) => [code, place])).toEqual([['PF_GRID_CLOCK', 'equivalent/3']])
    expect(driven.result.settled[0]).toBe(1)
    // Ahead by 3 degrees behind the shifter's from end: its own way carries less, the lines more.
    expect(driven.result.activeFromKw[0]).toBeGreaterThan(loop(0).result.activeFromKw[0] + 100)
    const agreed = circuitOf({ ...base, equivalentBranches: [shifter('1', 'a', 'c', 30), shifter('2', 'a', 'c', -330), shifter('3', 'a', 'b', 0)] })
    expect([agreed.circuit.admittance.tfG, agreed.faults.length]).toEqual([undefined, 0])
  })

  test('the angle of a second source counts against the clocks between', () => {
    const second = (angleDeg: number) => solve({ ...base, equivalentBranches: [shifter('1', 'a', 'b', 30), shifter('2', 'b', 'c', 0)], sources: [base.sources[0], { id: 'other', bus: 'c', closed: true, voltagePu: 1, angleDeg }] })
    expect(second(-30).result.activeFromKw[0]).toBeCloseTo(0, 6)
    expect(Math.abs(second(-29).result.activeFromKw[0])).toBeGreaterThan(100)
  })

  test('what no source feeds is named, a name of nothing is refused with all others', () => {
    const cut = circuitOf({ ...base, lines: [line('1', 'a', 'b'), line('2', 'b', 'c', { toClosed: false })] })
    expect([cut.unfedBuses, cut.faults.at(-1)?.code]).toEqual([['c'], 'PF_GRID_UNFED'])
    expect(() => circuitOf({ ...base, lines: [line('1', 'a', 'nowhere'), line('1', 'b', 'b')] })).toThrow(/3 faults[^]*lines\/1[^]*nowhere/)
    expect(() => circuitOf({ ...base, sources: [...base.sources, { id: 'other', bus: 'a', closed: true, voltagePu: 1.1 }] })).toThrow(/PF_GRID_SOURCES \[sources\/other\]/)
  })

  test('generators of one bus add their limits; beside an ideal source only their power counts', () => {
    const generator = (id: string, at: string, more = {}) => ({ id, bus: at, closed: true, activeKw: 100, voltagePu: 1.01, lowestKvar: -10, highestKvar: 20, ...more })
    const made = circuitOf({ ...base, lines: [line('1', 'a', 'b'), line('2', 'b', 'c')], generators: [generator('g1', 'b'), generator('g2', 'b'), generator('g3', 'a')] })
    expect(made.circuit.generators).toEqual([{ bus: 1, voltagePu: 1.01, lowestKvar: -20, highestKvar: 40 }])
    expect([...made.loads.activeKw]).toEqual([-100, -200, 500])
    expect(circuitOf({ ...base, lines: [line('1', 'a', 'b')], generators: [generator('g1', 'b')] }, { reactiveLimits: false }).circuit.generators?.[0].highestKvar).toBeUndefined()
  })

  test('a line cut in two at a new bus changes nothing elsewhere', () => {
    fc.assert(fc.property(randomNetworks, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (network, share) => {
      const k = network.lines.findIndex((one) => one.toClosed)
      if (k < 0) return
      // Without capacitance: halves of it at other places would be another cable.
      const whole = { ...network, lines: network.lines.map((one) => ({ ...one, cUf: 0 })) }
      const { id, from, to, rOhm, xOhm, ...rest } = whole.lines[k]
      const part = (name: string, ends: { from: string; to: string }, of: number) => ({ ...rest, id: name, ...ends, rOhm: rOhm * of, xOhm: xOhm * of })
      const cut = {
        ...whole, buses: [...whole.buses, bus('cut', whole.buses.find((one) => one.id === from)?.nominalKv)],
        lines: whole.lines.flatMap((one, n) => (n === k ? [part(id, { from, to: 'cut' }, share), part('rest', { from: 'cut', to }, 1 - share)] : [one])),
      }
      const [a, b] = [solve(whole), solve(cut)]
      expect(b.result.settled[0]).toBe(a.result.settled[0])
      for (const { id: each } of whole.buses) if (!a.unfedBuses.includes(each) && a.result.settled[0] === 1) expect(Math.abs(a.at(each).v - b.at(each).v)).toBeLessThan(1e-9)
    }), { numRuns: 40 })
  })
})
