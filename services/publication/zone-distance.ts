import type { District } from '#models/district/schema.ts'

/** Distance of two zones by where the network feeds them; zones that it does not feed are last, in the order of the document. */
export function zoneDistance(district: District): (a: string, b: string) => number {
  const { substations, busbars, lineSections } = district.network
  const place = new Map(substations.map(({ id, x, y }) => [id, { x, y }]))
  const near = new Map(busbars.map(({ id, substation }) => [id, place.get(substation)!]))
  // Junctions lie where the busbar is that the sections lead to them from; each pass reaches one section further.
  for (let reached = -1; reached !== near.size; ) {
    reached = near.size
    for (const { from, to } of lineSections) {
      if (near.has(from) && !near.has(to)) near.set(to, near.get(from)!)
      else if (near.has(to) && !near.has(from)) near.set(from, near.get(to)!)
    }
  }
  const zoneOf = new Map(district.sites.map(({ id, zone }) => [id, zone]))
  const seen = Map.groupBy(district.deliveryPoints.filter(({ node }) => node !== undefined && near.has(node)), ({ site }) => zoneOf.get(site)!)
  const centre = new Map([...seen].map(([zone, points]) => {
    const mean = (axis: 'x' | 'y') => points.reduce((sum, { node }) => sum + near.get(node!)![axis], 0) / points.length
    return [zone, { x: mean('x'), y: mean('y') }]
  }))
  const order = new Map(district.zones.map(({ id }, i) => [id, i]))
  const FAR = 1e9
  return (a, b) => {
    const [one, other] = [centre.get(a), centre.get(b)]
    return one === undefined || other === undefined ? FAR + Math.abs(order.get(a)! - order.get(b)!) : Math.hypot(one.x - other.x, one.y - other.y)
  }
}
