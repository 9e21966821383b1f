import { describe, expect, it } from 'vitest'
import type { StudyResult } from '#contract/study-shapes.ts'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { fr } from '../../../i18n/fr.ts'
import { answerFigures, answerSentence, quickSentence, shortAnswer } from './answer.ts'
import { sampleResult } from './study.testkit.ts'

const english = { t: en, f: makeFormat('en') }
const french = { t: fr, f: makeFormat('fr') }
const withAnswer = (answer: Partial<StudyResult['answer']>, more: Partial<StudyResult> = {}): StudyResult => ({ ...sampleResult, ...more, answer: { ...sampleResult.answer, ...answer } })

describe('the sentence of the answer', () => {
  it('says what to do, for how much, when it becomes tight and what it saves', () => {
    expect(answerSentence(sampleResult, english)).toBe('Reinforce in part and manage the rest otherwise: that holds until 2041 for 418\u202fk€. The first constraint is expected in 2030. That is 324\u202fk€ less than reinforcing alone.')
    expect(answerSentence(withAnswer({ kind: 'flexibility' }), french)).toBe('Ne pas renforcer d’ici 2041 : gérer autrement suffit, pour 418\u202fk€. La première contrainte est attendue en 2030. C’est 324\u202fk€ de moins que de seulement renforcer.')
  })
  it('may honestly be to reinforce, and then saves nothing by it', () => {
    expect(answerSentence(withAnswer({ kind: 'reinforce' }, { recommended: 1 }), english)).toBe('Reinforce: it is the least-cost way to hold until 2041, for 742\u202fk€. The first constraint is expected in 2030.')
  })
  it('recommends nothing where nothing holds, whatever else is said', () => {
    const none = 'No solution studied holds until 2041: nothing is recommended. The first constraint is expected in 2030.'
    expect(answerSentence(withAnswer({ kind: 'none-holds' }, { recommended: null }), english)).toBe(none)
    expect(answerSentence(withAnswer({ kind: 'combine' }, { recommended: null }), english)).toBe(none)
    // A way that was not settled is no answer.
    expect(answerSentence(withAnswer({ kind: 'flexibility' }, { recommended: 4 }), english)).toBe(none)
    expect(shortAnswer(withAnswer({ kind: 'flexibility' }, { recommended: 4 }), english)).toBe('no solution holds')
  })
  it('of a quick study says what was looked at, and no first year that nobody looked for', () => {
    const [future] = sampleResult.futures
    const quick: StudyResult = { ...withAnswer({ firstYear: 2034 }), ask: { ...sampleResult.ask, depth: 'quick' }, futures: [2041, 2034].map((year) => ({ ...future, year })) }
    expect(answerSentence(quick, english)).toContain('There are constraints in 2034, the first year looked at')
    expect(answerSentence({ ...quick, answer: { ...quick.answer, firstYear: 2041 } }, english)).toContain('The first constraint is expected in 2041.')
    expect(quickSentence(quick, english)).toMatch(/^Quick answer: only 2034 and 2041, scenario “.+”, weather “.+”\. The full study/)
  })
  it('says that nothing is needed', () => {
    expect(answerSentence(withAnswer({ kind: 'nothing-needed', firstYear: null }, { recommended: 0 }), english)).toBe('Nothing to build by 2041: no limit is passed in the futures studied.')
    expect(shortAnswer(sampleResult, french)).toBe('renforcer en partie, gérer le reste, 418\u202fk€')
  })
})

describe('the figures of the answer', () => {
  it('tell works that never come from works that come later', () => {
    const figures = answerFigures(sampleResult, english)
    expect(figures.map(({ label, value }) => [label, value])).toEqual([['Cost of the solution', '418\u202fk€'], ['Works avoided', '41\u202fk€'], ['Gained by deferring', '152\u202fk€'], ['Saved', '324\u202fk€']])
    expect(figures[2].note).toBe('640\u202fk€ of works done later, not avoided')
    expect(answerFigures(withAnswer({ deferredWorksEur: 0, deferredEur: 0 }), english)[2].note).toBe('no works are put off')
  })
  it('are none where nothing holds', () => {
    expect(answerFigures(withAnswer({ kind: 'none-holds' }, { recommended: null }), english)).toEqual([])
  })
})
