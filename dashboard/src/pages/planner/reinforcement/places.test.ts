import { describe, expect, it } from 'vitest'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { elementRows } from './elements.ts'
import { networkSentence, networkTable, placeSaid, studyPlacesOf, yearLabel } from './places.ts'
import { sampleResult } from './study.testkit.ts'

const speech = { t: en, f: makeFormat('en') }
const rows = elementRows(sampleResult)
const places = studyPlacesOf(sampleResult, rows)
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('the places of the drawing', () => {
  it('have the elements that stand there, the tightest first, and are as tight as it', () => {
    expect([...places.byId.values()].map(({ id, likelihood, rows: own }) => [id, likelihood, ...own.map(({ one }) => one.id)])).toEqual([
      ['PS', 'holds'], ['P05', 'likely', 'P05.T1', 'P05.D4'], ['P07', 'likely', 'P07.T1', 'P07.B04'], ['P09', 'holds'], ['P10', 'holds'], ['R01', 'likely', 'R01'], ['R02', 'holds'], ['R09', 'holds'], ['R12', 'holds'], ['R17', 'holds'],
    ])
  })
  it('say all that is known of them, and what is done there', () => {
    expect(plain(placeSaid(places.byId.get('P05')!, sampleResult, speech))).toBe('Parking: Parking, transformateur, probably too small from 2035 on, peak at 131% of the limit and Parking, départ bornes, perhaps too small from 2036 on, peak at 104% of the limit. Recommended solution: larger transformer from 2030 on and curtailment from 2030 on.')
    expect(placeSaid(places.byId.get('R17')!, sampleResult, speech)).toBe('Tronçon R17, tête de CAP2: no limit passed in the futures studied.')
    expect(places.byId.get('R12')!.measures.map(({ measure }) => measure)).toEqual(['open-point'])
  })
  it('are counted by how likely they are too small', () => {
    expect(networkSentence(places, speech)).toBe('3 places probably become too small.')
    expect(networkSentence(studyPlacesOf(sampleResult, rows.slice(3)), speech)).toBe('No place probably becomes too small; 2 others might.')
    expect(networkSentence(studyPlacesOf(sampleResult, rows.slice(5)), speech)).toBe('No place passes its limits in the futures studied.')
  })
  it('tell likely years from possible ones without colour', () => {
    expect(rows.slice(2, 6).map((row) => yearLabel(row, speech))).toEqual(['2040', '2036?', '2038?', ''])
  })
  it('stand in a table, one row for each element that is too small', () => {
    expect(networkTable(places, sampleResult, speech).rows.map(({ header, raw }) => [header, raw[0]])).toEqual([
      ['Parking, transformateur', 'Parking'], ['Parking, départ bornes', 'Parking'], ['Plateau sud, transformateur', 'Plateau sud'], ['Plateau sud, bout de ligne', 'Plateau sud'], ['Tronçon R01, tête de CAP1', 'Tronçon R01, tête de CAP1'],
    ])
  })
  it('do not lose an element that the drawing does not know', () => {
    const lost = { ...rows[0], one: { ...rows[0].one, id: 'X1', group: 'X' } }
    expect(studyPlacesOf(sampleResult, [lost, rows[6]]).unplaced.map(({ one }) => one.id)).toEqual(['X1'])
  })
})
