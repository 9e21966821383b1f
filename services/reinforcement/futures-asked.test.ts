import { describe, expect, it } from 'vitest'
import { sampleAsk, sampleStudy } from '#models/reinforcement/sample-study.testkit.ts'
import { futureAsks, isLikely, quickYears, stagesAsked } from './futures-asked.ts'

/** Two scenarios (the first likelier) in a measured and a cold year, from 2026 to 2041. */
const full = sampleAsk()
const quick = { ...full, depth: 'quick' as const }

describe('the futures of a study', () => {
  it('are of a full one every scenario in every weather in every year, each once', () => {
    const asks = futureAsks(full)
    expect(asks.length).toBe(2 * 2 * 16)
    expect(new Set(asks.map(({ scenario, weather, year }) => `${scenario} ${weather} ${year}`)).size).toBe(asks.length)
    expect(asks[0].year).toBe(2041)
  })

  it('are of a quick one the likeliest in the cold, at the end and halfway', () => {
    expect(futureAsks(quick)).toEqual([{ scenario: 0, weather: 1, year: 2041 }, { scenario: 0, weather: 1, year: 2034 }])
    expect(futureAsks(quick).every((ask) => isLikely(quick, ask))).toBe(true)
    expect(quickYears({ ...quick, toYear: quick.fromYear })).toEqual([2026])
  })

  it('take the first weather where none is a cold spell', () => {
    const study = sampleStudy()
    const mild = { ...quick, study: { ...study, weatherYears: [study.weatherYears[0]] } }
    expect(futureAsks(mild).map(({ weather }) => weather)).toEqual([0, 0])
  })

  it('are decided on in stages up to the end, or in the years that a quick study has looked at', () => {
    expect(stagesAsked(full, [2040, 2038])).toEqual({ years: [2038, 2039, 2040, 2041], judged: [2038, 2039, 2040, 2041] })
    expect(stagesAsked(quick, [2041, 2034])).toEqual({ years: [2034, 2041], judged: [2034, 2041] })
  })
})
