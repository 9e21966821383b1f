/**
 * The network of a study on the room there is: substations where the district document puts them, both axes stretched to it, so
 * that a ring of sixteen and a network of two hundred both fit a phone. As the printed study draws it.
 */
import type { StudyResult } from '#contract/study-shapes.ts'
import { along, type Diagram, type DiagramSection, type DiagramSubstation, type Point } from './geometry.ts'

const TOP_PX = 40
const BOTTOM_PX = 24
const ROW_PX = 46
const LEAST_PX = 200
const MOST_PX = 560
const LETTER_PX = 7
/** Between a substation and its name. */
export const NAME_GAP_PX = 16
/** Names take at most this share of the width on each side. */
const SIDE_SHARE = 0.36
const LABEL_GAP_PX = 12
/** From there on a section counts as slanted: its shorter side over its longer one. */
const STRAIGHT = 0.3


/** @param widthPx of the frame @param named substations whose name is written */
export function layOutStudy({ nodes, links }: StudyResult['network'], widthPx: number, named: (id: string) => boolean): Diagram {
  const longest = Math.max(0, ...nodes.filter(({ id, kind }) => kind === 'secondary' && named(id)).map(({ name }) => name.length))
  const side = Math.min(SIDE_SHARE * widthPx, NAME_GAP_PX + 4 + longest * LETTER_PX)
  const rows = new Set(nodes.map(({ y }) => y)).size
  const height = TOP_PX + BOTTOM_PX + Math.min(MOST_PX, Math.max(LEAST_PX, ROW_PX * (rows - 1)))
  const [x, y] = [axis(nodes.map((one) => one.x), side, widthPx - side), axis(nodes.map((one) => one.y), TOP_PX, height - BOTTOM_PX)]
  const substations = nodes.map((one): DiagramSubstation => {
    const at = { x: x(one.x), y: y(one.y) }
    return { id: one.id, name: one.name, kind: one.kind, ...at, inwards: at.x <= widthPx / 2 ? 1 : -1, transformers: [], boundary: undefined }
  })
  const placed = new Map(substations.map((one) => [one.id, one]))
  const sections = links.flatMap(({ id, from, to }): DiagramSection[] => {
    const [a, b] = [placed.get(from), placed.get(to)]
    if (a === undefined || b === undefined) return []
    return [{ id, name: `${a.name} – ${b.name}`, ends: [from, to], route: [pointOf(a), pointOf(b)], label: labelOf(a, b, widthPx) }]
  })
  const open = new Set(links.filter((one) => one.open).map(({ id }) => id))
  return { width: widthPx, height, substations, sections, switches: sections.filter(({ id }) => open.has(id)).map(({ id, name, route }) => ({ id, name, closed: false, ...along(route, Infinity) })) }
}

/** Beside an upright section on its inner side, away from the names; above a level one; on the outer side of a slanted one, where nothing else is. */
function labelOf(a: Point, b: Point, widthPx: number): DiagramSection['label'] {
  const [x, y, across, down] = [(a.x + b.x) / 2, (a.y + b.y) / 2, Math.abs(a.x - b.x), Math.abs(a.y - b.y)]
  if (down < STRAIGHT * across) return { x: x + LABEL_GAP_PX, y: y - LABEL_GAP_PX, anchor: 'start' }
  const isRight = (x <= widthPx / 2) === across < STRAIGHT * down
  return { x: x + (isRight ? 1 : -1) * LABEL_GAP_PX, y: y + 4, anchor: isRight ? 'start' : 'end' }
}

const pointOf = ({ x, y }: Point): Point => ({ x, y })

function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return (value) => (most === least ? (from + to) / 2 : from + ((value - least) / (most - least)) * (to - from))
}
