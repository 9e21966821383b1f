import { describe, expect, it } from 'vitest'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { weekSentences } from './week-sentence.ts'

const speech = { t: fr, f: makeFormat('fr') }
const week = { from: Date.UTC(2026, 0, 11, 23), to: Date.UTC(2026, 0, 15), energyKwh: 412, coveragePct: 100 }

describe('the first sentence of a shop', () => {
  it('compares with the week before and names the peak', () => {
    expect(weekSentences({ week, changePct: -8.2, peak: { at: Date.UTC(2026, 0, 13, 5, 40), powerKw: 18 } }, speech)).toEqual([
      'Cette semaine : 412\u202fkWh, 8\u202f% de moins que la semaine passée à la même heure.',
      'Pointe mar. 13 janv., 06:40 : 18,0\u202fkW.',
    ])
  })
  it('does not make news of a small difference, nor of an unknown one', () => {
    expect(weekSentences({ week, changePct: 0.4, peak: null }, speech)[0]).toContain('comme la semaine passée')
    expect(weekSentences({ week, changePct: null, peak: null }, speech)).toEqual(['Cette semaine : 412\u202fkWh.'])
  })
  it('says so when the week is only partly known, or not at all', () => {
    expect(weekSentences({ week: { ...week, coveragePct: 61 }, changePct: null, peak: null }, speech)[1]).toBe('Relevé partiel : 61\u202f% de la semaine est connu.')
    expect(weekSentences({ week: { ...week, energyKwh: null }, changePct: null, peak: null }, speech)).toEqual([fr.merchant.weekNone])
  })
})
