import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { District } from '#models/district/schema.ts'
import { USUAL_RETENTION, dueForErasure, monthsEarlier, retentionAt, type DatedLine } from './rules.ts'

const DAY = 86_400_000
const T = (iso: string) => Date.parse(iso)
const NOW = T('2026-11-28T12:00:00Z')
const point = (id: string, stepS: number) => ({ id, carrier: 'electricity' as const, quantity: 'active-energy' as const, unit: 'kWh', kind: 'interval' as const, stepS, sign: 1 as const, resolution: 0.001, on: 'home' })
const districtWith = (holders: District['deliveryPoints'][number]['holders'], more: Partial<District> = {}): District => ({
  ...sampleDistrict(),
  holders: [{ id: 'hh-1', kind: 'household' }, { id: 'hh-2', kind: 'household' }, { id: 'shop', kind: 'business' }],
  deliveryPoints: [{ id: 'home', carrier: 'electricity', site: 's', category: 'residential', loadClass: 'dwelling', holders, consents: [{ validFrom: '2020-01-01T00:00:00Z', purpose: 'district-supervision', granularity: 'load-curve' }] }],
  measurementPoints: [point('curve', 1800), point('day', 86_400)],
  ...more,
})
const isDue = (district: District, name: string, at: number, lines: readonly DatedLine[] = [], now = NOW) => dueForErasure(district, lines, now, now).some(({ points, from, to }) => points.includes(name) && from <= at && at < to)
const lived = [{ validFrom: '2020-01-01T00:00:00Z', holder: 'hh-1' }]
const moved = [{ validFrom: '2020-01-01T00:00:00Z', validTo: '2026-06-01T00:00:00Z', holder: 'hh-1' }, { validFrom: '2026-06-01T00:00:00Z', holder: 'hh-2' }]

test('a dated table of the district replaces the usual one while it holds', () => {
  const stricter = { ...USUAL_RETENTION, householdCurveMonths: 13 }
  const district = districtWith(lived, { retentionRules: [{ validFrom: '2026-01-01T00:00:00Z', ...stricter }] })
  expect(retentionAt(district, NOW)).toMatchObject({ householdCurveMonths: 13 })
  expect(retentionAt(district, T('2025-12-31T00:00:00Z'))).toBe(USUAL_RETENTION)
  expect([isDue(district, 'curve', T('2025-09-01T00:00:00Z')), isDue(districtWith(lived), 'curve', T('2025-09-01T00:00:00Z'))]).toEqual([true, false])
})

test('after a move the former curves go within the days of the table, the daily values stay their time, the next tenant loses nothing', () => {
  const district = districtWith(moved)
  expect(isDue(district, 'curve', T('2026-05-31T00:00:00Z'))).toBe(true)
  expect(isDue(district, 'curve', T('2026-05-31T00:00:00Z'), [], T('2026-06-30T23:00:00Z'))).toBe(false)
  expect(isDue(district, 'day', T('2026-05-31T00:00:00Z'))).toBe(false)
  expect(isDue(district, 'curve', T('2026-06-01T00:00:00Z'))).toBe(false)
})

test('a firm keeps its values while its contract runs and for the months after it', () => {
  const shop = (validTo: string) => districtWith([{ validFrom: '2015-01-01T00:00:00Z', validTo, holder: 'shop' }, { validFrom: validTo, holder: 'hh-1' }])
  expect(isDue(districtWith([{ validFrom: '2015-01-01T00:00:00Z', holder: 'shop' }]), 'curve', T('2015-05-01T00:00:00Z'))).toBe(false)
  expect(isDue(shop('2024-01-01T00:00:00Z'), 'curve', T('2023-05-01T00:00:00Z'))).toBe(false)
  expect(isDue(shop('2023-11-01T00:00:00Z'), 'day', T('2023-05-01T00:00:00Z'))).toBe(true)
})

test('what was collected on a consent goes after its withdrawal, unless another consent covers it', () => {
  const withdrawal: DatedLine = { seq: 2, at: NOW - 31 * DAY, kind: 'withdrawn', holder: 'hh-1', deliveryPoint: 'home', purpose: 'district-supervision', granularity: 'load-curve', from: NaN, to: NaN }
  const daily: DatedLine = { ...withdrawal, seq: 1, kind: 'given', granularity: 'daily', from: T('2026-01-01T00:00:00Z'), to: T('2028-01-01T00:00:00Z') }
  const at = T('2026-08-01T00:00:00Z')
  const due = (lines: readonly DatedLine[]) => ['curve', 'day'].map((name) => isDue(districtWith(lived), name, at, lines))
  expect(due([])).toEqual([false, false])
  expect(due([withdrawal])).toEqual([true, true])
  expect(due([{ ...withdrawal, at: NOW - 29 * DAY }])).toEqual([false, false])
  expect(due([daily, withdrawal])).toEqual([true, false])
  expect(due([withdrawal, { ...daily, seq: 3, granularity: 'load-curve' }])).toEqual([false, false])
})

test('nothing older than its class survives, whatever the periods and the moves', () => {
  const months = fc.integer({ min: 1, max: 60 })
  fc.assert(fc.property(months, months, fc.integer({ min: 0, max: 90 }), fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 3600 }), (householdCurveMonths, householdDailyMonths, householdAfterContractDays, movedDaysAgo, ageDays) => {
    const validTo = new Date(NOW - movedDaysAgo * DAY).toISOString()
    const district = districtWith([{ validFrom: '2010-01-01T00:00:00Z', validTo, holder: 'hh-1' }, { validFrom: validTo, holder: 'hh-2' }], { retentionRules: [{ validFrom: '2020-01-01T00:00:00Z', ...USUAL_RETENTION, householdCurveMonths, householdDailyMonths, householdAfterContractDays }] })
    const at = NOW - ageDays * DAY
    const former = at < Date.parse(validTo)
    expect(isDue(district, 'curve', at)).toBe(at < monthsEarlier(NOW, householdCurveMonths) || (former && movedDaysAgo >= householdAfterContractDays))
    expect(isDue(district, 'day', at)).toBe(at < monthsEarlier(NOW, householdDailyMonths))
  }))
})

test('months earlier', () => {
  expect(monthsEarlier(T('2026-03-31T10:00:00Z'), 1)).toBe(T('2026-02-28T10:00:00Z'))
  expect(monthsEarlier(T('2026-01-15T00:00:00Z'), 24)).toBe(T('2024-01-15T00:00:00Z'))
})
