import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { differingFigures } from '#models/reinforcement/differing-figures.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import { netEur } from '#models/reinforcement/portfolio.ts'
import type { Portfolio, StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { CHEAP_OFFER, smallAsk, smallFrozen, smallLoaded, SMALL_NOW, smallStudy } from './small-study.testkit.ts'
import { openStudyHost } from './study-host.ts'
import type { StudyPhase } from './port.ts'

const loaded = smallLoaded()
const host = openStudyHost(2)
let frozen: FrozenYear
beforeAll(async () => { frozen = await smallFrozen(loaded) })
afterAll(async () => host.stop())

const told: { phase: StudyPhase; share: number }[] = []
const run = async (ask: StudyAsk, computedAt = SMALL_NOW, over = { district: loaded.district, frozen }): Promise<StudyResult> => {
  told.length = 0
  const result = await host.run(ask, over, computedAt, { tell: (phase, share) => told.push({ phase, share }), goOn: () => undefined })
  // What is not known is null, or JSON would hide it.
  expect(notFinite(result)).toEqual([])
  return result
}
function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, part]) => notFinite(part, `${path}.${key}`)) : []
}
const of = ({ portfolios }: StudyResult, kind: Portfolio['kind']): Portfolio => portfolios.find((one) => one.kind === kind)!

describe('a study of a feeder that a new customer makes too small', () => {
  const ask = smallAsk(smallStudy({ arrivalKw: 120 }))
  let result: StudyResult
  beforeAll(async () => { result = await run(ask) })

  it('finds the sections that become too small, when and how likely', () => {
    expect(result.elements.map(({ id }) => id).sort()).toEqual(['P01.D1.S1', 'P01.D1.S2'])
    for (const { years, firstLikelyYear, firstPossibleYear } of result.elements) {
      expect(years.map(({ year, probability }) => [year, probability])).toEqual([[2027, 0], [2028, 0.6], [2029, 0.6], [2030, 1]])
      expect([firstPossibleYear, firstLikelyYear]).toEqual([2028, 2028])
      // Four hours on each of thirteen evenings.
      expect(years.at(-1)!.hours).toEqual({ least: 52, expected: 52, most: 52 })
    }
  })

  it('has looked at every hour of every future, and every state settled', () => {
    expect(result.futures.map(({ scenario, year }) => `${scenario} ${year}`).sort()).toEqual(['slow', 'fast'].flatMap((id) => [2027, 2028, 2029, 2030].map((year) => `${id} ${year}`)).sort())
    expect(result.states.normalSolved).toBeGreaterThanOrEqual(8 * 8760)
    expect(result.states.notSettled).toBe(0)
  })

  it('recommends what holds at least cost: a second cable in time', () => {
    expect(result.portfolios.map(({ kind, status }) => [kind, status])).toEqual([['nothing', 'violates'], ['reinforce', 'holds'], ['least-cost', 'holds'], ['least-regret', 'holds'], ['without-reinforcement', 'infeasible']])
    const chosen = result.portfolios[result.recommended!]
    expect(chosen.status).toBe('holds')
    expect(chosen.remaining).toEqual([])
    expect(chosen.measures.map(({ measure, at, fromYear, amounts }) => ({ measure, at, fromYear, amounts }))).toEqual(['P01.D1.S1', 'P01.D1.S2'].map((at) => ({ measure: 'parallel-cable', at, fromYear: 2028, amounts: [0, 1, 1, 1] })))
    expect(result.answer).toMatchObject({ kind: 'reinforce', firstYear: 2028, avoidedEur: 0, deferredEur: 0, savedEur: 0 })
  })

  it('adds up: a portfolio costs what its measures cost, and what losses change', () => {
    for (const { measures, expectedNpvEur, lossesMwh, status } of result.portfolios) {
      if (status !== 'holds') continue
      const lossEur = expectedNpvEur - measures.reduce((sum, one) => sum + netEur(one), 0)
      expect(Math.sign(lossEur)).toBe(Math.sign(lossesMwh))
      // 84 EUR a MWh with its CO2, discounted by at most four years.
      expect(lossEur / lossesMwh).toBeLessThanOrEqual(84)
      expect(lossEur / lossesMwh).toBeGreaterThan(84 / 1.045 ** 4)
    }
  })

  it('says why the way without works does not hold', () => {
    const { measures, remaining } = of(result, 'without-reinforcement')
    expect(measures).toEqual([])
    expect(new Set(remaining.map(({ element }) => element))).toEqual(new Set(['P01.D1.S1', 'P01.D1.S2']))
  })

  it('tells how far it is, never backwards', () => {
    expect(told.at(-1)).toEqual({ phase: 'done', share: 1 })
    expect(told.map(({ share }) => share)).toEqual(told.map(({ share }) => share).sort((a, b) => a - b))
    expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['loads', 'constraints', 'choosing', 'checking', 'sensitivities', 'done']))
  })

  it('has the same figures to the last bit when it is asked again, also of a new host', async () => {
    const again = await run(ask, SMALL_NOW + 1000)
    expect(differingFigures(result, again)).toEqual([])
    expect(again.computedAt).not.toBe(result.computedAt)
    const other = openStudyHost(1)
    try {
      const fresh = await other.run(ask, { district: loaded.district, frozen }, SMALL_NOW, { tell: () => undefined, goOn: () => undefined })
      expect(differingFigures(result, fresh)).toEqual([])
    } finally {
      await other.stop()
    }
  })
})

describe('a study with somebody who would draw less', () => {
  it('finds that cheaper than a cable, and that it holds on every evening', async () => {
    const heavy = smallLoaded(25 * 8760)
    const result = await run(smallAsk(smallStudy({ growthPct: 3, offers: [CHEAP_OFFER] })), SMALL_NOW, { district: heavy.district, frozen: await smallFrozen(heavy) })
    const { status, measures } = of(result, 'without-reinforcement')
    expect(status).toBe('holds')
    expect(measures.map(({ measure, offer }) => [measure, offer])).toEqual([['curtailment', CHEAP_OFFER.id]])
    expect(measures[0].amounts[0]).toBe(0)
    expect(measures[0].amounts.at(-1)).toBeGreaterThan(1)
    expect(measures[0].activatedHoursAYear!.most).toBe(Math.max(...result.elements.map(({ years }) => years.at(-1)!.hours.most)))
    expect(of(result, 'least-cost').expectedNpvEur).toBeLessThan(of(result, 'reinforce').expectedNpvEur)
    expect(result.answer.kind).toBe('flexibility')
    expect(result.answer.avoidedEur).toBeGreaterThan(0)
    expect(result.tornado.length).toBeGreaterThan(0)
  })
})

describe('a study in which nothing grows', () => {
  it('says that nothing is needed', async () => {
    const result = await run(smallAsk(smallStudy()))
    expect(result.elements).toEqual([])
    expect(result.portfolios).toEqual([])
    expect(result.recommended).toBeNull()
    expect(result.answer).toMatchObject({ kind: 'nothing-needed', firstYear: null })
    expect(result.states).toMatchObject({ notSettled: 0, normalSolved: 8 * 8760 })
  })
})

describe('a study of what cannot be', () => {
  it('says that no way holds, because there are hours that do not settle', async () => {
    const study = smallStudy({ arrivalKw: 2500, fromYear: 2030 })
    const result = await run(smallAsk({ ...study, scenarios: [{ ...study.scenarios[0], probability: 1 }] }))
    expect(result.states.notSettled).toBeGreaterThan(0)
    expect(result.answer.kind).toBe('none-holds')
    expect(result.recommended).toBeNull()
    for (const { kind, status, remaining } of result.portfolios) {
      expect(status).not.toBe('holds')
      if (status !== 'infeasible') expect(remaining.map(({ element }) => element), kind).toContain('not-solved')
    }
  })

  it('says which limits no option keeps where every state settles', async () => {
    const result = await run(smallAsk(smallStudy({ arrivalKw: 400, fromYear: 2030 })))
    expect(result.states.notSettled).toBe(0)
    expect(result.answer).toMatchObject({ kind: 'none-holds', firstYear: 2030 })
    for (const { status, remaining } of result.portfolios.slice(1)) {
      expect(status).toBe('infeasible')
      expect(remaining.length).toBeGreaterThan(0)
      for (const { element } of remaining) expect(result.elements.map(({ id }) => id)).toContain(element)
      expect(remaining.map(({ element }) => element)).toContain('P01.D1.S1')
    }
  })
})

describe('a study that is cancelled', () => {
  it('ends with it and leaves the host ready for the next', async () => {
    let asked = 0
    const ask = smallAsk(smallStudy({ arrivalKw: 120 }))
    const goOn = () => {
      asked += 1
      if (asked > 3) throw new PenfeldError('PF_STUDY_CANCELLED', 'The study was cancelled.')
    }
    await expect(host.run(ask, { district: loaded.district, frozen }, SMALL_NOW, { tell: () => undefined, goOn })).rejects.toMatchObject({ code: 'PF_STUDY_CANCELLED' })
    expect((await run(smallAsk(smallStudy()))).answer.kind).toBe('nothing-needed')
  })
})
