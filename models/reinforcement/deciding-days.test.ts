import { describe, expect, it } from 'vitest'
import { choiceDay, MOST_STAGES, stagesOf, wantedDays } from './deciding-days.ts'
import { toldUnit } from './unit-result.testkit.ts'

describe('the stages of a choice', () => {
  it('are each judged by the last of their years, and the last one by the end', () => {
    expect(stagesOf([2033, 2031, 2035], 2035)).toEqual({ years: [2031, 2032, 2033, 2034, 2035], judged: [2031, 2032, 2033, 2034, 2035] })
    const { years, judged } = stagesOf([2030], 2041)
    expect(years).toEqual([2030, 2032, 2034, 2036, 2038, 2040])
    expect(judged).toEqual([2031, 2033, 2035, 2037, 2039, 2041])
    expect(years.length).toBe(MOST_STAGES)
    expect(stagesOf([2041], 2041)).toEqual({ years: [2041], judged: [2041] })
  })
})

describe('the days that decide', () => {
  const weather = [0.8, 0.2]
  const day = (element: number, state: number, on: number, excess: number) => ({ element, state, day: on, excess })

  it('are of each element the three worst in the normal state and the worst after the outage that is worst for it', () => {
    const mild = toldUnit({ worstDays: [day(0, 0, 3, 50), day(0, 0, 4, 45), day(0, 0, 5, 40), day(0, 1, 4, 60), day(0, 2, 9, 20)], days: [[1, 4, 10], [1, 5, 10], [2, 9, 1]] })
    const cold = toldUnit({ ask: { weather: 1 }, worstDays: [day(0, 0, 7, 80), day(0, 1, 8, 40)], days: [[1, 8, 5]] })
    const found = wantedDays([mild, cold], weather, 0.001, 2)
    expect(found.map(({ weather: of, state, day: on, stage, year }) => [of, state, on, stage, year])).toEqual([[1, 0, 7, 2, 2030], [0, 0, 3, 2, 2030], [0, 0, 4, 2, 2030], [0, 1, 4, 2, 2030]])
    expect(found[0].weight).toBe(0.2)
    // Two days of the outage, each so rarely.
    expect(found[3].weight).toBeCloseTo(0.8 * 0.001 * 2, 15)
  })

  it('are in the normal state the one with most energy too, and a middling one that stands for the rest', () => {
    const unit = toldUnit({ worstDays: [day(0, 0, 1, 50)], days: [[0, 1, 30], [0, 2, 90], [0, 3, 10], [0, 4, 20], [0, 5, 40]] })
    const found = wantedDays([unit], [1], 0.001, 0)
    expect(found.map(({ day: on }) => on)).toEqual([1, 2, 4])
    expect(found.map(({ weight }) => weight)).toEqual([1, 1, 3])
    expect(found.reduce((sum, { weight }) => sum + weight, 0)).toBe(5)
  })

  it('are none where nothing is beyond a limit', () => {
    expect(wantedDays([toldUnit({})], [1], 0.001, 0)).toEqual([])
  })
})

describe('a day of the choice', () => {
  it('has the options of the problem alone, renumbered, and its units', () => {
    const excess = Float64Array.of(1, -2)
    const told = {
      hours: [0, 1], settled: true, availableKw: new Map([[4, Float64Array.of(3, 3)], [5, Float64Array.of(1, 1)]]),
      rows: [{ element: 'S', excess, perKw: new Map([[4, 0.9], [5, 1]]), built: new Map([[6, excess]]) }, { element: 'B', unit: 'pu' as const, excess, perKw: new Map([[4, 1e-6]]), built: new Map() }],
    }
    const made = choiceDay({ scenario: 1, weather: 0, stage: 2, year: 2035, state: 3, day: 40, weight: 0.5 }, told, 'L3', 'mild 40', (option) => ({ 4: 0, 6: 1 })[option])
    expect(made).toEqual({
      year: 2, scenario: 1, state: 'L3', weight: 0.5, label: 'mild 40', availableKw: new Map([[0, Float64Array.of(3, 3)]]),
      rows: [{ element: 'S', excess, perKw: new Map([[0, 0.9]]), built: new Map([[1, excess]]) }, { element: 'B', unit: 'pu', excess, perKw: new Map([[0, 1e-6]]), built: new Map() }],
    })
  })
})
