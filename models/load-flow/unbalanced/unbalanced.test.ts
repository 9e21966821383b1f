import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { emptyPowerNetwork } from '#models/grid/power-network.ts'
import { prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { inverse } from './conductor-matrix.ts'
import { type ConductorMatrix, fromSequences, type UnbalancedLoad, type UnbalancedNetwork } from './network.ts'
import { prepareUnbalanced } from './prepare.ts'
import { solveUnbalanced, type UnbalancedResult } from './solve.ts'

const PHASES = ['a', 'b', 'c'] as const
const share = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)
const diagonal = (size: number, re: number, im: number): ConductorMatrix => ({ size, re: Float64Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? re : 0)), im: Float64Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? im : 0)) })
const perPhase = (bus: string, kind: UnbalancedLoad['kind'] = 'power'): UnbalancedLoad[] => PHASES.map((from) => ({ id: `${bus}${from}`, bus, from, to: 'n', kind }))
const scenario = (kw: readonly number[], kvar: readonly number[] = kw.map(() => 0)) => ({ scenarios: 1, activeKw: Float64Array.from(kw), reactiveKvar: Float64Array.from(kvar) })

describe('four wires, two buses, worked by hand', () => {
  // 0.5 ohm in each phase and in the neutral, none between them; 5 kW of constant impedance on phase a: Z = (400 / sqrt 3)^2 / 5000.
  const V = 400 / Math.sqrt(3)
  const R = 0.5
  const Z = (V * V) / 5_000
  const network: UnbalancedNetwork = {
    frequencyHz: 50, buses: [{ id: '1', nominalKv: 0.4, neutral: { earthOhm: 0 } }, { id: '2', nominalKv: 0.4, neutral: {} }],
    sections: [{ id: 'S', from: '1', to: '2', seriesOhm: diagonal(4, R, 0) }], transformers: [], sources: [{ bus: '1', voltagePu: 1 }],
    loads: [{ id: 'L', bus: '2', from: 'a', to: 'n', kind: 'impedance' }],
  }
  const result = solveUnbalanced(prepareUnbalanced(network), scenario([5]), { toleranceKva: 1e-10 })
  const currentA = V / (Z + 2 * R)

  test('current of phase and neutral, voltage of the neutral, and what the other phases see', () => {
    expect(result.settled[0]).toBe(1)
    expect(result.currentFromA[0]).toBeCloseTo(currentA, 7)
    expect(result.currentFromA[3]).toBeCloseTo(currentA, 7)
    expect(result.neutralV[1]).toBeCloseTo(currentA * R, 7)
    expect(result.voltagePu[3]).toBeCloseTo(Z / (Z + 2 * R), 9)
    // Phase b keeps its voltage to earth; the neutral is pushed towards a: |V e^(-j 120) - I R|.
    expect(result.toEarthV[4]).toBeCloseTo(V, 7)
    expect(result.voltagePu[4] * V).toBeCloseTo(Math.hypot(-V / 2 - currentA * R, (V * Math.sqrt(3)) / 2), 6)
    expect(result.lossesKw[0] * 1_000).toBeCloseTo(2 * R * currentA ** 2, 6)
  })

  test('an earth at the load takes a part of the neutral current', () => {
    const earthed = { ...network, buses: [network.buses[0], { id: '2', nominalKv: 0.4, neutral: { earthOhm: 5 } }] }
    const { currentFromA, neutralV } = solveUnbalanced(prepareUnbalanced(earthed), scenario([5]), { toleranceKva: 1e-10 })
    const back = (R * 5) / (R + 5)
    const current = V / (Z + R + back)
    expect(currentFromA[0]).toBeCloseTo(current, 7)
    expect(currentFromA[3]).toBeCloseTo((current * back) / R, 7)
    expect(neutralV[1]).toBeCloseTo(current * back, 7)
  })
})

/** A transformer and a chain of sections, on three wires or on four. */
function feeder(sections: readonly ConductorMatrix[], fourWires: boolean, earthOhm: number | undefined): UnbalancedNetwork {
  const neutral = fourWires ? { neutral: earthOhm === undefined ? {} : { earthOhm } } : {}
  return {
    frequencyHz: 50,
    buses: [{ id: 'MV', nominalKv: 20 }, { id: '0', nominalKv: 0.4, ...(fourWires && { neutral: { earthOhm: 0 } }) }, ...sections.map((_, k) => ({ id: `${k + 1}`, nominalKv: 0.4, ...neutral }))],
    sections: sections.map((seriesOhm, k) => ({ id: `S${k}`, from: `${k}`, to: `${k + 1}`, seriesOhm })),
    transformers: [{ id: 'T', from: 'MV', to: '0', ratedKva: 250, fromKv: 20, toKv: 0.41, shortCircuitVoltagePct: 4, copperLossKw: 3.25, noLoadLossKw: 0.43, noLoadCurrentPct: 1, connection: 'Dyn', clock: 11 }],
    sources: [{ bus: 'MV', voltagePu: 1.01, shortCircuitMva: 200 }],
    loads: sections.flatMap((_, k) => perPhase(`${k + 1}`)),
  }
}
/** Self 0.1 to 0.2 ohm, mutual about half the reactance: a quarter of a kilometre of cable. */
const fourConductors = fc.record({ self: share, mutual: share }).map(({ self, mutual }): ConductorMatrix => {
  const fill = (own: number, other: number) => Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? own : other))
  return { size: 4, re: fill(0.06 + 0.04 * self, 0.012), im: fill(0.18 + 0.05 * self, 0.12 + 0.03 * mutual) }
})
const chains = fc.array(fourConductors, { minLength: 1, maxLength: 6 })
const powersOf = (count: number) => fc.array(share.map((one) => 4 * one), { minLength: 3 * count, maxLength: 3 * count })

/** Z_abc - Z_an Z_na / Z_nn. */
function kron({ re, im }: ConductorMatrix): ConductorMatrix {
  const out = { size: 3, re: new Float64Array(9), im: new Float64Array(9) }
  const square = re[15] ** 2 + im[15] ** 2
  for (let i = 0; i < 3; i += 1) for (let j = 0; j < 3; j += 1) {
    const [ar, ai, br, bi] = [re[i * 4 + 3], im[i * 4 + 3], re[12 + j], im[12 + j]]
    const [pr, pi] = [ar * br - ai * bi, ar * bi + ai * br]
    out.re[i * 3 + j] = re[i * 4 + j] - (pr * re[15] + pi * im[15]) / square
    out.im[i * 3 + j] = im[i * 4 + j] - (pi * re[15] - pr * im[15]) / square
  }
  return out
}

const expectSame = (one: UnbalancedResult, other: UnbalancedResult, tolerance: number) => {
  expect([...one.settled]).toEqual([...other.settled])
  for (const name of ['voltagePu', 'angleRad'] as const) one[name].forEach((value, k) => expect(Math.abs(value - other[name][k])).toBeLessThan(tolerance))
}

describe('properties', () => {
  test('a neutral that is earthed everywhere is the Kron-reduced three-wire line', () => {
    fc.assert(fc.property(chains.chain((sections) => fc.tuple(fc.constant(sections), powersOf(sections.length))), ([sections, kw]) => {
      const four = solveUnbalanced(prepareUnbalanced(feeder(sections, true, 0)), scenario(kw), { toleranceKva: 1e-9 })
      const three = solveUnbalanced(prepareUnbalanced(feeder(sections.map(kron), false, undefined)), scenario(kw), { toleranceKva: 1e-9 })
      expectSame(four, three, 1e-9)
    }), { numRuns: 40 })
  })

  test('what the source gives is drawn and lost, whatever is drawn where', () => {
    fc.assert(fc.property(chains.chain((sections) => fc.tuple(fc.constant(sections), powersOf(sections.length))), ([sections, kw]) => {
      const prepared = prepareUnbalanced(feeder(sections, true, undefined))
      const result = solveUnbalanced(prepared, scenario(kw, kw.map((power) => 0.3 * power)), { toleranceKva: 1e-9 })
      expect(result.settled[0]).toBe(1)
      expect(result.loadKw[0]).toBeCloseTo(kw.reduce((sum, power) => sum + power, 0), 6)
      // Into the transformer from the delta side, by current and voltage: no more than what is drawn and lost.
      expect(result.lossesKw[0]).toBeGreaterThan(0.4)
      const at = sections.length * 4
      const apparentKva = [0, 1, 2].reduce((sum, phase) => sum + result.currentFromA[at + phase] * result.toEarthV[phase], 0) / 1_000
      expect(apparentKva).toBeGreaterThanOrEqual(result.loadKw[0] + result.lossesKw[0] - 1e-6)
    }), { numRuns: 40 })
  })

  test('a batch is its scenarios one by one, to the bit; one that does not settle is NaN and touches none', () => {
    const sections = [diagonal(4, 0.1, 0.05), diagonal(4, 0.1, 0.05)]
    const prepared = prepareUnbalanced(feeder(sections, true, undefined))
    const count = 6
    const kw = Array.from({ length: 19 }, (_, k) => (k === 7 ? 400 : 1 + (k % 5)))
    const all = { scenarios: 19, activeKw: Float64Array.from({ length: 19 * count }, (_, k) => kw[Math.floor(k / count)] * (1 + (k % 3))), reactiveKvar: new Float64Array(19 * count) }
    const together = solveUnbalanced(prepared, all)
    expect([...together.settled]).toEqual(kw.map((power) => Number(power < 400)))
    expect(together.voltagePu.slice(7 * 12, 8 * 12).every(Number.isNaN)).toBe(true)
    expect([together.lossesKw[7], together.loadKw[7], together.currentFromA[7 * 12]]).toEqual([NaN, NaN, NaN])
    for (const one of [0, 6, 8, 18]) {
      const alone = solveUnbalanced(prepared, { scenarios: 1, activeKw: all.activeKw.slice(one * count, (one + 1) * count), reactiveKvar: new Float64Array(count) })
      expect(alone.voltagePu).toEqual(together.voltagePu.slice(one * 12, (one + 1) * 12))
    }
  })

  test('the order of buses and sections changes nothing', () => {
    const sections = [fromSequences(0.1, 0.05, 0.3, 0.15), fromSequences(0.2, 0.05, 0.5, 0.15), fromSequences(0.1, 0.02, 0.3, 0.1)]
    const network = feeder(sections, false, undefined)
    const kw = [3, 0, 1, 0, 4, 2, 5, 1, 0]
    const turned = { ...network, buses: network.buses.toReversed(), sections: network.sections.toReversed() }
    const one = solveUnbalanced(prepareUnbalanced(network), scenario(kw), { toleranceKva: 1e-9 })
    const other = solveUnbalanced(prepareUnbalanced(turned), scenario(kw), { toleranceKva: 1e-9 })
    for (let bus = 0; bus < 5; bus += 1) for (let phase = 0; phase < 3; phase += 1) expect(one.voltagePu[bus * 3 + phase]).toBeCloseTo(other.voltagePu[(4 - bus) * 3 + phase], 10)
  })
})

test('balanced loads give the balanced engine, transformer, clock and source included', () => {
  const network = feeder([fromSequences(0.05, 0.02, 0.2, 0.08), fromSequences(0.05, 0.02, 0.2, 0.08)], false, undefined)
  const kw = [4, 4, 4, 9, 9, 9]
  const three = solveUnbalanced(prepareUnbalanced(network), scenario(kw, kw.map((power) => power / 3)), { toleranceKva: 1e-9 })
  const line = (id: string, from: string, to: string) => ({ id, from, to, fromClosed: true, toClosed: true, rOhm: 0.05, xOhm: 0.02, cUf: 0 })
  const { circuit, loads, busIndex } = circuitOf({
    ...emptyPowerNetwork('balanced'), buses: network.buses.map(({ id, nominalKv }) => ({ id, nominalKv })), lines: [line('S0', '0', '1'), line('S1', '1', '2')],
    transformers: [{ ...network.transformers[0], fromClosed: true, toClosed: true, noLoadLossKw: 0.43, noLoadCurrentPct: 1 }],
    sources: [{ id: 'source', bus: 'MV', closed: true, voltagePu: 1.01, shortCircuitMva: 200, rxRatio: 0.1 }],
    loads: [['1', 12], ['2', 27]].map(([bus, power]) => ({ id: `L${bus}`, bus: `${bus}`, closed: true, activeKw: Number(power), reactiveKvar: Number(power) / 3, kind: 'power' as const })),
  })
  const one = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-12 })
  network.buses.forEach(({ id }, bus) => {
    for (let phase = 0; phase < 3; phase += 1) {
      expect(three.voltagePu[bus * 3 + phase]).toBeCloseTo(one.voltagePu[busIndex.get(id) as number], 9)
      expect(Math.sin(three.angleRad[bus * 3 + phase] + (2 * Math.PI * phase) / 3 - one.angleRad[busIndex.get(id) as number])).toBeCloseTo(0, 9)
    }
    expect(three.unbalancePct[bus]).toBeLessThan(1e-6)
  })
  expect(three.lossesKw[0]).toBeCloseTo(one.lossesKw[0], 6)
})

test('asymmetric results of Power Grid Model: a stiff source and a reactance', () => {
  const read = (file: string) => JSON.parse(readFileSync(new URL(`../../../fixtures/networks/power-grid-model/source-big-sk/${file}`, import.meta.url), 'utf8'))
  const { node, line: [line], sym_load: [load] } = read('input.json').data as Record<string, Record<string, number>[]>
  const network: UnbalancedNetwork = {
    frequencyHz: 50, buses: node.map(({ id, u_rated: volts }) => ({ id: `${id}`, nominalKv: volts / 1000 })),
    sections: [{ id: `${line['id']}`, from: '1', to: '2', seriesOhm: fromSequences(line['r1'], line['x1'], line['r0'], line['x0']) }], transformers: [],
    sources: [{ bus: '1', voltagePu: 1, shortCircuitMva: 2e44, rxRatio: 0.1 }], loads: perPhase('2'),
  }
  const kvar = load['q_specified'] / 3_000
  const result = solveUnbalanced(prepareUnbalanced(network), scenario([0, 0, 0], [kvar, kvar, kvar]), { toleranceKva: 1e-12 })
  const [expected] = read('asym_output_batch.json').data as { node: { u_pu: number[] }[] }[]
  expected.node.forEach(({ u_pu: voltagePu }, bus) => voltagePu.forEach((value, phase) => expect(Math.abs(result.voltagePu[bus * 3 + phase] - value)).toBeLessThan(1e-6)))
})

test('faults are named: a part without earth, four wires at a bus of three, a vector group nobody builds', () => {
  const network = feeder([fromSequences(0.1, 0.05, 0.3, 0.15)], false, undefined)
  expect(() => prepareUnbalanced({ ...network, sections: [{ ...network.sections[0], seriesOhm: diagonal(4, 1, 0) }] })).toThrow(/S0.*Four conductors/)
  expect(() => prepareUnbalanced({ ...network, transformers: [{ ...network.transformers[0], clock: 4 }] })).toThrow(/Dyn4/)
  const floating: UnbalancedNetwork = {
    ...network, buses: [...network.buses, { id: 'X', nominalKv: 20 }], transformers: [...network.transformers, { ...network.transformers[0], id: 'T2', from: 'X', to: '1' }],
  }
  expect(() => prepareUnbalanced(floating)).toThrow(/no way to earth/)
  expect(inverse(diagonal(3, 0, 2)).im[0]).toBeCloseTo(-0.5, 12)
})
