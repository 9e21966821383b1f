import { expect, test } from 'vitest'
import { drawnAt, studyPlaces } from './study-places.ts'
import type { ElementOutlook, StudyResult } from './study-shapes.ts'

const network: StudyResult['network'] = {
  nodes: [{ id: 'PS', name: 'Poste source Kerlaouen 63/20 kV', x: 0, y: 0, kind: 'primary' }, { id: 'V01', name: 'Ville ouest', x: 0, y: 1, kind: 'secondary' }, { id: 'P05', name: 'Parking', x: 0, y: 2, kind: 'secondary' }],
  links: [{ id: 'R01', from: 'PS', to: 'V01', open: false }, { id: 'R02', from: 'V01', to: 'P05', open: true }],
  named: [{ id: 'CAP1', name: 'Départ Capucins ouest' }, { id: 'PS.B20', name: 'Jeu de barres 20 kV' }, { id: 'P05.B04', name: 'Parking 0,4 kV' }],
}
const element = (id: string, name: string, group: string) => ({ id, name, group }) as ElementOutlook
const elements = [element('R01', 'PS - V01', 'CAP1'), element('P05.T1', 'Parking T1', 'P05'), element('P05.D3.J5', 'P05.D3.J5', 'P05')]
const { place, site, group } = studyPlaces({ elements, network })

test('a section is called by the places it joins, also where only an outage names it', () => {
  expect([place('R01'), place('R02'), site('R01')]).toEqual(['Poste source Kerlaouen – Ville ouest', 'Ville ouest – Parking', 'Poste source Kerlaouen – Ville ouest'])
})
test('a bus has the name of the document, or its id, always with its substation', () => {
  expect([place('PS.B20'), place('P05.B04'), place('P05.D3.J5')]).toEqual(['Poste source Kerlaouen 63/20 kV, Jeu de barres 20 kV', 'Parking 0,4 kV', 'Parking, P05.D3.J5'])
  expect(['P05.B04', 'P05.D3.J5', 'P05.T1'].map(site)).toEqual(['Parking', 'Parking', 'Parking T1'])
})
test('feeders and substations have names, what nobody named keeps its id', () => {
  expect([...elements.map(group), group({ group: 'GONE' }), place('GONE')]).toEqual(['Départ Capucins ouest', 'Parking', 'Parking', 'GONE', 'GONE'])
})
test('an element is drawn on its link, at its substation, or nowhere', () => {
  expect(elements.map((one) => drawnAt(network, one))).toEqual([{ on: 'link', id: 'R01' }, { on: 'node', id: 'P05' }, { on: 'node', id: 'P05' }])
  expect(drawnAt(network, { id: 'X', group: 'Y' })).toBeNull()
})
