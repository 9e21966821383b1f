import { describe, expect, it } from 'vitest'
import type { KeptStudy } from '#contract/reinforcement.ts'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { figureName, keptAnswer, writtenAssumption, writtenFigure } from './kept.ts'

const speech = { t: en, f: makeFormat('en') }
const kept: KeptStudy = {
  studyId: 'st-1', title: 'x', version: 1, createdAt: 0, createdBy: 'A', signedAt: null, signedBy: null, sha256: null, firstYear: 2030, answer: 'combine', recommendedEur: 418_000, untraceable: [],
}

describe('a kept study', () => {
  it('says its answer in a few words', () => {
    expect(keptAnswer(kept, speech)).toBe('reinforce in part, manage the rest, 418\u202fk€')
    expect(keptAnswer({ ...kept, answer: 'none-holds', recommendedEur: null }, speech)).toBe('no solution holds')
    expect(keptAnswer({ ...kept, answer: 'of a later version', recommendedEur: null }, speech)).toBe('of a later version')
  })
  it('is compared by figures with names', () => {
    expect(figureName('answer.savedEur', speech)).toBe('Saved')
    expect(figureName('portfolios.least-cost.expectedNpvEur', speech)).toBe('Least cost: cost')
    expect(figureName('portfolios.reinforce.npvOfScenarioEur.trend', speech)).toBe('Reinforce only: cost of the scenario trend')
    expect(figureName('portfolios.unknown.expectedNpvEur', speech)).toBe('portfolios.unknown.expectedNpvEur')
  })
  it('writes both sides with their units', () => {
    expect([writtenFigure(84_001, 'EUR', speech.f), writtenFigure(2034, 'year', speech.f), writtenFigure(null, 'year', speech.f), writtenFigure(0.44, '', speech.f), writtenFigure(900.5, 'MWh', speech.f)]).toEqual(['84\u202fk€', '2034', '–', '0.44', '900.5\u202fMWh'])
    expect(writtenAssumption('money.discountPct.low', '3.0999999999999996', speech)).toBe('3.1%')
    expect(writtenAssumption('scenarios.trend.renovation.share.2041', '0.35', speech)).toBe('35%')
    expect(writtenAssumption('districtVersion', 'v2', speech)).toBe('v2')
  })
})
