import { readFileSync } from 'node:fs'
import { type Circuit, type CircuitGenerator, emptyTwoPorts, setPiBranch } from '../circuit.ts'
import type { LoadScenarios } from '../scenarios.ts'

const folder = new URL('../../../fixtures/networks/matpower/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))

export interface Reference {
  readonly bus: number[]
  readonly vm: number[]
  readonly va_deg: number[]
  readonly pf_MW: number[]
  readonly qf_MVAr: number[]
}

/** A case by its rows and no reader between: slack ideal, one generator a PV bus, limits of reactive power left out as `runpf` does. */
export function matpowerCase(name: string): { circuit: Circuit; loads: LoadScenarios; inService: readonly number[]; reference: Reference } {
  const source = read(`${name}.input.json`)
  const bus: number[][] = source.bus
  const branch: number[][] = source.branch
  const rows: number[][] = Array.isArray(source.gen[0]) ? source.gen : [source.gen]
  const running = rows.filter((row) => row[7] > 0)
  const indexOf = new Map(bus.map((row, index) => [row[0], index]))
  const type = (row: number[]) => bus[indexOf.get(row[0])!][1]
  const admittance = emptyTwoPorts(branch.length)
  branch.forEach((row, k) => setPiBranch(admittance, k, { rPu: row[2], xPu: row[3], gPu: 0, bPu: row[4], ratio: row[8] || 1 }))
  const end = (column: number) => Int32Array.from(branch, (row) => (row[10] === 0 ? -1 : indexOf.get(row[column])!))
  const activeKw = Float64Array.from(bus, (row) => row[2] * 1000)
  const reactiveKvar = Float64Array.from(bus, (row) => row[3] * 1000)
  for (const row of running) {
    if (type(row) !== 3) activeKw[indexOf.get(row[0])!] -= row[1] * 1000
    if (type(row) === 1) reactiveKvar[indexOf.get(row[0])!] -= row[2] * 1000
  }
  const held = new Map<number, CircuitGenerator>()
  for (const row of running) if (type(row) === 2) held.set(row[0], { bus: indexOf.get(row[0])!, voltagePu: row[5] })
  const slack = running.find((row) => type(row) === 3)!
  const slackBus = indexOf.get(slack[0])!
  const circuit: Circuit = {
    busCount: bus.length, basePowerKva: source.baseMVA * 1000,
    busBaseKv: Float64Array.from(bus, (row) => row[9] || 1), busClockRad: new Float64Array(bus.length),
    branchFrom: end(0), branchTo: end(1), admittance,
    shuntG: Float64Array.from(bus, (row) => row[4] / source.baseMVA), shuntB: Float64Array.from(bus, (row) => row[5] / source.baseMVA),
    sources: [{ bus: slackBus, voltagePu: slack[5], angleRad: (bus[slackBus][8] * Math.PI) / 180, rPu: 0, xPu: 0 }],
    generators: [...held.values()],
  }
  const inService = branch.flatMap((row, k) => (row[10] === 0 ? [] : [k]))
  return { circuit, loads: { scenarios: 1, activeKw, reactiveKvar }, inService, reference: read(`${name}.reference.json`) }
}
