/**
 * Measurement zones: the parts of the network that remain when it is cut at every measured branch end. What flows into a
 * zone minus what flows out of it is the load and the losses inside, so the zones and their cuts form the tree on which
 * measured powers and loads are reconciled.
 */
import type { Network } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'

export interface MeasuredBranch {
  readonly branch: number
  /** End at which the power is measured. */
  readonly end: 'from' | 'to'
  /** Direction in which the measured power counts positive (towards the loads, as the branch is normally fed). */
  readonly positive: 'from-to' | 'to-from'
  /** Class of the measuring chain: largest error in percent of the reading. */
  readonly accuracyPct: number
}

export interface ZoneTree {
  readonly zoneCount: number
  /** Zone of each bus; -1 where nothing feeds it. Zone 0 holds the sources. */
  readonly busZone: Int32Array
  /** Zone in which the losses of each branch arise; -1: none (out of service or not fed). */
  readonly branchZone: Int32Array
  /** Zone on the source side; -1 for zone 0. */
  readonly parent: Int32Array
  /** Zones, each after its parent. */
  readonly order: Int32Array
  /** Zone into which each measurement tells the flow; -1: the measurement is of no use as switched now. */
  readonly measurementZone: Int32Array
  /** +1 if the measurement counts positive into its zone, -1 if against. */
  readonly measurementSign: Int8Array
  /** How many cuts feed each zone: a zone in a loop has several, and its inflow is known only if all are measured. */
  readonly cutCount: Int32Array
}

/**
 * The branch and end at which an element of the document is measured: a transformer (HV end unless `end` says `lv`), a
 * feeder (its head section at the busbar), or a line section (`from` unless said). Undefined if there is no such element.
 */
export function measuredBranch(network: Network, grid: GridModel, elementId: string, end?: string, accuracyPct = 0.5): MeasuredBranch | undefined {
  const feeder = network.feeders.find((one) => one.id === elementId)
  const sectionOrTransformer = feeder === undefined ? elementId : feeder.lineSections[0]
  const branch = grid.branchIndex.get(sectionOrTransformer)
  if (branch === undefined) return undefined
  const head = feeder ?? network.feeders.find((one) => one.lineSections[0] === elementId)
  const reversed = head !== undefined && branch < grid.sectionCount && grid.busIds[grid.wiredTo[branch]] === head.busbar
  const farEnd = end === 'to' || end === 'lv'
  const atBusbar = reversed ? 'to' : 'from'
  return { branch, end: feeder !== undefined ? atBusbar : farEnd ? 'to' : end === undefined ? atBusbar : 'from', positive: reversed ? 'to-from' : 'from-to', accuracyPct }
}

export function zoneTree(grid: GridModel, measurements: readonly MeasuredBranch[]): ZoneTree {
  const merged = new DisjointSets(grid.busCount)
  const cutBranches = new Set(measurements.map((measurement) => measurement.branch).filter((k) => isClosed(grid, k)))
  for (let k = 0; k < grid.branchFrom.length; k += 1) if (isClosed(grid, k) && !cutBranches.has(k)) merged.join(grid.branchFrom[k], grid.branchTo[k])
  for (const source of grid.sources) merged.join(grid.sources[0].bus, source.bus)

  // A loop over more than two zones says nothing about one of them alone: its zones are taken together until a tree is left.
  let tree = walkZones(grid, merged, cutBranches)
  while (tree.loop !== undefined) {
    merged.join(tree.loop[0], tree.loop[1])
    tree = walkZones(grid, merged, cutBranches)
  }

  const { zoneOfRoot, parent } = tree
  const busZone = Int32Array.from({ length: grid.busCount }, (_, bus) => zoneOfRoot.get(merged.root(bus)) ?? -1)
  const zoneCount = parent.length
  const cutCount = new Int32Array(zoneCount)
  for (const k of cutBranches) {
    const child = childZone(busZone, parent, grid.branchFrom[k], grid.branchTo[k])
    if (child >= 0) cutCount[child] += 1
  }
  const measurementZone = new Int32Array(measurements.length).fill(-1)
  const measurementSign = new Int8Array(measurements.length)
  const measuredEnd = new Map<number, 'from' | 'to'>()
  measurements.forEach(({ branch, end, positive }, m) => {
    if (!isClosed(grid, branch) || measuredEnd.has(branch)) return
    const child = childZone(busZone, parent, grid.branchFrom[branch], grid.branchTo[branch])
    if (child < 0) return
    measuredEnd.set(branch, end)
    measurementZone[m] = child
    measurementSign[m] = (busZone[grid.branchTo[branch]] === child) === (positive === 'from-to') ? 1 : -1
  })
  const branchZone = Int32Array.from({ length: grid.branchFrom.length }, (_, k) => {
    const from = grid.branchFrom[k]
    const to = grid.branchTo[k]
    if (from < 0 && to < 0) return -1
    if (from < 0 || to < 0) return busZone[Math.max(from, to)]
    // The whole branch lies beyond the cut, which is at its measured end.
    return measuredEnd.get(k) === 'from' ? busZone[to] : busZone[from]
  })
  return { zoneCount, busZone, branchZone, parent: Int32Array.from(parent), order: Int32Array.from(parent.keys()), measurementZone, measurementSign, cutCount }
}

const isClosed = (grid: GridModel, branch: number): boolean => grid.branchFrom[branch] >= 0 && grid.branchTo[branch] >= 0

function childZone(busZone: Int32Array, parent: readonly number[], from: number, to: number): number {
  const [a, b] = [busZone[from], busZone[to]]
  if (a < 0 || b < 0 || a === b) return -1
  return parent[b] === a ? b : a
}

/** Breadth first over the zones; `loop` names two buses of zones that close a loop and are not parent and child. */
function walkZones(grid: GridModel, merged: DisjointSets, cutBranches: ReadonlySet<number>) {
  const cuts = new Map<number, { bus: number; branch: number }[]>()
  const add = (root: number, bus: number, branch: number) => cuts.set(root, [...(cuts.get(root) ?? []), { bus, branch }])
  for (const branch of cutBranches) {
    add(merged.root(grid.branchFrom[branch]), grid.branchTo[branch], branch)
    add(merged.root(grid.branchTo[branch]), grid.branchFrom[branch], branch)
  }
  const zoneOfRoot = new Map<number, number>()
  const roots: number[] = []
  const parent: number[] = []
  let loop: readonly [number, number] | undefined
  if (grid.sources.length > 0) {
    zoneOfRoot.set(merged.root(grid.sources[0].bus), 0)
    roots.push(merged.root(grid.sources[0].bus))
    parent.push(-1)
  }
  for (let zone = 0; zone < roots.length; zone += 1) {
    for (const cut of cuts.get(roots[zone]) ?? []) {
      const other = merged.root(cut.bus)
      const known = zoneOfRoot.get(other)
      if (known === undefined) {
        zoneOfRoot.set(other, roots.length)
        roots.push(other)
        parent.push(zone)
      } else if (known !== zone && parent[known] !== zone && parent[zone] !== known) loop = [roots[zone], other]
    }
  }
  return { zoneOfRoot, parent, loop }
}

class DisjointSets {
  readonly #up: Int32Array

  constructor(size: number) {
    this.#up = Int32Array.from({ length: size }, (_, k) => k)
  }

  root(k: number): number {
    let at = k
    while (this.#up[at] !== at) {
      this.#up[at] = this.#up[this.#up[at]]
      at = this.#up[at]
    }
    return at
  }

  join(a: number, b: number): void {
    this.#up[this.root(a)] = this.root(b)
  }
}
