import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { studyXlsx } from './index.ts'
import { leftOut, noneHolds, sampleResult } from './sample-result.testkit.ts'
import { unzipped } from './unzipped.testkit.ts'

type Read = (string | number | null)[]
const numbered = (letters: string) => [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1

/** Text of every element of that name. */
function textsOf(xml: string, wanted: string): string[] {
  const found: string[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => { if (name === wanted) found.push('') })
  parser.on('text', (text) => { if (found.length > 0) found[found.length - 1] += text })
  parser.write(xml).close()
  return found
}

async function opened(result = sampleResult, lang: 'fr' | 'en' = 'fr'): Promise<{ names: string[]; sheet(k: number): Read[] }> {
  const files = unzipped(await studyXlsx(result, lang))
  const shared = textsOf(files.get('xl/sharedStrings.xml')!, 'si').map((text) => text.trim())
  return {
    names: [...files.get('xl/workbook.xml')!.matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name]) => name),
    sheet: (k) => [...files.get(`xl/worksheets/sheet${k + 1}.xml`)!.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
      const cells: Read = []
      for (const [, at, rest, value] of row.matchAll(/<c r="([A-Z]+)\d+"([^>]*)><v>([^<]*)<\/v>/g)) cells[numbered(at)] = rest.includes('t="s"') ? shared[Number(value)] : Number(value)
      return Array.from(cells, (one) => one ?? null)
    }),
  }
}

describe('the workbook opens again', () => {
  test('with one sheet a subject, in the language asked for', async () => {
    expect((await opened()).names).toEqual(['Résumé', 'Ouvrages par an', 'Charges futures', 'Solutions', 'Dépassements restants', 'Mesures par an', 'Sensibilité', 'Prix', 'Sources', 'Sans courant après panne', 'Options sans prix'])
    expect((await opened(sampleResult, 'en')).names[1]).toBe('Elements by year')
  })

  test('numbers are numbers, all years and all measures are there', async () => {
    const book = await opened()
    const elements = book.sheet(1)
    expect(elements).toHaveLength(1 + 6 * 16)
    expect(elements[1].slice(0, 9)).toEqual(['R01', 'PS – Ville ouest', 'câble ou ligne', 'moyenne tension', 'D1', 497, 'A', 2026, 0])
    expect(elements[16][17]).toBeCloseTo(116.5, 9)
    const [head, first] = [book.sheet(3)[0], book.sheet(3)[1]]
    expect(first[head.indexOf('Coût actualisé attendu, €')]).toBe(2_310_000)
    const [titles, ...measures] = book.sheet(5)
    expect(measures).toHaveLength(4 + 4 + 3)
    const curtailment = measures.find((row) => row[0] === 'Moindre coût attendu' && row[2] === 'effacement contractuel')!
    expect([curtailment[titles.indexOf('Quantité 2030')], curtailment[titles.indexOf('Quantité 2041')], curtailment[titles.indexOf('Total, €')]]).toEqual([0, 380, 70_240])
    expect(book.sheet(7)[6].slice(0, 3)).toEqual(['unheard-of-item', 'unheard-of-item', 0.5])
  })

  test('what is not known is an empty cell, not 0', async () => {
    const [head, ...rows] = (await opened(noneHolds)).sheet(3)
    for (const figure of ['Coût actualisé attendu, €', 'Pire regret, €', 'Non servie, MWh', 'CO₂ en plus, t']) expect(rows[3][head.indexOf(figure)] ?? null).toBeNull()
    const summary = (await opened(noneHolds)).sheet(0)
    expect(summary.find(([name]) => name === 'Écart moyen du modèle aux têtes de départ')![1] ?? null).toBeNull()
    expect(summary.find(([name]) => name === 'États non résolus')![1]).toBe(37)
  })

  test('outages after which load stays dark and options without a price have a sheet each', async () => {
    const book = await opened(leftOut)
    expect(book.sheet(9).slice(1)).toEqual([['R02', 'Ville ouest – Forges', 62.4], ['R07', 'Parking – Plateau nord', 410]])
    expect(book.sheet(10)[1]).toEqual(['heat P13.B04', 'chaleur stockée ou prise au réseau de chaleur', 'Jardins sud, P13.B04', 'Raccordement d’un logement au réseau de chaleur'])
    const summary = new Map(book.sheet(0).map(([name, value]) => [name, value]))
    expect([summary.get('Pannes qui laissent de la charge sans courant'), summary.get('Charge sans courant, au plus'), summary.get('Options écartées faute de prix')]).toEqual([2, 410, 2])
  })

  test('a name that looks like a formula is text', async () => {
    const files = unzipped(await studyXlsx({ ...sampleResult, prices: [{ item: '=1+1', eur: 1, source: '<b>&', dated: '2026', sure: 'usual' }] }, 'fr'))
    expect([...files.values()].join('')).not.toMatch(/<f>/)
    expect(textsOf(files.get('xl/sharedStrings.xml')!, 'si').map((text) => text.trim())).toEqual(expect.arrayContaining(['=1+1', '<b>&']))
  })
})
