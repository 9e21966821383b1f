import { describe, expect, it } from 'vitest'
import type { WinterPeak } from '#contract/winter-peak.ts'
import { makeFormat } from '../../i18n/format.ts'
import { fr } from '../../i18n/fr.ts'
import { shapeWinterPeak } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const estimate: NonNullable<WinterPeak['estimate']> = {
  peakKw: 320, lowKw: 290, highKw: 350, level: 0.9, returnYears: 10, coldC: -2.04, winters: 2, sensitivityKwPerC: 10, standardErrorKwPerC: 0.5, thresholdC: 15, coldestC: 1, extrapolatedByC: 3.04, coldDays: 30,
  flags: ['extrapolated', 'few-winters'], dayType: 'working-day', fit: { temperatureC: [-2.04, 1, 15, 17], loadKw: [320, 290, 150, 150], lowKw: [290, 265, 125, null], highKw: [350, 315, 175, 175] },
}
const body: WinterPeak = {
  readiness: 'ready', series: 'T1', kind: 'transformer', name: 'T1', carrier: 'electricity', unit: 'kW', computedAt: Date.UTC(2026, 0, 14), refused: null, estimate,
  days: { date: ['2026-01-05', '2026-01-10', '2026-03-02'], temperatureC: [1, 6, 15.5], peakKw: [288, 200, 155], dayType: ['working-day', 'saturday', 'working-day'] },
}
const shape = (change: Partial<NonNullable<WinterPeak['estimate']>> = {}, more: Partial<WinterPeak> = {}) => shapeWinterPeak({ ...body, ...more, estimate: { ...estimate, ...change } }, speech)!

describe('the winter peak', () => {
  it('says the cold day, its peak, between what it lies, and what a degree adds', () => {
    expect(shape().sentence).toBe('Un jour aussi froid qu’il en vient un hiver sur 10 (-2,0\u202f°C en moyenne) porterait la pointe à 320\u202fkW, neuf fois sur dix entre 290\u202fkW et 350\u202fkW. Sous 15,0\u202f°C, chaque degré de moins ajoute 10,0\u202fkW.')
    expect(shape({ lowKw: null, highKw: null }).sentence).not.toContain('neuf fois')
    expect(shape({ flags: ['not-significant'] }).sentence).toBe('La pointe ne suit pas le froid de façon certaine : un jour d’hiver quelconque est attendu à 320\u202fkW, neuf fois sur dix entre 290\u202fkW et 350\u202fkW.')
  })

  it('warns of what was never measured, and names the highest that was', () => {
    const { remarks } = shape()
    expect(remarks[0]).toContain('3,0\u202f°C')
    expect(remarks[0]).toContain('prolonge la droite')
    expect(remarks[1]).toContain('2 hivers')
    expect(remarks[2]).toBe('Plus haute pointe mesurée : 288\u202fkW (5 janv. 2026, 1,0\u202f°C).')
    expect(shape({ flags: [], extrapolatedByC: 0 }).remarks).toHaveLength(2)
  })

  it('draws each day as a dot by kind, the line where days were measured, dashed beyond, and the cold day', () => {
    const { lines, bands, now, nowLabel, x, ticks } = shape().plot
    expect(lines.map(({ style, points }) => [style, points.length])).toEqual([['measured', 2], ['measured', 4], ['reference', 3], ['forecast', 2], ['measured', 1]])
    // A dot stands between two gaps.
    expect(lines[1].points).toEqual([[1, 288], [1, null], [15.5, 155], [15.5, null]])
    expect(lines[3].points).toEqual([[-2.04, 320], [1, 290]])
    expect(lines[4].points).toEqual([[-2.04, 320]])
    expect(bands![0].points.map(([at]) => at)).toEqual([-2.04, 1, 15])
    expect([now, nowLabel, x.from <= -2.04 && x.to >= 15.5, ticks!.map(({ value }) => value)]).toEqual([-2.04, 'Jour froid', true, [-5, 0, 5, 10, 15]])
    expect(shape({ extrapolatedByC: 0, coldC: 3, coldestC: 1, fit: { temperatureC: [1, 3, 15], loadKw: [290, 270, 150], lowKw: [1, 1, 1], highKw: [2, 2, 2] } }).plot.lines.map(({ style }) => style)).not.toContain('forecast')
  })

  it('marks no cold day where the load does not follow the cold', () => {
    const { plot, table, remarks, legend } = shape({ flags: ['not-significant', 'extrapolated', 'few-winters'] })
    expect([plot.now, plot.lines.map(({ style }) => style), table.rows.length, legend.length]).toEqual([undefined, ['measured', 'measured', 'reference'], 3, 4])
    expect(remarks).toHaveLength(2)
  })

  it('has the days and the cold day in its table, from the coldest on', () => {
    const { rows, columns } = shape().table
    expect(columns.map(({ unit }) => unit)).toEqual(['°C', 'kW', undefined, 'kW', 'kW'])
    expect(rows.map(({ header, raw }) => [header, ...raw])).toEqual([
      ['Jour froid', -2.04, 320, 'jours ouvrés', 290, 350], ['5 janv. 2026', 1, 288, 'jours ouvrés', null, null], ['10 janv. 2026', 6, 200, 'samedis', null, null], ['2 mars 2026', 15.5, 155, 'jours ouvrés', null, null],
    ])
  })

  it('tells a flow in cubic metres, and is nothing without an estimate', () => {
    expect(shape({}, { unit: 'm3/h', carrier: 'gas' }).sentence).toContain('320,00\u202fm³/h')
    expect(shapeWinterPeak({ ...body, estimate: null }, speech)).toBeUndefined()
  })
})
