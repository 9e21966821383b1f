/** From the holders of a carrier to the rows of a cohort, and from these to the cells that could be shown. */
import type { Cell, CohortHolder } from '#models/disclosure/guard-shapes.ts'
import type { Member } from './quarter-book.ts'
import type { Category, HeldPoint, SourceHolder } from './source.ts'

/** Zones that are shown as one, in the order of the document; every zone stands in one of them. */
export type ZoneGroups = readonly (readonly string[])[]

const CATEGORIES: readonly Category[] = ['residential', 'professional']

/** One row for each place (zone and category) in which a holder has meters; the guard counts the rows of one holder once. */
export function membersOf(holders: readonly SourceHolder[]): Member[] {
  const members = holders.flatMap(({ holderId, isPublic, deliveryPoints }) =>
    [...Map.groupBy(deliveryPoints, ({ zone, category }) => `${zone}/${category}`)].map(([place, points]) => memberOf(`${holderId} ${place}`, holderId, isPublic, points)))
  return members.sort((a, b) => (a.rowId < b.rowId ? -1 : 1))
}

function memberOf(rowId: string, holderId: string, isPublic: boolean, points: readonly HeldPoint[]): Member {
  const { zone, category } = points[0]!
  const highest = points.reduce((sum, { highestKwhPerHour }) => sum + highestKwhPerHour, 0)
  return { rowId, holderId, isPublic, zone, category, deliveryPoints: points.map(({ id }) => id).sort(), highestKwhPerHour: Number.isFinite(highest) ? highest : null, isLargeSite: points.every(({ isLarge }) => isLarge) }
}

export const cohortHolderOf = ({ holderId, isPublic, deliveryPoints, highestKwhPerHour, isLargeSite }: Member): CohortHolder =>
  ({ holderId, isPublic, deliveryPoints: deliveryPoints.length, highestKwhPerHour: highestKwhPerHour ?? Infinity, isLargeSite })

export const zoneCell = (group: readonly string[]): string => `zone:${group.join('+')}`

/** District, zones, categories, as `makeTree` makes them, for groups that are fixed already. */
export function cellsOf(members: readonly Member[], groups: ZoneGroups): Cell[] {
  const rows = (isIn: (member: Member) => boolean) => Int32Array.from(members.flatMap((member, row) => (isIn(member) ? [row] : [])))
  const inhabited = groups.filter((group) => members.some(({ zone }) => group.includes(zone)))
  const cells: Cell[] = [{ id: 'district', parent: null, members: rows(() => true) }]
  for (const group of inhabited) {
    const isIn = ({ zone }: Member) => group.includes(zone)
    const [id, inside] = [inhabited.length === 1 ? 'district' : zoneCell(group), rows(isIn)]
    if (inhabited.length > 1) cells.push({ id, parent: 'district', members: inside })
    for (const category of CATEGORIES) {
      const own = rows((member) => isIn(member) && member.category === category)
      if (own.length > 0 && own.length < inside.length) cells.push({ id: `${id}/${category}`, parent: id, members: own })
    }
  }
  return cells
}

/** Merges the failing group with the fewest private holders with its nearest neighbour; the same groups if none fails. `distance`: between two zones. */
export function mergeSmallest(members: readonly Member[], groups: ZoneGroups, fails: (group: readonly string[]) => boolean, distance: (a: string, b: string) => number): ZoneGroups {
  const sizeOf = (group: readonly string[]) => new Set(members.filter(({ zone, isPublic }) => !isPublic && group.includes(zone)).map(({ holderId }) => holderId)).size
  const [smallest] = groups.filter((group) => sizeOf(group) > 0 && fails(group)).sort((a, b) => sizeOf(a) - sizeOf(b))
  if (smallest === undefined || groups.length === 1) return groups
  const far = (group: readonly string[]) => Math.min(...group.flatMap((one) => smallest.map((other) => distance(one, other))))
  const [nearest] = groups.filter((group) => group !== smallest).sort((a, b) => far(a) - far(b))
  const order = groups.flat()
  const both = order.filter((zone) => nearest!.includes(zone) || smallest.includes(zone))
  return groups.flatMap((group) => (group === smallest ? [] : group === nearest ? [both] : [group]))
}
