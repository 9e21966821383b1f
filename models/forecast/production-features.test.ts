import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { forecastDays, type SeriesProblem } from './day-ahead.ts'
import { dayMarks } from './day-marks.ts'
import { LIGHT_MEMBER_OPTIONS } from './members.ts'
import { normals } from './normal.ts'
import { highestKnown, productionMembers } from './production-features.ts'
import { rollingForecast, type RollingInputs } from './rolling.ts'
import { slotGrid } from './slot-grid.ts'
import { cellTimes, diffuseShare } from './sun-terms.ts'
import { clearSkyWm2, sunPosition } from './sun.ts'

/** A field that looks east at 35 degrees behind an inverter of 60 kW, under clouds that change by the day and the hour. */
const SITE = { latitude: 48.39, longitude: -4.49 }
const DAYS = 430
const FROM = Date.parse('2025-01-01T00:00:00Z')
const grid = slotGrid(FROM, 24 * DAYS, 3600, 'UTC')
const at = cellTimes(grid)
const clear = clearSkyWm2(at, 3600, SITE.latitude, SITE.longitude)
const { elevationDeg, azimuthDeg } = sunPosition(at.map((start) => start + 1_800_000), SITE.latitude, SITE.longitude)
const normal = normals(seeded(11))
let sky = 0
const irradiance = clear.map((value, i) => value * Math.min(1.1, Math.max(0.1, 0.65 + 0.3 * (sky = i % 24 === 0 ? normal() : sky) + 0.1 * normal())))
const radians = (degrees: number) => (degrees * Math.PI) / 180
const INVERTER_KW = 60
const field = irradiance.map((value, i) => {
  const sine = Math.sin(radians(elevationDeg[i]!))
  if (!(sine > 0.02)) return 0
  const diffuse = value * diffuseShare(value / (1361 * sine))
  const direct = ((value - diffuse) / Math.max(0.08, sine)) * Math.max(0, sine * Math.cos(radians(35)) + Math.cos(radians(elevationDeg[i]!)) * Math.sin(radians(35)) * Math.cos(radians(azimuthDeg[i]! - 90)))
  return Math.min(INVERTER_KW, 0.1 * (0.9 * diffuse + direct) * (1 + 0.05 * normal()))
})
const measured = field.map((value) => Math.max(0, value))
const inputsOf = (more: Partial<RollingInputs> = {}): RollingInputs => ({
  grid, marks: dayMarks(grid.firstDay, grid.days, { holidayOf: () => undefined }), values: measured, availableAt: at.map((start) => start + 3_600_000),
  weather: [{ kind: 'irradiance', values: irradiance, knots: [] }], production: true, site: SITE, nonNegative: true, pastWeather: false, originMinute: 0, leadDays: 0, ...more,
})
const [FIRST, LAST] = [400, 414]
const OPTIONS = { refitDays: 14, warmUpRefitDays: 28, warmUpDays: 42, members: LIGHT_MEMBER_OPTIONS }
const roll = (more: Partial<RollingInputs> = {}) => rollingForecast(inputsOf(more), FIRST, LAST, OPTIONS)
const meanSize = (values: Float64Array) => values.reduce((sum, value, i) => sum + Math.abs(value - measured[FIRST * 24 + i]!), 0) / values.length

describe('a field of an orientation that nobody told', () => {
  const whole = roll()

  test('night is 0 without a band, and no value passes what the inverter ever gave', () => {
    const highest = measured.subarray(0, FIRST * 24).reduce((most, value) => Math.max(most, value), 0)
    let nights = 0
    for (let i = 0; i < whole.values.length; i += 1) {
      if (clear[FIRST * 24 + i] === 0 && elevationDeg[FIRST * 24 + i]! < -10) {
        nights += 1
        for (const column of [whole.values, whole.spread, ...whole.quantiles]) expect(column[i]).toBe(0)
      }
      for (const column of [whole.values, ...whole.quantiles]) {
        expect(column[i]!).toBeGreaterThanOrEqual(0)
        expect(column[i]!).toBeLessThanOrEqual(highest)
      }
      for (let k = 1; k < LEVELS.length; k += 1) expect(whole.quantiles[k]![i]!).toBeGreaterThanOrEqual(whole.quantiles[k - 1]![i]!)
    }
    expect(nights).toBeGreaterThan(100)
  })

  test('the sun of the site tells more than the irradiance alone, and either more than the days before', () => {
    const [without, blind] = [roll({ site: undefined }), roll({ site: undefined, weather: [] })]
    expect(meanSize(whole.values)).toBeLessThan(meanSize(without.values))
    expect(meanSize(without.values)).toBeLessThan(0.6 * meanSize(blind.values))
    expect(blind.values.every(Number.isFinite)).toBe(true)
  })

  test('what the origin cannot know moves nothing: absurd values after it, and values that arrive later', () => {
    const origin = at[FIRST * 24]!
    const isLate = (i: number) => i >= FIRST * 24 || Math.floor(i / 24) % 21 === 5
    const availableAt = at.map((start, i) => (isLate(i) ? Math.max(origin + 1, start + 3_600_000) : start + 3_600_000))
    const told = (values: Float64Array) => rollingForecast(inputsOf({ values, availableAt }), FIRST, FIRST + 1, OPTIONS)
    const [own, planted] = [told(measured), told(measured.map((value, i) => (isLate(i) ? 1e6 : value)))]
    expect(planted.values).toEqual(own.values)
    expect(planted.quantiles).toEqual(own.quantiles)
  })
})

test('parts by what they speak of add up, and are nothing at night', () => {
  const problem: SeriesProblem = {
    timeZone: 'UTC', stepS: 3600, from: FROM, values: measured, issuedAt: at[FIRST * 24]!, weather: [{ kind: 'irradiance', values: irradiance }], rules: { holidayOf: () => undefined }, production: true, site: SITE, nonNegative: true, horizonDays: 3,
    size: 'light',
  }
  const forecast = forecastDays(problem)
  expect(forecast.method).toBe('blend')
  let nights = 0
  for (const [i, value] of forecast.values.entries()) {
    expect(forecast.contributions.reduce((all, part) => all + part[i]!, 0)).toBeCloseTo(value, 9)
    if (elevationDeg[FIRST * 24 + i]! >= -10) continue
    nights += 1
    for (const part of forecast.contributions) expect(part[i]).toBe(0)
  }
  expect(nights).toBeGreaterThan(20)
})

test('the highest is that of a whole year at least: the summer to come is not cut to the winter that is known', () => {
  const known = Float64Array.from({ length: 24 * 400 }, (_, i) => (i < 24 * 10 ? NaN : i === 24 * 30 + 12 ? 55 : 10))
  expect(highestKnown(known, 24, 374)).toBe(Infinity)
  expect(highestKnown(known, 24, 375)).toBe(55)
  expect(highestKnown(new Float64Array(48).fill(NaN), 24, 2)).toBe(Infinity)
})

test('a rung of one member keeps it', () => {
  expect(productionMembers({ ...LIGHT_MEMBER_OPTIONS, names: ['ridge'] }).names).toEqual(['ridge'])
  expect(productionMembers({ ...LIGHT_MEMBER_OPTIONS, names: ['trees'] }).names).toEqual(['trees'])
})
