import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StudyResult } from '#contract/study-shapes.ts'
import { nearest, stops, type ArrowKey } from './navigation.ts'
import { layOutStudy } from './study-layout.ts'

type Network = StudyResult['network']
const network = (places: readonly (readonly [x: number, y: number])[]): Network => ({
  nodes: places.map(([x, y], k) => ({ id: `S${k}`, name: `Station ${k}`, x, y, kind: k === 0 ? 'primary' : 'secondary' })),
  links: places.slice(1).map((_, k) => ({ id: `L${k}`, from: `S${k}`, to: `S${k + 1}`, open: k === 1 })),
})

test('whatever the places and the room, every substation stands within it', () => {
  const place = fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: -50, max: 50, noNaN: true }))
  fc.assert(fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), fc.integer({ min: 240, max: 800 }), (places, widthPx) => {
    const drawn = layOutStudy(network(places), widthPx, () => true)
    expect(drawn.width).toBe(widthPx)
    for (const { x, y } of drawn.substations) expect(x >= 0 && x <= widthPx && y >= 0 && y <= drawn.height).toBe(true)
  }))
})
test('an open point stands in the middle of its section, and all can be stood on', () => {
  const drawn = layOutStudy(network([[0, 0], [0, 1], [4, 1]]), 400, () => true)
  const [a, b] = drawn.sections[1].route
  expect(drawn.switches).toEqual([{ id: 'L1', name: 'Station 1 – Station 2', closed: false, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }])
  expect([...stops(drawn).values()].every(({ neighbours }) => neighbours.length > 0)).toBe(true)
})
test('a link to a substation that is not drawn is left out', () => {
  const { nodes, links } = network([[0, 0], [1, 1]])
  expect(layOutStudy({ nodes, links: [...links, { id: 'LX', from: 'S0', to: 'GONE', open: false }] }, 400, () => true).sections.map(({ id }) => id)).toEqual(['L0'])
})

test('the arrow keys reach every element, also where the network is drawn in parts', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  fc.assert(fc.property(fc.uniqueArray(place, { minLength: 2, maxLength: 15, selector: String }), (places) => {
    const all = stops(layOutStudy({ ...network(places), links: [] }, 600, () => true))
    const reached = new Set(['S0'])
    for (const id of reached) for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] satisfies ArrowKey[]) reached.add(nearest(all, id, key) ?? id)
    expect(reached.size).toBe(places.length)
  }))
})
