import { describe, expect, it } from 'vitest'
import type { ForecastSkill, LeadSkill, SeriesSkill } from '#contract/forecast-skill.ts'
import { en } from '../../i18n/en.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { driftOf, inOrder, shapeByHour, shapeReliability, skillSentence, skillTable } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const english = { t: en, f: makeFormat('en') }
const figures = { nMaePct: 4.2, skillPct: 38, peakErrorPct: 3.1, pinballPct: 1.4, cover90Pct: 89, cover50Pct: 51 }
const series = (id: string, more: Partial<SeriesSkill> = {}): SeriesSkill => ({ series: id, kind: 'transformer', name: id, carrier: 'electricity', unit: 'kW', method: 'blend', weeks: 8, tomorrow: figures, drift: null, ...more })
const DISTRICT = series('district', { kind: 'district', name: null })

describe('the sentence', () => {
  it('says how wrong, beside what, and what the band held', () => {
    expect(skillSentence(DISTRICT, english)).toBe('Over the last 8 scored weeks the forecast of the district for tomorrow was wrong by 4.2% on average, 38% less than “as last week”; the 90% band held 89% of the measurements.')
    expect(skillSentence(DISTRICT, speech)).toBe('Sur les 8 dernières semaines notées, la prévision du quartier pour le lendemain s’est trompée de 4,2\u202f% en moyenne, 38\u202f% de moins que « comme la semaine passée » ; la bande à 90 % a contenu 89\u202f% des mesures.')
  })
  it('does not flatter: worse than the week before, no band, not scored', () => {
    expect(skillSentence(series('T1', { weeks: 1, tomorrow: { ...figures, skillPct: -12, cover90Pct: null } }), english)).toBe('Over the last scored week the forecast of T1 for tomorrow was wrong by 4.2% on average, 12% more than “as last week”; without a band.')
    expect(skillSentence(series('T1', { tomorrow: null }), english)).toBe('The forecast of T1 has not been scored yet.')
  })
})

describe('a series', () => {
  it('of another carrier is named by it, and told in its unit', () => {
    const heat = series('district-heat', { kind: 'district', name: null, carrier: 'heat' })
    expect(skillSentence(heat, english)).toContain('the forecast of the whole district')
    const { table } = shapeByHour({ ...detail([backtest]), unit: 'm3/h' }, english)!
    expect(table.columns[1].unit).toBe('m3/h')
    expect(table.rows[0].cells).toEqual(['50%', '8.0\u202fm³/h'])
  })
})

describe('the table', () => {
  const all = [DISTRICT, series('a', { tomorrow: { ...figures, nMaePct: 20, cover90Pct: 91 } }), series('b', { tomorrow: null, method: null }), series('c', { tomorrow: { ...figures, skillPct: -5, cover90Pct: 70 } })]
  it.each([['network', ['district', 'a', 'b', 'c']], ['error', ['a', 'district', 'c', 'b']], ['gain', ['c', 'district', 'a', 'b']], ['band', ['c', 'district', 'a', 'b']]] as const)('by %s, what was not scored last', (order, ids) => {
    expect(inOrder(all, order).map((one) => one.series)).toEqual(ids)
  })
  it('holds every figure, and the drift in words', () => {
    const drifting = series('T2', { drift: { since: '2026-01-07', daysAhead: 0, growthPct: 50, nextStep: 'habits-changed' } })
    expect(driftOf(drifting, speech)).toBe('moins juste depuis le mer. 7 janv. (+50\u202f%)')
    expect(skillTable([drifting, all[2]], speech).rows.map(({ raw }) => raw)).toEqual([
      [4.2, 38, 3.1, 89, 51, 1.4, 8, 'plusieurs modèles', 'moins juste depuis le mer. 7 janv. (+50\u202f%)'],
      [null, null, null, null, null, null, 8, null, null],
    ])
  })
})

const lead = (day: number, more: Partial<LeadSkill> = {}): LeadSkill => ({
  ...figures, daysAhead: [day], values: 300, maeKw: 8, rmseKw: 10, naiveMaeKw: 16, reliability: [[5, 6], [50, 47], [95, 88]].map(([levelPct, belowPct]) => ({ levelPct, belowPct })),
  hours: [0, 1].map((hour) => ({ hourAhead: day * 24 + hour + 1, maeKw: 8, naiveMaeKw: 16, skillPct: 50 - 10 * hour })), ...more,
})
const detail = (kinds: ForecastSkill['detail']['kinds'], more: Partial<ForecastSkill['detail']> = {}): ForecastSkill['detail'] => ({ series: 'T1', kind: 'transformer', name: 'T1', carrier: 'electricity', unit: 'kW', weather: 'usual', kinds, seasons: [], ...more })
const backtest = { kind: 'backtest' as const, from: '2026-01-05', to: '2026-01-11', weeks: 1, leads: [lead(0), lead(1), lead(2, { daysAhead: [2, 3], hours: [], nMaePct: 6, skillPct: 20 })] }
const issued = { kind: 'issued' as const, from: '2026-01-05', to: '2026-01-11', weeks: 1, leads: [lead(0, { hours: [{ hourAhead: 1, maeKw: 2, naiveMaeKw: 16, skillPct: 87.5 }, { hourAhead: 2, maeKw: 18, naiveMaeKw: 16, skillPct: -12.5 }] })] }

describe('reliability', () => {
  it('stands beside the diagonal, and the sentence names what is furthest from it', () => {
    const shaped = shapeReliability(detail([backtest, issued]), english)!
    expect(shaped.sentence).toBe('Furthest from the diagonal: below the 95% quantile lay 88% of the measurements.')
    expect(shaped.plot.lines.map(({ style }) => style)).toEqual(['reference', 'measured', 'measured', 'forecast'])
    expect(shaped.plot.lines[2].points).toEqual([[5, 6], [50, 47], [95, 88]])
    expect(shaped.table.rows[1]).toMatchObject({ header: '50%', cells: ['47.0%', '47.0%', '47.0%'] })
  })
  it('tells the seasons that were scored', () => {
    const season = { season: 'dec-feb' as const, weeks: 12, ...figures, reliability: [] }
    expect(shapeReliability(detail([backtest], { seasons: [season] }), english)!.remarks).toEqual(['By season, for tomorrow: December to February (12 weeks): error 4.2%, 90% band 89%.'])
  })
  it('of a method without a band, or before the first week, there is nothing to draw', () => {
    expect(shapeReliability(detail([]), speech)).toBeUndefined()
    expect(shapeReliability(detail([{ ...backtest, leads: [lead(1, { reliability: [] })] }]), speech)).toBeUndefined()
  })
})

describe('gain by hours ahead', () => {
  it('draws what would have been said at midnight and what was said each hour, and says further days in words', () => {
    const shaped = shapeByHour(detail([backtest, issued]), english)!
    expect(shaped.sentence).toBe('In the first hour the error is 88% smaller than last week’s value would give; in the last one 13% larger than last week’s value would give.')
    expect(shaped.table.rows.map(({ x, raw }) => [x, ...raw])).toEqual([[1, 50, 8, 87.5, 2], [2, 40, 8, -12.5, 18], [25, 50, 8, null, null], [26, 40, 8, null, null]])
    expect(shaped.plot.lines[2].points).toEqual([[1, 87.5], [2, -12.5], [25, null], [26, null]])
    expect(shaped.remarks).toEqual(['Further ahead: day +2–3: error 6.0%, gain +20%.'])
  })
  it('without an issue that was scored the backtest speaks', () => {
    expect(shapeByHour(detail([backtest]), english)!.sentence).toContain('In the first hour the error is 50% smaller')
    expect(shapeByHour(detail([]), speech)).toBeUndefined()
  })
})
