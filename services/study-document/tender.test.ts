import { describe, expect, test } from 'vitest'
import { DRAFT, type Block } from './content.ts'
import { noneHolds, nothingNeeded, sampleResult } from './sample-result.testkit.ts'
import { capFactor, lotsOf, tenderContent } from './tender.ts'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
const tables = (blocks: readonly Block[]) => blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : []))
const contentOf = (result = sampleResult) => tenderContent(result, 'fr', DRAFT)
const rowsOf = (lot: number, result = sampleResult) => new Map(tables(contentOf(result).sections[0].blocks)[lot].rows.map(([term, value]) => [plain(term), plain(value)]))

describe('the tender sheet', () => {
  test('lots are what is called when needed; a cable is no lot', () => {
    expect(lotsOf({ recommended: sampleResult.portfolios[2] }).map(({ measure }) => measure)).toEqual(['curtailment', 'smart-charging', 'battery'])
  })

  test('caps by hand: lots of 70 240, 31 450 and 51 000 EUR that save 609 000 EUR may cost 4.988 times as much', () => {
    const factor = capFactor(lotsOf({ recommended: sampleResult.portfolios[2] }), 609_000)!
    expect(factor).toBeCloseTo(1 + 609_000 / 152_690, 10)
    const rows = rowsOf(0)
    expect(rows.get('Prix de disponibilité')).toBe('22 € par kW et par an dans l’étude ; plafond 110 €')
    expect(rows.get('Prix d’activation')).toBe('130 € par MWh dans l’étude ; plafond 649 €')
    expect(rows.get('Coût total du lot')).toBe('70 200 € dans l’étude ; plafond 350 000 €')
  })

  test('all terms of a lot', () => {
    expect(Object.fromEntries(rowsOf(0))).toMatchObject({
      Acheteur: 'Gestionnaire du réseau (illustratif)', 'Vendeur pressenti': 'Halle <des> Capucins & fils', 'Agrégateur pressenti': 'à désigner', Périmètre: 'Parking, P05.B04',
      'Heures d’appel par an': '34 (6–88) h attendues ; 90 h au plus par contrat', 'Énergie par an': '9,6 (1,2–31) MWh', Quand: 'pires heures de l’étude : janvier, 19 h', Préavis: '4 h avant l’heure', 'Durée d’un appel au plus': '3 h', 'Report toléré': '80 % de l’énergie, dans les 4 h',
    })
    expect(rowsOf(0).get('Puissance, MW')).toMatch(/^2031 : 0,12 ; 2032 : 0,146 ; .* ; 2041 : 0,38$/)
  })

  test('the same power in years one after the other is said once; what is agreed with a connection is not bought', () => {
    const [, , best] = sampleResult.portfolios
    const [lot] = best.measures
    const level = { ...sampleResult, portfolios: sampleResult.portfolios.map((one) => (one === best ? { ...one, measures: [{ ...lot, amounts: lot.amounts.map((kw, k) => (kw === 0 ? 0 : k < 10 ? 120 : 200)) }, { ...lot, measure: 'flexible-connection' as const }] } : one)) }
    expect(rowsOf(0, level).get('Puissance, MW')).toBe('2031–2035 : 0,12 ; 2036–2041 : 0,2')
    expect(tables(contentOf(level).sections[0].blocks)).toHaveLength(1)
  })

  test('what is not known is open, never made up', () => {
    const battery = rowsOf(2)
    expect([battery.get('Vendeur pressenti'), battery.get('Prix d’activation'), battery.get('Durée d’un appel au plus')]).toEqual(['à désigner', 'à préciser', 'à préciser'])
    const { buyer: _, ...study } = sampleResult.ask.study
    expect(rowsOf(0, { ...sampleResult, ask: { ...sampleResult.ask, study } }).get('Acheteur')).toBe('à désigner')
  })

  test('no cap where nothing is saved', () => {
    expect(capFactor(lotsOf({ recommended: sampleResult.portfolios[2] }), 0)).toBeNull()
    expect(rowsOf(0, { ...sampleResult, answer: { ...sampleResult.answer, savedEur: -5 } }).get('Prix d’activation')).toContain('aucun plafond ne peut être établi')
  })

  test('without a recommendation or without a lot there is nothing to buy, and it says so', () => {
    const words = (result: typeof sampleResult) => JSON.stringify(contentOf(result).sections)
    expect(words(noneHolds)).toContain('ne recommande rien')
    expect(words(nothingNeeded)).toContain('rien à acheter')
    expect(tables(contentOf(noneHolds).sections[0].blocks)).toEqual([])
  })
})
