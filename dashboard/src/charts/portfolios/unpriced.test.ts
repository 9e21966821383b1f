import { expect, test } from 'vitest'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { sampleResult } from '../../pages/planner/reinforcement/study.testkit.ts'
import { unpricedLines } from './unpriced.ts'

const speech = { t: fr, f: makeFormat('fr') }
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

test('options without a price are named by what they are and where, with what is missing; without such options there is nothing to say', () => {
  const result = { ...sampleResult, unpriced: [{ option: 'heat P05.B04', measure: 'heat' as const, at: 'P05.B04', missing: ['heat-network-dwelling', 'switching'] }, { option: 'transformer PS.T1 80000 kVA', missing: ['transformer-80000-kva'] }] }
  expect(unpricedLines(result, speech).map(plain)).toEqual([
    'Chaleur déplacée, Parking 0,4 kV : Raccordement d’un logement au réseau de chaleur et Point d’ouverture déplacé', 'transformer PS.T1 80000 kVA : Transformateur 80 000 kVA',
  ])
  expect(unpricedLines(sampleResult, speech)).toEqual([])
})
