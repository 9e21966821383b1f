import { expect, test } from 'vitest'
import { closedAt, consentedAt, datedChanges, holderAt, isWinter, metersAt, ratingA, ratingKva } from './at.ts'
import { sampleDistrict } from './sample-district.ts'

const { deliveryPoints: [shop], meters, network, ...district } = sampleDistrict()
const utc = (text: string) => Date.parse(text)

test('holders and meters change at an instant that belongs to the new one', () => {
  const moved = utc('2025-06-01T00:00:00+02:00')
  expect(holderAt(shop, moved - 1)).toBe('alice')
  expect(holderAt(shop, moved)).toBe('bob')
  expect(holderAt(shop, utc('2020-01-01T00:00:00Z'))).toBeUndefined()
  const changed = utc('2025-03-01T10:00:00+01:00')
  expect(metersAt(meters, 'dp1', changed - 1).map(({ id }) => id)).toEqual(['m1'])
  expect(metersAt(meters, 'dp1', changed).map(({ id }) => id)).toEqual(['m2'])
  expect(metersAt(meters, 'heat1', changed)).toEqual([])
})

test('ratings hold by date and season, parallel cables together', () => {
  const [ring, service] = network.lineSections
  expect(ratingA(ring, utc('2024-06-01T00:00:00Z'), false)).toBe(300)
  expect(ratingA(ring, utc('2026-01-01T00:00:00Z'), true)).toBe(497)
  expect(ratingA({ ...service, parallel: 2 }, utc('2026-01-01T00:00:00Z'), true)).toBe(540)
  expect(ratingA(ring, utc('2020-01-01T00:00:00Z'), true)).toBeUndefined()
  expect(ratingKva({ ...network.transformers[0], ratings: [{ validFrom: '2020-01-01T00:00:00Z', limitPct: 110 }] }, utc('2026-01-01T00:00:00Z'))).toBeCloseTo(275)
  expect([isWinter({ network }, 12), isWinter({ network }, 7)]).toEqual([true, false])
})

test('the normal position of a switch is dated', () => {
  expect(closedAt(network.switches[0], utc('2025-01-31T23:59:59Z'))).toBe(true)
  expect(closedAt(network.switches[0], utc('2025-02-01T00:00:00Z'))).toBe(false)
})

test('consent to a curve covers daily values, not the other way round', () => {
  const daily = { ...shop, consents: shop.consents!.filter(({ granularity }) => granularity === 'daily') }
  const curve = { ...shop, consents: shop.consents!.filter(({ granularity }) => granularity === 'load-curve') }
  const at = utc('2026-01-01T00:00:00Z')
  expect([consentedAt(daily, at, 'daily'), consentedAt(daily, at, 'load-curve')]).toEqual([true, false])
  expect([consentedAt(curve, at, 'daily'), consentedAt(curve, at, 'load-curve')]).toEqual([true, true])
  expect(consentedAt({ ...shop, consents: undefined }, at, 'daily')).toBe(false)
})

test('lists every dated change once', () => {
  const changes = datedChanges({ ...district, network, meters })
  expect(changes).toEqual([...new Set(changes)].sort((a, b) => a - b))
  expect(changes).toContain(utc('2025-03-01T10:00:00+01:00'))
  expect(changes).toContain(utc('2025-02-01T00:00:00Z'))
})
