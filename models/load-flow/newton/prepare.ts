import { type Circuit, fedBuses } from '../circuit.ts'
import { isIdeal, sourceVoltage } from '../prepare.ts'
import { type BlockLu, createBlockLu, solveBlocks, weakPivots } from './block-lu.ts'
import { type Elimination, eliminationOf } from './elimination.ts'

/** What a topology fixes. Its `state` is a workspace: not re-entrant. Rows are buses in the order of elimination. */
export interface PreparedNewton {
  readonly circuit: Circuit
  readonly fed: Uint8Array
  readonly nodal: NodalEquations
  /** Row of each generator of the circuit; -1 where its bus is unfed or an ideal source already holds the voltage. */
  readonly generatorRow: Int32Array
  /** Voltage without any load and with every generator holding its own: where each scenario starts. */
  readonly startRe: Float64Array
  readonly startIm: Float64Array
  readonly lu: BlockLu
}

/** Current that leaves each fed bus without an ideal source: diagonal v + entries v of neighbours + constant. */
export interface NodalEquations {
  readonly elimination: Elimination
  /** Row of each bus, -1 without; bus of each row. */
  readonly row: Int32Array
  readonly bus: Int32Array
  readonly diagonalG: Float64Array
  readonly diagonalB: Float64Array
  /** Off-diagonal admittances of row p: start[p] .. start[p + 1] - 1, with their entry in the factors. */
  readonly start: Int32Array
  readonly column: Int32Array
  readonly entry: Int32Array
  readonly g: Float64Array
  readonly b: Float64Array
  /** Mismatch of each row that lies within the rounding of its voltages, pu: sections of almost no impedance cannot be closed further. */
  readonly roundingPu: Float64Array
  /** What ideal sources and those with an internal impedance contribute, pu. */
  readonly constantRe: Float64Array
  readonly constantIm: Float64Array
  /** Voltage of ideal sources by bus; 0 elsewhere. */
  readonly idealRe: Float64Array
  readonly idealIm: Float64Array
}

/** Below this share of its row a pivot has lost ten of its sixteen digits to the cancellation of admittances. */
const WEAK_PIVOT = 1e-10
/** A few units in the last place of a voltage near 1 pu. */
const ROUNDING = 4 * Number.EPSILON
const MAX_REORDERINGS = 20

/** Orders a topology once. Not shared between threads: the result owns one workspace. */
export function prepareNewton(circuit: Circuit): PreparedNewton {
  const fed = fedBuses(circuit)
  const late = new Set<number>()
  for (let attempt = 0; ; attempt += 1) {
    const nodal = nodalEquations(circuit, fed, late)
    const lu = createBlockLu(nodal.elimination)
    const before = writeNoLoad(nodal, lu)
    solveBlocks(lu)
    const weak = weakPivots(lu, before, WEAK_PIVOT).map((p) => nodal.bus[p]).filter((bus) => !late.has(bus))
    if (weak.length > 0 && attempt < MAX_REORDERINGS) {
      for (const bus of weak) late.add(bus)
      continue
    }
    const generatorRow = Int32Array.from(circuit.generators ?? [], (generator) => nodal.row[generator.bus])
    holdGenerators(circuit, nodal, lu, generatorRow)
    const startRe = lu.vector.filter((_, k) => k % 2 === 0)
    const startIm = lu.vector.filter((_, k) => k % 2 === 1)
    return { circuit, fed, nodal, generatorRow, startRe, startIm, lu }
  }
}

function nodalEquations(circuit: Circuit, fed: Uint8Array, late: ReadonlySet<number>): NodalEquations {
  const { busCount, branchFrom, branchTo, sources } = circuit
  const { ffG, ffB, ftG, ftB, ttG, ttB, tfG = ftG, tfB = ftB } = circuit.admittance
  const held = new Uint8Array(busCount)
  const idealRe = new Float64Array(busCount)
  const idealIm = new Float64Array(busCount)
  for (const source of sources.filter(isIdeal)) {
    held[source.bus] = 1
    const { re, im } = sourceVoltage(source)
    idealRe[source.bus] = re
    idealIm[source.bus] = im
  }
  const unknown = Int32Array.from(fed.keys().filter((bus) => fed[bus] === 1 && held[bus] === 0))
  const size = unknown.length
  const first = new Int32Array(busCount).fill(-1)
  unknown.forEach((bus, k) => (first[bus] = k))

  const beside: Set<number>[] = Array.from(unknown, () => new Set())
  for (let k = 0; k < branchFrom.length; k += 1) {
    const from = branchFrom[k] < 0 ? -1 : first[branchFrom[k]]
    const to = branchTo[k] < 0 ? -1 : first[branchTo[k]]
    if (from < 0 || to < 0 || from === to) continue
    beside[from].add(to)
    beside[to].add(from)
  }
  const elimination = eliminationOf(beside.map((columns) => [...columns]), new Set([...late].map((bus) => first[bus])))
  const row = first.map((k) => (k < 0 ? -1 : elimination.position[k]))
  const bus = new Int32Array(size)
  unknown.forEach((one) => (bus[row[one]] = one))

  const diagonalG = Float64Array.from(bus, (one) => circuit.shuntG[one])
  const diagonalB = Float64Array.from(bus, (one) => circuit.shuntB[one])
  const constantRe = new Float64Array(size)
  const constantIm = new Float64Array(size)
  const columns: Map<number, [number, number]>[] = Array.from(bus, () => new Map())
  const add = (p: number, far: number, g: number, b: number) => {
    if (p < 0) return
    const column = row[far]
    if (column < 0) {
      constantRe[p] += g * idealRe[far] - b * idealIm[far]
      constantIm[p] += g * idealIm[far] + b * idealRe[far]
    } else if (column === p) {
      diagonalG[p] += g
      diagonalB[p] += b
    } else {
      const [sumG, sumB] = columns[p].get(column) ?? [0, 0]
      columns[p].set(column, [sumG + g, sumB + b])
    }
  }
  for (let k = 0; k < branchFrom.length; k += 1) {
    const from = branchFrom[k]
    const to = branchTo[k]
    if (from >= 0) add(row[from], from, ffG[k], ffB[k])
    if (to >= 0) add(row[to], to, ttG[k], ttB[k])
    if (from < 0 || to < 0) continue
    add(row[from], to, ftG[k], ftB[k])
    add(row[to], from, tfG[k], tfB[k])
  }
  for (const source of sources) {
    const p = row[source.bus]
    if (p < 0 || isIdeal(source)) continue
    const square = source.rPu * source.rPu + source.xPu * source.xPu
    const g = source.rPu / square
    const b = -source.xPu / square
    const { re, im } = sourceVoltage(source)
    diagonalG[p] += g
    diagonalB[p] += b
    constantRe[p] -= g * re - b * im
    constantIm[p] -= g * im + b * re
  }
  const entries = entriesOf(elimination, columns)
  const roundingPu = diagonalG.map((g, p) => {
    let sum = Math.hypot(g, diagonalB[p]) + Math.hypot(constantRe[p], constantIm[p])
    for (let k = entries.start[p]; k < entries.start[p + 1]; k += 1) sum += Math.hypot(entries.g[k], entries.b[k])
    return ROUNDING * sum
  })
  return { elimination, row, bus, diagonalG, diagonalB, ...entries, roundingPu, constantRe, constantIm, idealRe, idealIm }
}

/** Off-diagonal admittances by row, each with its entry in the factors. */
function entriesOf(elimination: Elimination, columns: readonly ReadonlyMap<number, readonly [number, number]>[]) {
  const count = columns.reduce((sum, one) => sum + one.size, 0)
  const start = new Int32Array(columns.length + 1)
  const column = new Int32Array(count)
  const entry = new Int32Array(count)
  const g = new Float64Array(count)
  const b = new Float64Array(count)
  const place = new Int32Array(elimination.size)
  let k = 0
  columns.forEach((one, p) => {
    for (let e = elimination.start[p]; e < elimination.start[p + 1]; e += 1) place[elimination.column[e]] = e
    for (const [far, [entryG, entryB]] of one) {
      column[k] = far
      entry[k] = place[far]
      g[k] = entryG
      b[k] = entryB
      k += 1
    }
    start[p + 1] = k
  })
  return { start, column, entry, g, b }
}

/** The linear problem without loads: the admittance matrix as real blocks. Returns a copy of it for `weakPivots`. */
function writeNoLoad(nodal: NodalEquations, { elimination, block, vector }: BlockLu): Float64Array {
  const write = (entry: number, g: number, b: number) => {
    block[4 * entry] = block[4 * entry + 3] = g
    block[4 * entry + 1] = -b
    block[4 * entry + 2] = b
  }
  block.fill(0)
  for (let p = 0; p < elimination.size; p += 1) {
    write(elimination.diagonal[p], nodal.diagonalG[p], nodal.diagonalB[p])
    for (let k = nodal.start[p]; k < nodal.start[p + 1]; k += 1) write(nodal.entry[k], nodal.g[k], nodal.b[k])
    vector[2 * p] = -nodal.constantRe[p]
    vector[2 * p + 1] = -nodal.constantIm[p]
  }
  return block.slice()
}

/**
 * Solves the linear problem again with each generator as a source of its own voltage at the angle that the sources alone give to its
 * bus: without them a long network's charging would lift its start far above what is to be found.
 */
function holdGenerators(circuit: Circuit, nodal: NodalEquations, lu: BlockLu, generatorRow: Int32Array): void {
  if (generatorRow.every((p) => p < 0)) return
  const { elimination, block, vector } = lu
  const free = vector.slice()
  writeNoLoad(nodal, lu)
  circuit.generators?.forEach((generator, g) => {
    const p = generatorRow[g]
    if (p < 0) return
    block.fill(0, 4 * elimination.start[p], 4 * elimination.start[p + 1])
    block[4 * elimination.diagonal[p]] = block[4 * elimination.diagonal[p] + 3] = 1
    const angle = Math.atan2(free[2 * p + 1], free[2 * p])
    vector[2 * p] = generator.voltagePu * Math.cos(angle)
    vector[2 * p + 1] = generator.voltagePu * Math.sin(angle)
  })
  solveBlocks(lu)
}
