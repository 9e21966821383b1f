import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { stepMeans } from './resample.ts'

const HOUR = 3_600_000

test('energy is kept: mean times covered time is the integral of the samples, whatever the step', () => {
  const samples = fc.array(fc.record({ pauseMs: fc.integer({ min: 500, max: 900_000 }), kw: fc.double({ min: -50, max: 500, noNaN: true }) }), { minLength: 1, maxLength: 80 })
  fc.assert(fc.property(samples, fc.constantFrom(600, 1800, 3600), (list, stepS) => {
    let time = 0
    const at = list.map(({ pauseMs }, i) => (time += i === 0 ? 0 : pauseMs))
    const series = { at: Float64Array.from(at), values: Float64Array.from(list, ({ kw }) => kw), quality: new Uint8Array(list.length) }
    // No pause is longer than the hold: every moment from the first sample to the end of the last step is covered.
    const to = Math.floor(time / (stepS * 1000) + 1) * stepS * 1000
    const means = stepMeans(series, 0, to, stepS, 3600)
    const integral = list.reduce((sum, { kw }, i) => sum + kw * ((at[i + 1] ?? to) - at[i]!), 0)
    const kept = means.values.reduce((sum, value, i) => sum + value * means.coverage[i]! * stepS * 1000, 0)
    expect(Math.abs(kept - integral)).toBeLessThan(1e-9 * 500 * to)
  }))
})

test('with full cover the mean of an hour is the mean of its steps', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { minLength: 24, maxLength: 24 }), (kw) => {
    const series = { at: Float64Array.from(kw, (_, i) => i * 600_000), values: Float64Array.from(kw), quality: new Uint8Array(24) }
    const tens = stepMeans(series, 0, 4 * HOUR, 600, 600)
    const hours = stepMeans(series, 0, 4 * HOUR, 3600, 600)
    kw.forEach((value, i) => expect(tens.values[i]).toBeCloseTo(value, 9))
    for (let hour = 0; hour < 4; hour += 1) expect(hours.values[hour]).toBeCloseTo(kw.slice(hour * 6, hour * 6 + 6).reduce((a, b) => a + b) / 6, 6)
  }))
})

test('a 30-minute mean gives each of its 10-minute steps the same power', () => {
  const series = { at: Float64Array.of(0, 1_800_000), values: Float64Array.of(3, 5), quality: Uint8Array.of(0, 2) }
  const means = stepMeans(series, 0, HOUR, 600, 1800)
  expect([...means.values]).toEqual([3, 3, 3, 5, 5, 5])
  expect([...means.quality]).toEqual([0, 0, 0, 2, 2, 2])
})

test('less than half covered is missing; a bad sample ends the one before it', () => {
  const series = { at: Float64Array.of(0, 240_000, 600_000), values: Float64Array.of(7, 100, 9), quality: Uint8Array.of(QUALITY.measured, QUALITY.bad, QUALITY.uncertain) }
  const means = stepMeans(series, 0, 1_200_000, 600, 360)
  expect(means.values[0]).toBeNaN()
  expect(means.quality[0]).toBe(QUALITY.missing)
  expect(means.values[1]).toBe(9)
  expect(means.quality[1]).toBe(QUALITY.uncertain)
  expect([...means.coverage]).toEqual([0.4, 0.6])
})
