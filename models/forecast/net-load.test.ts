import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { netLoad, type NetParts } from './net-load.ts'
import { normals } from './normal.ts'

const PER_DAY = 24
const DAY_MS = 86_400_000

/** Days of a load and a production whose errors have a correlation; sun from 6 to 18. */
function partsOf(days: number, together: number, seed = 1): NetParts {
  const normal = normals(seeded(seed))
  const cells = days * PER_DAY
  const column = () => new Float64Array(cells)
  const [load, production, loadSpread, productionSpread, measuredLoad, measuredProduction] = [column(), column(), column(), column(), column(), column()]
  for (let i = 0; i < cells; i += 1) {
    const sun = Math.max(0, Math.sin((Math.PI * ((i % PER_DAY) - 6)) / 12))
    load[i] = 50 + 10 * Math.sin((2 * Math.PI * i) / PER_DAY)
    production[i] = 30 * sun
    loadSpread[i] = 3
    productionSpread[i] = 4 * sun
    const [a, b] = [normal(), normal()]
    measuredLoad[i] = load[i]! + 3 * a
    measuredProduction[i] = production[i]! + 4 * sun * (together * a + Math.sqrt(1 - together * together) * b)
  }
  return {
    perDay: PER_DAY, load: { values: load, spread: loadSpread, measured: measuredLoad }, production: { values: production, spread: productionSpread, measured: measuredProduction },
    measured: measuredLoad.map((value, i) => value - measuredProduction[i]!),
    availableAt: Float64Array.from({ length: cells }, (_, i) => ((i + 1) * DAY_MS) / PER_DAY), issuedAt: Float64Array.from({ length: days }, (_, day) => day * DAY_MS),
  }
}
const widthAt = (quantiles: readonly Float64Array[], cell: number) => quantiles[LEVELS.length - 1]![cell]! - quantiles[0]![cell]!

test('the net is load less production at every step, and its quantiles rise with the level', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), { minLength: 8, maxLength: 8 }), (steps) => {
      const spread = new Float64Array(8).fill(1)
      const load = { values: Float64Array.from(steps, ([own]) => own), spread }
      const production = { values: Float64Array.from(steps, ([, own]) => own), spread }
      const net = netLoad({ perDay: 2, load, production, measured: Float64Array.from(steps, ([, , own]) => own), availableAt: new Float64Array(8), issuedAt: Float64Array.of(1, 2, 3, 4) })
      for (const [i, value] of net.values.entries()) {
        expect(value).toBe(net.load[i]! - net.production[i]!)
        for (let k = 1; k < LEVELS.length; k += 1) expect(net.quantiles[k]![i]! < net.quantiles[k - 1]![i]!).toBe(false)
      }
    }),
  )
})

test('the band is as wide as the errors of both go together: independent, alike, opposite, and at night that of the load alone', () => {
  const noon = 139 * PER_DAY + 12
  const night = 139 * PER_DAY + 2
  for (const [together, deviation] of [[0, 5], [0.9, Math.sqrt(25 - 0.9 * 24)], [-0.9, Math.sqrt(25 + 0.9 * 24)]] as const) {
    const { quantiles, spread } = netLoad(partsOf(140, together))
    // 90 % of a normal error lie within 1.645 deviations on either side.
    expect(Math.abs(widthAt(quantiles, noon) / (2 * 1.645 * deviation) - 1)).toBeLessThan(0.12)
    expect(Math.abs(widthAt(quantiles, night) / (2 * 1.645 * 3) - 1)).toBeLessThan(0.12)
    expect(spread[night]).toBe(3)
  }
})

test('over a hundred days nine in ten are covered, whatever the errors have to do with each other', () => {
  for (const together of [0, 0.8, -0.8]) {
    const parts = partsOf(160, together, 3)
    const { quantiles } = netLoad(parts)
    let covered = 0
    for (let i = 60 * PER_DAY; i < 160 * PER_DAY; i += 1) if (parts.measured[i]! >= quantiles[0]![i]! && parts.measured[i]! <= quantiles[LEVELS.length - 1]![i]!) covered += 1
    expect(covered / 2400).toBeGreaterThan(0.87)
    expect(covered / 2400).toBeLessThan(0.93)
  }
})

test('what had not arrived at the issue is not looked at', () => {
  const parts = partsOf(40, 0)
  const absurd = parts.measured.map((value, i) => (i >= 30 * PER_DAY - 5 ? 1e9 : value))
  const availableAt = parts.availableAt.map((at, i) => (i >= 30 * PER_DAY - 5 ? 30 * DAY_MS + 1 : at))
  const known = netLoad({ ...parts, measured: parts.measured, availableAt })
  const planted = netLoad({ ...parts, measured: absurd, availableAt })
  const until = (columns: readonly Float64Array[]) => columns.map((column) => column.slice(0, 31 * PER_DAY))
  expect(until(planted.quantiles)).toEqual(until(known.quantiles))
  expect(until([planted.values, planted.spread])).toEqual(until([known.values, known.spread]))
  expect(planted.quantiles[18]![32 * PER_DAY]!).toBeGreaterThan(1e6)
})

test('before any error is known there is no band; days that do not fit each other are refused', () => {
  const { quantiles } = netLoad(partsOf(2, 0))
  expect(quantiles[9]!.subarray(0, PER_DAY).every(Number.isNaN)).toBe(true)
  expect(quantiles[9]!.subarray(PER_DAY).some(Number.isNaN)).toBe(false)
  expect(() => netLoad({ ...partsOf(2, 0), measured: new Float64Array(3) })).toThrow(RangeError)
})
