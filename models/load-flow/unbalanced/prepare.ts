import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { type Factors, factorise, SymmetricMatrix } from '../factorise.ts'
import { LANES, solveOne } from '../lanes.ts'
import { type ConductorMatrix, fromSequences, inverse, type UnbalancedNetwork, type UnbalancedTransformer } from './network.ts'

/** Earth: a node at 0 V that is in no equation. */
export const EARTH = -1
const CONDUCTORS = 4

/** Stamp of a branch as it is solved: its nodes and the admittance between them, siemens. */
export interface PreparedBranch {
  readonly id: string
  /** Nodes at the from end, then at the to end; EARTH where a conductor ends at earth. */
  readonly nodes: Int32Array
  /** Conductors at the from end. */
  readonly fromCount: number
  readonly y: ConductorMatrix
  readonly fed: boolean
}

type Stamp = Omit<PreparedBranch, 'fed'>

export interface PreparedUnbalanced {
  readonly network: UnbalancedNetwork
  /** Node of each conductor of each bus, [bus * 4 + conductor]; EARTH where the neutral is earth. */
  readonly nodeOf: Int32Array
  readonly nodeCount: number
  /** 1: a source reaches the bus. */
  readonly fed: Uint8Array
  readonly busIndex: ReadonlyMap<string, number>
  readonly branches: readonly PreparedBranch[]
  readonly factors: Factors
  /** Place of each node in the factors; held nodes (of ideal sources) stand behind, unfed ones at -1. */
  readonly slot: Int32Array
  readonly slotCount: number
  /** Where the lanes of each node begin in the workspace; below 0 where nothing feeds it. */
  readonly offset: Int32Array
  readonly sourceRe: Float64Array
  readonly sourceIm: Float64Array
  readonly noLoadRe: Float64Array
  readonly noLoadIm: Float64Array
  /** Nodes of each load. */
  readonly loadFrom: Int32Array
  readonly loadTo: Int32Array
  /** Nominal voltage across each load, V. */
  readonly loadNominalV: Float64Array
}

/**
 * Admittance matrix of all conductors, factorised once. The delta side of a transformer and the phases behind it have no way to earth of
 * their own: the source's earthed star gives it to the medium voltage. A part that has none at all (a delta that feeds lines without
 * capacitance) leaves its matrix singular: it is refused, not mended with an invented admittance.
 * @throws PenfeldError PF_GRID_INVALID for a name of nothing, a section that does not fit its buses, a vector group that is not known, and a part without earth
 */
export function prepareUnbalanced(network: UnbalancedNetwork): PreparedUnbalanced {
  const busIndex = new Map(network.buses.map(({ id }, index) => [id, index]))
  const busOf = (id: string, where: string): number => {
    const bus = busIndex.get(id)
    if (bus === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no bus ${id}.`, { where })
    return bus
  }
  const nodeOf = new Int32Array(network.buses.length * CONDUCTORS).fill(EARTH)
  let nodeCount = 0
  network.buses.forEach(({ neutral }, bus) => {
    for (let phase = 0; phase < 3; phase += 1) nodeOf[bus * CONDUCTORS + phase] = nodeCount++
    if (neutral !== undefined && neutral.earthOhm !== 0) nodeOf[bus * CONDUCTORS + 3] = nodeCount++
  })
  const nodesOf = (bus: number, count: number) => nodeOf.subarray(bus * CONDUCTORS, bus * CONDUCTORS + count)

  const stamps = [
    ...network.sections.map((section): Stamp => {
      const { size } = section.seriesOhm
      const ends = [busOf(section.from, section.id), busOf(section.to, section.id)]
      if (size === 4 && ends.some((bus) => network.buses[bus].neutral === undefined)) throw new PenfeldError('PF_GRID_INVALID', 'Four conductors end at a bus without a neutral.', { where: section.id })
      return { id: section.id, fromCount: size, nodes: Int32Array.from([...nodesOf(ends[0], size), ...nodesOf(ends[1], size)]), y: sectionAdmittance(section.seriesOhm, section.capacitanceUf, network.frequencyHz) }
    }),
    ...network.transformers.map((one): Stamp => {
      const [from, to] = [busOf(one.from, one.id), busOf(one.to, one.id)]
      return { id: one.id, fromCount: 3, nodes: Int32Array.from([...nodesOf(from, 3), ...nodesOf(to, 4)]), y: transformerAdmittance(one) }
    }),
  ]
  const fed = fedBuses(network, busOf)
  const ideal = new Map<number, { re: number; im: number }>()
  for (const source of network.sources) {
    if (source.shortCircuitMva !== undefined) continue
    phaseVoltages(network.buses[busOf(source.bus, 'source')].nominalKv, source.voltagePu, source.angleRad).forEach((voltage, phase) => ideal.set(nodeOf[busOf(source.bus, 'source') * CONDUCTORS + phase], voltage))
  }
  const busOfNode = new Int32Array(nodeCount)
  nodeOf.forEach((node, k) => { if (node >= 0) busOfNode[node] = Math.floor(k / CONDUCTORS) })
  const unknown = Array.from({ length: nodeCount }, (_, node) => node).filter((node) => fed[busOfNode[node]] === 1 && !ideal.has(node))
  const rowOf = new Int32Array(nodeCount).fill(-1)
  unknown.forEach((node, row) => (rowOf[node] = row))

  const matrix = new SymmetricMatrix(unknown.length)
  const constantRe = new Float64Array(unknown.length)
  const constantIm = new Float64Array(unknown.length)
  const stamp = (one: number, other: number, re: number, im: number) => {
    if (re === 0 && im === 0) return
    const [i, j] = [one < 0 ? -1 : rowOf[one], other < 0 ? -1 : rowOf[other]]
    if (i >= 0 && i === j) matrix.addDiagonal(i, re, im)
    else if (i >= 0 && j > i) matrix.addOffDiagonal(i, j, re, im)
    const held = other < 0 ? undefined : ideal.get(other)
    if (i >= 0 && held !== undefined) {
      constantRe[i] -= re * held.re - im * held.im
      constantIm[i] -= re * held.im + im * held.re
    }
  }
  for (const { nodes, y } of stamps) {
    for (let i = 0; i < y.size; i += 1) for (let j = 0; j < y.size; j += 1) stamp(nodes[i], nodes[j], y.re[i * y.size + j], y.im[i * y.size + j])
  }
  network.buses.forEach(({ neutral }, bus) => {
    const node = nodeOf[bus * CONDUCTORS + 3]
    if (node >= 0 && neutral?.earthOhm !== undefined) stamp(node, node, 1 / neutral.earthOhm, 0)
  })
  for (const source of network.sources) {
    if (source.shortCircuitMva === undefined) continue
    const bus = busOf(source.bus, 'source')
    const { nominalKv } = network.buses[bus]
    const { rxRatio = 0.1, z0OverZ1 = 1 } = source
    const zOhm = (nominalKv * nominalKv) / source.shortCircuitMva
    const x1 = zOhm / Math.hypot(1, rxRatio)
    const y = inverse(fromSequences(x1 * rxRatio, x1, x1 * rxRatio * z0OverZ1, x1 * z0OverZ1))
    const voltages = phaseVoltages(nominalKv, source.voltagePu, source.angleRad)
    for (let i = 0; i < 3; i += 1) for (let j = 0; j < 3; j += 1) {
      const [re, im] = [y.re[i * 3 + j], y.im[i * 3 + j]]
      stamp(nodeOf[bus * CONDUCTORS + i], nodeOf[bus * CONDUCTORS + j], re, im)
      const row = rowOf[nodeOf[bus * CONDUCTORS + i]]
      constantRe[row] += re * voltages[j].re - im * voltages[j].im
      constantIm[row] += re * voltages[j].im + im * voltages[j].re
    }
  }

  const factors = factorise(matrix)
  if (unknown.length > 0 && !(factors.weakestPivot > 1e-13)) throw new PenfeldError('PF_GRID_INVALID', 'A part of the network has no way to earth: its voltages are not determined.', { where: 'network' })
  const size = unknown.length
  const slot = new Int32Array(nodeCount).fill(-1)
  unknown.forEach((node, row) => (slot[node] = factors.position[row]))
  const slotCount = size + ideal.size
  const sourceRe = new Float64Array(size)
  const sourceIm = new Float64Array(size)
  unknown.forEach((_, row) => {
    sourceRe[factors.position[row]] = constantRe[row]
    sourceIm[factors.position[row]] = constantIm[row]
  })
  const noLoadRe = new Float64Array(slotCount)
  const noLoadIm = new Float64Array(slotCount)
  noLoadRe.set(sourceRe)
  noLoadIm.set(sourceIm)
  solveOne(factors, noLoadRe, noLoadIm)
  ;[...ideal].forEach(([node, { re, im }], k) => {
    slot[node] = size + k
    noLoadRe[size + k] = re
    noLoadIm[size + k] = im
  })
  const conductor = { a: 0, b: 1, c: 2, n: 3 } as const
  const loadNode = (bus: string, id: string, end: keyof typeof conductor) => nodeOf[busOf(bus, id) * CONDUCTORS + conductor[end]]
  const branches = stamps.map((one): PreparedBranch => ({ ...one, fed: one.nodes.every((node) => node < 0 || slot[node] >= 0) }))
  return {
    network, nodeOf, nodeCount, fed, busIndex, branches, factors, slot, slotCount, offset: slot.map((place) => place * LANES), sourceRe, sourceIm, noLoadRe, noLoadIm,
    loadFrom: Int32Array.from(network.loads, ({ bus, id, from }) => loadNode(bus, id, from)), loadTo: Int32Array.from(network.loads, ({ bus, id, to }) => loadNode(bus, id, to)),
    loadNominalV: Float64Array.from(network.loads, ({ bus, id, to }) => (network.buses[busOf(bus, id)].nominalKv * 1000) / (to === 'n' ? Math.sqrt(3) : 1)),
  }
}

/** Phase to earth, V; b lags a by 120 degrees. */
function phaseVoltages(nominalKv: number, voltagePu: number, angleRad = 0): { re: number; im: number }[] {
  const volts = (nominalKv * 1000 * voltagePu) / Math.sqrt(3)
  return [0, 1, 2].map((phase) => ({ re: volts * Math.cos(angleRad - (2 * Math.PI * phase) / 3), im: volts * Math.sin(angleRad - (2 * Math.PI * phase) / 3) }))
}

function fedBuses(network: UnbalancedNetwork, busOf: (id: string, where: string) => number): Uint8Array {
  const neighbours: number[][] = network.buses.map(() => [])
  for (const { id, from, to } of [...network.sections, ...network.transformers]) {
    neighbours[busOf(from, id)].push(busOf(to, id))
    neighbours[busOf(to, id)].push(busOf(from, id))
  }
  const fed = new Uint8Array(network.buses.length)
  const waiting = network.sources.map(({ bus }) => busOf(bus, 'source'))
  for (let bus = waiting.pop(); bus !== undefined; bus = waiting.pop()) {
    if (fed[bus] === 1) continue
    fed[bus] = 1
    waiting.push(...neighbours[bus])
  }
  return fed
}

/** [Y + C/2, -Y; -Y, Y + C/2] over the conductors of both ends. */
function sectionAdmittance(seriesOhm: ConductorMatrix, capacitanceUf: Float64Array | undefined, frequencyHz: number): ConductorMatrix {
  const n = seriesOhm.size
  const y = inverse(seriesOhm)
  const size = 2 * n
  const re = new Float64Array(size * size)
  const im = new Float64Array(size * size)
  for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) {
    const half = capacitanceUf === undefined ? 0 : Math.PI * frequencyHz * capacitanceUf[i * n + j] * 1e-6
    for (const [row, column, sign] of [[i, j, 1], [i + n, j + n, 1], [i, j + n, -1], [i + n, j, -1]] as const) {
      re[row * size + column] = sign * y.re[i * n + j]
      im[row * size + column] = sign * y.im[i * n + j] + (sign === 1 ? half : 0)
    }
  }
  return { size, re, im }
}

/** Which phases the primary winding of the first secondary phase lies between, and its sense, by clock. */
const DELTA: Readonly<Record<number, readonly [plus: number, minus: number]>> = { 11: [0, 1], 1: [0, 2], 5: [1, 0], 7: [2, 0], 3: [1, 2], 9: [2, 1] }

/**
 * Three single-phase transformers, each between two nodes on both sides: i2 = y (v2 - v1 / a), i1 = -i2 / a. A delta winding lies between
 * two phases; a star winding between phase and neutral. The magnetising admittance is split over both sides, as in a pi circuit.
 * Source: M.-S. Chen, W. E. Dillon, "Power system modeling", Proc. IEEE 62(7), 1974, primitive admittances.
 */
function transformerAdmittance(one: UnbalancedTransformer): ConductorMatrix {
  const { ratedKva, fromKv, toKv, clock } = one
  const size = 7
  const re = new Float64Array(size * size)
  const im = new Float64Array(size * size)
  const delta = one.connection === 'Dyn' ? DELTA[clock] : undefined
  if (one.connection === 'Dyn' ? delta === undefined : clock !== 0 && clock !== 6) throw new PenfeldError('PF_GRID_INVALID', `There is no vector group ${one.connection}${clock}.`, { where: one.id })
  const baseOhm = (toKv * toKv * 1000) / ratedKva
  const r = (one.copperLossKw / ratedKva) * baseOhm
  const x = Math.sqrt(Math.max(0, ((one.shortCircuitVoltagePct / 100) * baseOhm) ** 2 - r * r))
  const square = r * r + x * x
  const g0 = (one.noLoadLossKw ?? 0) / ratedKva / baseOhm
  const b0 = -Math.sqrt(Math.max(0, ((one.noLoadCurrentPct ?? 0) / 100 / baseOhm) ** 2 - g0 * g0))
  const ratio = delta === undefined ? (fromKv / toKv) * (clock === 6 ? -1 : 1) : (fromKv * Math.sqrt(3)) / toKv
  const [own, half] = [{ re: r / square, im: -x / square }, { re: g0 / 2, im: b0 / 2 }]
  // Turns at each node of the primary and of the secondary winding of each phase, in turns of the secondary.
  const windings = [0, 1, 2].map((phase) => {
    const primary = new Float64Array(size)
    const secondary = new Float64Array(size)
    if (delta === undefined) primary[phase] = 1 / ratio
    else {
      primary[(delta[0] + phase) % 3] = 1 / ratio
      primary[(delta[1] + phase) % 3] = -1 / ratio
    }
    secondary[3 + phase] = 1
    secondary[6] = -1
    return { primary, secondary, across: secondary.map((turns, node) => turns - primary[node]) }
  })
  // A zero sequence of its own couples the phases: y_self = (y0 + 2 y1) / 3, y_mutual = (y0 - y1) / 3.
  const y0OverY1 = 1 / (one.z0OverZ1 ?? 1)
  for (let p = 0; p < 3; p += 1) for (let q = 0; q < 3; q += 1) {
    const coupling = p === q ? (y0OverY1 + 2) / 3 : (y0OverY1 - 1) / 3
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) {
      const leakage = coupling * windings[p].across[i] * windings[q].across[j]
      const magnetising = p === q ? windings[p].primary[i] * windings[p].primary[j] + windings[p].secondary[i] * windings[p].secondary[j] : 0
      re[i * size + j] += leakage * own.re + magnetising * half.re
      im[i * size + j] += leakage * own.im + magnetising * half.im
    }
  }
  return { size, re, im }
}
