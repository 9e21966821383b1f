import { describe, expect, it } from 'vitest'
import type { CongestionReliability, ReliabilityCurve } from '#contract/congestion.ts'
import { en } from '../../i18n/en.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeReliability, toldThresholds } from './shape.ts'

const speech = { t: en, f: makeFormat('en') }
const bin = (from: number, to: number, count: number, meanProbability: number | null, observedShare: number | null) => ({ from, to, count, meanProbability, observedShare })
const curve: ReliabilityCurve = {
  threshold: 'high', leadHours: null, cases: 1_000, passed: 100, brier: 0.05, reliability: 0.001, resolution: 0.04, skill: 0.42,
  bins: [bin(0, 0.1, 800, 0.01, 0.02), bin(0.1, 0.2, 10, 0.15, 0.4), bin(0.2, 0.3, 120, 0.25, 0.28), bin(0.3, 0.9, 0, null, null), bin(0.9, 1, 70, 0.97, 0.9)],
}
const answer = (curves: ReliabilityCurve[], kind: 'issued' | 'back-cast' = 'back-cast'): CongestionReliability => ({
  readiness: 'ready', watchPct: 80, limitPct: 100,
  reports: [{ kind, from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2026-02-20T00:00:00Z'), issues: 50, heads: [{ section: 'R01', name: 'Départ 1', thresholds: [{ threshold: 'high', kw: 6_657.7 }] }], curves }],
})

describe('the reliability of the probabilities', () => {
  it('is told by the bin with most cases that was neither sure nor ruled out', () => {
    const shaped = shapeReliability(answer([curve]), 'high', speech)!
    expect(shaped.sentence).toBe('Where 25% was said, it happened in 28% of 120 cases. Against telling the mean frequency alone, the squared error is less by 42%.')
    expect(shaped.plot.lines[1].points).toEqual([[1, 2], [15, 40], [25, expect.closeTo(28, 9)], [97, 90]])
    expect(shaped.table.rows.map(({ cells }) => cells[0])).toEqual(['800', '10', '120', '0', '70'])
    expect(shaped.table.rows[3]).toMatchObject({ header: '30% to 90%', cells: ['0', '–', '–'], raw: [0, null, null] })
  })
  it('says that past days were told again, and by which powers', () => {
    const remarks = shapeReliability(answer([curve]), 'high', speech)!.remarks.join(' ')
    expect(remarks).toContain('At the feeder heads (Départ 1), from 1 Jan 2026 to 20 Feb 2026; past days, told again.')
    expect(remarks).toContain('Not yet a week of issued forecasts')
    expect(remarks).toContain('Powers: Départ 1 6,658\u202fkW.')
    expect(shapeReliability(answer([curve], 'issued'), 'high', speech)!.remarks.join(' ')).not.toContain('Not yet a week')
  })
  it('says that nothing can be judged by what never happened', () => {
    const never = { ...curve, threshold: 'limit' as const, cases: 500, passed: 0, skill: null, bins: [bin(0, 0.1, 500, 0, 0)] }
    expect(shapeReliability(answer([never]), 'limit', speech)!.sentence).toBe('In 500 cases it never happened: too rare a threshold to judge by.')
    expect(shapeReliability(answer([never]), 'high', speech)).toBeUndefined()
  })
  it('offers the thresholds that can be told, those that happen first', () => {
    expect(toldThresholds(answer([{ ...curve, threshold: 'watch' }, curve, { ...curve, threshold: 'usual', cases: 0 }]))).toEqual(['high', 'watch'])
    expect(toldThresholds({ readiness: 'starting', watchPct: 80, limitPct: 100, reports: [] })).toEqual([])
  })
})
