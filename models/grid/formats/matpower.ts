/**
 * MATPOWER cases (`.m`, format version 2). Source of the format: R. D. Zimmerman, C. E. Murillo-Sanchez, "MATPOWER User's Manual",
 * appendix B. A branch is read as its equivalent circuit; costs and areas are passed over.
 */
import { type NetworkFault, networkError, networkWarning, refuseErrors } from '../network-fault.ts'
import { emptyPowerNetwork, type EquivalentBranch, type Load, type PowerNetwork, type Shunt, type VoltageControlledGenerator, type VoltageSource } from '../power-network.ts'
import { type CaseRow, type MatpowerCase, parseMatpower } from './matpower-text.ts'

const BUS = { id: 0, type: 1, pd: 2, qd: 3, gs: 4, bs: 5, va: 8, baseKv: 9 } as const
const GEN = { bus: 0, pg: 1, qg: 2, qmax: 3, qmin: 4, vg: 5, status: 7 } as const
const BRANCH = { from: 0, to: 1, r: 2, x: 3, b: 4, rateA: 5, ratio: 8, angle: 9, status: 10 } as const
const TYPE = { pq: 1, pv: 2, slack: 3, isolated: 4 } as const

export interface MatpowerReading {
  readonly network: PowerNetwork
  /** Warnings: what was taken in another way than it stands there. */
  readonly faults: readonly NetworkFault[]
}

/**
 * @param source text of a case file, or its rows
 * @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every fault of the file
 */
export function readMatpower(source: string | MatpowerCase, { name, frequencyHz = 50 }: { readonly name?: string; readonly frequencyHz?: number } = {}): MatpowerReading {
  const parsed = typeof source === 'string' ? parseMatpower(source) : source
  const faults: NetworkFault[] = []
  const types = busTypes(parsed, faults)
  const running = parsed.gen.filter(({ values }) => values[GEN.status] > 0)
  const typeOf = ({ values }: CaseRow) => types.get(values[GEN.bus])
  const network: PowerNetwork = {
    ...emptyPowerNetwork(name ?? parsed.name, parsed.baseMva * 1000, frequencyHz),
    buses: parsed.bus.map(({ values }) => ({ id: String(values[BUS.id]), nominalKv: values[BUS.baseKv] || NaN })),
    equivalentBranches: branchesOf(parsed, types, faults),
    sources: slackOf(parsed, running.filter((row) => typeOf(row) === TYPE.slack), faults),
    generators: controlledOf(running.filter((row) => typeOf(row) === TYPE.pv), faults),
    loads: [...loadsOf(parsed), ...running.filter((row) => typeOf(row) === TYPE.pq).map(uncontrolled)],
    shunts: parsed.bus.filter(({ values }) => values[BUS.gs] !== 0 || values[BUS.bs] !== 0).map(({ values }): Shunt => ({
      id: `shunt-${values[BUS.id]}`, bus: String(values[BUS.id]), closed: values[BUS.type] !== TYPE.isolated, activeKw: values[BUS.gs] * 1000, reactiveKvar: -values[BUS.bs] * 1000,
    })),
  }
  if (parsed.bus.some(({ values }) => values[BUS.baseKv] === 0)) faults.push(networkWarning('PF_GRID_LEVEL', 'mpc.bus', 'Buses have no base voltage: what is in pu is computed, currents in ampere are not.', 'Give the base voltage in column 10.'))
  refuseErrors('PF_NETWORK_FILE_INVALID', faults, network.name)
  return { network, faults }
}

function busTypes({ bus, gen }: MatpowerCase, faults: NetworkFault[]): ReadonlyMap<number, number> {
  const types = new Map<number, number>()
  for (const { values, line } of bus) {
    if (types.has(values[BUS.id])) faults.push(networkError('PF_NETWORK_FILE_INVALID', `mpc.bus, line ${line}`, `Bus ${values[BUS.id]} is there twice.`))
    if (![1, 2, 3, 4].includes(values[BUS.type])) faults.push(networkError('PF_NETWORK_FILE_INVALID', `mpc.bus, line ${line}`, `There is no bus type ${values[BUS.type]}.`))
    types.set(values[BUS.id], values[BUS.type])
  }
  for (const { values, line } of gen) if (!types.has(values[GEN.bus])) faults.push(networkError('PF_GRID_REFERENCE', `mpc.gen, line ${line}`, `There is no bus ${values[GEN.bus]}.`))
  // A controlled bus without a running generator draws what it draws, as in MATPOWER.
  const held = new Set(gen.filter(({ values }) => values[GEN.status] > 0).map(({ values }) => values[GEN.bus]))
  for (const [id, type] of types) if (type === TYPE.pv && !held.has(id)) types.set(id, TYPE.pq)
  return types
}

function branchesOf({ branch }: MatpowerCase, types: ReadonlyMap<number, number>, faults: NetworkFault[]): EquivalentBranch[] {
  const seen = new Map<string, number>()
  return branch.map(({ values, line }) => {
    const [from, to] = [values[BRANCH.from], values[BRANCH.to]]
    for (const end of [from, to]) if (!types.has(end)) faults.push(networkError('PF_GRID_REFERENCE', `mpc.branch, line ${line}`, `There is no bus ${end}.`))
    const pair = `${from}-${to}`
    const count = (seen.get(pair) ?? 0) + 1
    seen.set(pair, count)
    const closed = values[BRANCH.status] !== 0 && types.get(from) !== TYPE.isolated && types.get(to) !== TYPE.isolated
    return {
      id: count === 1 ? pair : `${pair}-${count}`, from: String(from), to: String(to), fromClosed: closed, toClosed: closed,
      rPu: values[BRANCH.r], xPu: values[BRANCH.x], gPu: 0, bPu: values[BRANCH.b], ratio: values[BRANCH.ratio] || 1, shiftDeg: values[BRANCH.angle],
      ...(values[BRANCH.rateA] > 0 && { ratedKva: values[BRANCH.rateA] * 1000 }),
    }
  })
}

/** The slack is ideal: it gives what the others leave. */
function slackOf({ bus }: MatpowerCase, rows: readonly CaseRow[], faults: NetworkFault[]): VoltageSource[] {
  const slackBuses = bus.filter(({ values }) => values[BUS.type] === TYPE.slack)
  if (slackBuses.length === 0) faults.push(networkError('PF_GRID_SOURCES', 'mpc.bus', 'No bus has type 3, the reference.', 'Give the bus of the source type 3.'))
  return slackBuses.flatMap(({ values, line }): VoltageSource[] => {
    const row = rows.findLast((one) => one.values[GEN.bus] === values[BUS.id])
    if (row === undefined) {
      faults.push(networkError('PF_GRID_SOURCES', `mpc.bus, line ${line}`, `The reference bus ${values[BUS.id]} has no running generator.`, 'Add one to mpc.gen.'))
      return []
    }
    return [{ id: `slack-${values[BUS.id]}`, bus: String(values[BUS.id]), closed: true, voltagePu: row.values[GEN.vg], angleDeg: values[BUS.va] }]
  })
}

/** One a bus: what several generate is added, the voltage is that of the last, as in MATPOWER. Limits that are none are left out. */
function controlledOf(rows: readonly CaseRow[], faults: NetworkFault[]): VoltageControlledGenerator[] {
  return [...Map.groupBy(rows, ({ values }) => values[GEN.bus])].map(([bus, group]) => {
    const sum = (column: number) => group.reduce((total, { values }) => total + values[column], 0) * 1000
    const last = group[group.length - 1]
    const limit = (name: 'lowestKvar' | 'highestKvar', column: number) => (Number.isFinite(sum(column)) ? { [name]: sum(column) } : {})
    if (group.some(({ values }) => values[GEN.vg] !== last.values[GEN.vg])) faults.push(networkWarning('PF_GRID_SOURCES', `mpc.gen, line ${last.line}`, `Generators of bus ${bus} ask for different voltages: the last one's holds.`))
    return { id: `gen-${bus}`, bus: String(bus), closed: true, activeKw: sum(GEN.pg), voltagePu: last.values[GEN.vg], ...limit('lowestKvar', GEN.qmin), ...limit('highestKvar', GEN.qmax) }
  })
}

const loadsOf = ({ bus }: MatpowerCase): Load[] =>
  bus.filter(({ values }) => values[BUS.pd] !== 0 || values[BUS.qd] !== 0).map(({ values }) => ({
    id: `load-${values[BUS.id]}`, bus: String(values[BUS.id]), closed: values[BUS.type] !== TYPE.isolated, activeKw: values[BUS.pd] * 1000, reactiveKvar: values[BUS.qd] * 1000, kind: 'power',
  }))

const uncontrolled = ({ values }: CaseRow, index: number): Load => ({
  id: `gen-${values[GEN.bus]}-${index + 1}`, bus: String(values[GEN.bus]), closed: true, activeKw: -values[GEN.pg] * 1000, reactiveKvar: -values[GEN.qg] * 1000, kind: 'power',
})
