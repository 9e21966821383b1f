import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { cambridge } from './cambridge.testkit.ts'
import { LEVELS } from './conformal.ts'
import type { SeriesProblem } from './day-ahead.ts'
import { GROUPS } from './members.ts'
import { forecastNet, forecastNetMetered } from './net-forecast.ts'
import { normals } from './normal.ts'
import { effectiveLight } from './production-behind.ts'

/** A measured building with a composed field of photovoltaics: kW by W/m2 less what warm cells lose, and chance. */
const { grid, from, of } = cambridge()
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KW_PER_WM2 = 0.2
const [loadKw, temperature, irradiance] = [of('ucam_b27_electricity'), of('temperature'), of('irradiance')]
const normal = normals(seeded(4))
const productionKw = irradiance.map((light, i) => Math.max(0, KW_PER_WM2 * light * (1 - 0.0045 * (temperature[i]! + 0.025 * light - 25)) * (1 + 0.05 * normal())))
const weather: SeriesProblem['weather'] = [{ kind: 'temperature', values: temperature }, { kind: 'irradiance', values: irradiance }]

function problemOf(values: Float64Array, days: number, more: Partial<SeriesProblem> = {}): SeriesProblem {
  const start = grid.days - 40 - days
  const issuedAt = from + (grid.days - 40) * DAY
  const cut = (column: Float64Array) => column.subarray(start * 24)
  return {
    timeZone: 'UTC', stepS: 3600, from: from + start * DAY, values: cut(values), issuedAt, weather: weather.map(({ kind, values: column }) => ({ kind, values: cut(column) })),
    rules: { holidayOf: () => undefined }, production: false, nonNegative: true, horizonDays: 2, size: 'light', ...more,
  }
}
const issue = (grid.days - 40) * 24
const netKw = loadKw.map((value, i) => value - productionKw[i]!)
const meanSize = (errors: Float64Array) => errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length

describe('a node whose load and photovoltaics have meters of their own', () => {
  const net = forecastNet(problemOf(loadKw, 300), problemOf(productionKw, 300))

  test('the net is load less production at every step, and its parts by what they speak of add up to it', () => {
    expect(net.from).toBe(from + issue * HOUR)
    expect(net.values).toHaveLength(48)
    expect([net.load.method, net.production.method, net.basis]).toEqual(['blend', 'blend', 'measured'])
    for (const [i, value] of net.values.entries()) {
      expect(value).toBe(net.load.values[i]! - net.production.values[i]!)
      expect(net.contributions.reduce((sum, part) => sum + part[i]!, 0)).toBeCloseTo(value, 9)
    }
    // More sun than usual takes off the net what it adds to the production.
    const of = (parts: readonly Float64Array[]) => parts[GROUPS.indexOf('weather')]!
    for (let i = 0; i < 48; i += 1) expect(of(net.contributions)[i]!).toBeCloseTo(of(net.load.contributions)[i]! - of(net.production.contributions)[i]!, 9)
  })

  test('it is near what was measured, its band is narrower than added quantiles and rises with the level', () => {
    const measured = netKw.subarray(issue, issue + 48)
    const loadError = meanSize(net.load.values.map((value, i) => value - loadKw[issue + i]!))
    expect(meanSize(net.values.map((value, i) => value - measured[i]!))).toBeLessThan(1.3 * loadError + 3)
    let [added, own] = [0, 0]
    for (let i = 0; i < 48; i += 1) {
      for (let k = 1; k < LEVELS.length; k += 1) expect(net.quantiles[k]![i]!).toBeGreaterThanOrEqual(net.quantiles[k - 1]![i]!)
      own += net.quantiles[18]![i]! - net.quantiles[0]![i]!
      added += net.load.quantiles[18]![i]! - net.production.quantiles[0]![i]! - (net.load.quantiles[0]![i]! - net.production.quantiles[18]![i]!)
    }
    expect(own).toBeLessThan(added)
  })

  test('a history too short for any error has a band of both parts put together, and says that it is assumed', () => {
    const short = forecastNet(problemOf(loadKw, 1), problemOf(productionKw, 1))
    expect(short.basis).toBe('assumed')
    expect(short.contributions).toEqual([])
    for (let i = 0; i < 48; i += 1) {
      expect(short.values[i]!).toBe(short.load.values[i]! - short.production.values[i]!)
      for (let k = 1; k < LEVELS.length; k += 1) expect(short.quantiles[k]![i]!).toBeGreaterThanOrEqual(short.quantiles[k - 1]![i]!)
    }
  })

  test('problems of other steps or issues are refused', () => {
    const load = problemOf(loadKw, 60)
    expect(() => forecastNet(load, { ...problemOf(productionKw, 60), issuedAt: load.issuedAt - DAY })).toThrow(/issuedAt/)
  })
})

describe('a node of which the net alone is metered', () => {
  test('the field is estimated from the net, the production told is that of the light, and all adds up', () => {
    const net = forecastNetMetered(problemOf(netKw, 300, { nonNegative: false }))
    if ('reason' in net) throw new Error(net.reason)
    expect(net.behind!.lowest).toBeLessThan(KW_PER_WM2)
    expect(net.behind!.highest).toBeGreaterThan(KW_PER_WM2)
    expect(net.behind!.highest - net.behind!.lowest).toBeLessThan(0.25 * KW_PER_WM2)
    const effective = effectiveLight(irradiance, temperature)
    for (const [i, value] of net.values.entries()) {
      expect(net.production.values[i]!).toBe(net.behind!.kwPerWm2 * effective[issue + i]!)
      expect(value).toBe(net.load.values[i]! - net.production.values[i]!)
      expect(net.contributions.reduce((sum, part) => sum + part[i]!, 0)).toBeCloseTo(value, 9)
      // At night nothing of the production is unsure.
      if (irradiance[issue + i] === 0) expect(net.production.quantiles[18]![i]! - net.production.quantiles[0]![i]!).toBe(0)
    }
  })

  test('without light, or without a field, there is a reason instead', () => {
    const own = problemOf(netKw, 300, { nonNegative: false })
    expect(forecastNetMetered({ ...own, weather: own.weather.slice(0, 1) })).toEqual({ reason: 'light-unknown' })
    expect(forecastNetMetered(problemOf(loadKw, 300))).toEqual({ reason: 'not-seen' })
  })

  test('what lies after the issue changes neither the size nor the net', () => {
    const planted = netKw.map((value, i) => (i >= issue ? 1e6 : value))
    const [own, other] = [netKw, planted].map((values) => forecastNetMetered(problemOf(values, 150, { nonNegative: false })))
    expect(other).toEqual(own)
  })
})
