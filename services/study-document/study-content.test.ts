import { describe, expect, test } from 'vitest'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DRAFT, type Block, type DocumentContent, type DocumentLanguage, type DocumentHead } from './content.ts'
import { largeResult } from './large-result.testkit.ts'
import { leftOut, noneHolds, nothingNeeded, sampleResult } from './sample-result.testkit.ts'
import { studyContent } from './study-content.ts'

const SIGNED: DocumentHead = { title: 'Capucins 2041', version: 3, signedAt: '2026-11-21T09:00:00Z', signedBy: 'A. Le Goff', sha256: 'ab12'.repeat(16), note: 'Pour le conseil du 3 décembre.', untraceable: [{ what: 'courbe P05', since: '2026-11-25T00:00:00Z' }] }
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
const wordsOf = (block: Block): string[] => {
  switch (block.kind) {
    case 'list': return [...block.items]
    case 'table': return [block.table.caption, ...block.table.columns.map(({ title }) => title), ...block.table.rows.flat(), block.table.note ?? '']
    case 'figure': return [block.figure.title, block.figure.sentence, block.figure.alt, ...wordsOf({ kind: 'table', table: block.figure.table })]
    default: return [block.text]
  }
}
const allOf = (content: DocumentContent) => [content.title, ...content.strip.flat(), ...content.sections.flatMap(({ heading, blocks }) => [heading, ...blocks.flatMap(wordsOf)])].map(plain)
const said = (result: StudyResult, lang: DocumentLanguage = 'fr', head = DRAFT) => allOf(studyContent(result, lang, head)).join('\n')

describe('the content of the document', () => {
  test('figures of the study stand in it, rounded for people', () => {
    const words = said(sampleResult)
    // Of elements, portfolios, measures, scenarios, weather, money, prices, loads and limits, one of each kind.
    for (const part of ['497 A', '2028', '117\n(105–128)', '2,02\n(0–6,05)', 'Jardins nord, P12.D3.J5', '40 %', '2,31 M€', '1,48 M€', '4,42 M€', '120 kW\n380 kW en 2041', '34 (6–88) h', '245 000 €', '1 150 (805–1 495)', '−6,2', '4,5 (2,5–6)', '20 000', '140 000 €', '15 935 kW', '16 560', '66 440', '−298', '× 0,7', 'prix des travaux', 'Croissance, reste de la ville, % par an', 'Offre « Froid de la halle », le kW et par an', '−188 000 €', 'Pertes et CO₂, par rapport à ne rien faire', 'ordre de grandeur supposé', 'éléments, conteneur et travaux', '1 261 440', '98 612 004', '8 612 des 8 760', '2,3 %', '9,8 %', '2,7 %', '0,62 fois', '1,39 M€', 'EN 50160']) expect(words).toContain(part)
  })

  test('every portfolio is in the table with its status, and one that does not hold says why', () => {
    const words = said(sampleResult)
    for (const name of ['Ne rien faire', 'Renforcer seulement', 'Moindre coût attendu\n(recommandée)', 'Sans aucun renforcement']) expect(words).toContain(name)
    expect(words).toContain('« Sans aucun renforcement » : non résolu. Il reste un dépassement ; le pire : PS – Ville ouest, panne de Ville est – PS, 2039, scénario « forte électrification », météo « froid décennal », 41 h, jusqu’à 109 % de la limite. Choix et vérification ont été répétés 4 fois.')
  })

  test('a portfolio without figures, or energy that nobody worked out, is a dash and never 0', () => {
    const rows = studyContent(noneHolds, 'fr', DRAFT).sections[3].blocks.flatMap((block) => (block.kind === 'figure' ? block.figure.table.rows : []))
    expect(rows.find(([name]) => name === 'Sans aucun renforcement')).toEqual(['Sans aucun renforcement', 'impossible', '–', '–', '–', '–', '–', '–'])
    expect(rows.find(([name]) => name === 'Renforcer seulement')!.slice(4, 5)).toEqual(['–'])
    const infeasible = studyContent(noneHolds, 'fr', DRAFT).sections[3].blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure.alt] : []))[0]
    expect(plain(infeasible)).toContain('Sans aucun renforcement : impossible.')
  })

  test('signed only with who, when and what', () => {
    expect(said(sampleResult, 'fr', SIGNED)).toContain('Signée par A. Le Goff le 21 novembre 2026')
    expect(said(sampleResult, 'fr', SIGNED)).toContain('ab12ab12')
    expect(said(sampleResult, 'fr', { ...SIGNED, sha256: null })).toContain('Projet, non signé')
    expect(said(sampleResult, 'en')).toContain('Draft, not signed')
  })

  test('what the reader must not miss: illustrative, quick, changed, erased, not settled, a note', () => {
    const words = said({ ...noneHolds, ask: { ...noneHolds.ask, depth: 'quick' } }, 'fr', SIGNED)
    for (const part of ['Données illustratives.', 'Calcul rapide', 'scenarios.trend.electricVehicles.vehicles.2041 : 900 remplacé par 1150', 'courbe P05', 'Non résolus : 37 états', '37 états du réseau n’ont pas pu être résolus', 'le calcul n’a pas été comparé', 'Pour le conseil du 3 décembre.']) expect(words).toContain(part)
    expect(words).not.toContain('Tous les états calculés ont été résolus')
  })

  test('load that stays dark after outages, and options without a price, are counted, named, and said what they mean', () => {
    const words = said(leftOut)
    expect(words).toContain('Après la perte de l’un de 2 tronçons, de la charge reste sans courant jusqu’à la réparation, 410 kW au plus : Parking – Plateau nord (410 kW) et Ville ouest – Forges (62 kW). Aucun autre chemin ne peut l’alimenter. Ce n’est pas un dépassement de limite')
    expect(words).toContain('2 options ont été écartées du choix, faute de prix : chaleur stockée ou prise au réseau de chaleur « Jardins sud » (manque : Raccordement d’un logement au réseau de chaleur) et transformer PS.T1 80000 kVA (manque : Transformateur 80000 kVA). Ce qui n’a pas de prix n’est jamais supposé gratuit')
    expect(said(leftOut, 'en')).toContain('After the loss of any of 2 sections load stays dark until the repair, 410 kW at most')
    expect(said({ ...sampleResult, unsupplied: [] })).toContain('Après la perte de n’importe quel tronçon de moyenne tension, toute la charge peut être alimentée par un autre chemin.')
    // A study that did not look says neither.
    expect(said(sampleResult)).not.toMatch(/sans courant|par un autre chemin|faute de prix/)
  })

  test('a source that is said in both languages is said in that of the document, one that is not as it was given', () => {
    const [french, english] = [said(sampleResult), said(sampleResult, 'en')]
    for (const part of ['mesures du quartier, décalées', 'Source : taux illustratifs', 'mesures du quartier, 2025-2026']) expect(french).toContain(part)
    for (const part of ['measurements of the district, shifted', 'illustrative rates', 'mesures du quartier, 2025-2026']) expect(english).toContain(part)
    expect(french).not.toMatch(/shifted|illustrative rates/)
    expect(english).not.toMatch(/décalées|taux illustratifs/)
  })

  test('where nothing holds there is no recommendation and no sensitivity of one', () => {
    const words = said(noneHolds)
    expect(words).toContain('Rien n’est recommandé')
    expect(words).toContain('aucun de ces coûts ne peut fonder une décision')
    expect(words).toContain('« Sans aucun renforcement » : impossible. Aucune quantité permise de ces mesures ne respecte la limite de PS – Ville ouest, panne de Ville est – PS, 2038, scénario « forte électrification ».')
    expect(words).not.toMatch(/recommandée\)|Point d’équilibre|Évité/)
  })

  test('a break-even is spoken of only where there are two ways that hold', () => {
    const alone = { ...sampleResult, breakEven: null, portfolios: sampleResult.portfolios.map((one) => (one.kind === 'reinforce' ? { ...one, status: 'not-settled' as const } : one)) }
    expect(said(alone)).not.toContain('Point d’équilibre')
    expect(said({ ...sampleResult, breakEven: null })).toContain('Point d’équilibre : il n’y en a pas')
    expect(said({ ...sampleResult, breakEven: { factor: 1.8, reinforcementEur: 2_400_000 } })).toContain('il faudrait que les travaux coûtent 1,8 fois le prix retenu (soit 2,4 M€)')
  })

  test('where nothing is too small there is no curve, no break-even, and the network is still drawn', () => {
    const content = studyContent(nothingNeeded, 'fr', DRAFT)
    const words = said(nothingNeeded)
    expect(words).toContain('Aucun ouvrage ne dépasse sa limite')
    expect(words).toContain('Aucune mesure n’est nécessaire')
    expect(words).not.toMatch(/heures classées|Point d’équilibre|ne tient|Rien n’est recommandé/)
    expect(content.sections.flatMap(({ blocks }) => blocks).filter(({ kind }) => kind === 'figure')).toHaveLength(1)
  })

  test.each([['the sample', sampleResult], ['none holds', noneHolds], ['nothing needed', nothingNeeded], ['very much', largeResult]] as const)('%s: both languages say as much, leave nothing open, and have a sentence and a table for each figure', (_, result) => {
    const [fr, en] = (['fr', 'en'] as const).map((lang) => studyContent(result, lang, SIGNED))
    const shape = (content: DocumentContent) => content.sections.map(({ blocks }) => blocks.map((block) => [block.kind, wordsOf(block).length]))
    expect(shape(en)).toEqual(shape(fr))
    for (const content of [fr, en]) {
      for (const words of allOf(content)) expect(words).not.toMatch(/undefined|null|NaN|Infinity|\[object|\{pages?\}/)
      for (const block of content.sections.flatMap(({ blocks }) => blocks)) {
        if (block.kind === 'table') for (const row of block.table.rows) expect(row).toHaveLength(block.table.columns.length)
        if (block.kind === 'figure') for (const part of [block.figure.sentence, block.figure.alt, block.figure.svg, block.figure.table.rows.join()]) expect(part === '' && result !== nothingNeeded).toBe(false)
      }
    }
  })

  test('states that a bound excludes are printed, at medium voltage only where there are any', () => {
    expect(said(sampleResult)).not.toContain('états de plus ont été écartés')
    expect(said({ ...sampleResult, states: { ...sampleResult.states, outageScreenedOut: 7_654_321 } })).toContain('7 654 321 états de plus ont été écartés par une borne démontrée')
  })

  test('what is left out of a long table is counted', () => {
    const words = said(largeResult)
    for (const part of ['52 autres ouvrages', '22 autres mesures', '14 autres hypothèses', '40 autres prix', '36 autres', '34 autres']) expect(words).toContain(part)
  })
})
