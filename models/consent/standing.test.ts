import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GRANULARITIES, coveredAt, needsConsent, standingConsents, yearsLater, type ConsentLine } from './standing.ts'

const T = (iso: string) => Date.parse(iso)
const HANDOVER = '2025-09-01T00:00:00Z'
const point = {
  id: 'home', category: 'residential' as const,
  holders: [{ validFrom: '2020-01-01T00:00:00Z', validTo: HANDOVER, holder: 'former' }, { validFrom: HANDOVER, holder: 'now' }],
  consents: [{ validFrom: '2024-01-01T00:00:00Z', purpose: 'district-supervision', granularity: 'load-curve' as const }],
}
const line = (more: Partial<ConsentLine>): ConsentLine => ({ seq: 1, kind: 'given', holder: 'now', deliveryPoint: 'home', purpose: 'district-supervision', granularity: 'load-curve', from: T('2026-01-01T00:00:00Z'), to: T('2027-01-01T00:00:00Z'), ...more })
const at = T('2026-03-01T00:00:00Z')

test('the consents of the document count as given before, each within the time of its holder', () => {
  const standing = standingConsents(point, [])
  expect(standing.map(({ holder, from, to }) => [holder, from, to])).toEqual([['former', T('2024-01-01T00:00:00Z'), T(HANDOVER)], ['now', T(HANDOVER), Infinity]])
  expect(coveredAt(standing, 'load-curve', at)).toBe(true)
})

test('a withdrawal ends what was given before it by the same holder, and nothing else', () => {
  const standing = standingConsents(point, [line({ kind: 'withdrawn', from: NaN, to: NaN })])
  expect(coveredAt(standing, 'daily', at)).toBe(false)
  expect(coveredAt(standing, 'load-curve', T('2024-06-01T00:00:00Z'))).toBe(true)
  for (const other of [{ purpose: 'network-planning' }, { granularity: 'daily' as const }, { holder: 'former' }, { deliveryPoint: 'next-door' }]) {
    expect(coveredAt(standingConsents(point, [line({ kind: 'withdrawn', ...other })]), 'load-curve', at)).toBe(true)
  }
})

test('given again after a withdrawal it stands, from its own beginning', () => {
  const standing = standingConsents(point, [line({ kind: 'withdrawn' }), line({ seq: 2, granularity: 'daily' })])
  expect(coveredAt(standing, 'daily', at)).toBe(true)
  expect(coveredAt(standing, 'load-curve', at)).toBe(false)
  expect(coveredAt(standing, 'daily', T('2025-12-31T00:00:00Z'))).toBe(false)
})

test('a consent is for its purpose alone', () => {
  const standing = standingConsents(point, [line({ purpose: 'network-planning' })])
  expect(coveredAt(standing, 'load-curve', at, 'network-planning')).toBe(true)
  expect(coveredAt(standing, 'load-curve', at, 'sharing-with-delegate')).toBe(false)
})

test('households need one, firms do not, and an empty dwelling has nobody who could give it', () => {
  const kinds = new Map([['former', 'household'], ['now', 'business']] as const)
  expect(needsConsent(point, kinds, T('2024-01-01T00:00:00Z'))).toBe(true)
  expect(needsConsent(point, kinds, at)).toBe(false)
  expect(needsConsent(point, kinds, T('2019-01-01T00:00:00Z'))).toBe(true)
})

test('after a withdrawal as the last word nothing stands, whatever came before', () => {
  const lines = fc.array(fc.record({ kind: fc.constantFrom('given' as const, 'withdrawn' as const), granularity: fc.constantFrom(...GRANULARITIES), from: fc.integer({ min: 0, max: 100 }), length: fc.integer({ min: 1, max: 100 }) }), { maxLength: 12 })
  fc.assert(fc.property(lines, fc.integer({ min: 0, max: 200 }), (history, days) => {
    const dayMs = 86_400_000
    const told = history.map(({ length, from, ...rest }, i) => line({ ...rest, seq: i + 1, from: T(HANDOVER) + from * dayMs, to: T(HANDOVER) + (from + length) * dayMs }))
    const both = GRANULARITIES.map((granularity, i) => line({ kind: 'withdrawn', granularity, seq: told.length + i + 1 }))
    expect(coveredAt(standingConsents(point, [...told, ...both]), 'daily', T(HANDOVER) + days * dayMs)).toBe(false)
  }))
})

test('three years later', () => {
  expect(yearsLater(T('2026-05-04T10:00:00Z'), 3)).toBe(T('2029-05-04T10:00:00Z'))
  expect(yearsLater(T('2024-02-29T00:00:00Z'), 3)).toBe(T('2027-03-01T00:00:00Z'))
})
