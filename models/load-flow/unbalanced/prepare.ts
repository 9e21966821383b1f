import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { type Factors, factorise, SymmetricMatrix } from '../factorise.ts'
import { solveOne } from '../lanes.ts'
import { basisAngles, inBasis, phaseBasis, VARIABLES } from './basis.ts'
import { sectionAdmittance, sourceAdmittance, transformerAdmittance } from './branch-admittance.ts'
import type { Conductor, ConductorMatrix, UnbalancedNetwork, UnbalancedSource } from './network.ts'

/** 0 V, or nothing that is solved. */
export const EARTH = -1
const SQRT3 = Math.sqrt(3)
const CONDUCTOR: Readonly<Record<Conductor, number>> = { a: 0, b: 1, c: 2, n: 3 }

/** Sums over slots, one a row: entries start[row] .. start[row + 1] - 1. */
export interface Terms {
  readonly start: Int32Array
  readonly slot: Int32Array
  readonly re: Float64Array
  /** Absent: the sum is over real weights. */
  readonly im?: Float64Array
}

/** Loads between two conductors; the voltage across each is a real sum over slots. */
export interface PreparedLoads {
  readonly across: Terms
  readonly nominalV: Float64Array
  /** Power of |v| / nominal that the load follows. */
  readonly exponent: Uint8Array
  readonly fed: Uint8Array
}

/** Branches by the currents of their variables (basis.ts): those of the from end, then of the to end. */
export interface PreparedBranches {
  readonly ids: readonly string[]
  readonly fed: Uint8Array
  readonly fromBus: Int32Array
  readonly toBus: Int32Array
  /** Rows of branch k: firstRow[k] .. firstRow[k + 1] - 1, the first fromCount[k] of the from end. */
  readonly firstRow: Int32Array
  readonly fromCount: Uint8Array
  /** Slot of the variable of each row, EARTH for earth. */
  readonly rowSlot: Int32Array
  readonly current: Terms
  /** 1: what goes in at one end comes out at the other, conductor by conductor. */
  readonly through: Uint8Array
}

/** A slot is a place in the workspace: the elimination order of the factors, then what ideal sources hold. */
export interface PreparedUnbalanced {
  readonly network: UnbalancedNetwork
  readonly busIndex: ReadonlyMap<string, number>
  /** 1: a source reaches the bus. */
  readonly fed: Uint8Array
  /** Phases of each bus by its variables, [bus * 9 + phase * 3 + component]. */
  readonly basis: Float64Array
  /** Slot of each variable, [bus * 4 + variable]; EARTH for a neutral that is earth, and where nothing feeds. */
  readonly slotOf: Int32Array
  readonly factors: Factors
  readonly slotCount: number
  /** Constant currents of the sources by slot, A. */
  readonly sourceRe: Float64Array
  readonly sourceIm: Float64Array
  /** Without any load by slot, V: where the fixed point starts. */
  readonly noLoadRe: Float64Array
  readonly noLoadIm: Float64Array
  readonly loads: PreparedLoads
  readonly branches: PreparedBranches
  /** Conductances to earth that lose power beside the branches, S: earths of neutrals by slot. */
  readonly earths: readonly { readonly slot: number; readonly conductanceS: number }[]
}

/** A part of the admittance matrix: its conductors' variables and the admittance between them. */
interface Stamp {
  readonly nodes: Int32Array
  readonly re: Float64Array
  readonly im: Float64Array
}

interface BranchStamp extends Stamp {
  readonly id: string
  readonly from: number
  readonly to: number
  readonly fromCount: number
}

/**
 * Admittance matrix of all conductors, factorised once. The delta side of a transformer and the phases behind it have no way to earth of
 * their own: the earthed star or the capacitances of what feeds it give them one. A part that has none at all (a delta that feeds lines without
 * capacitance) leaves its matrix singular: it is refused, not mended with an invented admittance.
 * @throws PenfeldError PF_GRID_INVALID for a name of nothing, a section that does not fit its buses, a vector group that is not known, and a part without earth
 */
export function prepareUnbalanced(network: UnbalancedNetwork): PreparedUnbalanced {
  const { buses } = network
  const busIndex = new Map(buses.map(({ id }, index) => [id, index]))
  const busOf = (id: string, where: string): number => {
    const bus = busIndex.get(id)
    if (bus === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no bus ${id}.`, { where })
    return bus
  }
  for (const { id, from, to } of [...network.sections, ...network.transformers]) for (const bus of [from, to]) busOf(bus, id)
  const fed = fedBuses(network, busOf)
  const angles = basisAngles(network, busIndex)
  const basis = new Float64Array(buses.length * 9)
  angles.forEach((angle, bus) => basis.set(phaseBasis(angle), bus * 9))
  /** Nodes are the variables of fed buses, numbered bus * 4 + variable. */
  const hasNeutral = (bus: number) => buses[bus].neutral !== undefined && buses[bus].neutral.earthOhm !== 0
  const nodesOf = (bus: number, count: number) => Array.from({ length: count }, (_, variable) => (variable < 3 || hasNeutral(bus) ? bus * VARIABLES + variable : EARTH))
  const stampOf = (ends: readonly (readonly [bus: number, count: number])[], y: ConductorMatrix): Stamp => {
    const turn = new Float64Array(y.size * y.size)
    let first = 0
    for (const [bus, count] of ends) {
      for (let i = 0; i < 3; i += 1) for (let j = 0; j < 3; j += 1) turn[(first + i) * y.size + first + j] = basis[bus * 9 + i * 3 + j]
      if (count === 4) turn[(first + 3) * (y.size + 1)] = 1
      first += count
    }
    return { nodes: Int32Array.from(ends.flatMap(([bus, count]) => nodesOf(bus, count))), ...inBasis(y, turn) }
  }
  const between = (id: string, from: number, fromCount: number, to: number, toCount: number, y: ConductorMatrix): BranchStamp => ({ id, from, to, fromCount, ...stampOf([[from, fromCount], [to, toCount]], y) })

  const branches = [
    ...network.sections.map((section) => {
      const { size } = section.seriesOhm
      const [from, to] = [busOf(section.from, section.id), busOf(section.to, section.id)]
      if (size === 4 && [from, to].some((bus) => buses[bus].neutral === undefined)) throw new PenfeldError('PF_GRID_INVALID', 'Four conductors end at a bus without a neutral.', { where: section.id })
      return between(section.id, from, size, to, size, sectionAdmittance(section, network.frequencyHz))
    }),
    ...network.transformers.map((one) => between(one.id, busOf(one.from, one.id), 3, busOf(one.to, one.id), 4, transformerAdmittance(one))),
  ]
  const earthed = buses.flatMap(({ neutral }, bus) => (fed[bus] === 1 && hasNeutral(bus) && neutral?.earthOhm !== undefined ? [{ node: bus * VARIABLES + 3, conductanceS: 1 / neutral.earthOhm }] : []))
  const stamps: Stamp[] = [
    ...branches,
    ...(network.shunts ?? []).map(({ bus, admittanceS }) => stampOf([[busOf(bus, 'shunt'), 3]], admittanceS)),
    ...earthed.map(({ node, conductanceS }) => ({ nodes: Int32Array.of(node), re: Float64Array.of(conductanceS), im: new Float64Array(1) })),
  ]

  const held = new Map<number, Voltage>()
  const driven: { readonly stamp: Stamp; readonly voltages: readonly Voltage[] }[] = []
  for (const source of network.sources) {
    const bus = busOf(source.bus, 'source')
    const voltages = sourceVoltages(source, buses[bus].nominalKv, basis.subarray(bus * 9, bus * 9 + 9))
    if (source.shortCircuitMva === undefined) voltages.forEach((voltage, variable) => held.set(bus * VARIABLES + variable, voltage))
    else driven.push({ stamp: stampOf([[bus, 3]], sourceAdmittance(source, buses[bus].nominalKv)), voltages })
  }

  const unknown = buses.flatMap((_, bus) => (fed[bus] === 1 ? nodesOf(bus, VARIABLES).filter((node) => node !== EARTH && !held.has(node)) : []))
  const size = unknown.length
  const rowOf = new Int32Array(buses.length * VARIABLES).fill(-1)
  unknown.forEach((node, row) => (rowOf[node] = row))
  const { matrix, currentRe, currentIm } = assemble([...stamps, ...driven.map(({ stamp }) => stamp)], size, rowOf, held)
  for (const { stamp: { nodes, re, im }, voltages } of driven) for (let i = 0; i < 3; i += 1) for (let j = 0; j < 3; j += 1) {
    const row = rowOf[nodes[i]]
    if (row < 0) continue
    currentRe[row] += re[i * 3 + j] * voltages[j].re - im[i * 3 + j] * voltages[j].im
    currentIm[row] += re[i * 3 + j] * voltages[j].im + im[i * 3 + j] * voltages[j].re
  }
  const factors = factorise(matrix)
  if (size > 0 && !(factors.weakestPivot > WEAKEST_PIVOT)) throw new PenfeldError('PF_GRID_INVALID', 'A part of the network has no way to earth: its voltages are not determined.', { where: 'network' })

  const slotOf = new Int32Array(buses.length * VARIABLES).fill(EARTH)
  unknown.forEach((node, row) => (slotOf[node] = factors.position[row]))
  const slotCount = size + held.size
  const sourceRe = new Float64Array(size)
  const sourceIm = new Float64Array(size)
  for (let row = 0; row < size; row += 1) {
    sourceRe[factors.position[row]] = currentRe[row]
    sourceIm[factors.position[row]] = currentIm[row]
  }
  const noLoadRe = new Float64Array(slotCount)
  const noLoadIm = new Float64Array(slotCount)
  noLoadRe.set(sourceRe)
  noLoadIm.set(sourceIm)
  solveOne(factors, noLoadRe, noLoadIm)
  ;[...held].forEach(([node, { re, im }], k) => {
    slotOf[node] = size + k
    noLoadRe[size + k] = re
    noLoadIm[size + k] = im
  })
  return {
    network, busIndex, fed, basis, slotOf, factors, slotCount, sourceRe, sourceIm, noLoadRe, noLoadIm,
    loads: prepareLoads(network, busOf, basis, slotOf, fed), branches: prepareBranches(branches, slotOf, fed),
    earths: earthed.map(({ node, conductanceS }) => ({ slot: slotOf[node], conductanceS })),
  }
}

/** So little is left of the entries of a row when its pivot is taken: ten digits, and with them the voltages, would be noise. */
const WEAKEST_PIVOT = 1e-13

interface Voltage { readonly re: number; readonly im: number }

/** Variables of a balanced voltage; b lags a by 120 degrees. */
function sourceVoltages({ voltagePu, angleRad = 0 }: UnbalancedSource, nominalKv: number, basis: Float64Array): Voltage[] {
  const volts = (nominalKv * 1000 * voltagePu) / SQRT3
  const phases = [0, 1, 2].map((phase) => ({ re: volts * Math.cos(angleRad - (2 * Math.PI * phase) / 3), im: volts * Math.sin(angleRad - (2 * Math.PI * phase) / 3) }))
  const sum = (component: number, part: 're' | 'im') => phases.reduce((total, voltage, phase) => total + basis[phase * 3 + component] * voltage[part], 0)
  return [0, 1, 2].map((component) => ({ re: sum(component, 're'), im: sum(component, 'im') }))
}

/** The matrix of the unknown variables, and the currents into them from those that are held. */
function assemble(stamps: readonly Stamp[], size: number, rowOf: Int32Array, held: ReadonlyMap<number, Voltage>) {
  const matrix = new SymmetricMatrix(size)
  const currentRe = new Float64Array(size)
  const currentIm = new Float64Array(size)
  for (const { nodes, re, im } of stamps) for (let i = 0; i < nodes.length; i += 1) for (let j = 0; j < nodes.length; j += 1) {
    const k = i * nodes.length + j
    const row = nodes[i] < 0 ? -1 : rowOf[nodes[i]]
    if (row < 0 || nodes[j] < 0 || (re[k] === 0 && im[k] === 0)) continue
    const column = rowOf[nodes[j]]
    if (row === column) matrix.addDiagonal(row, re[k], im[k])
    else if (column > row) matrix.addOffDiagonal(row, column, re[k], im[k])
    const voltage = held.get(nodes[j])
    if (voltage === undefined) continue
    currentRe[row] -= re[k] * voltage.re - im[k] * voltage.im
    currentIm[row] -= re[k] * voltage.im + im[k] * voltage.re
  }
  return { matrix, currentRe, currentIm }
}

function prepareLoads({ buses, loads }: UnbalancedNetwork, busOf: (id: string, where: string) => number, basis: Float64Array, slotOf: Int32Array, fedBus: Uint8Array): PreparedLoads {
  const start = new Int32Array(loads.length + 1)
  const slot: number[] = []
  const re: number[] = []
  const fed = new Uint8Array(loads.length)
  loads.forEach(({ id, bus: name, from, to }, load) => {
    const bus = busOf(name, id)
    fed[load] = fedBus[bus]
    for (let variable = 0; fed[load] === 1 && variable < VARIABLES; variable += 1) {
      const weight = conductorWeight(basis, bus, CONDUCTOR[from], variable) - conductorWeight(basis, bus, CONDUCTOR[to], variable)
      const place = slotOf[bus * VARIABLES + variable]
      if (place === EARTH || Math.abs(weight) < 1e-15) continue
      slot.push(place)
      re.push(weight)
    }
    start[load + 1] = slot.length
  })
  return {
    across: { start, slot: Int32Array.from(slot), re: Float64Array.from(re) }, fed,
    nominalV: Float64Array.from(loads, ({ bus, id, to }) => (buses[busOf(bus, id)].nominalKv * 1000) / (to === 'n' ? SQRT3 : 1)),
    exponent: Uint8Array.from(loads, ({ kind }) => ({ power: 0, current: 1, impedance: 2 })[kind]),
  }
}

/** Share of a variable in the voltage of a conductor to earth. */
const conductorWeight = (basis: Float64Array, bus: number, conductor: number, variable: number): number =>
  conductor < 3 && variable < 3 ? basis[bus * 9 + conductor * 3 + variable] : Number(conductor === 3 && variable === 3)

function prepareBranches(stamps: readonly BranchStamp[], slotOf: Int32Array, fedBus: Uint8Array): PreparedBranches {
  const firstRow = new Int32Array(stamps.length + 1)
  const [rowSlot, start, slot, re, im]: number[][] = [[], [0], [], [], []]
  stamps.forEach(({ nodes, re: g, im: b }, branch) => {
    const size = nodes.length
    for (let i = 0; i < size; i += 1) {
      rowSlot.push(nodes[i] < 0 ? EARTH : slotOf[nodes[i]])
      for (let j = 0; j < size; j += 1) {
        const place = nodes[j] < 0 ? EARTH : slotOf[nodes[j]]
        if (place === EARTH || (g[i * size + j] === 0 && b[i * size + j] === 0)) continue
        slot.push(place)
        re.push(g[i * size + j])
        im.push(b[i * size + j])
      }
      start.push(slot.length)
    }
    firstRow[branch + 1] = rowSlot.length
  })
  return {
    ids: stamps.map(({ id }) => id), fed: Uint8Array.from(stamps, ({ from }) => fedBus[from]), fromBus: Int32Array.from(stamps, ({ from }) => from), toBus: Int32Array.from(stamps, ({ to }) => to),
    firstRow, fromCount: Uint8Array.from(stamps, ({ fromCount }) => fromCount), rowSlot: Int32Array.from(rowSlot),
    current: { start: Int32Array.from(start), slot: Int32Array.from(slot), re: Float64Array.from(re), im: Float64Array.from(im) },
    through: Uint8Array.from(stamps, goesThrough),
  }
}

/** Both ends are alike, and what each draws together with the other is nothing. */
function goesThrough({ nodes, fromCount, re, im }: BranchStamp): number {
  const size = nodes.length
  if (size !== 2 * fromCount) return 0
  for (let i = 0; i < size; i += 1) for (let j = 0; j < fromCount; j += 1) {
    if (re[i * size + j] !== -re[i * size + j + fromCount] || im[i * size + j] !== -im[i * size + j + fromCount]) return 0
  }
  return 1
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
