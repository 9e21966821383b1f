import { describe, expect, it } from 'vitest'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { elementRows, elementsSentence, elementsTable, inElementScope } from './elements.ts'
import { sampleResult } from './study.testkit.ts'

const speech = { t: en, f: makeFormat('en') }
const rows = elementRows(sampleResult)

describe('elements that become too small', () => {
  it('stand by first likely year, then by first possible one, then by how near they are', () => {
    expect(rows.map(({ one, likelihood }) => `${one.id} ${likelihood}`)).toEqual(['P05.T1 likely', 'R01 likely', 'P07.T1 likely', 'P05.D4 possible', 'P07.B04 possible', 'R17 holds', 'P09.T1 holds'])
  })
  it('are counted in one sentence', () => {
    expect(elementsSentence(rows, sampleResult, speech)).toBe('3 elements will probably pass their limits, the first being Parking, transformateur, from 2035 on.')
    expect(elementsSentence(rows.slice(3), sampleResult, speech)).toBe('2 elements might pass their limits in some futures, none probably.')
    expect(elementsSentence(rows.slice(5), sampleResult, speech)).toBe('No element passes its limit in the futures studied.')
  })
  it('are shown by scope', () => {
    expect(inElementScope(rows, 'constrained')).toHaveLength(5)
    expect(inElementScope(rows, 'low').map(({ one }) => one.id)).toEqual(['P05.D4', 'P07.B04'])
    expect(inElementScope(rows, 'medium')).toHaveLength(5)
    expect(inElementScope(rows, 'all')).toBe(rows)
  })
  it('are all in the file, year by year, with the state by name', () => {
    const table = elementsTable(rows, sampleResult, speech)
    expect(table.rows).toHaveLength(7 * 16)
    expect(new Set(table.rows.map(({ x }) => x)).size).toBe(7 * 16)
    expect(table.rows[31].raw.slice(0, 4)).toEqual(['section', 'Départ Capucins ouest', '240 A', 2041])
    expect(table.rows[31].raw.at(-1)).toBe('loss of Tronçon R17, tête de CAP2')
  })
})
