import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { coldDay, smoothedC, winterOf } from './cold-day.ts'
import { normals } from './normal.ts'
import { returnLevel } from './return-level.ts'
import { studentQuantile } from './student.ts'
import { expectedLoad, SENSITIVITY_OPTIONS, temperatureSensitivity, type DailyLoads, type TemperatureSensitivity } from './temperature-sensitivity.ts'
import { winterPeak, WINTER_PEAK_OPTIONS, type WinterPeak } from './winter-peak.ts'
import { dailyWeather, dayTypes } from './winter-peak.testkit.ts'

/** 1 July 2022. */
const FIRST = Date.UTC(2022, 6, 1) / 86_400_000
const TWO_YEARS = 731
const LEVELS = [100, 80, 70]

/** Loads of a place that heats with 4 kW for each degree that the smoothed temperature is below 15 degC. */
function loadsOf(seed: number, { noiseKw = 0, persistence = 0, perC = 4, days = TWO_YEARS, thresholdC = 15, smoothing = 0.5, meanC = 11 } = {}): DailyLoads {
  const temperatureC = dailyWeather(seed, days, FIRST, { meanC })
  const smoothed = smoothedC(temperatureC, smoothing)
  const dayType = dayTypes(FIRST, days)
  const normal = normals(seeded(seed + 1000))
  let noise = 0
  const peakKw = smoothed.map((value, i) => {
    noise = persistence * noise + noiseKw * Math.sqrt(1 - persistence ** 2) * normal()
    return LEVELS[dayType[i]!]! + perC * Math.max(0, thresholdC - value) + noise
  })
  return { firstDay: FIRST, peakKw, temperatureC, dayType }
}
const fitted = (loads: DailyLoads): TemperatureSensitivity => {
  const fit = temperatureSensitivity(loads)
  if ('reason' in fit) throw new Error(fit.reason)
  return fit
}
const estimated = (loads: DailyLoads, history = { firstDay: loads.firstDay, temperatureC: loads.temperatureC }, options = WINTER_PEAK_OPTIONS): WinterPeak => {
  const peak = winterPeak(loads, history, options)
  if ('reason' in peak) throw new Error(peak.reason)
  return peak
}

test('without noise sensitivity, threshold, smoothing and levels are found exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 24 }), fc.constantFrom(...SENSITIVITY_OPTIONS.smoothings), fc.double({ min: 0.5, max: 50, noNaN: true }), (step, smoothing, perC) => {
      const thresholdC = 12 + Math.floor(step / 2) / 2
      const fit = fitted(loadsOf(step, { perC, thresholdC, smoothing, meanC: 15 }))
      expect(fit).toMatchObject({ thresholdC, smoothing, significant: true })
      expect(fit.sensitivityKwPerC).toBeCloseTo(perC, 6)
      for (const [kind, level] of LEVELS.entries()) expect(fit.levelsKw[kind]).toBeCloseTo(level, 5)
      expect(expectedLoad(fit, thresholdC - 10, 1).loadKw).toBeCloseTo(80 + 10 * perC, 4)
      expect(expectedLoad(fit, thresholdC + 10, 0).loadKw).toBeCloseTo(100, 4)
      expect(expectedLoad(fit, 0, 7).loadKw).toBeNaN()
    }),
    { numRuns: 15 },
  )
})

test('a threshold that no winter day reached is left open, and the loads are told all the same', () => {
  const fit = fitted(loadsOf(1, { meanC: 4, thresholdC: 17 }))
  expect(fit.thresholdOpen).toBe(true)
  expect(expectedLoad(fit, -5, 0).loadKw).toBeCloseTo(100 + 22 * 4, 6)
  expect(fitted(loadsOf(1, { meanC: 15, thresholdC: 14 })).thresholdOpen).toBe(false)
})

test('with errors that last for days the slope scatters as its standard error says', () => {
  const runs = 60
  let [square, claimed, mean] = [0, 0, 0]
  for (let run = 0; run < runs; run += 1) {
    const fit = fitted(loadsOf(run, { noiseKw: 8, persistence: 0.6 }))
    mean += fit.sensitivityKwPerC / runs
    square += (fit.sensitivityKwPerC - 4) ** 2 / runs
    claimed += fit.standardErrorKwPerC / runs
  }
  expect(Math.abs(mean - 4)).toBeLessThan(0.15)
  expect(claimed / Math.sqrt(square)).toBeGreaterThan(0.75)
  expect(claimed / Math.sqrt(square)).toBeLessThan(1.4)
})

test('a load that does not follow the cold is seldom called significant, and its peak then leaves temperature out', () => {
  let significant = 0
  for (let run = 0; run < 60; run += 1) {
    const loads = loadsOf(run, { perC: 0, noiseKw: 8, persistence: 0.6 })
    const peak = estimated(loads)
    if (!peak.notSignificant) significant += 1
    else {
      expect(peak.coldKw).toBe(0)
      expect(Math.abs(peak.peakKw - 100)).toBeLessThan(8)
    }
  }
  // The threshold is chosen for the best fit, hence more than the 2.5 % of a slope that is tested once.
  expect(significant).toBeLessThanOrEqual(9)
})

test('the interval holds the load of a working day as cold as one winter in ten in nine of ten places', () => {
  const weather = dailyWeather(99, 500 * 365, 0)
  const truth = coldDay({ firstDay: 0, temperatureC: weather }, 0.5)!
  expect(truth.winters).toBeGreaterThan(480)
  const normal = normals(seeded(5))
  let held = 0
  const runs = 120
  for (let run = 0; run < runs; run += 1) {
    const loads = loadsOf(run, { noiseKw: 8, persistence: 0.4 })
    const years = 6
    const history = { firstDay: FIRST - years * 365, temperatureC: Float64Array.of(...dailyWeather(run + 5000, years * 365, FIRST - years * 365), ...loads.temperatureC) }
    const { lowKw, highKw, fewWinters, cold } = estimated(loads, history)
    expect(fewWinters).toBe(true)
    expect(cold.winters).toBe(8)
    const load = 100 + 4 * (15 - truth.temperatureC) + 8 * normal()
    if (load >= lowKw && load <= highKw) held += 1
  }
  expect(held / runs).toBeGreaterThan(0.83)
  expect(held / runs).toBeLessThan(0.98)
})

test('says by how many degrees it goes beyond what was measured, and that cold days are few', () => {
  const loads = loadsOf(3, { noiseKw: 5 })
  const given = (temperatureC: number) => estimated(loads, { firstDay: 0, temperatureC: new Float64Array(0) }, { ...WINTER_PEAK_OPTIONS, cold: { temperatureC, standardErrorC: 0 } })
  const { coldestC } = fitted(loads)
  const within = given(coldestC + 1)
  expect(within).toMatchObject({ extrapolatedByC: 0, fewColdDays: false, fewWinters: false, coldKw: 0, notSignificant: false, dayType: 0 })
  const beyond = given(coldestC - 7)
  expect(beyond.extrapolatedByC).toBeCloseTo(7, 9)
  expect(given(-25).fewColdDays).toBe(true)
  // Further out, less sure.
  expect(beyond.highKw - beyond.lowKw).toBeGreaterThan(within.highKw - within.lowKw)
  expect(beyond.peakKw - within.peakKw).toBeCloseTo(8 * beyond.sensitivity.sensitivityKwPerC, 6)
})

test('refuses with a reason', () => {
  const short = loadsOf(1, { days: 140 })
  expect(temperatureSensitivity(short)).toMatchObject({ reason: 'too-few-days' })
  const loads = loadsOf(1)
  const warm = { ...loads, temperatureC: loads.temperatureC.map((value) => value + 30) }
  expect(temperatureSensitivity(warm)).toMatchObject({ reason: 'too-few-cold-days' })
  // History that ends in January: two months of a winter.
  expect(winterPeak(loads, { firstDay: FIRST, temperatureC: loads.temperatureC.subarray(0, 215) })).toMatchObject({ reason: 'too-few-winters', sensitivity: { significant: true } })
  expect(temperatureSensitivity({ ...loads, dayType: loads.dayType.map(() => 255) })).toMatchObject({ reason: 'too-few-days', days: 0 })
})

test('days that are left out, gaps and summer are not learned from', () => {
  const loads = loadsOf(2)
  const spoilt = { ...loads, peakKw: loads.peakKw.slice(), temperatureC: loads.temperatureC.slice(), dayType: loads.dayType.slice() }
  for (let i = 0; i < TWO_YEARS; i += 1) {
    if (winterOf(FIRST + i) === undefined) spoilt.peakKw[i] = 1e6
    if (i % 31 === 0) {
      spoilt.peakKw[i] = -1e6
      spoilt.dayType[i] = 255
    }
    if (i % 53 === 0) spoilt.peakKw[i] = NaN
  }
  expect(fitted(spoilt).sensitivityKwPerC).toBeCloseTo(4, 6)
})

test('winters are named by the year they end in, whichever half of the world', () => {
  const day = (date: string) => Date.parse(date) / 86_400_000
  expect([winterOf(day('2023-10-01')), winterOf(day('2024-04-30')), winterOf(day('2024-05-01'))]).toEqual([2024, 2024, undefined])
  expect([winterOf(day('2024-04-01'), [4, 5, 6, 7, 8, 9, 10]), winterOf(day('2024-10-31'), [4, 5, 6, 7, 8, 9, 10])]).toEqual([2024, 2024])
})

test('smoothing keeps a constant, answers to a step by its share, and trusts nothing for two days after a gap', () => {
  expect([...smoothedC(Float64Array.of(5, 5, 5, 5), 0.5)]).toEqual([NaN, NaN, 5, 5])
  expect([...smoothedC(Float64Array.of(8, 8, 8, 0, 0), 0.75)].slice(2)).toEqual([8, 6, 4.5])
  expect([...smoothedC(Float64Array.of(1, NaN, 3), 0)]).toEqual([1, NaN, 3])
  expect([...smoothedC(Float64Array.of(1, 1, 1, NaN, 3, 3, 3), 0.5)].map(Number.isNaN)).toEqual([true, true, false, true, true, true, false])
})

test('a winter or a month of which a part is missing is not counted: its minimum may lie in the gap', () => {
  const temperatureC = dailyWeather(4, 6 * 365, FIRST)
  expect(coldDay({ firstDay: FIRST, temperatureC }, 0)).toMatchObject({ winters: 6, method: 'yearly-minima', freedom: 5 })
  const gap = temperatureC.slice().fill(NaN, 365 + 150, 365 + 180)
  expect(coldDay({ firstDay: FIRST, temperatureC: gap }, 0)!.winters).toBe(5)
  // Three winters; the gap from 28 November to 27 December takes one December away.
  expect(coldDay({ firstDay: FIRST, temperatureC: gap.subarray(0, 3 * 365) }, 0)).toMatchObject({ winters: 8 / 3, method: 'monthly-minima', freedom: 7 })
})

test('the level is that of the minima, whichever way they are taken', () => {
  const temperatureC = dailyWeather(4, 6 * 365, FIRST)
  const { minimaC, temperatureC: level } = coldDay({ firstDay: FIRST, temperatureC }, 0, 10)!
  const lowest = (year: number) => Math.min(...temperatureC.filter((_, i) => winterOf(FIRST + i) === year))
  expect([...minimaC]).toEqual([2023, 2024, 2025, 2026, 2027, 2028].map(lowest))
  expect(level).toBeCloseTo(-returnLevel(minimaC.map((value) => -value), 10)!.level, 9)
})

test('of one, two and three winters the interval of the cold day holds nine times in ten, also where winters differ', () => {
  const winterWeather = (seed: number, years: number) => {
    const normal = normals(seeded(seed + 77))
    const offset = Float64Array.from({ length: years }, normal)
    return dailyWeather(seed, years * 365, 182).map((value, i) => value + offset[Math.floor(i / 365)]!)
  }
  const truth = coldDay({ firstDay: 182, temperatureC: winterWeather(1, 2000) }, 0.5)!.temperatureC
  for (const [years, widest] of [[1, 11], [2, 5.5], [3, 4]] as const) {
    let [held, width, off] = [0, 0, 0]
    for (let run = 0; run < 150; run += 1) {
      const cold = coldDay({ firstDay: 182, temperatureC: winterWeather(100 + run, years) }, 0.5)!
      const half = studentQuantile(0.95, cold.freedom) * cold.standardErrorC
      if (Math.abs(cold.temperatureC - truth) <= half) held += 1
      width += half / 150
      off += (cold.temperatureC - truth) / 150
    }
    expect(held / 150).toBeGreaterThan(0.85)
    expect(width).toBeLessThan(widest)
    expect(Math.abs(off)).toBeLessThan(1.2)
  }
})
