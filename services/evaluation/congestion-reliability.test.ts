import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { normalQuantile, normals, normalShare } from '#models/forecast/normal.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { headReliability, usualHeadPowers, withoutOwnDay, type HeadSeries } from './congestion-reliability.ts'
import type { KeptHead } from './congestion-store.ts'
import type { PastForecast } from './port.ts'
import { BAND_LEVELS } from './trailing-band.ts'

const HALF_HOUR = 1_800_000
const DAY = 86_400_000
const START = Date.parse('2026-06-01T00:00:00+02:00')
const head: HeadSeries = { section: 'S1', power: { pointName: 'p', kind: 'interval', stepS: 1800, holdS: 1800 } }

/** Half hours of one point from START on. */
function readerOf(values: Float64Array): TimeSeriesReader {
  const series = (from: number, to: number) => {
    const kept = Array.from(values, (value, i) => ({ at: START + i * HALF_HOUR, value })).filter(({ at, value }) => at >= from && at < to && !Number.isNaN(value))
    return { at: Float64Array.from(kept, ({ at }) => at), values: Float64Array.from(kept, ({ value }) => value), quality: new Uint8Array(kept.length).fill(QUALITY.measured), recordedAt: Float64Array.from(kept, ({ at }) => at) }
  }
  return { lookup: async () => Int32Array.of(1), read: async (_id: number, from: number, to: number) => series(from, to) } as unknown as TimeSeriesReader
}

/** One issue a day of one day; `told` and `happens` by step of all days. */
const issuesOf = (days: number, told: (step: number) => number): KeptHead[] => Array.from({ length: days }, (_, day) => ({
  section: 'S1', issuedAt: START + day * DAY, from: START + day * DAY, stepS: 1800, ratingKw: 125,
  thresholds: [{ name: 'watch' as const, kw: 100, probability: Float32Array.from({ length: 48 }, (_, t) => told(48 * day + t)) }],
}))

test('what was said with 30 % and came in 30 % of the cases lies on the diagonal; the future is not counted', async () => {
  const days = 60
  const random = seeded(3)
  const told = Float64Array.from({ length: days * 48 }, () => (random() < 0.5 ? 0.05 : 0.35))
  const measured = told.map((probability) => (random() < probability ? 120 : 80))
  measured[7] = NaN
  const issues = issuesOf(days, (step) => told[step]!)
  const [report, none] = await headReliability(readerOf(measured), { timeZone: 'Europe/Paris' }, [head], issues, [], START + 50 * DAY)
  expect(none).toBeUndefined()
  expect(report).toMatchObject({ kind: 'issued', from: START, to: START + 50 * DAY, issues: 50, heads: [{ section: 'S1', thresholds: [{ name: 'watch', kw: 100 }] }] })
  const all = report!.curves.find(({ leadHours }) => leadHours === null)!
  expect(all).toMatchObject({ threshold: 'watch', cases: 50 * 48 - 1 })
  expect(all.bins.map(({ count }) => count > 0)).toEqual([true, false, false, true, false, false, false, false, false, false])
  for (const { meanProbability, observedShare, count } of all.bins.filter((bin) => bin.count > 0)) expect(Math.abs(observedShare! - meanProbability!)).toBeLessThan(3 * Math.sqrt((meanProbability! * (1 - meanProbability!)) / count))
  expect(all.reliability!).toBeLessThan(0.002)
  expect(all.passed).toBe(all.bins.reduce((sum, { observedShare, count }) => sum + Math.round((observedShare ?? 0) * count), 0))
  expect(report!.curves.map(({ leadHours }) => leadHours)).toEqual([null, [0, 24]])
})

test('before anything was issued long enough, the days before are told by the forecasts they would have had', async () => {
  const random = normals(seeded(11))
  const days = 56
  const cells = days * 48
  const spread = Float64Array.from({ length: cells }, (_, cell) => 5 + (cell % 48) / 4)
  const past: PastForecast = {
    series: 'S1', issuedAt: START, method: 'blend', daysAhead: [1], firstDate: 20_000, perDay: 48, spreadKw: spread, valuesKw: new Float64Array(cells).fill(95),
    quantilesKw: BAND_LEVELS.map((level) => ({ level, valuesKw: spread.map((size, cell) => (cell < 96 ? NaN : 95 + size * normalQuantile(level))) })),
    measuredKw: spread.map((size) => 95 + size * random()),
  }
  const [report] = await headReliability(readerOf(new Float64Array(0)), { timeZone: 'Europe/Paris' }, [head], issuesOf(1, () => 0), [past], START)
  expect(report).toMatchObject({ kind: 'back-cast', issues: 54 })
  expect((report!.to - report!.from) / DAY).toBeCloseTo(54, 1)
  const [all, ahead] = report!.curves
  expect([all!.leadHours, ahead!.leadHours, all!.cases]).toEqual([null, [24, 48], 54 * 48])
  for (const { meanProbability, observedShare, count } of all!.bins.filter((bin) => bin.count > 50)) expect(Math.abs(observedShare! - meanProbability!)).toBeLessThan(3.5 * Math.sqrt((meanProbability! * (1 - meanProbability!)) / count))
  // A forecaster who is twice as sure as he may be is found out.
  const sure = { ...past, quantilesKw: past.quantilesKw.map(({ level, valuesKw }) => ({ level, valuesKw: valuesKw.map((value) => 95 + (value - 95) / 2) })) }
  const [other] = await headReliability(readerOf(new Float64Array(0)), { timeZone: 'Europe/Paris' }, [head], issuesOf(1, () => 0), [sure], START)
  expect(other!.curves[0]!.reliability!).toBeGreaterThan(5 * all!.reliability!)
})

test('a rung without a band of each day is told by the errors of the other days, never by its own', async () => {
  const random = normals(seeded(4))
  const days = 28
  const errors = Float64Array.from({ length: days * 48 }, () => 10 * random())
  const past: PastForecast = {
    series: 'S1', issuedAt: START, method: 'similar-day', daysAhead: [0], firstDate: 20_000, perDay: 48, spreadKw: errors.map(() => 1), valuesKw: errors.map(() => 95), quantilesKw: [], measuredKw: errors.map((error) => 95 + error),
  }
  const medianOf = (one: PastForecast) => withoutOwnDay(one)[2]!.valuesKw
  expect(withoutOwnDay(past).map(({ level, valuesKw }) => [level, Math.abs(valuesKw[0]! - 95 - 10 * normalQuantile(level)) < 2])).toEqual(BAND_LEVELS.map((level) => [level, true]))
  // A wild day changes what is said of every day but itself.
  const wild = { ...past, measuredKw: past.measuredKw.map((value, cell) => (Math.floor(cell / 48) === 5 ? value + 1_000 : value)) }
  expect(medianOf(wild)[5 * 48]).toBe(medianOf(past)[5 * 48])
  expect(medianOf(wild)[6 * 48]).toBeGreaterThan(medianOf(past)[6 * 48]!)
  const [report] = await headReliability(readerOf(new Float64Array(0)), { timeZone: 'Europe/Paris' }, [head], issuesOf(1, () => 0), [past], START)
  expect(report).toMatchObject({ kind: 'back-cast', issues: 28 })
  expect(report!.curves[0]).toMatchObject({ cases: days * 48, leadHours: null })
  // Over all bins: days told by a little less than three tenths and by a little more lie in two of them.
  const { bins, cases, passed } = report!.curves[0]!
  const told = bins.reduce((sum, { count, meanProbability }) => sum + count * (meanProbability ?? 0), 0) / cases
  expect(Math.abs(told - passed / cases)).toBeLessThan(3 * Math.sqrt((0.31 * 0.69) / cases))
  expect(Math.abs(told - (1 - normalShare(0.5)))).toBeLessThan(0.03)
})

test('with nothing issued and no days before there is no report', async () => {
  expect(await headReliability(readerOf(new Float64Array(0)), { timeZone: 'Europe/Paris' }, [head], [], [], START)).toEqual([])
})

test('the powers that are usual are of the last four weeks, and of nothing that came later', async () => {
  const values = Float64Array.from({ length: 40 * 48 }, (_, i) => (i < 12 * 48 ? 1_000 : i % 100))
  const usual = await usualHeadPowers(readerOf(values), [head], START + 40 * DAY)
  expect(usual.get('S1')!.high).toBeCloseTo(90, -1)
  expect(usual.get('S1')!.usual).toBeCloseTo(50, -1)
  expect((await usualHeadPowers(readerOf(values), [head], START + DAY)).size).toBe(0)
})
