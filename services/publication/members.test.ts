import { expect, test } from 'vitest'
import { cellsOf, cohortHolderOf, membersOf, mergeSmallest } from './members.ts'
import type { HeldPoint, SourceHolder } from './source.ts'

const point = (id: string, zone: string, category: HeldPoint['category'] = 'residential', more: Partial<HeldPoint> = {}): HeldPoint => ({ id, zone, category, highestKwhPerHour: 9, isLarge: false, ...more })
const holder = (holderId: string, ...deliveryPoints: HeldPoint[]): SourceHolder => ({ holderId, isPublic: false, deliveryPoints })
const HOLDERS: readonly SourceHolder[] = [
  holder('a', point('1', 'north')), holder('b', point('2', 'north', 'professional', { isLarge: true }), point('3', 'south', 'professional'), point('4', 'north', 'professional', { highestKwhPerHour: Infinity })),
  holder('c', point('5', 'south')), { ...holder('town', point('6', 'south', 'professional')), isPublic: true },
]

test('a chain is a row in each place, under one holder', () => {
  const members = membersOf(HOLDERS)
  expect(members.map(({ rowId, deliveryPoints }) => [rowId, deliveryPoints])).toEqual([['a north/residential', ['1']], ['b north/professional', ['2', '4']], ['b south/professional', ['3']], ['c south/residential', ['5']], ['town south/professional', ['6']]])
  expect(cohortHolderOf(members[1]!)).toEqual({ holderId: 'b', isPublic: false, deliveryPoints: 2, highestKwhPerHour: Infinity, isLargeSite: false })
})

test('cells are a tree; a category that is the whole of its zone is not said twice', () => {
  const members = membersOf(HOLDERS)
  const shapes = (groups: readonly (readonly string[])[]) => cellsOf(members, groups).map(({ id, parent, members: rows }) => [id, parent, [...rows]])
  expect(shapes([['north'], ['south']])).toEqual([
    ['district', null, [0, 1, 2, 3, 4]], ['zone:north', 'district', [0, 1]], ['zone:north/residential', 'zone:north', [0]], ['zone:north/professional', 'zone:north', [1]],
    ['zone:south', 'district', [2, 3, 4]], ['zone:south/residential', 'zone:south', [3]], ['zone:south/professional', 'zone:south', [2, 4]],
  ])
  expect(shapes([['north', 'south'], ['empty']]).map(([id]) => id)).toEqual(['district', 'district/residential', 'district/professional'])
  expect(cellsOf(membersOf([HOLDERS[0]!]), [['north']])).toHaveLength(1)
})

test('the smallest zone that fails goes to its nearest neighbour, in the order of the document', () => {
  const members = membersOf([holder('a', point('1', 'x')), holder('b', point('2', 'x')), holder('c', point('3', 'y')), holder('d', point('4', 'z')), holder('e', point('5', 'z'))])
  const place: Record<string, number> = { x: 0, y: 9, z: 10 }
  const distance = (a: string, b: string) => Math.abs(place[a]! - place[b]!)
  const zones = [['x'], ['y'], ['z']]
  expect(mergeSmallest(members, zones, () => true, distance)).toEqual([['x'], ['y', 'z']])
  expect(mergeSmallest(members, zones, () => false, distance)).toBe(zones)
  expect(mergeSmallest(members, [['x', 'y', 'z']], () => true, distance)).toEqual([['x', 'y', 'z']])
})
