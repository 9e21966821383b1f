import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localInstants } from '#models/units/local-time.ts'
import { clearSkyWm2 } from './sun.ts'
import { errorDeviation, irradianceForecast, TEMPERATURE_ERROR, temperatureForecast, type WeatherIssue } from './weather-error.ts'

const HOUR_MS = 3_600_000
const issueAt = (hour: number, own: Partial<WeatherIssue> = {}): WeatherIssue => ({ issuedAt: hour * HOUR_MS, from: hour * HOUR_MS, stepS: 3600, seed: 1, ...own })
const zeros = (steps: number) => new Float64Array(steps)
const issues = Array.from({ length: 3000 }, (_, k) => temperatureForecast(zeros(169), issueAt(6 * k)))
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('the error has the size of its lead time', () => {
  for (const [hour, size] of [[6, 1.2], [24, 1.6], [72, 2.2], [168, 3.5]] as const) {
    // The step that has its middle half an hour after the lead.
    const errors = issues.map((one) => one[hour]!)
    expect(Math.abs(meanOf(errors))).toBeLessThan(0.06 * size)
    expect(Math.abs(Math.sqrt(meanOf(errors.map((e) => e * e))) / size - 1)).toBeLessThan(0.05)
  }
  expect(errorDeviation(TEMPERATURE_ERROR, 48)).toBeCloseTo(1.9, 9)
  expect(errorDeviation(TEMPERATURE_ERROR, -3)).toBe(0.9)
  expect(errorDeviation(TEMPERATURE_ERROR, 1000)).toBe(3.5)
})

test('a day ahead the mean absolute error is the 1 to 1.3 degC that are published', () => {
  const mean = meanOf(issues.map((one) => Math.abs(one[24]!)))
  expect(mean).toBeGreaterThan(1.1)
  expect(mean).toBeLessThan(1.4)
})

test('errors of an issue hang together as a first-order autoregression, those of two issues do not', () => {
  for (const lag of [1, 12, 24, 48]) {
    const scaled = (one: Float64Array, hour: number) => one[hour]! / errorDeviation(TEMPERATURE_ERROR, hour + 0.5)
    expect(Math.abs(meanOf(issues.map((one) => scaled(one, 60) * scaled(one, 60 + lag))) - Math.exp(-lag / 24))).toBeLessThan(0.06)
  }
  expect(Math.abs(meanOf(issues.slice(1).map((one, k) => one[10]! * issues[k]![10]!)))).toBeLessThan(0.1)
  expect(Math.abs(meanOf(issues.slice(1).map((one, k) => one[4]! * issues[k]![10]!)))).toBeLessThan(0.1)
})

test('in steps of a quarter of an hour the correlation is by hours, not by steps', () => {
  const quarters = Array.from({ length: 3000 }, (_, k) => temperatureForecast(zeros(97), issueAt(k, { stepS: 900, model: { leadHours: [0], deviation: [1], correlationHours: 24 } })))
  expect(Math.abs(meanOf(quarters.map((one) => one[0]! * one[96]!)) - Math.exp(-1))).toBeLessThan(0.06)
})

test('the same issue and seed give the same forecast; another seed another; temperature and irradiance err apart', () => {
  expect(temperatureForecast(zeros(48), issueAt(7))).toEqual(temperatureForecast(zeros(48), issueAt(7)))
  expect(temperatureForecast(zeros(48), issueAt(7, { seed: 2 }))).not.toEqual(temperatureForecast(zeros(48), issueAt(7)))
  const model = { leadHours: [0], deviation: [1], correlationHours: 4 }
  const both = Array.from({ length: 2000 }, (_, k) => {
    const bright = Math.log(irradianceForecast(Float64Array.of(1), Float64Array.of(1e9), issueAt(k, { model }))[0]!)
    return bright * temperatureForecast(zeros(1), issueAt(k, { model }))[0]!
  })
  expect(Math.abs(meanOf(both))).toBeLessThan(0.08)
})

test('a bias shifts every temperature by as much, what is not known stays unknown', () => {
  const observed = Float64Array.of(3, NaN, 5)
  const [plain, warm] = [temperatureForecast(observed, issueAt(1)), temperatureForecast(observed, issueAt(1, { bias: 1.5 }))]
  expect(warm[0]! - plain[0]!).toBeCloseTo(1.5, 12)
  expect(plain[1]).toBeNaN()
  expect(temperatureForecast(Float64Array.of(3, 4, 5), issueAt(1))[2]).toBe(plain[2])
})

test('irradiance stays between night and the clear sky, whatever the error', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ clear: fc.double({ min: 0, max: 1000, noNaN: true }), share: fc.double({ min: 0, max: 1.3, noNaN: true }) }), { minLength: 1, maxLength: 48 }), fc.integer(), fc.double({ min: -0.9, max: 2, noNaN: true }), (steps, seed, bias) => {
      const clear = Float64Array.from(steps, (step) => step.clear)
      const forecast = irradianceForecast(Float64Array.from(steps, (step) => step.clear * step.share), clear, issueAt(3, { seed, bias, model: { leadHours: [0], deviation: [2], correlationHours: 1 } }))
      expect(forecast.every((value, i) => value >= 0 && value <= clear[i]!)).toBe(true)
    }),
  )
})

test('measured irradiance (Bedford), forecast for the next day: off by 40 % of the mean of the day hours, and a little too dark', () => {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/load-curves/cambridge.csv.gz'))).toString('utf8')
  const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(','))
  const column = header!.indexOf('irradiance')
  const measured = Float64Array.from(rows, (row) => Number(row[column]))
  // The station stamps the end of the hour: with the start the mornings are too dark and the evenings bright after sunset.
  const at = Float64Array.from(rows, (row) => {
    const wall = Date.parse(`${row[0]!}T00:00:00Z`) + Number(row[1]) * HOUR_MS
    return (localInstants(wall, 'Europe/London')[0] ?? wall) - HOUR_MS
  })
  const clear = clearSkyWm2(at, 3600, 52.22, -0.46)
  let [brightAtNight, morning, evening, clearMorning, clearEvening] = [0, 0, 0, 0, 0]
  for (const [i, sky] of clear.entries()) {
    if (sky === 0 && measured[i]! > 5) brightAtNight += 1
    if (new Date(at[i]! + HOUR_MS / 2).getUTCHours() < 12) {
      morning += measured[i]!
      clearMorning += sky
    } else {
      evening += measured[i]!
      clearEvening += sky
    }
  }
  expect(brightAtNight).toBeLessThan(5)
  expect(Math.abs(morning / clearMorning - evening / clearEvening)).toBeLessThan(0.05)
  const shares = [...measured].map((value, i) => value / clear[i]!).filter((_, i) => clear[i]! > 100).sort((a, b) => a - b)
  // A clear day is about as bright as the clear sky says.
  expect(shares[Math.floor(0.95 * shares.length)]).toBeGreaterThan(0.95)
  expect(shares[Math.floor(0.95 * shares.length)]).toBeLessThan(1.1)

  // The two years five times over: by one draw the bias is told within 1.5 % only.
  const score = (bias: number) => {
    let [square, sum, off, hours] = [0, 0, 0, 0]
    for (let start = 0; start < rows.length * 5; start += 24) {
      const [seed, first] = [Math.floor(start / rows.length), start % rows.length]
      const own = measured.subarray(first, first + 24)
      const forecast = irradianceForecast(own, clear.subarray(first, first + 24), { issuedAt: at[first]! - 12 * HOUR_MS, from: at[first]!, stepS: 3600, seed, bias })
      for (let i = 0; i < 24; i += 1) {
        if (clear[first + i] === 0) continue
        hours += 1
        square += (forecast[i]! - own[i]!) ** 2
        off += forecast[i]! - own[i]!
        sum += own[i]!
      }
    }
    return { off: off / sum, size: Math.sqrt(square / hours) / (sum / hours) }
  }
  const plain = score(0)
  expect(Math.abs(plain.size - 0.4)).toBeLessThan(0.03)
  expect(plain.off).toBeLessThan(-0.02)
  expect(plain.off).toBeGreaterThan(-0.07)
  expect(Math.abs(score(0.1).off)).toBeLessThan(0.03)
})
