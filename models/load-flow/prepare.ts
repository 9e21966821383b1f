import { type Circuit, type CircuitSource, fedBuses } from './circuit.ts'
import { factorise, SymmetricMatrix } from './factorise.ts'
import { createWorkspace, type FixedPoint } from './fixed-point.ts'
import { solveOne } from './lanes.ts'

interface Voltage { readonly re: number; readonly im: number }

export const isIdeal = (source: CircuitSource): boolean => source.rPu === 0 && source.xPu === 0
export const sourceVoltage = ({ voltagePu, angleRad = 0 }: CircuitSource): Voltage => ({ re: voltagePu * Math.cos(angleRad), im: voltagePu * Math.sin(angleRad) })

/**
 * Factorises the admittance matrix of the fed buses once for a topology. Ideal sources are taken out of the matrix; sources with
 * an internal impedance stay in it as an admittance and a constant current.
 */
export function prepareFixedPoint(circuit: Circuit): FixedPoint {
  const fed = fedBuses(circuit)
  const ideal = new Map(circuit.sources.filter(isIdeal).map((source) => [source.bus, sourceVoltage(source)]))
  const unknown: number[] = []
  for (let bus = 0; bus < circuit.busCount; bus += 1) if (fed[bus] && !ideal.has(bus)) unknown.push(bus)
  const rowOf = new Int32Array(circuit.busCount).fill(-1)
  unknown.forEach((bus, row) => (rowOf[bus] = row))

  const { matrix, constantRe, constantIm } = admittanceMatrix(circuit, unknown, rowOf, ideal)
  const factors = factorise(matrix)
  const size = unknown.length
  const slotCount = size + ideal.size + 1
  const slot = new Int32Array(circuit.busCount).fill(slotCount - 1)
  unknown.forEach((bus, row) => (slot[bus] = factors.position[row]))
  const sourceRe = new Float64Array(size)
  const sourceIm = new Float64Array(size)
  unknown.forEach((_, row) => {
    sourceRe[factors.position[row]] = constantRe[row]
    sourceIm[factors.position[row]] = constantIm[row]
  })
  // The last slot stands for unfed buses: any finite voltage, nothing of it is ever shown.
  const noLoadRe = new Float64Array(slotCount).fill(1)
  const noLoadIm = new Float64Array(slotCount)
  noLoadRe.set(sourceRe)
  noLoadIm.set(sourceIm)
  solveOne(factors, noLoadRe, noLoadIm)
  ;[...ideal].forEach(([bus, voltage], k) => {
    slot[bus] = size + k
    noLoadRe[size + k] = voltage.re
    noLoadIm[size + k] = voltage.im
  })
  return { circuit, fed, factors, slot, slotCount, sourceRe, sourceIm, noLoadRe, noLoadIm, workspace: createWorkspace(slotCount) }
}

function admittanceMatrix(circuit: Circuit, unknown: readonly number[], rowOf: Int32Array, ideal: ReadonlyMap<number, Voltage>) {
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
      const held = ideal.get(rowFrom >= 0 ? to : from) as Voltage
      constantRe[row] -= ftG[k] * held.re - ftB[k] * held.im
      constantIm[row] -= ftG[k] * held.im + ftB[k] * held.re
    }
  }
  for (const source of circuit.sources) {
    const row = rowOf[source.bus]
    if (row < 0) continue
    const square = source.rPu ** 2 + source.xPu ** 2
    const g = source.rPu / square
    const b = -source.xPu / square
    const { re, im } = sourceVoltage(source)
    matrix.addDiagonal(row, g, b)
    constantRe[row] += g * re - b * im
    constantIm[row] += g * im + b * re
  }
  return { matrix, constantRe, constantIm }
}
