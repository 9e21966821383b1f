import { expect, test } from 'vitest'
import { makeFormat } from '../i18n/format.ts'
import { fr } from '../i18n/fr.ts'
import { rateOf, seriesName, writtenUnit } from './series-name.ts'

test('a series is called by its place, and by its carrier unless it is electricity', () => {
  const nameOf = (series: string, kind: 'district' | 'delivery-point' | 'transformer', name: string | null, carrier: string) => seriesName({ series, kind, name, carrier }, fr)
  expect([
    nameOf('district', 'district', null, 'electricity'), nameOf('district-heat', 'district', null, 'heat'), nameOf('gas-01', 'delivery-point', 'Crêperie', 'gas'), nameOf('pv-1', 'delivery-point', 'pv-1', 'production'), nameOf('T1', 'transformer', 'Quai T1', 'electricity'),
    nameOf('x', 'delivery-point', null, 'steam'),
  ]).toEqual(['tout le quartier', 'tout le quartier, chaleur', 'Crêperie (gas-01), gaz', 'pv-1', 'Quai T1 (T1)', 'x, steam'])
})

test('its values are written in its unit', () => {
  const f = makeFormat('fr')
  expect([rateOf('kW', f)(120), rateOf('m3/h', f)(3.456), rateOf('m3/h', f)(null), writtenUnit('m3/h')]).toEqual(['120\u202fkW', '3,46\u202fm³/h', '–', 'm³/h'])
})
