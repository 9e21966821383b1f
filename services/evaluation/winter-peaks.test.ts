import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { seeded } from '#models/capacity/random.ts'
import { normals } from '#models/forecast/normal.ts'
import { dailyWeather } from '#models/forecast/winter-peak.testkit.ts'
import { inTransaction } from '#services/sqlite/one-writer-file.ts'
import type { Rollup, TimeSeriesReader } from '#services/store/port.ts'
import { openFindingsReader } from './findings.ts'
import { evaluationPlan } from './plan.ts'
import { openRunStore } from './run-store.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { saveWinterPeaks, winterPeaks } from './winter-peaks.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-04-20T02:00:00+02:00')
const { district: small } = smallDistrict()
const district: District = {
  ...small, weather: { temperaturePoint: 'weather.t', source: 'test' },
  measurementPoints: [...small.measurementPoints, { id: 'weather.t', carrier: 'weather', quantity: 'temperature', unit: 'degC', kind: 'instant', stepS: 3600, sign: 1, resolution: 0.1, on: 'weather' }],
}
const FIRST = Math.floor(Date.parse('2022-07-01T00:00:00Z') / DAY)
const DAYS = Math.floor(NOW / DAY) - FIRST + 1
const weather = dailyWeather(5, DAYS, FIRST)

/** Hourly means as the store keeps them: `valueOf` a point at an hour, NaN where nothing was measured. */
function hourly(valueOf: (name: string, day: number, hour: number) => number): TimeSeriesReader {
  const names = district.measurementPoints.map(({ id }) => id)
  return {
    lookup: async (asked: readonly string[]) => Int32Array.from(asked, (name) => names.indexOf(name) + 1 || -1),
    async rollup(id: number, _step: string, from: number, to: number): Promise<Rollup> {
      const at = Float64Array.from({ length: (to - from) / HOUR }, (_, i) => from + i * HOUR)
      const mean = at.map((time) => (time < FIRST * DAY ? NaN : valueOf(names[id - 1]!, Math.floor(time / DAY) - FIRST, (time % DAY) / HOUR)))
      return { at, mean, sum: mean, min: mean, max: mean, count: mean }
    },
  } as unknown as TimeSeriesReader
}
const scatter = normals(seeded(3))
const noise = Float64Array.from({ length: DAYS }, () => scatter())
/** 100 kW and 4 kW a degree below 15, twice as much in the evening hour. */
const heated = (name: string, day: number, hour: number): number => (name === 'weather.t' ? weather[day]! : (50 + 2 * Math.max(0, 15 - weather[day]!) + 1.5 * noise[day]!) * (hour === 18 ? 2 : 1))
const peaksOf = (reader: TimeSeriesReader, where = district) => winterPeaks(reader, where, evaluationPlan(where), NOW)

test('a district that is heated by so many kW a degree: they are found, and the cold day of one winter in ten with them', async () => {
  const reports = await peaksOf(hourly(heated))
  const transformers = district.network.transformers.length
  expect(reports.map(({ series }) => series).sort()).toEqual(['H1.S1', 'H2.S1', 'P01.T1', 'P02.T1', 'P03.T1', 'P04.T1', 'district'])
  const one = reports.find(({ series }) => series === 'P01.T1')!
  const total = reports.find(({ series }) => series === 'district')!
  expect(one.refused).toBeNull()
  expect(one.estimate!.sensitivityKwPerC).toBeCloseTo(4, 0)
  // A sum of alike parts: the same cold day, so many times the load.
  expect(total.estimate!.coldC).toBeCloseTo(one.estimate!.coldC, 9)
  expect(total.estimate!.peakKw).toBeCloseTo(transformers * one.estimate!.peakKw, 6)
  const { estimate, days } = one
  expect(estimate!.peakKw).toBeCloseTo(100 + 4 * (15 - estimate!.coldC), -1)
  expect([estimate!.lowKw < estimate!.peakKw, estimate!.highKw > estimate!.peakKw, estimate!.fewWinters, estimate!.notSignificant]).toEqual([true, true, true, false])
  // Three years of load: the peak of an evening hour, on winter days alone.
  expect(days.day.length).toBeGreaterThan(500)
  expect(days.day.every((day) => ![5, 6, 7, 8, 9].includes(new Date(day * DAY).getUTCMonth() + 1))).toBe(true)
  const at = days.day.findIndex((day) => day === FIRST + 600)
  expect(days.peakKw[at]).toBeCloseTo(heated('P01.T1', 600, 18), 6)
  const { temperatureC, loadKw } = estimate!.fit
  expect([...temperatureC]).toEqual([...temperatureC].sort((a, b) => a - b))
  expect(loadKw[temperatureC.indexOf(estimate!.coldC)]).toBeCloseTo(estimate!.peakKw, 6)
  expect(loadKw.at(-1)).toBeCloseTo(loadKw[temperatureC.indexOf(estimate!.thresholdC)]!, 6)
})

test('it says why there is none: no thermometer, nothing measured, too short a past', async () => {
  const reasonsOf = async (reader: TimeSeriesReader, where?: District) => new Set((await peaksOf(reader, where)).map(({ refused, estimate, days }) => [refused?.reason, estimate, days.day.length].join()))
  expect(await reasonsOf(hourly(heated), small)).toEqual(new Set(['no-weather,,0']))
  expect(await reasonsOf(hourly((name, day, hour) => (name === 'weather.t' ? NaN : heated(name, day, hour))))).toEqual(new Set(['no-weather,,0']))
  expect(await reasonsOf(hourly((name, day, hour) => (name === 'weather.t' ? heated(name, day, hour) : NaN)))).toEqual(new Set(['no-load,,0']))
  const lately = (since: number) => hourly((name, day, hour) => (day < DAYS - since ? NaN : heated(name, day, hour)))
  expect(await reasonsOf(lately(40))).toEqual(new Set(['too-few-days,,0']))
  // A winter from the middle of January on: days enough, but not three whole months of the middle of a winter.
  expect(await reasonsOf(lately(95))).toEqual(new Set(['too-few-winters,,0']))
  // One transformer that is not measured: the district has no sum.
  const reports = await peaksOf(hourly((name, day, hour) => (name === 'elec.tr.P02.T1.p' ? NaN : heated(name, day, hour))))
  expect(Object.fromEntries(reports.map(({ series, refused }) => [series, refused?.reason]))).toMatchObject({ district: 'no-load', 'P02.T1': 'no-load', 'P01.T1': undefined })
})

test('a festival and the days between the years are not learned from', async () => {
  const event = new Date((FIRST + 600) * DAY).toISOString().slice(0, 10)
  const festive = { ...district, calendar: { events: [{ name: 'fest', from: event, to: event }] } }
  const [report] = await peaksOf(hourly(heated), festive)
  expect(report!.days.day).not.toContain(FIRST + 600)
  expect(report!.days.day).toContain(FIRST + 601)
  const day = (date: string) => Date.parse(date) / DAY
  expect(['2025-12-29', '2025-12-31', '2026-01-01', '2026-01-07'].map((date) => report!.days.day.includes(day(date)))).toEqual([false, false, true, true])
})

test('the newest estimate of each series is kept and read as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-winter-'))
  const runs = openRunStore(join(folder, 'runs.sqlite'))
  const reader = openFindingsReader(join(folder, 'runs.sqlite'))
  const [refused] = await peaksOf(hourly(heated), small)
  const [report] = await peaksOf(hourly(heated))
  inTransaction(runs.database, () => saveWinterPeaks(runs.database, [refused!]))
  expect(await reader.winterPeak('district')).toEqual(refused)
  inTransaction(runs.database, () => saveWinterPeaks(runs.database, [report!]))
  expect(await reader.winterPeak('district')).toEqual(report)
  expect(await reader.winterPeak('T9')).toBeUndefined()
  await reader.close()
  await runs.close()
  rmSync(folder, { recursive: true })
})
