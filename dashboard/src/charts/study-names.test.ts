import { expect, test } from 'vitest'
import { en } from '../i18n/en.ts'
import { makeFormat } from '../i18n/format.ts'
import { fr } from '../i18n/fr.ts'
import { sampleResult } from '../pages/planner/reinforcement/study.testkit.ts'
import { priceName } from './study-names.ts'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

test('prices have names in both languages; what has none keeps its id', () => {
  const [french, english] = [{ t: fr, f: makeFormat('fr') }, { t: en, f: makeFormat('en') }]
  const [offer] = sampleResult.ask.study.offers!
  expect(['mv-cable-laid-km', 'transformer-1000-kva', `offer ${offer.id} mwh`, 'offer gone kw-year', 'unheard-of'].map((item) => plain(priceName(item, sampleResult, french))))
    .toEqual(['Câble moyenne tension posé, le km', 'Transformateur 1 000 kVA', `${offer.name.fr}, le MWh`, 'gone, le kW et par an', 'unheard-of'])
  expect(priceName('battery-kw-year', sampleResult, english)).toBe('Battery, upkeep, per kW and year')
})
