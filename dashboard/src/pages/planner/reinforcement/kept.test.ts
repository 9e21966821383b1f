import { describe, expect, it } from 'vitest'
import type { KeptStudy } from '#contract/reinforcement.ts'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { figureName, keptAnswer } from './kept.ts'

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
})
