import { describe, expect, it } from 'vitest'
import { en } from '../../i18n/en.ts'
import { makeFormat } from '../../i18n/format.ts'
import { sampleResult } from '../../pages/planner/reinforcement/study.testkit.ts'
import { remainingLines } from './remaining.ts'
import { breakEvenSentence, shapePortfolios } from './shape.ts'

const speech = { t: en, f: makeFormat('en') }
const shaped = shapePortfolios(sampleResult, speech)!

describe('ways by cost', () => {
  it('stand by cost, and those that do not hold after those that do, however cheap', () => {
    expect(shaped.bars.map(({ portfolio, holds }) => [portfolio.kind, holds])).toEqual([['least-cost', true], ['least-regret', true], ['reinforce', true], ['without-reinforcement', false], ['nothing', false]])
    expect(shaped.bars.map(({ isRecommended }) => isRecommended)).toEqual([true, false, false, false, false])
    expect(shaped.span.from).toBe(0)
    expect(shaped.span.to).toBeCloseTo(2_730_000, 6)
  })
  it('are compared with reinforcing alone', () => {
    expect(shaped.sentence).toBe('Least cost: 418\u202fk€; Reinforce only: 742\u202fk€.')
  })
  it('are not compared where one or none of them holds', () => {
    const [nothing, reinforce] = sampleResult.portfolios
    expect(shapePortfolios({ ...sampleResult, portfolios: [nothing, reinforce], recommended: 1 }, speech)!.sentence).toBe('Only one solution holds: Reinforce only, 742\u202fk€.')
    expect(shapePortfolios({ ...sampleResult, portfolios: [nothing], recommended: null }, speech)!.sentence).toContain('None of these solutions holds')
    expect(shapePortfolios({ ...sampleResult, portfolios: [], recommended: null }, speech)).toBeUndefined()
  })
  it('that cannot be done have no cost, and stand last', () => {
    const [nothing, ...others] = sampleResult.portfolios
    const impossible = { ...nothing, status: 'infeasible' as const, expectedNpvEur: 0, npvOfScenarioEur: [] }
    const last = shapePortfolios({ ...sampleResult, portfolios: [impossible, ...others] }, speech)!.bars.at(-1)!
    expect([last.eur, last.cost, last.cells[1], last.cells[3]]).toEqual([null, '–', '–', '–'])
  })
  it('say at what price of reinforcing both would cost the same, where there are two', () => {
    expect(breakEvenSentence(sampleResult, speech)).toBe('Both ways would cost the same if reinforcing cost 0.44 times its price, that is 326\u202fk€.')
    expect(breakEvenSentence({ ...sampleResult, breakEven: null }, speech)).toContain('At no price')
    expect(breakEvenSentence({ ...sampleResult, breakEven: null, recommended: null }, speech)).toBe('')
    expect(breakEvenSentence({ ...sampleResult, breakEven: null, recommended: 1 }, speech)).toBe('')
  })
  it('have the same values as a table and as a file', () => {
    expect(shaped.table.rows[0].cells.slice(0, 4)).toEqual(['holds', '418\u202fk€', '217\u202fk€', '585\u202fk€'])
    expect(shaped.table.rows[0].raw.slice(0, 2)).toEqual(['holds', 418_000])
    for (const row of shaped.table.rows) expect([row.cells.length, row.raw.length]).toEqual([shaped.table.columns.length, shaped.table.columns.length])
  })
})

describe('why a way does not hold', () => {
  it('is told by the limits that are left, the longest first', () => {
    expect(remainingLines(sampleResult.portfolios[0], sampleResult, speech)).toEqual([
      'Parking, transformateur, loss of Tronçon R17, tête de CAP2, 2041, Fast electrification: 341\u202fh, at most 131%', 'Tronçon R01, tête de CAP1, loss of Tronçon R17, tête de CAP2, 2041, Fast electrification: 212\u202fh, at most 118%',
      'Plateau sud, transformateur, loss of Tronçon R17, tête de CAP2, 2041, Fast electrification: 44\u202fh, at most 112%',
    ])
  })
  it('names an element once, by its longest time beyond the limit', () => {
    const [one] = sampleResult.portfolios[0].remaining
    expect(remainingLines({ ...sampleResult.portfolios[0], remaining: [one, { ...one, hours: 900 }, { ...one, hours: 3 }] }, sampleResult, speech)).toEqual([expect.stringContaining('900')])
  })
  it('is cut where there are many, and a loading that is not known stays unknown', () => {
    const [one] = sampleResult.portfolios[0].remaining
    const lines = remainingLines({ ...sampleResult.portfolios[0], remaining: Array.from({ length: 9 }, (_, i) => ({ ...one, element: `L${i}`, worstPct: null })) }, sampleResult, speech)
    expect([lines.length, lines.at(-1), lines[0].endsWith('at most –')]).toEqual([7, 'and 3 more.', true])
  })
})
