/**
 * The tree on which forecasts of a district meet: delivery point -> LV feeder -> transformer -> feeder -> district, as the network
 * is switched at one time. What no forecast tells of the loads at a place is one leaf of its own there.
 */
import type { District } from '#models/district/schema.ts'
import { hierarchy, type Hierarchy } from '#models/forecast/reconcile.ts'
import type { GridModel } from '#models/grid/network.ts'
import { feederHeads, feedingTree } from '#models/grid/topology.ts'
import type { EvaluationPlan } from './plan.ts'

export interface CongestionTree {
  readonly tree: Hierarchy
  /** Node of each series that may be reconciled; heads and a district that carry more than the leaves below are not in it. */
  readonly nodeOf: ReadonlyMap<string, number>
  /** By leaf, the yearly energy of what it stands for (kWh): how open leaves share what is left for them. */
  readonly shareOfRest: Float64Array
  /** By node, 1: what is below cannot be negative. */
  readonly nonNegative: Uint8Array
  /** Section of each feeder head of a primary substation, and its node. */
  readonly heads: readonly { readonly section: string; readonly node: number; readonly hasBoundary: boolean }[]
  /** By branch of the grid: share of the yearly energy below it that a forecast tells of (at the delivery point, or as the sum at a forecast transformer or head). */
  readonly toldShare: Float64Array
}

export const DISTRICT_NODE = 0

/**
 * @param forecast series that are forecast; `measured` those of them whose errors are known from the past. What a branch is told
 *   by counts only those.
 */
export function congestionTree({ network }: District, plan: EvaluationPlan, grid: GridModel, forecast: ReadonlySet<string>, measured: ReadonlySet<string> = forecast): CongestionTree {
  const feeding = feedingTree(grid)
  const heads = feederHeads(network)
  // A branch that begins a feeder or is a transformer has a node; a bus hangs on the nearest one on its way to the source.
  const marked = new Map<number, string>()
  for (const { lineSections } of network.feeders) marked.set(grid.branchIndex.get(lineSections[0]!) ?? -1, lineSections[0]!)
  for (const id of grid.transformerIds) marked.set(grid.branchIndex.get(id)!, id)
  const transformers = new Set(grid.transformerIds)

  const parent: number[] = [-1]
  const nodeOfElement = new Map<string, number>()
  const busNode = new Int32Array(grid.busCount).fill(DISTRICT_NODE)
  const underTransformer = new Uint8Array(grid.busCount)
  for (const bus of feeding.order) {
    const branch = feeding.parentBranch[bus]!
    if (branch < 0) continue
    const above = feeding.parentBus[bus]!
    busNode[bus] = busNode[above]!
    underTransformer[bus] = underTransformer[above]!
    const element = marked.get(branch)
    if (element === undefined) continue
    if (transformers.has(element)) underTransformer[bus] = 1
    nodeOfElement.set(element, parent.length)
    busNode[bus] = parent.length
    parent.push(busNode[above]!)
  }

  const rest = new Map<number, { energyKwh: number; production: boolean }>()
  const nodeOf = new Map<string, number>()
  const own: { id: string; at: number; isProduction: boolean; energyKwh: number }[] = []
  let allUnderTransformers = true
  for (const { deliveryPoint, sign, annualEnergyKwh } of plan.loads) {
    const bus = grid.busIndex.get(deliveryPoint.node!)
    if (bus === undefined) continue
    if (underTransformer[bus] === 0) allUnderTransformers = false
    if (forecast.has(deliveryPoint.id)) own.push({ id: deliveryPoint.id, at: busNode[bus]!, isProduction: sign === -1, energyKwh: annualEnergyKwh })
    else {
      const there = rest.get(busNode[bus]!) ?? { energyKwh: 0, production: false }
      rest.set(busNode[bus]!, { energyKwh: there.energyKwh + annualEnergyKwh, production: there.production || sign === -1 })
    }
  }
  const leaf = (above: number) => parent.push(above) - 1
  const shares = new Map<number, number>()
  const mayBeNegative = new Set<number>()
  for (const { id, at, isProduction, energyKwh } of own) {
    const node = leaf(at)
    nodeOf.set(id, node)
    shares.set(node, energyKwh)
    if (isProduction) mayBeNegative.add(node)
  }
  for (const [at, { energyKwh, production }] of rest) {
    const node = leaf(at)
    shares.set(node, energyKwh)
    if (production) mayBeNegative.add(node)
  }

  const tree = hierarchy(parent)
  for (let k = tree.nodes - 1; k >= 0; k -= 1) {
    const node = tree.order[k]!
    if (mayBeNegative.has(node) && parent[node]! >= 0) mayBeNegative.add(parent[node]!)
  }
  const isBoundary = new Uint8Array(tree.nodes)
  for (const { node } of network.boundaryLoads) for (let at = busNode[grid.busIndex.get(node) ?? -1] ?? -1; at >= 0; at = parent[at]!) isBoundary[at] = 1
  for (const id of transformers) if (forecast.has(id) && nodeOfElement.has(id)) nodeOf.set(id, nodeOfElement.get(id)!)
  const headNodes = heads.flatMap(({ section }) => {
    const node = nodeOfElement.get(section)
    return node === undefined ? [] : [{ section, node, hasBoundary: isBoundary[node] === 1 }]
  })
  // A head that feeds the rest of the town says nothing of the district's part of it.
  for (const { section, node, hasBoundary } of headNodes) if (forecast.has(section) && !hasBoundary) nodeOf.set(section, node)
  // The district is forecast as the sum over its transformers.
  if (forecast.has('district') && allUnderTransformers) nodeOf.set('district', DISTRICT_NODE)

  return {
    tree, nodeOf, heads: headNodes,
    shareOfRest: Float64Array.from({ length: tree.nodes }, (_, node) => Math.max(shares.get(node) ?? 1, 1e-3)),
    nonNegative: Uint8Array.from({ length: tree.nodes }, (_, node) => (mayBeNegative.has(node) ? 0 : 1)),
    toldShare: toldShares(plan, grid, feeding, marked, measured),
  }
}

function toldShares(plan: EvaluationPlan, grid: GridModel, { order, parentBus, parentBranch }: ReturnType<typeof feedingTree>, marked: ReadonlyMap<number, string>, measured: ReadonlySet<string>): Float64Array {
  const told = new Float64Array(grid.busCount)
  const total = new Float64Array(grid.busCount)
  for (const { deliveryPoint, annualEnergyKwh } of plan.loads) {
    const bus = grid.busIndex.get(deliveryPoint.node!)
    if (bus === undefined) continue
    total[bus]! += annualEnergyKwh
    if (measured.has(deliveryPoint.id)) told[bus]! += annualEnergyKwh
  }
  const share = new Float64Array(grid.branchFrom.length)
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const bus = order[k]!
    const branch = parentBranch[bus]!
    if (branch < 0) continue
    if (measured.has(marked.get(branch) ?? '')) told[bus] = Math.max(total[bus]!, 1e-9)
    total[bus] = Math.max(total[bus]!, told[bus]!)
    share[branch] = total[bus]! > 0 ? told[bus]! / total[bus]! : 0
    total[parentBus[bus]!]! += total[bus]!
    told[parentBus[bus]!]! += told[bus]!
  }
  return share
}
