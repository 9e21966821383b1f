/**
 * The circuit of any network: buses that are one are fused, three-winding transformers become stars, phase shifts are turned
 * away where they can be, and everything is brought to per unit.
 */
import { type Circuit, emptyTwoPorts, fedBuses, setPiBranch, type TwoPorts } from '#models/load-flow/circuit.ts'
import type { LoadScenarios } from '#models/load-flow/scenarios.ts'
import { referenceFaults } from './check-references.ts'
import { addShunts, generatorsOf, loadsOf, sourcesOf } from './circuit/appliances.ts'
import { branchesOf, type BranchName, type PiBetween } from './circuit/branches.ts'
import { joinBuses } from './circuit/join-buses.ts'
import { rotateZones } from './circuit/rotation.ts'
import { type NetworkFault, networkWarning, refuseErrors } from './network-fault.ts'
import type { PowerNetwork } from './power-network.ts'

export interface CircuitOf {
  readonly circuit: Circuit
  /** One scenario: what the loads and generators of the network draw. */
  readonly loads: LoadScenarios
  /** Bus of the circuit of each bus id; buses joined by links share one. */
  readonly busIndex: ReadonlyMap<string, number>
  /** In the order of the circuit's branches: lines, transformers, windings, equivalent branches. Links have none. */
  readonly branches: readonly CircuitBranch[]
  /** Buses that no source feeds: the engines leave them out, and their loads are not supplied. */
  readonly unfedBuses: readonly string[]
  /** Warnings only: with an error there is no circuit. */
  readonly faults: readonly NetworkFault[]
}
export interface CircuitBranch extends BranchName {
  readonly index: number
}

export interface CircuitOptions {
  /** Whether generators give up their voltage at the limits of their reactive power; true if absent. */
  readonly reactiveLimits?: boolean
}

/**
 * Per unit on the network's base power and the nominal voltage of each bus; Circuit and LoadScenarios say the signs.
 * @throws NetworkFaultsError PF_GRID_INVALID with every name of nothing, id given twice and contradiction of sources
 */
export function circuitOf(network: PowerNetwork, { reactiveLimits = true }: CircuitOptions = {}): CircuitOf {
  const wrong = referenceFaults(network)
  refuseErrors('PF_GRID_INVALID', wrong, network.name)
  const joined = joinBuses(network)
  const faults: NetworkFault[] = [...joined.faults]
  const busOf = (id: string) => joined.busIndex.get(id) as number
  const { branches, starKv } = branchesOf(network, joined, faults)
  const busCount = joined.count + starKv.length

  // Within one bus a branch carries only what its shunts draw: it becomes a shunt.
  const isInside = (one: PiBetween) => one.from === one.to
  const branchFrom = Int32Array.from(branches, (one) => (one.fromClosed && !isInside(one) ? one.from : -1))
  const branchTo = Int32Array.from(branches, (one) => (one.toClosed && !isInside(one) ? one.to : -1))
  const through = branches.map((_, k) => k).filter((k) => branchFrom[k] >= 0 && branchTo[k] >= 0)
  const sourceBuses = network.sources.filter((source) => source.closed).map((source) => busOf(source.bus))
  const { busDeg, leftDeg } = rotateZones(busCount, through.map((k) => ({ from: branchFrom[k], to: branchTo[k], shiftDeg: branches[k].pi.shiftDeg })), sourceBuses)

  const shuntG = new Float64Array(busCount)
  const shuntB = new Float64Array(busCount)
  addShunts(network, busOf, shuntG, shuntB)
  const ports = emptyTwoPorts(branches.length)
  branches.forEach((one, k) => {
    if (isInside(one)) addInsideShunt(one, shuntG, shuntB)
    else setPiBranch(ports, k, one.pi, branchFrom[k] < 0, branchTo[k] < 0)
  })
  const left = new Map(through.map((branch, k) => [branch, leftDeg[k]] as const).filter(([, deg]) => deg !== 0))
  for (const [k, deg] of left) {
    const { kind, id } = branches[k]
    faults.push(networkWarning('PF_GRID_CLOCK', `${kind}/${id}`, `The phase shifts around its loop miss each other by ${Math.abs(deg).toFixed(1)} degrees: a current flows round at no load.`, 'Nothing if it is a phase shifter; else correct the vector group, or open the loop.'))
  }
  const sources = sourcesOf(network, busOf, busDeg, faults)
  const generators = generatorsOf(network, busOf, sources, reactiveLimits, faults)
  refuseErrors('PF_GRID_INVALID', faults, network.name)

  const circuit: Circuit = {
    busCount, basePowerKva: network.basePowerKva,
    busBaseKv: Float64Array.from([...joined.baseKv, ...starKv]),
    busClockRad: busDeg.map((deg) => (deg * Math.PI) / 180),
    branchFrom, branchTo, admittance: left.size === 0 ? ports : turned(ports, left), shuntG, shuntB, sources,
    ...(generators.length > 0 && { generators }),
  }
  const fed = fedBuses(circuit)
  const unfedBuses = network.buses.filter((bus) => fed[busOf(bus.id)] === 0).map((bus) => bus.id)
  if (unfedBuses.length > 0) faults.push(networkWarning('PF_GRID_UNFED', 'buses', `No source feeds ${unfedBuses.length} of ${network.buses.length} buses: ${unfedBuses.slice(0, 10).join(', ')}${unfedBuses.length > 10 ? ', ...' : ''}. Nothing is computed for them, and their loads are not supplied.`))
  return {
    circuit: generators.length === 0 ? circuit : { ...circuit, generators: generators.filter((one) => fed[one.bus] === 1) },
    loads: loadsOf(network, busOf, busCount), busIndex: joined.busIndex,
    branches: branches.map(({ kind, id, winding }, index) => ({ kind, id, ...(winding && { winding }), index })),
    unfedBuses, faults,
  }
}

/** Both ends at one voltage: i = (yff + yft + ytf + ytt) v. */
function addInsideShunt({ from, fromClosed, toClosed, pi }: PiBetween, shuntG: Float64Array, shuntB: Float64Array): void {
  const { rPu, xPu } = pi
  const square = rPu * rPu + xPu * xPu
  if (square === 0) {
    shuntG[from] += pi.gPu
    shuntB[from] += pi.bPu
    return
  }
  const ports = emptyTwoPorts(1)
  setPiBranch(ports, 0, pi, !fromClosed, !toClosed)
  const twice = 2 * (fromClosed && toClosed ? Math.cos((pi.shiftDeg * Math.PI) / 180) : 1)
  shuntG[from] += ports.ffG[0] + ports.ttG[0] + twice * ports.ftG[0]
  shuntB[from] += ports.ffB[0] + ports.ttB[0] + twice * ports.ftB[0]
}

/** The two-ports with the shift that is left in some: yft leads by it, ytf lags. */
function turned(ports: TwoPorts, left: ReadonlyMap<number, number>): TwoPorts {
  const tfG = ports.ftG.slice()
  const tfB = ports.ftB.slice()
  for (const [k, deg] of left) {
    const cos = Math.cos((deg * Math.PI) / 180)
    const sin = Math.sin((deg * Math.PI) / 180)
    const g = ports.ftG[k]
    const b = ports.ftB[k]
    ports.ftG[k] = g * cos - b * sin
    ports.ftB[k] = g * sin + b * cos
    tfG[k] = g * cos + b * sin
    tfB[k] = b * cos - g * sin
  }
  return { ...ports, tfG, tfB }
}
