import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scores } from './scores.ts'
import { skillFigures, skillOf, together, weekBefore } from './skill-figures.ts'

const column = (...values: number[]) => Float64Array.from(values)
const LEVELS_OF_FIVE = [0.05, 0.25, 0.5, 0.75, 0.95]
/** The same distances from the forecast at all levels. */
const around = (forecast: Float64Array, ...off: number[]) => off.map((one) => forecast.map((value) => value + one))

test('numbers worked out by hand', () => {
  const forecast = column(10, 20, 30, 20)
  const measured = column(12, 20, 26, NaN)
  const naive = column(16, 24, 18, 20)
  const figures = skillFigures({ forecast, quantiles: around(forecast, -4, -2, 0, 2, 4), levels: LEVELS_OF_FIVE, naive, measured }, 2)
  // Errors -2, 0, +4; those of the naive forecast 4, 4, -8.
  expect(figures).toMatchObject({ values: 3, mae: 2, naiveMae: 16 / 3, peakDays: 1, peakErrorPct: 0, banded: 3 })
  expect(figures.rmse).toBeCloseTo(Math.sqrt(20 / 3), 12)
  expect(figures.meanSize).toBeCloseTo(58 / 3, 12)
  // 12 on the quantile of 75 %, 20 on the median, 26 on the one of 5 %: all within 90 %, the first two within 50 %.
  expect(figures.cover90Pct).toBe(100)
  expect(figures.cover50Pct).toBeCloseTo(200 / 3, 12)
  // Below the quantile of 5 %: 26 lies on it, half. Of 25 %: 26. Of 50 %: half of 20, and 26. Of 75 %: half of 12, 20 and 26. Of 95 %: all.
  expect(figures.below.map((share) => share * 3)).toEqual([0.5, 1, 1.5, 2.5, 3])
  // 12: 0.05*6 + 0.25*4 + 0.5*2 + 0 + 0.05*2; 20: 0.05*4 + 0.25*2 + 0 + 0.25*2 + 0.05*4; 26: 0 + 0.75*2 + 0.5*4 + 0.25*6 + 0.05*8.
  expect(figures.pinball).toBeCloseTo((2.4 + 1.4 + 5.4) / 15, 12)
  expect(skillOf(figures)).toBeCloseTo(1 - 2 / (16 / 3), 12)
})

test('the peak of a day is missed by the share of the highest value, and only of days that are known', () => {
  const forecast = column(10, 18, 10, 30, 5, 5)
  const measured = column(20, 10, 10, 24, NaN, 9)
  const figures = skillFigures({ forecast, quantiles: [], levels: [], naive: forecast, measured }, 2)
  // 18 for 20: 10 %; 30 for 24: 25 %; half of the third day is missing.
  expect(figures.peakDays).toBe(2)
  expect(figures.peakErrorPct).toBeCloseTo(17.5, 12)
  expect([figures.banded, figures.cover90Pct, figures.pinball]).toEqual([0, NaN, NaN])
})

test('where a forecast, a naive one or a value is missing nothing is compared; a band may be missing alone', () => {
  const whole = column(1, 2, 3, 4)
  const figures = skillFigures({ forecast: column(NaN, 2, 3, 5), quantiles: [column(0, NaN, 0, 0)], levels: [0.5], naive: column(1, NaN, 3, 4), measured: whole }, 4)
  expect(figures).toMatchObject({ values: 2, mae: 0.5, banded: 2, peakDays: 0, peakErrorPct: NaN })
  expect(skillFigures({ forecast: column(NaN), quantiles: [], naive: column(1), measured: column(1) }, 1)).toMatchObject({ values: 0, mae: NaN })
})

test('what was fed in counts by its size', () => {
  const figures = skillFigures({ forecast: column(-9, -4), quantiles: [], naive: column(0, 0), measured: column(-10, -4) }, 2)
  expect([figures.meanSize, figures.mae, figures.peakDays]).toEqual([7, 0.5, 0])
})

test('days put together are the days scored at once, whatever is missing', () => {
  const cell = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 50 }) }, { weight: 1, arbitrary: fc.constant(NaN) })
  const day = fc.tuple(...(['forecast', 'naive', 'measured', 'spread'] as const).map(() => fc.array(cell, { minLength: 4, maxLength: 4 })))
  fc.assert(fc.property(fc.array(day, { minLength: 1, maxLength: 6 }), (days) => {
    const figuresOf = (some: typeof days) => {
      const flat = (k: number) => Float64Array.from(some.flatMap((one) => one[k]))
      const [forecast, spread] = [flat(0), flat(3)]
      return skillFigures({ forecast, quantiles: [-2, -1, 0, 1, 2].map((off) => forecast.map((value, i) => value + off * spread[i])), levels: LEVELS_OF_FIVE, naive: flat(1), measured: flat(2) }, 4)
    }
    const [whole, parts] = [figuresOf(days), together(days.map((one) => figuresOf([one])))]
    for (const key of Object.keys(whole) as (keyof typeof whole)[]) {
      const [a, b] = [[whole[key]].flat() as number[], [parts[key]].flat() as number[]]
      a.forEach((value, i) => (Number.isNaN(value) ? expect(b[i]).toBeNaN() : expect(b[i]).toBeCloseTo(value, 9)))
    }
  }))
})

test('agrees with the scores of the bench where both say the same', () => {
  const forecast = Float64Array.from({ length: 48 }, (_, i) => 30 + 10 * Math.sin(i))
  const measured = forecast.map((value, i) => value + 3 * Math.cos(3 * i))
  const quantiles = Array.from({ length: 19 }, (_, k) => forecast.map((value) => value + (k - 9) * 0.3))
  const [own, bench] = [skillFigures({ forecast, quantiles, naive: forecast, measured }, 24), scores(forecast, quantiles, measured, 24)]
  expect(own.mae).toBeCloseTo(bench.mae, 12)
  expect(own.rmse).toBeCloseTo(bench.rmse, 12)
  expect(own.peakErrorPct).toBeCloseTo(bench.peakErrorPct, 12)
  expect((100 * own.pinball) / own.meanSize).toBeCloseTo(bench.pinballPct, 12)
  expect(own.cover90Pct).toBeCloseTo(bench.cover90Pct, 12)
})

test('the week before is the newest of four in which the slot is known', () => {
  const perDay = 1
  const values = Float64Array.from({ length: 36 }, (_, day) => day)
  values[28] = NaN
  values[21] = NaN
  const naive = weekBefore(values, perDay)
  expect([naive[35], naive[34], naive[7], naive[6]]).toEqual([14, 27, 0, NaN])
  values[14] = NaN
  values[7] = NaN
  expect(weekBefore(values, perDay)[35]).toBeNaN()
})
