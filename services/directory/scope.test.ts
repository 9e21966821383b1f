import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryPoint, District } from '#models/district/schema.ts'
import type { Principal } from './port.ts'
import { clampToHeld, heldAt, heldDeliveryPoints } from './scope.ts'

const DAY_MS = 86_400_000
const iso = (day: number) => new Date(day * DAY_MS).toISOString()
const pointHeld = (holders: DeliveryPoint['holders']): District => ({ deliveryPoints: [{ id: 'dp', holders }] }) as unknown as District
const person = (links: Principal['holders'], roles: Principal['roles'] = ['merchant']): Principal => ({ personId: 1, name: 'x', roles, holders: links })

test('an instant is readable exactly when the person acted for the holder of that instant', () => {
  const day = fc.integer({ min: 0, max: 60 })
  const tenure = fc.record({ holder: fc.constantFrom('a', 'b'), from: day, days: fc.integer({ min: 1, max: 30 }) })
  const link = fc.record({ holder: fc.constantFrom('a', 'b', 'c'), from: day, days: fc.integer({ min: 1, max: 30 }) })
  fc.assert(fc.property(fc.array(tenure, { maxLength: 4 }), fc.array(link, { maxLength: 3 }), fc.integer({ min: 0, max: 95 }), (tenures, links, at) => {
    const district = pointHeld(tenures.map(({ holder, from, days }) => ({ holder, validFrom: iso(from), validTo: iso(from + days) })))
    const held = heldDeliveryPoints(district, person(links.map(({ holder, from, days }) => ({ holder, from: from * DAY_MS, to: (from + days) * DAY_MS }))))
    const may = tenures.some((t) => t.from <= at && at < t.from + t.days && links.some((l) => l.holder === t.holder && l.from <= at && at < l.from + l.days))
    expect(clampToHeld(held, at * DAY_MS, at * DAY_MS + 1) !== undefined).toBe(may)
  }))
})

test('holding something is no use without the role', () => {
  const district = pointHeld([{ holder: 'a', validFrom: iso(0) }])
  expect(heldDeliveryPoints(district, person([{ holder: 'a', from: 0, to: Infinity }]))).toHaveLength(1)
  expect(heldDeliveryPoints(district, person([{ holder: 'a', from: 0, to: Infinity }], ['planner', 'operator']))).toEqual([])
})

test('a resident reads by links as a merchant does; whoever grants links reads nothing by them', () => {
  const district = pointHeld([{ holder: 'a', validFrom: iso(0) }])
  const links = [{ holder: 'a', from: 0, to: Infinity }]
  expect(heldDeliveryPoints(district, person(links, ['resident']))).toHaveLength(1)
  expect(heldDeliveryPoints(district, person(links, ['administrator', 'merchant', 'resident']))).toEqual([])
})

test('a holder holds a point from the first instant of the tenure to the last', () => {
  const district = pointHeld([{ holder: 'a', validFrom: iso(1), validTo: iso(2) }])
  const held = (holder: string, at: number) => heldAt(district, holder, at).map(({ id }) => id)
  expect([DAY_MS - 1, DAY_MS, 2 * DAY_MS - 1, 2 * DAY_MS].map((at) => held('a', at))).toEqual([[], ['dp'], ['dp'], []])
  expect(held('b', DAY_MS)).toEqual([])
})

test('a clamped interval never leaves one tenure', () => {
  const held = heldDeliveryPoints(pointHeld([{ holder: 'a', validFrom: iso(1), validTo: iso(2) }, { holder: 'a', validFrom: iso(5) }]), person([{ holder: 'a', from: 0, to: Infinity }]))
  expect(clampToHeld(held, 0, 9 * DAY_MS)).toEqual({ from: 5 * DAY_MS, to: 9 * DAY_MS })
  expect(clampToHeld(held, 0, 3 * DAY_MS)).toEqual({ from: DAY_MS, to: 2 * DAY_MS })
  expect(clampToHeld(held, 2 * DAY_MS, 5 * DAY_MS)).toBeUndefined()
})
