/** Where something must stand or happen to help a constrained element. */
import { nominalKvOf } from '#models/capacity/remedies.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import type { LineSection, Transformer } from '#models/district/schema.ts'
import type { GridModel } from '#models/grid/network.ts'
import { downstreamBuses, type FeedingTree, feedingTree, pathToSource } from '#models/grid/topology.ts'
import type { ConstrainedElement, MeasureContext } from '../measure.ts'

const trees = new WeakMap<GridModel, FeedingTree>()
/** Made once a grid: every measure asks for it. */
export function treeOf(grid: GridModel): FeedingTree {
  const tree = trees.get(grid) ?? feedingTree(grid)
  trees.set(grid, tree)
  return tree
}

export const isMedium = (kv: number): boolean => kv > LOW_VOLTAGE_LIMIT_KV
export const sectionIsMedium = ({ network }: Pick<MeasureContext, 'network'>, { from }: LineSection): boolean => isMedium(nominalKvOf(network, from))

export const transformersTooSmall = ({ constrained, network }: MeasureContext): readonly { readonly element: ConstrainedElement; readonly transformer: Transformer }[] =>
  constrained.flatMap((element) => network.transformers.filter((one) => element.kind === 'transformer' && one.id === element.id).map((transformer) => ({ element, transformer })))

/** Sections that are too small. */
export const sectionsTooSmall = ({ constrained, network }: MeasureContext): readonly LineSection[] =>
  constrained.flatMap(({ id, kind }) => network.lineSections.filter((one) => kind === 'section' && one.id === id))

/** Sections to enlarge: those too small, and for a voltage the one with the highest resistance on the way to the bus within its level. Each once. */
export function sectionsToEnlarge(context: MeasureContext): readonly { readonly section: LineSection; readonly lifts: readonly string[] }[] {
  const liftsOf = new Map<LineSection, string[]>(sectionsTooSmall(context).map((section) => [section, [section.id]]))
  for (const { id, kind } of context.constrained) {
    const section = kind === 'bus' ? weakestOnTheWay(context, id) : undefined
    if (section !== undefined) liftsOf.set(section, [...(liftsOf.get(section) ?? []), id])
  }
  return [...liftsOf].map(([section, lifts]) => ({ section, lifts }))
}

function weakestOnTheWay({ network, grid }: MeasureContext, busId: string): LineSection | undefined {
  const bus = grid.busIndex.get(busId)
  if (bus === undefined) return undefined
  const path = pathToSource(treeOf(grid), bus)
  const change = path.findIndex((branch) => branch >= grid.sectionCount)
  const resistance = ({ rOhmPerKm, lengthKm, parallel = 1 }: LineSection) => (rOhmPerKm * lengthKm) / parallel
  return (change < 0 ? path : path.slice(0, change)).map((branch) => network.lineSections[branch]).sort((a, b) => resistance(b) - resistance(a))[0]
}

/** The end of a section that is fed over it, in the normal state; of one that feeds nothing its `to` end. */
export function fedEnd({ grid }: MeasureContext, sectionId: string): number | undefined {
  const branch = grid.branchIndex.get(sectionId)
  if (branch === undefined) return undefined
  const { parentBranch } = treeOf(grid)
  return parentBranch[grid.wiredFrom[branch]] === branch ? grid.wiredFrom[branch] : grid.wiredTo[branch]
}

/** The bus and what it feeds in the normal state. */
export function atAndBelow(grid: GridModel, bus: number): ReadonlySet<number> {
  const { order, parentBus } = treeOf(grid)
  const below = new Set([bus])
  for (const one of order) if (below.has(parentBus[one])) below.add(one)
  return below
}

/**
 * Buses at which less load relieves the element: what it feeds in the normal state. At medium voltage, where it is constrained after
 * outages, everything that switching may move over it. For a voltage: what hangs on the same transformer, as all of it shares the drop.
 */
export function busesBehind(context: MeasureContext, element: ConstrainedElement): ReadonlySet<number> {
  const { grid, network } = context
  const ends = endsOf(context, element)
  const afterOutages = element.states.some((state) => state !== 'N')
  if (ends.every((bus) => isMedium(grid.busBaseKv[bus])) && (afterOutages || element.kind === 'bus')) return ringOf(grid, ends)
  if (element.kind !== 'bus') return new Set(context.fedBy(element.id))
  const tree = treeOf(grid)
  const above = ends.flatMap((bus) => pathToSource(tree, bus)).find((branch) => branch >= grid.sectionCount && branch < grid.sectionCount + network.transformers.length)
  return new Set(above === undefined ? ends : downstreamBuses(tree, above))
}

/** Union over all that is constrained. */
export const busesBehindAny = (context: MeasureContext): ReadonlySet<number> => new Set(context.constrained.flatMap((element) => [...busesBehind(context, element)]))

/** Of a transformer the lower side: what lies above it is no part of its ring. */
function endsOf({ grid, network }: MeasureContext, { id, kind }: ConstrainedElement): readonly number[] {
  if (kind === 'transformer') return network.transformers.filter((one) => one.id === id).map(({ lvNode }) => grid.busIndex.get(lvNode)).filter((bus) => bus !== undefined)
  if (kind === 'bus') return [grid.busIndex.get(id)].filter((bus) => bus !== undefined)
  const branch = grid.branchIndex.get(id)
  return branch === undefined ? [] : [grid.wiredFrom[branch], grid.wiredTo[branch]]
}

/** Everything that is wired to the buses, whatever the switches say, without passing through a source. */
function ringOf(grid: GridModel, from: readonly number[]): ReadonlySet<number> {
  const sources = new Set(grid.sources.map(({ bus }) => bus))
  const neighbours: number[][] = Array.from({ length: grid.busCount }, () => [])
  grid.wiredFrom.forEach((one, k) => {
    neighbours[one].push(grid.wiredTo[k])
    neighbours[grid.wiredTo[k]].push(one)
  })
  const reached = new Set(from.filter((bus) => !sources.has(bus)))
  for (const bus of reached) for (const next of neighbours[bus]) if (!sources.has(next)) reached.add(next)
  return reached
}
