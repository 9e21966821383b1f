import { describe, expect, test } from 'vitest'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { answerSentence, eurosApart } from './answer.ts'
import { DRAFT, type DocumentLanguage } from './content.ts'
import { makeContext } from './context.ts'
import { noneHolds, nothingNeeded, sampleResult } from './sample-result.testkit.ts'

const sentence = (result: StudyResult, lang: DocumentLanguage = 'fr') => plain(answerSentence(makeContext(result, lang, DRAFT)))
const apart = (result: StudyResult, lang: DocumentLanguage = 'fr') => eurosApart(makeContext(result, lang, DRAFT)).map(plain)
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
const answering = (answer: Partial<StudyResult['answer']>, recommended: number, from = sampleResult): StudyResult => ({ ...from, recommended, answer: { ...from.answer, ...answer } })

describe('the answer in one sentence', () => {
  test('works later, another way of managing until then', () => {
    expect(sentence(sampleResult)).toBe('Rien à renforcer avant 2034, avec un effacement contractuel « Parking » dès 2031, la recharge pilotée « École » dès 2033 et une batterie « Jardins nord » dès 2036 ; ensuite un câble posé en parallèle « PS – Ville ouest » dès 2034 : le tout pour un coût actualisé de 873 000 €, soit 609 000 € de moins que de tout renforcer.')
    expect(sentence(sampleResult, 'en')).toBe('Nothing to reinforce before 2034, with a curtailment contract “Parking” from 2031, smart charging “École” from 2033 and a battery “Jardins nord” from 2036; then a cable laid in parallel “PS – Ville ouest” from 2034: all of it for a present cost of €873,000, €609,000 less than reinforcing everything.')
  })

  test('works from the first year on do not read as "nothing to reinforce"', () => {
    const said = sentence(answering({ firstYear: 2034 }, 2))
    expect(said).toContain('Renforcer en partie dès 2034')
    expect(said).not.toContain('Rien')
  })

  test('reinforce is said as plainly as anything else, with the first works of the recommended portfolio', () => {
    expect(sentence(answering({ kind: 'reinforce', savedEur: 0 }, 1))).toBe('Il faut renforcer : à partir de 2031, des ouvrages deviennent trop petits (4 d’ici 2041) ; des travaux à partir de 2032 (coût actualisé 1,48 M€) coûtent moins que toute autre solution qui tient.')
    expect(sentence(answering({ kind: 'reinforce', savedEur: 0 }, 1), 'en')).toMatch(/^The network must be reinforced: from 2031 on, elements become too small \(4 until 2041\); works from 2032 on/)
  })

  test('no works at all', () => {
    expect(sentence(answering({ kind: 'flexibility' }, 3))).toMatch(/^Rien à renforcer d’ici 2041 : à partir de 2031, un effacement contractuel .*cela suffit/)
  })

  test('what costs more than reinforcing is not said to save', () => {
    expect(sentence(answering({ kind: 'flexibility', savedEur: -40_000 }, 3))).toContain('soit 40 000 € de plus que de seulement renforcer')
    expect(apart(answering({ savedEur: -40_000 }, 3)).join()).not.toContain('En tout')
  })

  test('where nothing holds, nothing is recommended, no cost and no saving is named', () => {
    expect(sentence(noneHolds)).toBe('L’étude ne peut rien recommander : à partir de 2031, des ouvrages deviennent trop petits (4 d’ici 2041), et aucune des 4 combinaisons de mesures étudiées ne respecte toutes les limites.')
    expect(sentence(noneHolds, 'en')).not.toContain('€')
    expect(apart(noneHolds)).toEqual([])
    expect(sentence({ ...sampleResult, recommended: null })).toContain('ne peut rien recommander')
  })

  test('nothing needed counts the futures, and says less where some future shows something', () => {
    expect(sentence(nothingNeeded)).toBe('Rien à renforcer d’ici 2041 : dans aucun des 9 futurs calculés, un ouvrage ne dépasse sa limite.')
    expect(sentence({ ...nothingNeeded, elements: sampleResult.elements })).toContain('même si certains futurs en montrent')
    expect(apart(nothingNeeded)).toEqual([])
  })

  test('many measures are counted', () => {
    const many = { ...sampleResult.portfolios[2], measures: Array.from({ length: 8 }, () => sampleResult.portfolios[2].measures[0]) }
    expect(sentence({ ...answering({ kind: 'flexibility' }, 0), portfolios: [many] })).toContain('et 6 autres mesures')
  })
})

test('avoided, deferred and saved are three amounts, told apart in words', () => {
  expect(apart(sampleResult)).toEqual([
    'Évité : 402 000 € de travaux (valeur actualisée) ne sont plus nécessaires d’ici 2041, si les hypothèses se vérifient.',
    'Seulement différé : 910 000 € de travaux (prix non actualisé) restent à payer, mais plus tard ; les reculer fait gagner 118 000 € en valeur actualisée, et rien de plus.',
    'En tout, la solution recommandée coûte 609 000 € de moins que de seulement renforcer (valeur actualisée, pertes et CO₂ compris).',
  ])
  expect(apart(answering({ avoidedEur: 0, deferredEur: 0, deferredWorksEur: 0, savedEur: 0 }, 1))).toEqual(['Évité : rien. Aucun des travaux n’est supprimé d’ici 2041.', 'Différé : rien.'])
  const without = { ...sampleResult, portfolios: sampleResult.portfolios.map((one) => (one.kind === 'reinforce' ? { ...one, status: 'not-settled' as const } : one)) }
  expect(apart(without)).toEqual(['Renforcer seulement ne suffit pas : sans cette référence, ni ce qui est évité ni ce qui est différé ne peut être chiffré.'])
})
