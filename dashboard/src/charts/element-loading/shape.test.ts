import { describe, expect, it } from 'vitest'
import type { ElementHistory } from '#contract/planner.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeElementLoading } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const START = Date.UTC(2026, 0, 12, 17)
const at = [0, 1, 2, 3, 4].map((step) => START + step * 600_000)
const history: ElementHistory = {
  element: 'P05.T1', kind: 'transformer', ratingA: null, ratedKva: 630, from: START, to: START + 3_600_000,
  loadingPct: { at, values: [70, 88, null, 91, 104], quality: ['estimated', 'estimated', 'missing', 'forecast', 'forecast'] },
  currentA: null,
  loadKva: { at, values: [441, 554, null, 573, 655], quality: ['estimated', 'estimated', 'missing', 'forecast', 'forecast'] },
}
const shape = (part: Partial<ElementHistory> = {}) => shapeElementLoading({ ...history, ...part }, { watchPct: 80, limitPct: 100 }, at[2], speech)

describe('the loading of one element', () => {
  it('keeps what was and what is forecast apart in its sentence', () => {
    expect(shape()!.sentence).toBe('Dernière valeur 88\u202f% ; au plus 88\u202f% (lun. 12 janv., 18:10). Pointe prévue : 104\u202f% (lun. 12 janv., 18:40).')
  })
  it('dashes the forecast, hatches the estimate, and breaks at the gap', () => {
    const lines = shape()!.plot.lines
    expect(lines.map((line) => line.style)).toEqual(['estimated', 'forecast'])
    expect(lines[0].points).toContainEqual([at[2], null])
    expect(lines[1].points.filter(([, y]) => y !== null)).toEqual([[at[3], 91], [at[4], 104]])
  })
  it('shows the apparent power of a transformer and the current of a cable', () => {
    expect(shape()!.table.columns[1]).toEqual({ label: 'Puissance apparente', unit: 'kVA' })
    expect(shape()!.table.rows[4]).toMatchObject({ cells: ['104\u202f%', '655\u202fkVA', 'prévu'], raw: [104, 655, 'forecast'] })
    expect(shape({ loadKva: null, currentA: history.loadKva })!.table.columns[1].unit).toBe('A')
  })
  it('is empty for an element without any value', () => {
    expect(shape({ loadingPct: { at: at.slice(0, 1), values: [null], quality: ['missing'] } })).toBeUndefined()
  })
})
