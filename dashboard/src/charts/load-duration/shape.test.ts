import { describe, expect, it } from 'vitest'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeLoadDuration } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const steps = 1000
const sharePct = Array.from({ length: steps }, (_, i) => ((i + 1) / steps) * 100)
const duration = {
  element: 'X', from: 0, to: 1, steps, sharePct, loadingPct: sharePct.map((share) => 104 - share), hoursOverLimit: 2.4,
  peak: { at: Date.UTC(2026, 0, 12, 17, 40), loadingPct: 104 },
}

describe('load duration', () => {
  it('gives peak, hours above the limit, and what half of the time exceeds', () => {
    expect(shapeLoadDuration(duration, 100, speech)!.sentence).toBe('Pointe 104\u202f% (lun. 12 janv., 18:40) ; 2,4 h au-dessus de la limite ; la moitié du temps, au moins 54\u202f%.')
  })
  it('keeps the table short and its last row', () => {
    const { rows } = shapeLoadDuration(duration, 100, speech)!.table
    expect(rows.length).toBeLessThanOrEqual(102)
    expect(rows[rows.length - 1].raw).toEqual([4])
  })
  it('is empty before the first run', () => {
    expect(shapeLoadDuration({ ...duration, sharePct: [], loadingPct: [], peak: null }, 100, speech)).toBeUndefined()
  })
})
