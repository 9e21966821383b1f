import { type Circuit, fedBuses } from './circuit.ts'
import { type Factors, factorise, SymmetricMatrix } from './factorise.ts'
import { LANES } from './lanes.ts'

export interface PreparedLoadFlow {
  readonly circuit: Circuit
  readonly factors: Factors
  readonly fed: Uint8Array
  /** Row of each bus in the workspace: its place in the elimination order; ideal sources behind; unfed buses last of all. */
  readonly slot: Int32Array
  readonly slotCount: number
  /** i0: constant current of the sources by slot, pu. */
  readonly sourceRe: Float64Array
  readonly sourceIm: Float64Array
  readonly fixedBuses: readonly { readonly slot: number; readonly bus: number; readonly voltagePu: number }[]
  readonly sourceBuses: readonly number[]
  readonly workspace: Workspace
}

/** One block of scenarios side by side: value [slot * LANES + lane]. */
interface Workspace {
  readonly voltageRe: Float64Array
  readonly voltageIm: Float64Array
  readonly currentRe: Float64Array
  readonly currentIm: Float64Array
  readonly activePu: Float64Array
  readonly reactivePu: Float64Array
}

/**
 * Factorises the admittance matrix of the fed buses once for a topology. Ideal sources are taken out of the matrix; sources with
 * an internal impedance stay in it as an admittance and a constant current.
 */
export function prepareLoadFlow(circuit: Circuit): PreparedLoadFlow {
  const fed = fedBuses(circuit)
  const ideal = new Map(circuit.sources.filter((source) => source.rPu === 0 && source.xPu === 0).map((source) => [source.bus, source.voltagePu]))
  const unknown: number[] = []
  for (let bus = 0; bus < circuit.busCount; bus += 1) if (fed[bus] && !ideal.has(bus)) unknown.push(bus)
  const rowOf = new Int32Array(circuit.busCount).fill(-1)
  unknown.forEach((bus, row) => (rowOf[bus] = row))

  const matrix = new SymmetricMatrix(unknown.length)
  const constantRe = new Float64Array(unknown.length)
  const constantIm = new Float64Array(unknown.length)
  unknown.forEach((bus, row) => matrix.addDiagonal(row, circuit.shuntG[bus], circuit.shuntB[bus]))
  const { ffG, ffB, ftG, ftB, ttG, ttB } = circuit.admittance
  for (let k = 0; k < circuit.branchFrom.length; k += 1) {
    const from = circuit.branchFrom[k]
    const to = circuit.branchTo[k]
    const rowFrom = from < 0 ? -1 : rowOf[from]
    const rowTo = to < 0 ? -1 : rowOf[to]
    if (rowFrom >= 0) matrix.addDiagonal(rowFrom, ffG[k], ffB[k])
    if (rowTo >= 0) matrix.addDiagonal(rowTo, ttG[k], ttB[k])
    if (from < 0 || to < 0) continue
    if (rowFrom >= 0 && rowTo >= 0) matrix.addOffDiagonal(rowFrom, rowTo, ftG[k], ftB[k])
    else if (rowFrom >= 0 || rowTo >= 0) {
      const row = Math.max(rowFrom, rowTo)
      const held = ideal.get(rowFrom >= 0 ? to : from) ?? 0
      constantRe[row] -= ftG[k] * held
      constantIm[row] -= ftB[k] * held
    }
  }
  for (const source of circuit.sources) {
    const row = rowOf[source.bus]
    if (row < 0) continue
    const square = source.rPu ** 2 + source.xPu ** 2
    matrix.addDiagonal(row, source.rPu / square, -source.xPu / square)
    constantRe[row] += (source.rPu / square) * source.voltagePu
    constantIm[row] -= (source.xPu / square) * source.voltagePu
  }

  const factors = factorise(matrix)
  const fixedBuses = [...ideal].map(([bus, voltagePu], k) => ({ slot: unknown.length + k, bus, voltagePu }))
  const slotCount = unknown.length + fixedBuses.length + 1
  const slot = new Int32Array(circuit.busCount).fill(slotCount - 1)
  unknown.forEach((bus, row) => (slot[bus] = factors.position[row]))
  for (const fixed of fixedBuses) slot[fixed.bus] = fixed.slot
  const sourceRe = new Float64Array(unknown.length)
  const sourceIm = new Float64Array(unknown.length)
  unknown.forEach((_, row) => {
    sourceRe[factors.position[row]] = constantRe[row]
    sourceIm[factors.position[row]] = constantIm[row]
  })
  const block = () => new Float64Array(slotCount * LANES)
  const workspace = { voltageRe: block(), voltageIm: block(), currentRe: block(), currentIm: block(), activePu: block(), reactivePu: block() }
  return { circuit, factors, fed, slot, slotCount, sourceRe, sourceIm, fixedBuses, sourceBuses: [...new Set(circuit.sources.map((source) => source.bus))], workspace }
}
