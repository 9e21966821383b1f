/**
 * Where the elements of the medium-voltage network stand on the single-line diagram. The document gives each substation
 * a place on a grid; everything else follows: sections run along the grid, transformers stand inwards of their substation.
 */
import type { PlannerNetwork } from '#contract/planner.ts'

const COLUMN_PX = 58
const ROW_PX = 90
const MARGIN = { left: 132, right: 132, top: 58, bottom: 34 }
const SWITCH_FROM_END_PX = 40
const BRANCH_UP_PX = 24
const BETWEEN_TRANSFORMERS_PX = 40
/** Below this a voltage is low: such feeders are drawn when their substation is opened. */
const LOW_VOLTAGE_KV = 1

export interface Point {
  readonly x: number
  readonly y: number
}
export interface DiagramSection {
  readonly id: string
  readonly name: string
  readonly ends: readonly [substation: string, substation: string]
  readonly route: readonly Point[]
  readonly label: Point & { readonly anchor: 'start' | 'middle' | 'end' }
}
export interface DiagramTransformer extends Point {
  readonly id: string
  readonly name: string
  readonly ratedKva: number
}
export interface DiagramSubstation extends Point {
  readonly id: string
  readonly name: string
  readonly kind: 'primary' | 'secondary'
  /** Towards the middle of the drawing: 1 to the right, -1 to the left. */
  readonly inwards: 1 | -1
  readonly transformers: readonly DiagramTransformer[]
  readonly boundary: string | undefined
}
export interface DiagramSwitch extends Point {
  readonly id: string
  readonly name: string
  readonly closed: boolean
}
export interface Diagram {
  readonly width: number
  readonly height: number
  readonly sections: readonly DiagramSection[]
  readonly substations: readonly DiagramSubstation[]
  readonly switches: readonly DiagramSwitch[]
}

/** Along the row of the upper end, then down the column of the lower one. */
function route(a: Point, b: Point): Point[] {
  if (a.x === b.x || a.y === b.y) return [a, b]
  return [a, a.y < b.y ? { x: b.x, y: a.y } : { x: a.x, y: b.y }, b]
}

/** The point so many pixels along a route, never beyond its middle. */
export function along(points: readonly Point[], distance: number): Point {
  const lengths = points.slice(1).map((point, i) => Math.hypot(point.x - points[i].x, point.y - points[i].y))
  let left = Math.min(distance, lengths.reduce((sum, length) => sum + length, 0) / 2)
  for (let i = 0; i < lengths.length; i++) {
    if (left <= lengths[i]) {
      const share = lengths[i] === 0 ? 0 : left / lengths[i]
      return { x: points[i].x + share * (points[i + 1].x - points[i].x), y: points[i].y + share * (points[i + 1].y - points[i].y) }
    }
    left -= lengths[i]
  }
  return points[points.length - 1]
}

function labelOf(points: readonly Point[], middleX: number): DiagramSection['label'] {
  const from = points[points.length - 2]
  const to = points[points.length - 1]
  const x = (from.x + to.x) / 2
  const y = (from.y + to.y) / 2
  if (from.y === to.y) return { x, y: y - 10, anchor: 'middle' }
  // Beside a column, on the outer side: the inner one belongs to the transformers.
  return from.x < middleX ? { x: x - 14, y: y + 5, anchor: 'end' } : { x: x + 14, y: y + 5, anchor: 'start' }
}

export function layOut(network: PlannerNetwork): Diagram {
  const xs = network.substations.map((substation) => substation.x)
  const ys = network.substations.map((substation) => substation.y)
  const [minX, maxX, minY, maxY] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const place = (at: Point): Point => ({ x: MARGIN.left + (at.x - minX) * COLUMN_PX, y: MARGIN.top + (at.y - minY) * ROW_PX })
  const width = MARGIN.left + MARGIN.right + (maxX - minX) * COLUMN_PX
  const height = MARGIN.top + MARGIN.bottom + (maxY - minY) * ROW_PX

  const substationOf = new Map(network.busbars.filter((busbar) => busbar.nominalVoltageKv >= LOW_VOLTAGE_KV).map((busbar) => [busbar.id, busbar.substation]))
  const substations = network.substations.map((substation): DiagramSubstation => {
    const at = place(substation)
    const inwards = at.x <= width / 2 ? 1 : -1
    return {
      id: substation.id,
      name: substation.name,
      kind: substation.kind,
      ...at,
      inwards,
      transformers: network.transformers
        .filter((transformer) => transformer.substation === substation.id)
        .map((transformer, index) => ({ id: transformer.id, name: transformer.name, ratedKva: transformer.ratedKva, x: at.x + inwards * 56, y: at.y - BRANCH_UP_PX + index * BETWEEN_TRANSFORMERS_PX })),
      boundary: network.boundaryLoads.find((load) => substationOf.get(load.node) === substation.id)?.name,
    }
  })
  const placed = new Map(substations.map((substation) => [substation.id, substation]))
  const sections = network.lineSections.flatMap((section): DiagramSection[] => {
    const from = placed.get(substationOf.get(section.from) ?? '')
    const to = placed.get(substationOf.get(section.to) ?? '')
    if (!from || !to) return []
    // Downwards, so that the label stands at the lower leg whichever way the document names the ends.
    const points = route(from.y <= to.y ? from : to, from.y <= to.y ? to : from).map(({ x, y }) => ({ x, y }))
    const inOrder = from.y <= to.y ? points : points.toReversed()
    return [{ id: section.id, name: section.name, ends: [from.id, to.id], route: inOrder, label: labelOf(points, width / 2) }]
  })
  const byId = new Map(sections.map((section) => [section.id, section]))
  const switches = network.switches.flatMap((item): DiagramSwitch[] => {
    const section = byId.get(item.lineSection)
    if (!section) return []
    const at = along(item.end === 'from' ? section.route : section.route.toReversed(), SWITCH_FROM_END_PX)
    return [{ id: item.id, name: item.name, closed: item.closed, ...at }]
  })
  return { width, height, sections, substations, switches }
}
