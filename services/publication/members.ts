/** From the holders of a carrier to the rows of a cohort, and from these to the cells that could be shown. */
import type { Cell, CohortHolder } from '#models/disclosure/guard-shapes.ts'
import type { Member } from './quarter-book.ts'
import type { Category, HeldPoint, SourceHolder } from './source.ts'

/** Zones that are shown as one; every zone stands in one of them. */
export type ZoneGroups = readonly (readonly string[])[]

const CATEGORIES: readonly Category[] = ['residential', 'professional']

/**
 * A private holder is one row with all of its meters, counted where most of them are: its meters together are what must not be told.
 * A public one hides nobody and is counted in every place where it has meters.
 */
export function membersOf(holders: readonly SourceHolder[]): Member[] {
  const members = holders.flatMap(({ holderId, isPublic, deliveryPoints }) => {
    const places = [...Map.groupBy(deliveryPoints, ({ zone, category }) => `${zone}/${category}`)].sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1)).map(([, points]) => points)
    return isPublic ? places.map((points, i) => memberOf(`${holderId}/${i}`, holderId, true, points[0]!, points)) : [memberOf(holderId, holderId, false, places[0]![0]!, deliveryPoints)]
  })
  return members.sort((a, b) => (a.rowId < b.rowId ? -1 : 1))
}

function memberOf(rowId: string, holderId: string, isPublic: boolean, { zone, category }: HeldPoint, points: readonly HeldPoint[]): Member {
  const highest = points.reduce((sum, { highestKwhPerHour }) => sum + highestKwhPerHour, 0)
  return { rowId, holderId, isPublic, zone, category, deliveryPoints: points.map(({ id }) => id).sort(), highestKwhPerHour: Number.isFinite(highest) ? highest : null, isLargeSite: points.every(({ isLarge }) => isLarge) }
}

export const cohortHolderOf = ({ rowId, isPublic, deliveryPoints, highestKwhPerHour, isLargeSite }: Member): CohortHolder =>
  ({ holderId: rowId, isPublic, deliveryPoints: deliveryPoints.length, highestKwhPerHour: highestKwhPerHour ?? Infinity, isLargeSite })

export const zoneCell = (group: readonly string[]): string => `zone:${[...group].sort().join('~')}`

/** District, zones, categories. Where all zones are one, the categories stand below the district; a category that nobody is in is not there. */
export function cellsOf(members: readonly Member[], groups: ZoneGroups): Cell[] {
  const indexes = (isIn: (member: Member) => boolean) => Int32Array.from(members.flatMap((member, i) => (isIn(member) ? [i] : [])))
  const cells: Cell[] = [{ id: 'district', parent: null, members: indexes(() => true) }]
  const addCategories = (parent: string, isIn: (member: Member) => boolean) => {
    for (const category of CATEGORIES) {
      const inside = indexes((member) => isIn(member) && member.category === category)
      if (inside.length > 0) cells.push({ id: parent === 'district' ? category : `${parent}/${category}`, parent, members: inside })
    }
  }
  if (groups.length === 1) addCategories('district', () => true)
  else {
    for (const group of groups) {
      const isIn = ({ zone }: Member) => group.includes(zone)
      const inside = indexes(isIn)
      if (inside.length === 0) continue
      cells.push({ id: zoneCell(group), parent: 'district', members: inside })
      addCategories(zoneCell(group), isIn)
    }
  }
  return cells
}

/** Merges the group with the fewest private holders with its nearest neighbour. `distance`: between two zones. */
export function mergeSmallest(members: readonly Member[], groups: ZoneGroups, failing: (group: readonly string[]) => boolean, distance: (a: string, b: string) => number): ZoneGroups {
  const sizeOf = (group: readonly string[]) => members.filter(({ zone, isPublic }) => !isPublic && group.includes(zone)).length
  const smallest = groups.filter(failing).sort((a, b) => sizeOf(a) - sizeOf(b))[0]
  if (smallest === undefined || groups.length === 1) return groups
  const far = (group: readonly string[]) => Math.min(...group.flatMap((one) => smallest.map((other) => distance(one, other))))
  const nearest = groups.filter((group) => group !== smallest).sort((a, b) => far(a) - far(b))[0]!
  return [...groups.filter((group) => group !== smallest && group !== nearest), [...nearest, ...smallest].sort()].sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}
