import { describe, expect, it } from 'vitest'
import type { WantedDay } from '#models/reinforcement/deciding-days.ts'
import type { Levels } from '#models/reinforcement/path-value.ts'
import { sampleAsk } from '#models/reinforcement/sample-study.testkit.ts'
import type { DaysAsk, UnitResult } from '#models/reinforcement/study-worker.ts'
import { askDays, type DaysTold, type WaysInput } from './deciding-days.ts'

/** Threads that tell which question they answered, so that an answer to another one is seen. */
function counting() {
  const asked: DaysAsk[] = []
  const pool = {
    run: (_: string, { ask }: { readonly ask: DaysAsk }) => {
      asked.push(ask)
      return Promise.resolve(ask.days.map(() => ({ hours: [asked.length - 1], settled: true, rows: [], availableKw: new Map() })))
    },
  }
  const units = [{ worstDays: [{ element: 0, state: 0, day: 3, excess: 1 }] }] as unknown as readonly UnitResult[]
  const input = { pool, assumed: {}, ask: sampleAsk(), constrained: [], units, elementIds: ['L1'] } as unknown as WaysInput
  return { asked, input }
}

/** Vehicles and renovation are ranges of the first scenario; its vehicles in every year after 2026. */
const day = (scenario: number, year: number, of = 3): WantedDay => ({ scenario, weather: 0, stage: 0, year, state: 0, day: of, weight: 1 })
const levels = (place: string, end: 'low' | 'high'): Levels => new Map([[place, end]])
const answered = async (input: WaysInput, wanted: readonly WantedDay[], place: string, end: 'low' | 'high', told: DaysTold, only = ['a']) =>
  (await askDays(input, wanted, { levels: levels(place, end), only, told })).days.map(({ told: { hours } }) => hours[0])

describe('days with a range at an end', () => {
  it('are asked for once where the range changes nothing', async () => {
    const { asked, input } = counting()
    const told: DaysTold = new Map()
    const first = await answered(input, [day(1, 2035)], 'electricVehicles.vehicles', 'low', told)
    expect(await answered(input, [day(1, 2035)], 'electricVehicles.vehicles', 'high', told)).toEqual(first)
    expect(await answered(input, [day(1, 2035)], 'renovation.share', 'high', told)).toEqual(first)
    expect(asked.map(({ levels: of, only }) => [of, only])).toEqual([[undefined, ['a']]])
  })

  it('are asked for again where anything of the question is another one: end, range, year, day, options of interest', async () => {
    const { asked, input } = counting()
    const told: DaysTold = new Map()
    const answers = [
      await answered(input, [day(0, 2035)], 'electricVehicles.vehicles', 'low', told),
      await answered(input, [day(0, 2035)], 'electricVehicles.vehicles', 'high', told),
      await answered(input, [day(0, 2041)], 'renovation.share', 'high', told),
      await answered(input, [day(0, 2041)], 'electricVehicles.vehicles', 'high', told),
      await answered(input, [day(0, 2041, 4)], 'electricVehicles.vehicles', 'high', told),
      await answered(input, [day(0, 2041, 4)], 'electricVehicles.vehicles', 'high', told, ['a', 'b']),
      await answered(input, [day(1, 2041, 4)], 'electricVehicles.vehicles', 'high', told, ['a', 'b']),
    ]
    expect(answers.flat()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(asked.slice(0, 2).map(({ levels: of }) => [...of!])).toEqual([[['electricVehicles.vehicles', 'low']], [['electricVehicles.vehicles', 'high']]])
    expect(asked[6]!.levels).toBeUndefined()
    await answered(input, [day(0, 2035)], 'electricVehicles.vehicles', 'low', new Map())
    expect(asked.length).toBe(8)
  })
})
