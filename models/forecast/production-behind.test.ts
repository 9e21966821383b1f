import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { cambridge } from './cambridge.testkit.ts'
import { dayMarks } from './day-marks.ts'
import { normals } from './normal.ts'
import { effectiveLight, estimatedProductionKw, productionBehind, sizeQuantile, type NetMetered } from './production-behind.ts'
import { slotGrid } from './slot-grid.ts'

const DAYS = 200
const grid = slotGrid(Date.parse('2026-02-02T00:00:00Z'), 24 * DAYS, 3600, 'UTC')
const marks = dayMarks(grid.firstDay, grid.days, { holidayOf: () => undefined })

/** A shop by weekday and hour with chance, under a sky whose clouds change from day to day. */
function shop({ kwPerWm2, from = 0, noise = 2, seed = 1 }: { kwPerWm2: number; from?: number; noise?: number; seed?: number }): NetMetered {
  const normal = normals(seeded(seed))
  const sky = Float64Array.from({ length: DAYS }, () => 0.6 + 0.25 * normal())
  const irradianceWm2 = Float64Array.from({ length: 24 * DAYS }, (_, i) => Math.max(0, Math.sin((Math.PI * ((i % 24) - 5)) / 14)) * 800 * Math.max(0.1, sky[Math.floor(i / 24)]!))
  const effective = effectiveLight(irradianceWm2)
  const netKw = irradianceWm2.map((_, i) => 40 + 20 * (i % 24 > 8 && i % 24 < 20 ? 1 : 0) * ((Math.floor(i / 24) % 7) + 1) / 7 + noise * normal() - (i >= from * 24 ? kwPerWm2 * effective[i]! : 0))
  return { grid, marks, netKw, irradianceWm2 }
}

describe('photovoltaics behind a constructed meter', () => {
  test('the size is found, with an interval that holds it and is narrow', () => {
    let held = 0
    for (let seed = 1; seed <= 40; seed += 1) {
      const found = productionBehind(shop({ kwPerWm2: 0.03, seed }))
      if ('reason' in found) throw new Error(found.reason)
      expect(Math.abs(found.kwPerWm2 - 0.03)).toBeLessThan(0.0015)
      if (found.lowest <= 0.03 && found.highest >= 0.03) held += 1
    }
    // 95 %: 38 of 40, and hardly ever fewer than 34.
    expect(held).toBeGreaterThanOrEqual(34)
  })

  test('what says nothing is refused with its reason', () => {
    expect(productionBehind(shop({ kwPerWm2: 0 }))).toMatchObject({ reason: 'not-seen' })
    expect(productionBehind(shop({ kwPerWm2: 0.001, noise: 30 }))).toMatchObject({ reason: 'not-seen' })
    expect(productionBehind(shop({ kwPerWm2: 0.05, from: 110 }))).toMatchObject({ reason: 'changed' })
    const own = shop({ kwPerWm2: 0.03 })
    expect(productionBehind({ ...own, netKw: own.netKw.map((value, i) => (i < 24 * 50 ? value : NaN)) })).toEqual({ reason: 'history-short', days: 43 })
    expect(productionBehind({ ...own, irradianceWm2: own.irradianceWm2.map((_, i) => own.irradianceWm2[i % 24]!) })).toMatchObject({ reason: 'light-alike' })
    expect(productionBehind({ ...own, irradianceWm2: own.irradianceWm2.map(() => NaN) })).toMatchObject({ reason: 'history-short', days: 0 })
  })

  test('lamps that daylight saves are no production: what dim light alone changes is not taken for it', () => {
    const own = shop({ kwPerWm2: 0.02 })
    const lit = { ...own, netKw: own.netKw.map((value, i) => value - 0.1 * Math.min(200, own.irradianceWm2[i]!)) }
    const found = productionBehind(lit)
    if ('reason' in found) throw new Error(found.reason)
    expect(Math.abs(found.kwPerWm2 - 0.02)).toBeLessThan(0.002)
  })
})

test('eleven measured buildings with photovoltaics of known size taken off: the size is found within a tenth of the load, and without them hardly any is seen', () => {
  const { grid: site, of, buildings } = cambridge()
  const [temperatureC, irradianceWm2] = [of('temperature'), of('irradiance')]
  const effective = effectiveLight(irradianceWm2, temperatureC)
  const days = dayMarks(site.firstDay, site.days, { holidayOf: () => undefined })
  expect(buildings).toHaveLength(11)
  let [held, seen] = [0, 0]
  for (const values of buildings.map(of)) {
    const meanKw = values.reduce((sum, value) => sum + value, 0) / values.length
    const kwPerWm2 = meanKw / 1000
    const metered = { grid: site, marks: days, irradianceWm2, temperatureC }
    const found = productionBehind({ ...metered, netKw: values.map((value, i) => value - kwPerWm2 * effective[i]!) })
    if ('reason' in found) throw new Error(found.reason)
    // One of them answers to the light as if it had a field already: what was added is the difference.
    const before = productionBehind({ ...metered, netKw: values })
    const own = 'reason' in before ? 0 : before.kwPerWm2
    expect(Math.abs((found.kwPerWm2 - own) / kwPerWm2 - 1)).toBeLessThan(0.1)
    if (found.lowest <= kwPerWm2 && found.highest >= kwPerWm2) held += 1
    if (own > 0) seen += 1
  }
  // A load answers to the light a little by itself; no interval made of one meter can know that.
  expect(held).toBeGreaterThanOrEqual(8)
  expect(seen).toBeLessThanOrEqual(1)
})

test('the production that is told is never negative, and its quantiles are those of the size', () => {
  const size = { kwPerWm2: 0.02, standardError: 0.02 }
  // Cells at 25 degC: air of 10 degC and 15 degrees by 500 W/m2. Ten degrees more cost 4 %.
  expect([...estimatedProductionKw(size, Float64Array.of(0, 500, -3, NaN), Float64Array.of(10, 10, 10, 10))]).toEqual([0, 10, 0, NaN])
  expect(estimatedProductionKw(size, Float64Array.of(500), Float64Array.of(20))[0]).toBeCloseTo(9.6, 12)
  expect(sizeQuantile(size, 0.5)).toBeCloseTo(0.02, 12)
  expect(sizeQuantile(size, 0.05)).toBe(0)
  // Student, 9 degrees of freedom: 1.833.
  expect(sizeQuantile(size, 0.95)).toBeCloseTo(0.02 + 1.833 * 0.02, 4)
})
