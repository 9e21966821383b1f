import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { CircuitOf } from '#models/grid/circuit-of.ts'
import type { OnLoadTapChanger, PowerNetwork, Tap } from '#models/grid/power-network.ts'
import type { Circuit } from '../circuit.ts'
import type { TapChanger } from './tap-changer.ts'

/** Where a transformer meets a bus of the circuit. */
interface Terminal {
  readonly bus: number
  readonly branch: number
  readonly end: 'from' | 'to'
}

/**
 * The tap changers of a network on its circuit, upstream first, with their present positions. A changer regulates the side of its
 * transformer from which its bus is reached without crossing the transformer.
 * @throws PenfeldError PF_GRID_INVALID for a transformer or bus of no name, one without taps, and a bus on no side of it
 */
export function tapChangersOf(network: PowerNetwork, model: CircuitOf): { changers: TapChanger[]; position: Int32Array } {
  const depth = depths(model.circuit)
  const found = network.tapChangers.map((one) => {
    const { changer, position } = tapChangerOf(network, model, one)
    return { changer, position, depth: depth[changer.regulatedBus] }
  }).sort((a, b) => a.depth - b.depth)
  return { changers: found.map((one) => one.changer), position: Int32Array.from(found, (one) => one.position) }
}

/** The network with the transformers of these changers at these positions. */
export function withPositions(network: PowerNetwork, changers: readonly TapChanger[], position: Int32Array): PowerNetwork {
  const byTransformer = new Map(changers.map(({ id }, k) => [network.tapChangers.find((one) => one.id === id)?.transformer, position[k]]))
  const moved = <T extends { readonly id: string; readonly tap?: Pick<Tap, 'position'> }>(one: T): T =>
    byTransformer.has(one.id) && one.tap !== undefined ? { ...one, tap: { ...one.tap, position: byTransformer.get(one.id) as number } } : one
  return { ...network, transformers: network.transformers.map(moved), threeWindingTransformers: network.threeWindingTransformers.map(moved) }
}

function tapChangerOf(network: PowerNetwork, { circuit, busIndex, branches }: CircuitOf, one: OnLoadTapChanger): { changer: TapChanger; position: number } {
  const refuse = (detail: string): never => {
    throw new PenfeldError('PF_GRID_INVALID', detail, { where: `tapChangers/${one.id}` })
  }
  const indices = branches.filter((branch) => branch.id === one.transformer && (branch.kind === 'transformer' || branch.kind === 'winding')).map((branch) => branch.index)
  const two = network.transformers.find((transformer) => transformer.id === one.transformer)
  const three = network.threeWindingTransformers.find((transformer) => transformer.id === one.transformer)
  const busOf = (id: string) => busIndex.get(id) ?? refuse(`There is no bus ${id}.`)
  const terminals: Terminal[] = two !== undefined
    ? [{ bus: busOf(two.from), branch: indices[0], end: 'from' }, { bus: busOf(two.to), branch: indices[0], end: 'to' }]
    : (three?.windings ?? []).map((winding, k) => ({ bus: busOf(winding.bus), branch: indices[k], end: 'from' }))
  if (terminals.length === 0) return refuse(`There is no transformer ${one.transformer}.`)
  const tap = two?.tap ?? three?.tap
  if (tap === undefined) return refuse(`Transformer ${one.transformer} has no taps.`)
  const tapped = 'side' in tap ? (tap.side === 'from' ? 0 : 1) : three!.tap!.winding - 1

  const regulatedBus = busOf(one.regulatedBus)
  // The side fed through the transformer is tried first: in a loop both would do.
  const sides = terminals.map((_, side) => side).reverse()
  const regulated = sides.find((side) => reaches(circuit, terminals[side].bus, regulatedBus, new Set(indices)))
  if (regulated === undefined) return refuse(`Bus ${one.regulatedBus} is on no side of transformer ${one.transformer}.`)
  const basePu = circuit.basePowerKva / 1000 / circuit.busBaseKv[regulatedBus] ** 2
  const sameSide = regulated === tapped ? 1 : -1
  return {
    position: tap.position,
    changer: {
      id: one.id, regulatedBus, branch: terminals[regulated].branch, branchEnd: terminals[regulated].end, setPointPu: one.setPointPu, deadBandPu: one.deadBandPu,
      firstDelayS: one.firstDelayS, nextDelayS: one.nextDelayS, compoundingRPu: (one.compoundingROhm ?? 0) * basePu, compoundingXPu: (one.compoundingXOhm ?? 0) * basePu,
      lowest: tap.lowest, highest: tap.highest, raises: sameSide * Math.sign(tap.stepPct) < 0 ? -1 : 1,
    },
  }
}

/** Whether a bus is reached from another over closed branches, some of them left out. */
function reaches(circuit: Circuit, from: number, to: number, without: ReadonlySet<number>): boolean {
  const met = walk(circuit, [from], without)
  return met[to] >= 0
}

/** Number of branches between each bus and the nearest source; -1: none reaches it. */
const depths = (circuit: Circuit): Int32Array => walk(circuit, circuit.sources.map((source) => source.bus), new Set())

function walk({ busCount, branchFrom, branchTo }: Circuit, starts: readonly number[], without: ReadonlySet<number>): Int32Array {
  const beside: number[][] = Array.from({ length: busCount }, () => [])
  for (let k = 0; k < branchFrom.length; k += 1) {
    if (branchFrom[k] < 0 || branchTo[k] < 0 || without.has(k)) continue
    beside[branchFrom[k]].push(branchTo[k])
    beside[branchTo[k]].push(branchFrom[k])
  }
  const depth = new Int32Array(busCount).fill(-1)
  for (const bus of starts) depth[bus] = 0
  for (let wave = [...starts], level = 1; wave.length > 0; level += 1) {
    wave = wave.flatMap((bus) => beside[bus]).filter((bus) => depth[bus] < 0 && (depth[bus] = level) > 0)
  }
  return depth
}
