import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { smoothedC, winterOf } from './cold-day.ts'
import { dailyMeans, dailyPeaks } from './day-values.ts'
import { byCell, slotGrid } from './slot-grid.ts'
import { expectedLoad, LEFT_OUT, temperatureSensitivity } from './temperature-sensitivity.ts'
import { winterPeak } from './winter-peak.ts'

/** Eleven buildings and a gas supply in Cambridge with the temperature at Bedford, 25 December 2017 to 2019. */
function cambridge() {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/load-curves/cambridge.csv.gz'))).toString('utf8')
  const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(','))
  // Rows are hours of the clock there, so that the days of UTC are days of the site.
  const grid = slotGrid(Date.parse(`${rows[0]![0]!}T00:00:00Z`), rows.length, 3600, 'UTC')
  const cells = new Map(header!.slice(2).map((name, c) => [name, byCell(grid, Float64Array.from(rows, (row) => (row[c + 2] === '' ? NaN : Number(row[c + 2]))))]))
  return { grid, cells }
}
const { grid, cells } = cambridge()
const FIRST = grid.firstDay
const temperatureC = dailyMeans(grid, cells.get('temperature')!)
/** The University is shut from before Christmas into January. */
const dayType = Uint8Array.from({ length: grid.days }, (_, i) => {
  const date = new Date((FIRST + i) * 86_400_000)
  const monthDay = (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
  return monthDay >= 1220 || monthDay <= 105 ? LEFT_OUT : [2, 0, 0, 0, 0, 0, 1][date.getUTCDay()]!
})
const LAST_WINTER = Date.parse('2019-10-01') / 86_400_000 - FIRST

function nextWinter(name: string) {
  const peakKw = dailyPeaks(grid, cells.get(name)!)
  const before = { firstDay: FIRST, peakKw: peakKw.subarray(0, LAST_WINTER), temperatureC: temperatureC.subarray(0, LAST_WINTER), dayType: dayType.subarray(0, LAST_WINTER) }
  const fit = temperatureSensitivity(before)
  if ('reason' in fit) throw new Error(fit.reason)
  const smoothed = smoothedC(temperatureC, fit.smoothing)
  let [inside, days, highest] = [0, 0, 0]
  for (let i = LAST_WINTER; i < grid.days; i += 1) {
    if (dayType[i] === LEFT_OUT || winterOf(FIRST + i) === undefined || Number.isNaN(peakKw[i]! + smoothed[i]!)) continue
    const { lowKw, highKw } = expectedLoad(fit, smoothed[i]!, dayType[i]!)
    days += 1
    if (peakKw[i]! >= lowKw && peakKw[i]! <= highKw) inside += 1
    highest = Math.max(highest, peakKw[i]!)
  }
  return { before, fit, covered: inside / days, days, highest }
}

test('daily peaks of the autumn of 2019 lie in the interval that two winters before give for the temperature they had', () => {
  const names = [...cells.keys()].filter((name) => name.endsWith('_electricity'))
  const results = names.map(nextWinter)
  expect(results.length).toBe(11)
  for (const { days } of results) expect(days).toBe(80)
  const covered = results.map((one) => one.covered)
  // Measured 0.93 in the mean, the worst 0.81 (a building whose load rose).
  const mean = covered.reduce((sum, one) => sum + one, 0) / covered.length
  expect(mean).toBeGreaterThan(0.87)
  expect(mean).toBeLessThan(0.97)
  expect(covered.filter((one) => one < 0.85).length).toBeLessThanOrEqual(1)
})

test('the gas supply heats: its sensitivity is plain, and warm days are not charged with it', () => {
  const { fit } = nextWinter('ucam_b58_gas')
  expect(fit.significant).toBe(true)
  expect(fit.sensitivityKwPerC / fit.standardErrorKwPerC).toBeGreaterThan(10)
  expect(expectedLoad(fit, 0, 0).loadKw).toBeGreaterThan(1.5 * expectedLoad(fit, 10, 0).loadKw)
})

test('the peak of a day of -4 degC lies above what a mild autumn brought, also where temperature is left out', () => {
  let below = 0
  for (const name of cells.keys()) {
    if (!name.startsWith('ucam')) continue
    const { before, highest } = nextWinter(name)
    const peak = winterPeak(before, { firstDay: FIRST, temperatureC }, { sensitivity: { thresholdsC: [12, 13, 14, 15, 16, 17, 18], smoothings: [0, 0.5], winterMonths: [10, 11, 12, 1, 2, 3, 4] }, returnYears: 10, level: 0.9, cold: { temperatureC: -4, standardErrorC: 1 } })
    if ('reason' in peak) throw new Error(peak.reason)
    if (highest < peak.highKw) below += 1
  }
  expect(below).toBeGreaterThanOrEqual(10)
})

test('two years of temperature have six winter months: a cold day, and said to stand on few', () => {
  const { before } = nextWinter('ucam_b58_gas')
  const peak = winterPeak(before, { firstDay: FIRST, temperatureC })
  if ('reason' in peak) throw new Error(peak.reason)
  expect(peak).toMatchObject({ fewWinters: true, notSignificant: false, cold: { winters: 2, method: 'monthly-minima' } })
  // Bedford's climate: the coldest smoothed daily mean of a winter in ten lies between -9 and -2 degC.
  expect(peak.cold.temperatureC).toBeGreaterThan(-9)
  expect(peak.cold.temperatureC).toBeLessThan(-2)
})
