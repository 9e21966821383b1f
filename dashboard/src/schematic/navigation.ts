import type { Diagram, Point } from './geometry.ts'

const DIRECTIONS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] } as const
export type ArrowKey = keyof typeof DIRECTIONS
export const isArrowKey = (key: string): key is ArrowKey => key in DIRECTIONS

export interface Stop extends Point {
  readonly id: string
  readonly neighbours: readonly string[]
}

/** Every element one can stand on, with the elements it is connected to. */
export function stops(diagram: Diagram): Map<string, Stop> {
  const found = new Map<string, Stop>()
  for (const substation of diagram.substations) {
    const sections = diagram.sections.filter((section) => section.ends.includes(substation.id)).map((section) => section.id)
    found.set(substation.id, { id: substation.id, x: substation.x, y: substation.y, neighbours: [...sections, ...substation.transformers.map((transformer) => transformer.id)] })
    for (const transformer of substation.transformers) found.set(transformer.id, { id: transformer.id, x: transformer.x, y: transformer.y, neighbours: [substation.id] })
  }
  for (const section of diagram.sections) {
    const [first, last] = [section.route[0], section.route[section.route.length - 1]]
    found.set(section.id, { id: section.id, x: (first.x + last.x) / 2, y: (first.y + last.y) / 2, neighbours: section.ends })
  }
  return found
}

/** The connected element that lies most in the direction of the key; undefined where the network ends. */
export function follow(all: ReadonlyMap<string, Stop>, from: string, key: ArrowKey): string | undefined {
  const here = all.get(from)
  if (!here) return undefined
  const [dx, dy] = DIRECTIONS[key]
  let best: { id: string; cosine: number } | undefined
  for (const id of here.neighbours) {
    const there = all.get(id)
    if (!there) continue
    const length = Math.hypot(there.x - here.x, there.y - here.y)
    const cosine = length === 0 ? 0 : ((there.x - here.x) * dx + (there.y - here.y) * dy) / length
    if (cosine > 0.1 && cosine > (best?.cosine ?? 0)) best = { id, cosine }
  }
  return best?.id
}

/** The nearest element that lies in the direction of the key, connected or not: where a network is drawn in parts, none may be out of reach. */
export function nearest(all: ReadonlyMap<string, Stop>, from: string, key: ArrowKey): string | undefined {
  const here = all.get(from)
  if (!here) return undefined
  const [dx, dy] = DIRECTIONS[key]
  let best: { id: string; length: number } | undefined
  for (const { id, x, y } of all.values()) {
    const [length, ahead] = [Math.hypot(x - here.x, y - here.y), (x - here.x) * dx + (y - here.y) * dy]
    // Within an eighth of a turn to either side, so that the four keys see all around.
    if (ahead > 0 && ahead >= length * Math.SQRT1_2 - 1e-9 && length < (best?.length ?? Infinity)) best = { id, length }
  }
  return best?.id
}
