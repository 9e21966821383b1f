import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeTree, type PlacedHolder } from './make-tree.ts'
import { holder, RULES } from './world.testkit.ts'

let next = 0
const people = (count: number, zone: string, category: PlacedHolder['category'], rest: Partial<PlacedHolder> = {}): PlacedHolder[] =>
  Array.from({ length: count }, () => ({ ...holder(`h${next++}`), zone, category, yearKwh: 1000, ...rest }))
const zones = ['west', 'middle', 'east'].map((id) => ({ id }))
const sizes = (tree: ReturnType<typeof makeTree>) => Object.fromEntries(tree.map(({ id, members }) => [id, members.length]))

test('zones that hold stay as they are, parents before children', () => {
  const tree = makeTree(zones, zones.flatMap(({ id }) => [...people(50, id, 'residential'), ...people(20, id, 'professional')]), RULES)
  expect(tree.map(({ id, parent }) => [id, parent])).toEqual([
    ['district', null], ...zones.flatMap(({ id }) => [[`zone:${id}`, 'district'], [`zone:${id}/residential`, `zone:${id}`], [`zone:${id}/professional`, `zone:${id}`]]),
  ])
  expect(sizes(tree)).toMatchObject({ district: 210, 'zone:west': 70, 'zone:west/residential': 50 })
})

test('a zone with too few shops is merged with the neighbour that has the fewest holders, or with one it is said to lie beside', () => {
  const holders = [...people(50, 'west', 'residential'), ...people(5, 'west', 'professional'), ...people(50, 'middle', 'residential'), ...people(30, 'middle', 'professional'), ...people(30, 'east', 'residential'), ...people(20, 'east', 'professional')]
  expect(sizes(makeTree(zones, holders, RULES))).toMatchObject({ 'zone:west+east': 105, 'zone:middle': 80 })
  expect(sizes(makeTree([{ id: 'west', neighbours: ['middle'] }, ...zones.slice(1)], holders, RULES))).toMatchObject({ 'zone:west+middle': 135, 'zone:east': 50 })
})

test('a shop that dominates its zone, public bodies that count for nothing, a chain that counts once', () => {
  const rest = [...people(50, 'middle', 'residential'), ...people(30, 'middle', 'professional')]
  const west = (...shops: PlacedHolder[]) => sizes(makeTree(zones.slice(0, 2), [...people(50, 'west', 'residential'), ...shops, ...rest], RULES))
  expect(west(...people(11, 'west', 'professional'))).toHaveProperty('zone:west')
  expect(west(...people(11, 'west', 'professional'), ...people(1, 'west', 'professional', { yearKwh: 60_000 }))).not.toHaveProperty('zone:west')
  expect(west(...people(10, 'west', 'professional'), ...people(5, 'west', 'professional', { isPublic: true }))).not.toHaveProperty('zone:west')
  expect(west(...people(9, 'west', 'professional'), ...people(6, 'west', 'professional', { holderId: 'chain' }))).not.toHaveProperty('zone:west')
})

test('where nothing holds, what is left is the district with its categories', () => {
  expect(sizes(makeTree(zones, [...people(9, 'west', 'residential'), ...people(9, 'east', 'residential'), ...people(2, 'east', 'professional')], RULES))).toEqual({ district: 20, 'district/residential': 18, 'district/professional': 2 })
  expect(() => makeTree(zones, people(1, 'north', 'residential'), RULES)).toThrow('PF_DISCLOSURE_WORLD')
})

test('every holder stands in exactly one zone and one category of it', () => {
  const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 })), { minLength: 3, maxLength: 3 })
  fc.assert(fc.property(counts, (ofZones) => {
    const holders = ofZones.flatMap(([homes, shops], zone) => [...people(homes, zones[zone].id, 'residential'), ...people(shops, zones[zone].id, 'professional')])
    const tree = makeTree(zones, holders, RULES)
    const leaves = tree.filter(({ id }) => !tree.some(({ parent }) => parent === id))
    expect(leaves.flatMap(({ members }) => [...members]).sort((a, b) => a - b)).toEqual([...holders.keys()])
  }))
})
