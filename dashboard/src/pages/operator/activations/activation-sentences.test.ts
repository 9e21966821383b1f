import { expect, test } from 'vitest'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { proposalSentences, reasonOf, settlementSentences } from './activation-sentences.ts'

const words = { t: en, f: makeFormat('en') }
const DAY = Date.parse('2026-06-17T00:00:00+02:00')

test('what is missing is said beside what was delivered', () => {
  const one = { deliveredShare: 0.625, deliveredKwh: 50, missingSteps: 2, activationEur: 12.5, penaltyEur: 11, netEur: 1.5 }
  expect(settlementSentences(one, words).map((text) => text.replaceAll('\u202f', ' '))).toEqual(['63% delivered (50.0 kWh)', '2 half-hours without measurement, not counted as delivered', '12.50 € for activation, 11.00 € penalty: 1.50 €'])
  expect(settlementSentences({ ...one, missingSteps: 0 }, words)).toHaveLength(2)
})

test('what the contracts do not cover, and what nobody can say, stand under the day', () => {
  const hour = (hours: number) => DAY + hours * 3_600_000
  const { day, uncovered } = proposalSentences({
    day: DAY, madeAt: hour(-14), issuedAt: hour(-15), actAtProbability: 0.2,
    shortfalls: [{ element: 'P05.T1', from: hour(18), to: hour(20), mostKw: null, energyKwh: null, why: 'no-rating' }], unjudged: [{ element: 'H1', from: hour(7), to: hour(8) }],
  }, words)
  expect(day).toContain('Wednesday 17 June')
  expect(uncovered).toEqual(['P05.T1, from 18:00 to 20:00: – too much (the power to be taken off is not known).', 'H1, from 07:00 to 08:00: too many load flows without a result to conclude.'])
  expect(proposalSentences(null, words).uncovered).toEqual([])
})

test('reasons of ours are translated, those of people are not', () => {
  expect([reasonOf('heartbeat-lost', words), reasonOf('cold evening', words), reasonOf(null, words)]).toEqual(['connection lost', 'cold evening', ''])
})
