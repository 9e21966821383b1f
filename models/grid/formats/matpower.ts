import { type Circuit, emptyTwoPorts, setPiBranch } from '#models/load-flow/circuit.ts'
import type { LoadScenarios } from '#models/load-flow/load-flow.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** A MATPOWER case with its units resolved (powers in MW and Mvar, impedances in pu): rows of the case format, version 2. */
export interface MatpowerCase {
  readonly baseMVA: number
  readonly bus: readonly (readonly number[])[]
  readonly gen: readonly number[] | readonly (readonly number[])[]
  readonly branch: readonly (readonly number[])[]
}

const BUS = { id: 0, type: 1, pd: 2, qd: 3, gs: 4, bs: 5, va: 8, baseKv: 9 } as const
const GEN = { bus: 0, vg: 5, status: 7 } as const
const BRANCH = { from: 0, to: 1, r: 2, x: 3, b: 4, ratio: 8, angle: 9, status: 10 } as const
const PQ = 1
const SLACK = 3

/**
 * Reads a case with one slack bus and PQ buses only; voltage-controlled buses and phase shifters are refused by name.
 * @returns the circuit, its one scenario of loads, and the number of each bus in the case.
 */
export function readMatpower(source: MatpowerCase): { circuit: Circuit; loads: LoadScenarios; busNumbers: readonly number[] } {
  const { bus, branch } = source
  const basePowerKva = source.baseMVA * 1000
  const busNumbers = bus.map((row) => row[BUS.id])
  const indexOf = new Map(busNumbers.map((number, index) => [number, index]))
  for (const row of bus) {
    if (row[BUS.type] !== PQ && row[BUS.type] !== SLACK) throw new PenfeldError('PF_GRID_INVALID', 'Only PQ buses and one slack are read.', { where: `bus ${row[BUS.id]}` })
  }
  const generators = (Array.isArray(source.gen[0]) ? source.gen : [source.gen]) as readonly (readonly number[])[]
  const slack = generators.find((row) => row[GEN.status] > 0 && bus[indexOf.get(row[GEN.bus]) ?? -1]?.[BUS.type] === SLACK)
  if (slack === undefined) throw new PenfeldError('PF_GRID_INVALID', 'The slack bus has no generator.', { where: 'gen' })

  const admittance = emptyTwoPorts(branch.length)
  const branchFrom = new Int32Array(branch.length).fill(-1)
  const branchTo = new Int32Array(branch.length).fill(-1)
  branch.forEach((row, k) => {
    if (row[BRANCH.status] === 0) return
    if (row[BRANCH.angle] !== 0) throw new PenfeldError('PF_GRID_INVALID', 'Phase shifters are not read.', { where: `branch ${k + 1}` })
    branchFrom[k] = indexOf.get(row[BRANCH.from]) ?? -1
    branchTo[k] = indexOf.get(row[BRANCH.to]) ?? -1
    setPiBranch(admittance, k, { rPu: row[BRANCH.r], xPu: row[BRANCH.x], gPu: 0, bPu: row[BRANCH.b], ratio: row[BRANCH.ratio] || 1 })
  })
  const circuit: Circuit = {
    busCount: bus.length,
    basePowerKva,
    busBaseKv: Float64Array.from(bus, (row) => row[BUS.baseKv]),
    busClockRad: new Float64Array(bus.length),
    branchFrom,
    branchTo,
    admittance,
    shuntG: Float64Array.from(bus, (row) => row[BUS.gs] / source.baseMVA),
    shuntB: Float64Array.from(bus, (row) => row[BUS.bs] / source.baseMVA),
    sources: [{ bus: indexOf.get(slack[GEN.bus]) as number, voltagePu: slack[GEN.vg], rPu: 0, xPu: 0 }],
  }
  const loads = { scenarios: 1, activeKw: Float64Array.from(bus, (row) => row[BUS.pd] * 1000), reactiveKvar: Float64Array.from(bus, (row) => row[BUS.qd] * 1000) }
  return { circuit, loads, busNumbers }
}
