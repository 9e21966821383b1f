import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moveCursor, nearestRow, sayRow, toCsv, type FigureTable } from './figure.ts'

const table: FigureTable = {
  rowHeader: 'Heure',
  columns: [{ label: 'Puissance', unit: 'kW' }, { label: 'Origine' }],
  rows: [
    { header: '18:00', x: 0, cells: ['1,5 kW', 'mesuré'], raw: [1.5, 'mesuré'] },
    { header: '18:10', x: 10, cells: ['–', 'absent'], raw: [null, '=SUM(A1)'] },
    { header: '18:20', x: 20, cells: ['2,0 kW', 'a;b'], raw: [2, 'a;b'] },
  ],
}

describe('CSV', () => {
  it('writes decimal comma and semicolon in French, and the source as last line', () => {
    const lines = toCsv(table, { locale: 'fr', sourceLine: 'Penfeld' }).slice(1).split('\r\n')
    expect(lines).toEqual(['Heure;Puissance (kW);Origine', '18:00;1,5;mesuré', "18:10;;'=SUM(A1)", '18:20;2;"a;b"', 'Penfeld', ''])
  })
  it('leaves a missing value empty instead of 0', () => {
    expect(toCsv(table, { locale: 'en', sourceLine: 'x' })).toContain("18:10,,'=SUM(A1)")
  })
})

describe('cursor', () => {
  it('says heading and values of a row', () => {
    expect(sayRow(table, 0)).toBe('18:00, Puissance 1,5 kW, Origine mesuré')
    expect(sayRow(table, 9)).toBe('')
  })
  it('finds the nearest row as a full search would', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), fc.integer({ min: -1200, max: 1200 }), (xs, x) => {
        const rows = xs.sort((a, b) => a - b).map((value) => ({ header: '', x: value, cells: [], raw: [] }))
        const found = nearestRow({ rowHeader: '', columns: [], rows }, x)!
        expect(Math.abs(rows[found].x - x)).toBe(Math.min(...rows.map((row) => Math.abs(row.x - x))))
      }),
    )
  })
  it('stays inside the rows whatever is pressed', () => {
    const keys = fc.constantFrom('ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown')
    fc.assert(
      fc.property(fc.array(keys), fc.integer({ min: 1, max: 40 }), (pressed, rows) => {
        let index: number | undefined
        for (const key of pressed) {
          index = moveCursor(key, index, rows)
          expect(index).toBeGreaterThanOrEqual(0)
          expect(index).toBeLessThan(rows)
        }
      }),
    )
    expect(moveCursor('Tab', 0, 5)).toBeUndefined()
    expect(moveCursor('Home', undefined, 0)).toBeUndefined()
  })
})
