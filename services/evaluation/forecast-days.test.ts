import { expect, test } from 'vitest'
import { LEVELS } from '#models/forecast/conformal.ts'
import type { SeriesForecast } from '#models/forecast/day-ahead.ts'
import { boundOf, issuedDays, pastForecast } from './forecast-days.ts'

const steps = Float64Array.of(0, 1, 2)
function answer(more: Partial<SeriesForecast> = {}): SeriesForecast {
  return {
    from: 1000, stepS: 1800, values: steps.map((step) => 10 * step), spread: steps.map(() => 1), quantiles: LEVELS.map((level) => steps.map((step) => step * 20 * level)), method: 'blend', reason: undefined,
    contributions: [steps.map(() => 1), steps.map((step) => step), steps.map((step) => 9 * step - 1)], carried: Float64Array.of(0.5, 0.25), left: Float64Array.of(0.75, 1), lately: { mae: 1, similarDayMae: 2 }, newest: undefined, past: [], ...more,
  }
}
const kept = { isProduction: false, bound: 1 as const, levelKw: 4, historyDays: 300, weather: 'usual' as const }

test('five levels are kept, and the parts are told around the usual level', () => {
  const { quantilesKw, contributions, ...rest } = issuedDays('T1', 5, answer(), kept)
  expect(rest).toMatchObject({ series: 'T1', issuedAt: 5, from: 1000, stepS: 1800, method: 'blend', reason: undefined, bound: 1, carried: Float64Array.of(0.5, 0.25), left: Float64Array.of(0.75, 1) })
  expect(quantilesKw.map(({ level, valuesKw }) => [level, valuesKw[2]])).toEqual([[0.05, 2], [0.25, 10], [0.5, 20], [0.75, 30], [0.95, 38]])
  rest.valuesKw.forEach((value, i) => expect(contributions!.calendar[i]! + contributions!.weather[i]! + contributions!.recent[i]!).toBeCloseTo(value - 4, 12))
})

test('production is learned as positive and kept as what is fed in: signs and levels turn round', () => {
  const { valuesKw, quantilesKw, contributions } = issuedDays('pv', 5, answer(), { ...kept, isProduction: true, bound: -1 })
  expect(Array.from(valuesKw)).toEqual([0, -10, -20])
  expect(quantilesKw.map(({ level, valuesKw: column }) => [level, column[2]])).toEqual([[0.05, -38], [0.25, -30], [0.5, -20], [0.75, -10], [0.95, -2]])
  expect(contributions!.calendar[1]! + contributions!.weather[1]! + contributions!.recent[1]!).toBeCloseTo(-10 + 4, 12)
})

test('why no better rung answered is told in the words of the service', () => {
  const reasonOf = (more: Partial<SeriesForecast>, historyDays: number) => issuedDays('T1', 5, answer({ contributions: [], ...more }), { ...kept, historyDays })
  expect(reasonOf({ method: 'ridge', reason: 'history-short' }, 60)).toMatchObject({ method: 'ridge', reason: 'history-short', weather: 'usual' })
  expect(reasonOf({ method: 'ridge', reason: 'history-short' }, 300)).toMatchObject({ method: 'ridge', reason: 'history-gaps' })
  expect(reasonOf({ method: 'similar-day', reason: 'simpler-was-better' }, 300)).toMatchObject({ method: 'similar-day', reason: 'simpler-was-better', weather: 'none' })
  expect(reasonOf({ method: 'constant', reason: 'history-short' }, 3).contributions).toBeUndefined()
})

test('which side of zero a series keeps is read from what was measured', () => {
  expect([[0, 3], [0, -3], [-1, 1], [0, NaN]].map((values) => boundOf(Float64Array.from(values)))).toEqual([1, -1, 0, 0])
})

test('days of the past are kept in the sign and with the levels of what is issued', () => {
  const past = { daysAhead: [2, 3], firstDate: 20_000, perDay: 3, values: steps, quantiles: LEVELS.map((level) => steps.map((step) => step * 2 * level)), spread: steps.map(() => 0.5), measured: Float64Array.of(0, NaN, 2) }
  expect(pastForecast('T1', 5, 'blend', past, false)).toMatchObject({ daysAhead: [2, 3], firstDate: 20_000, perDay: 3, method: 'blend', valuesKw: steps, spreadKw: Float64Array.of(0.5, 0.5, 0.5), measuredKw: Float64Array.of(0, NaN, 2) })
  const production = pastForecast('pv', 5, 'blend', past, true)
  expect(Array.from(production.measuredKw)).toEqual([0, NaN, -2])
  expect(production.spreadKw).toEqual(Float64Array.of(0.5, 0.5, 0.5))
  expect(production.quantilesKw.map(({ level, valuesKw }) => [level, valuesKw[1]])).toEqual([[0.05, -1.9], [0.25, -1.5], [0.5, -1], [0.75, -0.5], [0.95, -0.1]])
  expect(pastForecast('T1', 5, 'similar-day', { ...past, quantiles: [] }, false).quantilesKw).toEqual([])
})
