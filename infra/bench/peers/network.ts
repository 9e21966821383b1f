/** One network for all: a 20 kV feeder with a 400 kVA transformer and nine 0.4 kV nodes at every tenth node, as Power Grid Model's JSON. */
import { randomNumbers } from '../load-flow/networks.ts'

const NODES_A_STATION = 10

export interface PeerNetwork {
  readonly json: object
  readonly nodeCount: number
  /** Ids of the loads and the node of each, in the order of the columns of loads. */
  readonly loadIds: readonly number[]
  readonly loadNodes: readonly number[]
}

/** @param nodeCount a multiple of ten */
export function peerNetwork(nodeCount: number): PeerNetwork {
  const stations = nodeCount / NODES_A_STATION
  // The more stations, the shorter the way to each: a feeder that could not carry its load would be no feeder.
  const mvKm = Math.min(0.5, 15 / stations)
  const node: object[] = []
  const line: object[] = []
  const transformer: object[] = []
  let nextId = nodeCount
  const loadNodes: number[] = []
  for (let station = 0; station < stations; station += 1) {
    const mv = station * NODES_A_STATION
    node.push({ id: mv, u_rated: 20_000 })
    if (station > 0) line.push({ ...cable(nextId++, mv - NODES_A_STATION, mv, 0.125 * mvKm, 0.11 * mvKm, 0.3e-6 * mvKm), r0: 0.5 * mvKm, x0: 0.4 * mvKm, c0: 0.3e-6 * mvKm, tan0: 0, i_n: 420 })
    for (let k = 1; k < NODES_A_STATION; k += 1) {
      node.push({ id: mv + k, u_rated: 400 })
      loadNodes.push(mv + k)
      if (k === 1) {
        transformer.push({
          id: nextId++, from_node: mv, to_node: mv + 1, from_status: 1, to_status: 1, u1: 20_000, u2: 410, sn: 400_000, uk: 0.04, pk: 4_600, i0: 0.01, p0: 430,
          winding_from: 2, winding_to: 1, clock: 11, tap_side: 0, tap_pos: 0, tap_min: -2, tap_max: 2, tap_nom: 0, tap_size: 500,
        })
      } else line.push({ ...cable(nextId++, mv + (k === 2 || k === 6 ? 1 : k - 1), mv + k, 0.206 * 0.05, 0.08 * 0.05, 1e-9), r0: 0.824 * 0.05, x0: 0.24 * 0.05, c0: 1e-9, tan0: 0, i_n: 300 })
    }
  }
  const loadIds = loadNodes.map(() => nextId++)
  return {
    nodeCount, loadIds, loadNodes,
    json: {
      version: '1.0', type: 'input', is_batch: false, attributes: {},
      data: {
        node, line, transformer,
        source: [{ id: nextId++, node: 0, status: 1, u_ref: 1.02, sk: 250e6, rx_ratio: 0.1, z01_ratio: 1 }],
        sym_load: loadIds.map((id, k) => ({ id, node: loadNodes[k], status: 1, type: 0, p_specified: 0, q_specified: 0 })),
      },
    },
  }
}

const cable = (id: number, from: number, to: number, r1: number, x1: number, c1: number) => ({ id, from_node: from, to_node: to, from_status: 1, to_status: 1, r1, x1, c1, tan1: 0 })

/** Watts by [scenario * loadCount + load]: quarter hours with a day and noise of their own; reactive power is 0.3 of it. */
export function peerLoads({ loadIds, nodeCount }: PeerNetwork, scenarios: number): Float64Array {
  const random = randomNumbers(nodeCount)
  const share = loadIds.map(() => (random() * 6e6) / Math.max(1_000, loadIds.length * 4))
  const watts = new Float64Array(scenarios * loadIds.length)
  for (let scenario = 0, k = 0; scenario < scenarios; scenario += 1) {
    const ofDay = 0.6 + 0.4 * Math.sin((2 * Math.PI * scenario) / 96)
    for (let load = 0; load < loadIds.length; load += 1, k += 1) watts[k] = share[load] * ofDay * (0.95 + 0.1 * random())
  }
  return watts
}
