import { describe, expect, it } from 'vitest'
import type { LoadCurve } from '#contract/merchant.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { comparisonShift, spanOf } from './period.ts'
import { shapeLoadCurve } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const START = Date.UTC(2026, 0, 12, 5)
const curve = (values: (number | null)[], quality: LoadCurve['powerKw']['quality'][number][], from = START): LoadCurve => ({
  deliveryPointId: 'X', unit: 'kW', step: '10min', from, to: from + values.length * 600_000, provenance: 'rescaled',
  powerKw: { at: values.map((_, i) => from + i * 600_000), values, quality },
})

describe('the load curve of a shop', () => {
  const span = { from: START, to: START + 3_600_000 }
  it('gives energy, mean and peak of what is known', () => {
    const shaped = shapeLoadCurve(curve([6, 12, null], ['measured', 'measured', 'missing']), undefined, 0, span, speech)!
    expect(shaped.sentence).toBe('3,0\u202fkWh sur la période, 9,0\u202fkW en moyenne, au plus 12,0\u202fkW (lun. 12 janv., 06:10).')
    expect(shaped.table.rows[2]).toMatchObject({ cells: ['–', 'absent'], raw: [null, 'missing'] })
  })
  it('lays the week before under the same instants', () => {
    const week = comparisonShift('week')
    const shaped = shapeLoadCurve(curve([6, 7], ['measured', 'measured']), curve([4, 5], ['measured', 'measured'], START - week), week, span, speech)!
    expect(shaped.table.rows.map((row) => row.raw[2])).toEqual([4, 5])
    expect(shaped.plot.lines[0]).toMatchObject({ style: 'reference', points: [[START, 4], [START + 600_000, 5]] })
  })
  it('draws a substituted value as such and reads a bad one nowhere', () => {
    const shaped = shapeLoadCurve(curve([1, 2, 900], ['measured', 'substituted', 'bad']), undefined, 0, span, speech)!
    expect(shaped.plot.lines.map((line) => line.style)).toEqual(['measured', 'estimated'])
    expect(shaped.sentence).toContain('au plus 2,0\u202fkW')
  })
  it('is empty without a known value', () => {
    expect(shapeLoadCurve(curve([null], ['missing']), undefined, 0, span, speech)).toBeUndefined()
  })
  it('compares a day with the same weekday, and four weeks with four weeks', () => {
    for (const period of ['day', 'week', 'month'] as const) {
      expect(comparisonShift(period) % (7 * 86_400_000)).toBe(0)
      expect(spanOf(period, START, 1).to).toBe(spanOf(period, START).from)
    }
  })
})
