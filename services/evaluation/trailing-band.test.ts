import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ForecastRequest } from '#models/forecast/forecaster.ts'
import { seasonalNaive } from '#models/forecast/seasonal-naive.ts'
import { BAND_LEVELS, trailingBand } from './trailing-band.ts'

const STEP_MS = 600_000
const DAY = 144
const NOW = Date.UTC(2026, 4, 20, 12)

/** Reproducible noise in -1..1, evenly spread. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (2 * state) / 2 ** 32 - 1
  }
}
function request(historyKw: Float64Array, from = NOW): ForecastRequest {
  return { issuedAt: NOW, from, steps: 2 * DAY, stepS: 600, timeZone: 'Europe/Paris', historyFrom: NOW - historyKw.length * STEP_MS, historyKw }
}
const bandOf = (asked: ForecastRequest) => trailingBand(seasonalNaive, asked, seasonalNaive.forecast(asked).valuesKw)
const timeOfDay = (step: number) => ((step % DAY) + DAY) % DAY

test('the band holds what it promises on a load whose noise is known', () => {
  const next = noise(7)
  const load = Float64Array.from({ length: 37 * DAY }, (_, i) => 100 + 40 * Math.sin((2 * Math.PI * i) / DAY) + 10 * next())
  const asked = request(load.slice(0, 35 * DAY))
  const quantiles = bandOf(asked)
  const to = load.subarray(35 * DAY)
  const shares = quantiles.map(({ valuesKw }) => to.reduce((below, value, i) => below + (value < valuesKw[i]! ? 1 : 0), 0) / to.length)
  shares.forEach((share, k) => expect(Math.abs(share - BAND_LEVELS[k]!)).toBeLessThan(0.08))
  // The difference of two even spreads of +-10 is a triangle of +-20: its 95 % quantile is 20 - sqrt(0.1) * 20 = 13.7.
  const width = quantiles[4]!.valuesKw.map((value, i) => value - seasonalNaive.forecast(asked).valuesKw[i]!)
  expect(width.reduce((a, b) => a + b, 0) / width.length).toBeCloseTo(13.7, -0.5)
})

test('the band is wide where the errors are, also when the forecast begins after a gap at the end of the history', () => {
  const next = noise(3)
  // Noise from 06:00 to 18:00 UTC only; the history begins at 12:00.
  const load = Float64Array.from({ length: 35 * DAY }, (_, i) => 50 + (timeOfDay(i + DAY / 2) >= 36 && timeOfDay(i + DAY / 2) < 108 ? 20 * next() : next()))
  for (const gap of [0, 7]) {
    const band = bandOf(request(load, NOW + gap * STEP_MS))
    const widthAt = (hour: number) => { // hours after NOW
      const step = hour * 6 - gap
      return band[4]!.valuesKw[step]! - band[0]!.valuesKw[step]!
    }
    for (const noon of [24, 23, 26]) expect(widthAt(noon)).toBeGreaterThan(4 * widthAt(12))
  }
})

test('quantiles rise, and a load is never below zero nor production above', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(1, -1), (seed, sign) => {
    const next = noise(seed)
    const load = Float64Array.from({ length: 35 * DAY }, () => sign * Math.max(0, 5 * next() ** 3))
    const band = bandOf(request(load))
    expect(band.map(({ level }) => level)).toEqual(BAND_LEVELS)
    for (let step = 0; step < 2 * DAY; step += 1) {
      for (const [k, { valuesKw }] of band.entries()) {
        expect(sign * valuesKw[step]!).toBeGreaterThanOrEqual(0)
        if (k > 0) expect(valuesKw[step]!).toBeGreaterThanOrEqual(band[k - 1]!.valuesKw[step]!)
      }
    }
  }), { numRuns: 8 })
})

test('a panel has its inner band by day although it is never wrong by night', () => {
  const next = noise(11)
  // Produces from 08:00 to 16:00 UTC, behind clouds that pass; the history begins at 12:00.
  const sun = Float64Array.from({ length: 35 * DAY }, (_, i) => {
    const step = timeOfDay(i + DAY / 2)
    return step < 48 || step >= 96 ? 0 : -20 * (1 + 0.5 * next())
  })
  const band = bandOf(request(sun))
  const width = (low: number, high: number, hour: number) => band[high]!.valuesKw[hour * 6]! - band[low]!.valuesKw[hour * 6]!
  expect(width(0, 4, 12)).toBeLessThan(0.1) // midnight
  expect(width(1, 3, 24)).toBeGreaterThan(4) // noon: half of the differences of two even spreads of +-10 lie within +-5.9
  expect(width(0, 4, 24)).toBeGreaterThan(width(1, 3, 24))
})

test('no band from too little: nothing measured, or two days', () => {
  expect(bandOf(request(new Float64Array(35 * DAY).fill(NaN)))).toEqual([])
  const short = new Float64Array(35 * DAY).fill(NaN)
  short.fill(4, 33 * DAY)
  expect(bandOf(request(short))).toEqual([])
  expect(bandOf(request(new Float64Array(0)))).toEqual([])
})
