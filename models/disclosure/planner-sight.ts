/**
 * What a planner may see of the network: figures of an element are those of whoever is fed through it, and a section that feeds one shop is that shop.
 *
 * Loads add up along the tree in which the network is fed, so that a planner who sees an element and some below it also has the difference. Elements
 * are therefore chosen from the source downwards such that behind each, and between each and the next ones shown below it, there is nobody who is
 * protected or there are at least `fewest` holders: then every sum that can be made of what is shown is made of groups that large.
 */
import { holderAt } from '#models/district/at.ts'
import type { DeliveryPoint, District } from '#models/district/schema.ts'
import { buildGrid } from '#models/grid/network.ts'
import { feedingTree, type FeedingTree } from '#models/grid/topology.ts'
import type { Circuit } from '#models/load-flow/circuit.ts'
import { isPublicHolder } from './live-rules.ts'

/** Holders in a group, as in the disclosure policy. */
export const FEWEST_HOLDERS = 11

export interface PlannerSight {
  /** Whether the sum of the whole district may be shown. */
  readonly district: boolean
  /** Ids of line sections and transformers whose figures may be shown. */
  readonly elements: ReadonlySet<string>
  /** Ids of busbars and junctions whose load may be shown. */
  readonly buses: ReadonlySet<string>
  /** Delivery points behind each element that is not shown, as the network is switched by the document. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
}

/** Private holders of delivery points. Who holds a point and is not known is protected and hides nobody; public bodies are neither. */
interface Group {
  readonly holders: ReadonlySet<string>
  readonly unknown: number
}
const NOBODY: Group = { holders: new Set(), unknown: 0 }
const together = (groups: readonly Group[]): Group => ({ holders: new Set(groups.flatMap(({ holders }) => [...holders])), unknown: groups.reduce((sum, { unknown }) => sum + unknown, 0) })
const isEmpty = ({ holders, unknown }: Group): boolean => holders.size === 0 && unknown === 0

/** True if figures of these delivery points together may be shown to a planner at an instant (UTC ms). */
export function isLargeEnough(district: Pick<District, 'holders'>, points: readonly DeliveryPoint[], at: number, fewest = FEWEST_HOLDERS): boolean {
  return passes(together(points.map(groupOf(district, at))), fewest)
}

const passes = (group: Group, fewest: number): boolean => isEmpty(group) || group.holders.size >= fewest

function groupOf({ holders }: Pick<District, 'holders'>, at: number): (point: DeliveryPoint) => Group {
  const known = new Map(holders.map((one) => [one.id, one]))
  return (point) => {
    const id = holderAt(point, at)
    const holder = id === undefined ? undefined : known.get(id)
    if (holder === undefined) return point.category === 'public' ? NOBODY : { holders: new Set(), unknown: 1 }
    return isPublicHolder(holder) ? NOBODY : { holders: new Set([holder.id]), unknown: 0 }
  }
}

/**
 * What planners may see at an instant (UTC ms), with the switches in the positions of the document. Branches of a loop, whose flows tell the load of each
 * bus between them, are shown only where everything that hangs on the loop passes by itself.
 */
export function plannerSight(district: District, at: number, fewest = FEWEST_HOLDERS): PlannerSight {
  const grid = buildGrid(district.network, at)
  const tree = feedingTree(grid)
  const loopTop = topOfLoops(grid, tree)
  const direct: DeliveryPoint[][] = Array.from({ length: grid.busCount }, () => [])
  for (const point of district.deliveryPoints) {
    const bus = point.node === undefined ? undefined : grid.busIndex.get(point.node)
    if (bus !== undefined) direct[bus]!.push(point)
  }

  // Buses of a loop are one place, named by the bus nearest to the source.
  const children: number[][] = Array.from({ length: grid.busCount }, () => [])
  const own: DeliveryPoint[][] = Array.from({ length: grid.busCount }, () => [])
  const members: number[][] = Array.from({ length: grid.busCount }, () => [])
  const places = [...tree.order].filter((bus) => loopTop(bus) === bus)
  for (const bus of tree.order) {
    own[loopTop(bus)]!.push(...direct[bus]!)
    members[loopTop(bus)]!.push(bus)
  }
  for (const place of places) if (tree.parentBus[place]! >= 0) children[loopTop(tree.parentBus[place]!)]!.push(place)
  const below = own.map((points) => [...points])
  for (const place of places.toReversed()) if (tree.parentBus[place]! >= 0) below[loopTop(tree.parentBus[place]!)]!.push(...below[place]!)
  const group = groupOf(district, at)
  const ownGroup = own.map((points) => together(points.map(group)))
  const belowGroup = below.map((points) => together(points.map(group)))
  const shown = shownPlaces({ roots: places.filter((place) => tree.parentBus[place]! < 0), children, own: ownGroup, below: belowGroup }, fewest)

  const elements = new Set<string>()
  const hidden = new Map<string, readonly string[]>()
  const fedOver = new Map([...tree.order].flatMap((bus) => (tree.parentBranch[bus]! >= 0 ? [[tree.parentBranch[bus]!, bus] as const] : [])))
  const isLoopClear = (top: number): boolean => members[top]!.every((bus) => passes(together(direct[bus]!.map(group)), fewest)) && children[top]!.every((place) => passes(belowGroup[place]!, fewest))
  for (const [branch, id] of [...grid.sectionIds, ...grid.transformerIds].entries()) {
    const bus = fedOver.get(branch) ?? (tree.loopBranches.includes(branch) ? grid.branchTo[branch]! : undefined)
    const top = bus === undefined ? undefined : loopTop(bus)
    // Nothing flows through what nothing is fed over.
    const mayShow = top === undefined || (fedOver.get(branch) === top ? shown.has(top) : isLoopClear(top))
    if (mayShow) elements.add(id)
    else hidden.set(id, below[top]!.map((point) => point.id))
  }

  // The load of a bus is one more figure: it may be shown where nobody else who is protected is in the same difference.
  const seenAs = new Int32Array(grid.busCount).fill(-1)
  for (const place of places) seenAs[place] = shown.has(place) || tree.parentBus[place]! < 0 ? place : seenAs[loopTop(tree.parentBus[place]!)]!
  const busesOf = Map.groupBy(grid.busIds.keys().filter((bus) => !isEmpty(together(direct[bus]!.map(group)))), (bus) => seenAs[loopTop(bus)]!)
  const isAlone = (bus: number): boolean => (busesOf.get(seenAs[loopTop(bus)]!) ?? []).every((other) => other === bus)
  const buses = new Set(grid.busIds.filter((_, bus) => {
    const load = together(direct[bus]!.map(group))
    return isEmpty(load) || (passes(load, fewest) && isAlone(bus))
  }))
  return { district: passes(together(direct.flat().map(group)), fewest), elements, hidden, buses }
}

interface Places {
  readonly roots: readonly number[]
  readonly children: readonly (readonly number[])[]
  /** Fed at the place itself, and with everything below it. */
  readonly own: readonly Group[]
  readonly below: readonly Group[]
}

/** Places whose feeding branch may be shown, chosen from the sources downwards. */
function shownPlaces({ roots, children, own, below }: Places, fewest: number): ReadonlySet<number> {
  const shown = new Set<number>()
  const waiting = [...roots]
  for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
    const chosen = children[top]!.filter((place) => passes(below[place]!, fewest))
    let rest = together([own[top]!, ...children[top]!.filter((place) => !chosen.includes(place)).map((place) => below[place]!)])
    // What is left is too small to be told by a difference: the smallest of those chosen joins it, and those below that one may be chosen instead.
    while (!passes(rest, fewest)) {
      const smallest = chosen.filter((place) => !isEmpty(below[place]!)).sort((a, b) => below[a]!.holders.size - below[b]!.holders.size)[0]
      if (smallest === undefined) break
      const next = children[smallest]!.filter((place) => passes(below[place]!, fewest))
      chosen.splice(chosen.indexOf(smallest), 1, ...next)
      rest = together([rest, own[smallest]!, ...children[smallest]!.filter((place) => !next.includes(place)).map((place) => below[place]!)])
    }
    for (const place of chosen) shown.add(place)
    waiting.push(...chosen)
  }
  return shown
}

/** Of each bus the bus nearest to the source among those on a loop with it; itself where it is on none. */
function topOfLoops(grid: Pick<Circuit, 'busCount' | 'branchFrom' | 'branchTo'>, { parentBus, order, loopBranches }: FeedingTree): (bus: number) => number {
  const depth = new Int32Array(grid.busCount)
  for (const bus of order) depth[bus] = parentBus[bus]! < 0 ? 0 : depth[parentBus[bus]!]! + 1
  const link = Int32Array.from({ length: grid.busCount }, (_, bus) => bus)
  const top = (bus: number): number => {
    let at = bus
    while (link[at] !== at) at = link[at]!
    return at
  }
  for (const branch of loopBranches) {
    let [one, other] = [top(grid.branchFrom[branch]!), top(grid.branchTo[branch]!)]
    while (one !== other) {
      if (depth[one]! < depth[other]!) [one, other] = [other, one]
      // Two sources close a loop over what feeds them both.
      if (parentBus[one]! < 0) {
        link[one] = other
        break
      }
      link[one] = top(parentBus[one]!)
      one = top(one)
    }
  }
  return top
}
