import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { lMoments, returnLevel } from './return-level.ts'
import { studentQuantile } from './student.ts'

test('the second L-moment is half the mean distance of two values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 20 }), (values) => {
      let distance = 0
      for (const a of values) for (const b of values) distance += Math.abs(a - b)
      const { first, second } = lMoments(Float64Array.from(values))
      expect(first).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 9)
      expect(second).toBeCloseTo(distance / (values.length * (values.length - 1)) / 2, 9)
    }),
  )
})

test('of Gumbel values the level is found, and it scatters as its standard error says', () => {
  const random = seeded(1990)
  const truth = 5 + 2 * -Math.log(-Math.log(0.9))
  for (const [years, within] of [[10, 0.12], [25, 0.06]] as const) {
    const runs = 4000
    let [sum, square, claimed] = [0, 0, 0]
    for (let run = 0; run < runs; run += 1) {
      const { level, standardError } = returnLevel(Float64Array.from({ length: years }, () => 5 - 2 * Math.log(-Math.log(random()))), 10)!
      sum += level / runs
      square += (level - truth) ** 2 / runs
      claimed += standardError / runs
    }
    expect(Math.abs(sum - truth)).toBeLessThan(0.1)
    expect(Math.abs(claimed / Math.sqrt(square) - 1)).toBeLessThan(within)
  }
})

test('with the quantile of Student the interval of 90 % holds also of two, three and five years', () => {
  const random = seeded(3)
  const truth = -Math.log(-Math.log(0.9))
  for (const years of [2, 3, 5]) {
    let held = 0
    for (let run = 0; run < 5000; run += 1) {
      const { level, standardError } = returnLevel(Float64Array.from({ length: years }, () => -Math.log(-Math.log(random()))), 10)!
      if (Math.abs(level - truth) <= studentQuantile(0.95, years - 1) * standardError) held += 1
    }
    expect(Math.abs(held / 5000 - 0.9)).toBeLessThan(0.025)
  }
})

test('one year says nothing of ten', () => {
  expect(returnLevel(Float64Array.of(3), 10)).toBeUndefined()
  expect(returnLevel(Float64Array.of(3, 3), 10)).toMatchObject({ level: 3, standardError: 0 })
})

test('quantiles of Student are those of the tables', () => {
  for (const [freedom, t90, t95, t975] of [[1, 3.0777, 6.3138, 12.7062], [2, 1.8856, 2.92, 4.3027], [3, 1.6377, 2.3534, 3.1824], [5, 1.4759, 2.015, 2.5706], [30, 1.3104, 1.6973, 2.0423]] as const) {
    for (const [share, t] of [[0.9, t90], [0.95, t95], [0.975, t975]] as const) {
      expect(Math.abs(studentQuantile(share, freedom) / t - 1)).toBeLessThan(0.01)
      expect(studentQuantile(1 - share, freedom)).toBeCloseTo(-studentQuantile(share, freedom), 9)
    }
  }
})
