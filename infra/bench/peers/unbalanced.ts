/** The network of the peers by phase: the loads of its nodes in turn on one phase each. */
import { capacitanceFromSequences, type ConductorMatrix, fromSequences, type UnbalancedLoad, type UnbalancedNetwork } from '#models/load-flow/unbalanced/network.ts'
import type { PeerNetwork } from './network.ts'

const PHASES = ['a', 'b', 'c'] as const
const LOW_V = 1_000

type Values = Readonly<Record<string, number>>
type Components = Readonly<Record<'node' | 'line' | 'transformer' | 'source', readonly Values[]>>

/**
 * @param wires 3: the neutral is in the zero-sequence impedance, as in Power Grid Model. 4: the low-voltage cables have a neutral of
 * their own of (z0 - z1) / 3, earthed at the transformer: the voltages from phase to neutral are the same.
 */
export function unbalancedPeerNetwork({ json, loadIds, loadNodes }: PeerNetwork, wires: 3 | 4): UnbalancedNetwork {
  const { node, line, transformer, source } = (json as { data: Components }).data
  const ratedV = new Map(node.map((one) => [one['id'], one['u_rated']]))
  const isLow = (id: number) => (ratedV.get(id) as number) < LOW_V
  const atTransformer = new Set(transformer.map((one) => one['to_node']))
  return {
    frequencyHz: 50,
    buses: node.map(({ id, u_rated: volts }) => ({ id: String(id), nominalKv: volts / 1_000, ...(wires === 4 && isLow(id) && { neutral: atTransformer.has(id) ? { earthOhm: 0 } : {} }) })),
    sections: line.map(({ id, from_node: from, to_node: to, r1, x1, c1, r0, x0, c0 }) => ({
      id: String(id), from: String(from), to: String(to),
      ...(wires === 4 && isLow(from) ? { seriesOhm: withNeutral(r1, x1, r0, x0) } : { seriesOhm: fromSequences(r1, x1, r0, x0), capacitanceUf: capacitanceFromSequences(c1 * 1e6, c0 * 1e6) }),
    })),
    transformers: transformer.map((one) => ({
      id: String(one['id']), from: String(one['from_node']), to: String(one['to_node']), ratedKva: one['sn'] / 1_000, fromKv: one['u1'] / 1_000, toKv: one['u2'] / 1_000,
      shortCircuitVoltagePct: one['uk'] * 100, copperLossKw: one['pk'] / 1_000, noLoadLossKw: one['p0'] / 1_000, noLoadCurrentPct: one['i0'] * 100, connection: 'Dyn', clock: one['clock'],
    })),
    sources: source.map((one) => ({ bus: String(one['node']), voltagePu: one['u_ref'], shortCircuitMva: one['sk'] / 1e6, rxRatio: one['rx_ratio'], z0OverZ1: one['z01_ratio'] })),
    loads: loadIds.map((id, k): UnbalancedLoad => ({ id: String(id), bus: String(loadNodes[k]), from: PHASES[k % 3], to: 'n', kind: 'power' })),
  }
}

/** Four conductors without mutual impedance: with the return in the neutral alone the mutual parts cancel. */
function withNeutral(r1: number, x1: number, r0: number, x0: number): ConductorMatrix {
  const re = new Float64Array(16)
  const im = new Float64Array(16)
  for (let k = 0; k < 4; k += 1) {
    re[k * 5] = k < 3 ? r1 : (r0 - r1) / 3
    im[k * 5] = k < 3 ? x1 : (x0 - x1) / 3
  }
  return { size: 4, re, im }
}
