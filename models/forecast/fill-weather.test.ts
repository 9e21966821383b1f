import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { climatologyOf, usualValues, type Climatology } from './climatology.ts'
import { fillWeather, WEATHER_SOURCE } from './fill-weather.ts'
import { byCell, slotGrid } from './slot-grid.ts'
import { dailyWeather } from './winter-peak.testkit.ts'

const { observed: OBSERVED, forecast: FORECAST, climatology: CLIMATOLOGY, unknown: UNKNOWN } = WEATHER_SOURCE
const flat = (value: number): Climatology => ({ basis: 'years', years: 3, perDay: 24, mean: new Float64Array(366 * 24).fill(value), levels: [], quantiles: [] })
const gridOf = (days: number) => slotGrid(Date.parse('2023-01-01T00:00:00Z'), days * 24, 3600, 'UTC')
const unknownOf = (days: number) => new Float64Array(days * 24).fill(NaN)

test('observation before forecast before what is usual, and each step says which', () => {
  const grid = gridOf(3)
  const observed = unknownOf(3).fill(10, 0, 24)
  const forecast = unknownOf(3).fill(7, 12, 48)
  const { values, source } = fillWeather({ grid, observed, forecast, climatology: flat(5) })
  expect([...source]).toEqual([...Array(24).fill(OBSERVED), ...Array(24).fill(FORECAST), ...Array(24).fill(CLIMATOLOGY)])
  expect([values[23], values[24]]).toEqual([10, 7])
})

test('after the last known step the anomaly dies away by its persistence', () => {
  const grid = gridOf(12)
  const observed = unknownOf(12).fill(9, 0, 48)
  const { values, persistencePerDay, persistenceFitted } = fillWeather({ grid, observed, forecast: unknownOf(12), climatology: flat(5) })
  expect({ persistencePerDay, persistenceFitted }).toEqual({ persistencePerDay: 0.7, persistenceFitted: false })
  for (const days of [1, 2, 5, 10]) expect(values[47 + 24 * days]).toBeCloseTo(5 + 4 * 0.7 ** days, 9)
})

test('between two known steps the value is what a first-order autoregression expects given both', () => {
  const grid = gridOf(3)
  const observed = unknownOf(3).fill(9, 0, 24).fill(1, 48, 72)
  const { values } = fillWeather({ grid, observed, forecast: unknownOf(3), climatology: flat(5) })
  // Covariances r^|t - s| of three times: solved by hand for the value in the middle of the 25 steps between.
  const step = (k: number) => 0.7 ** (k / 24)
  const [a, b, c] = [step(10), step(15), step(25)]
  const expected = ((a - b * c) * 4 + (b - a * c) * -4) / (1 - c * c)
  expect(values[33]).toBeCloseTo(5 + expected, 9)
  expect(values[24]).toBeGreaterThan(values[47]!)
})

test('known values are never touched, nothing is left out where the usual is known, and filled values stay between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.double({ min: -10, max: 30, noNaN: true }), { nil: NaN }), { minLength: 96, maxLength: 96 }), fc.array(fc.option(fc.double({ min: -10, max: 30, noNaN: true }), { nil: NaN, freq: 1 }), { minLength: 96, maxLength: 96 }), (seen, said) => {
      const [observed, forecast] = [Float64Array.from(seen), Float64Array.from(said)]
      const { values, source } = fillWeather({ grid: gridOf(4), observed, forecast, climatology: flat(8) })
      for (let i = 0; i < 96; i += 1) {
        if (!Number.isNaN(observed[i]!)) expect([values[i], source[i]]).toEqual([observed[i], OBSERVED])
        else if (!Number.isNaN(forecast[i]!)) expect([values[i], source[i]]).toEqual([forecast[i], FORECAST])
        else {
          expect(source[i]).toBe(CLIMATOLOGY)
          expect(values[i]).toBeGreaterThanOrEqual(-10)
          expect(values[i]).toBeLessThanOrEqual(30)
        }
      }
    }),
  )
})

test('bounds hold, and what nobody knows stays unknown', () => {
  const observed = unknownOf(2).fill(1.4, 0, 24)
  expect(Math.max(...fillWeather({ grid: gridOf(2), observed, forecast: unknownOf(2), climatology: flat(0.9), lowest: 0, highest: 1 }).values.subarray(24))).toBe(1)
  const { values, source } = fillWeather({ grid: gridOf(2), observed, forecast: unknownOf(2), climatology: flat(NaN) })
  expect([values[30], source[30], values[3]]).toEqual([NaN, UNKNOWN, 1.4])
})

test('the persistence of a made anomaly is found', () => {
  const days = 900
  const level = dailyWeather(8, days, 0, { swingC: 0, meanC: 5, persistence: 0.75 })
  const observed = Float64Array.from({ length: days * 24 }, (_, i) => level[Math.floor(i / 24)]!)
  const { persistencePerDay, persistenceFitted } = fillWeather({ grid: gridOf(days), observed, forecast: unknownOf(days), climatology: flat(5) })
  expect(persistenceFitted).toBe(true)
  expect(Math.abs(persistencePerDay - 0.75)).toBeLessThan(0.07)
})

test('measured temperature (Bedford): better than what is usual for a day, than yesterday for all', () => {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/load-curves/cambridge.csv.gz'))).toString('utf8')
  const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(','))
  const column = header!.indexOf('temperature')
  const grid = slotGrid(Date.parse('2017-12-25T00:00:00Z'), rows.length, 3600, 'UTC')
  const truth = byCell(grid, Float64Array.from(rows, (row) => Number(row[column])))
  const day0 = 400
  const cut = slotGrid(Date.parse('2017-12-25T00:00:00Z'), day0 * 24, 3600, 'UTC')
  const climatology = climatologyOf(cut, truth.subarray(0, day0 * 24))
  expect(climatology.basis).toBe('years')
  const usual = usualValues(climatology, grid)
  const errors = { filled: [0, 0, 0], usual: [0, 0, 0], yesterday: [0, 0, 0] }
  const leads = [1, 3, 6]
  let origins = 0
  for (let origin = day0; origin + 7 < grid.days; origin += 4) {
    const observed = truth.slice().fill(NaN, origin * 24)
    const { values } = fillWeather({ grid, observed, forecast: new Float64Array(truth.length).fill(NaN), climatology })
    origins += 1
    for (const [k, lead] of leads.entries()) {
      for (let cell = (origin + lead - 1) * 24; cell < (origin + lead) * 24; cell += 1) {
        errors.filled[k]! += Math.abs(values[cell]! - truth[cell]!) / 24
        errors.usual[k]! += Math.abs(usual[cell]! - truth[cell]!) / 24
        errors.yesterday[k]! += Math.abs(truth[(origin - 1) * 24 + (cell % 24)]! - truth[cell]!) / 24
      }
    }
  }
  expect(origins).toBeGreaterThan(80)
  // Measured mean absolute errors of day 1, 3 and 6 in degC: 1.77, 2.39, 2.49; usual 2.66, 2.67, 2.60; yesterday 2.15, 2.96, 3.13.
  expect(errors.filled[0]!).toBeLessThan(0.75 * errors.usual[0]!)
  for (const k of [0, 1, 2]) expect(errors.filled[k]!).toBeLessThan(0.9 * errors.yesterday[k]!)
  for (const k of [0, 1, 2]) expect(errors.filled[k]!).toBeLessThan(1.03 * errors.usual[k]!)
})
