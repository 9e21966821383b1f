import { describe, expect, it } from 'vitest'
import type { PublicRelease } from '#contract/public.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeDistrictDay, tenseHours } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const START = Date.UTC(2026, 0, 12, 6)
const release = (slot: number, meanPowerKw: number | null, loadingPct: number | null): PublicRelease => ({
  releaseId: slot, kind: 'district-live', at: START + slot * 1_800_000, stepS: 1800, publishedAt: START + (slot + 2) * 1_800_000,
  rules: '', districtVersion: '', sha256: '', meanPowerKw, loadingPct, firmImportKw: loadingPct === null ? null : 2400, headroomKw: null,
})
const span = { from: START, to: START + 86_400_000 }

describe('the public day', () => {
  it('says low and high with their local time', () => {
    const shaped = shapeDistrictDay([release(0, 800, 33), release(1, 1488, 62), release(2, 1200, 50)], span, speech)!
    expect(shaped.sentence).toBe('La puissance moyenne a varié de 800\u202fkW (07:00) à 1\u202f488\u202fkW (07:30), soit au plus 62\u202f% de la capacité.')
    expect(shaped.plot.limits).toEqual([{ value: 2400, label: 'capacité 2\u202f400\u202fkW', level: 'over' }])
  })
  it('leaves a hole for a withheld and for an absent half-hour, and never says why', () => {
    const shaped = shapeDistrictDay([release(0, 800, 33), release(1, null, null), release(4, 900, 38)], span, speech)!
    expect(shaped.plot.lines[0].points.map(([, y]) => y)).toEqual([800, null, null, 900, 900])
    expect(shaped.table.rows[1].cells.slice(0, 2)).toEqual(['non publié', 'non publié'])
    expect(shaped.table.rows[1].raw.slice(0, 2)).toEqual([null, null])
  })
  it('has nothing to draw when every value is withheld', () => {
    expect(shapeDistrictDay([release(0, null, null)], span, speech)).toBeUndefined()
  })
})

describe('tense hours', () => {
  it('joins neighbouring half-hours', () => {
    const releases = [release(0, 1, 70), release(1, 1, 82), release(2, 1, 91), release(3, 1, 60), release(4, 1, 80)]
    expect(tenseHours(releases, 80)).toEqual([
      { from: START + 1_800_000, to: START + 3 * 1_800_000 },
      { from: START + 4 * 1_800_000, to: START + 5 * 1_800_000 },
    ])
  })
  it('tells nothing known from nothing tense', () => {
    expect(tenseHours([release(0, 1, 10)], 80)).toEqual([])
    expect(tenseHours([release(0, null, null)], 80)).toBeUndefined()
  })
})
