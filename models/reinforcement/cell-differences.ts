/**
 * What can be learned by adding and subtracting cells. Classes split the protected loads one way and transformers another. Seen as a
 * graph, with a vertex for each cell and an edge for what a class has below a transformer, any combination of cells in which something
 * cancels leaves at least a cut of the graph standing (its incidence matrix is totally unimodular). So no difference isolates fewer holders
 * than the least cut, which is found by the algorithm of Stoer and Wagner (Journal of the ACM 44, 1997, 585-591).
 */
import type { PartGroup } from './protected-group.ts'

export interface LeastCut {
  /** Holders whose curves a difference of cells would leave standing. */
  readonly holders: number
  /** Places in the two lists on one side of the cut. */
  readonly classes: ReadonlySet<number>
  readonly transformers: ReadonlySet<number>
}

/** Undefined where there is nothing to take apart. A holder counts once, where it draws most, so that the count is never too large. */
export function leastCut(classes: readonly PartGroup[], transformers: readonly PartGroup[]): LeastCut | undefined {
  const count = classes.length + transformers.length
  const weight = Array.from({ length: count }, () => new Float64Array(count))
  const linked = Array.from({ length: count }, () => new Uint8Array(count))
  const transformerOf = new Map(transformers.flatMap(({ parts }, index) => parts.map((part) => [part, classes.length + index] as const)))
  const home = new Map<string, { energy: number; a: number; b: number }>()
  classes.forEach(({ parts }, a) => {
    for (const part of parts) {
      const b = transformerOf.get(part)
      if (b === undefined || part.measuredShare === 0) continue
      linked[a]![b] = linked[b]![a] = 1
      const energy = part.powerKw.reduce((sum, kw) => sum + Math.abs(kw), 0)
      for (const holder of part.holders) if ((home.get(holder)?.energy ?? -1) < energy) home.set(holder, { energy, a, b })
    }
  })
  for (const { a, b } of home.values()) {
    weight[a]![b]! += 1
    weight[b]![a]! += 1
  }
  let least: { weight: number; side: readonly number[] } | undefined
  for (const component of components(linked)) {
    const cut = component.length < 2 ? undefined : stoerWagner(component, weight)
    if (cut !== undefined && (least === undefined || cut.weight < least.weight)) least = cut
  }
  if (least === undefined) return undefined
  const { weight: holders, side } = least
  return { holders, classes: new Set(side.filter((vertex) => vertex < classes.length)), transformers: new Set(side.filter((vertex) => vertex >= classes.length).map((vertex) => vertex - classes.length)) }
}

function components(linked: readonly Uint8Array[]): number[][] {
  const seen = new Set<number>()
  return linked.flatMap((_, start) => {
    if (seen.has(start)) return []
    const component = [start]
    seen.add(start)
    for (const vertex of component) linked[vertex]!.forEach((is, next) => { if (is === 1 && !seen.has(next)) { seen.add(next); component.push(next) } })
    return [component]
  })
}

function stoerWagner(component: readonly number[], given: readonly Float64Array[]): { weight: number; side: readonly number[] } {
  const weight = component.map((a) => component.map((b) => given[a]![b]!))
  const merged = component.map((vertex) => [vertex])
  const active = component.map((_, place) => place)
  let best = { weight: Infinity, side: [] as readonly number[] }
  while (active.length > 1) {
    const tied = new Map(active.map((vertex) => [vertex, 0]))
    let [before, last] = [-1, -1]
    while (tied.size > 0) {
      const [next] = [...tied].reduce((most, one) => (one[1] > most[1] ? one : most))
      const cut = tied.get(next)!
      tied.delete(next)
      for (const [vertex, value] of tied) tied.set(vertex, value + weight[next]![vertex]!)
      ;[before, last] = [last, next]
      if (tied.size === 0 && cut < best.weight) best = { weight: cut, side: [...merged[next]!] }
    }
    merged[before]!.push(...merged[last]!)
    for (const vertex of active) weight[before]![vertex] = weight[vertex]![before] = weight[before]![vertex]! + weight[last]![vertex]!
    active.splice(active.indexOf(last), 1)
  }
  return best
}
