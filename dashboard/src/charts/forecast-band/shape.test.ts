import { describe, expect, it } from 'vitest'
import type { SeriesColumns } from '#contract/common.ts'
import { en } from '../../i18n/en.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeForecastBand, type DrawnForecast } from './shape.ts'

const speech = { t: fr, f: makeFormat('fr') }
const START = Date.UTC(2026, 0, 12, 17)
const STEP = 600_000
const at = (step: number) => START + step * STEP
const columns = (values: readonly (number | null)[], quality: SeriesColumns['quality'][number], first = 0): SeriesColumns => ({
  at: values.map((_, i) => at(first + i)), values: [...values], quality: values.map((value) => (value === null ? 'missing' : quality)),
})
const measured = columns([700, 710, null, 720], 'measured')
/** Issued at step 2: one step of it has been measured, two are still to come at step 4. */
const forecast: DrawnForecast = {
  carrier: 'electricity', unit: 'kW', weather: null, issuedAt: at(2), stepS: 600, method: 'seasonal-naive', reason: 'history-short', powerKw: columns([715, 722, 810, 790], 'forecast', 2), contributions: null, tomorrowPeak: null,
  quantilesKw: [0.05, 0.25, 0.5, 0.75, 0.95].map((level, k) => ({ level, values: [715, 722, 810, 790].map((value) => value + (k - 2) * 20) })),
}
const NOW = at(4)
const shape = (part: Partial<DrawnForecast> = {}, past = measured, now = NOW) => shapeForecastBand({ ...forecast, ...part }, past, now, speech)

describe('a forecast with its band', () => {
  it('says the peak that is still to come, and between what it lies nine times in ten', () => {
    expect(shape()!.sentence).toBe('Pointe prévue : 810\u202fkW (lun. 12 janv., 18:40) ; à cette heure-là, neuf fois sur dix entre 770\u202fkW et 850\u202fkW.')
    // At the last step the higher one has passed.
    expect(shape({}, measured, at(5))!.sentence).toContain('790\u202fkW (lun. 12 janv., 18:50)')
    expect(shape({}, measured, at(9))!.sentence).toBe('La dernière prévision est passée ; la suivante est en retard.')
  })

  it('says the peak of tomorrow first, and what is passed one day in ten', () => {
    const tomorrowPeak = { day: at(42), at: at(150), powerKw: 845, p5Kw: 800, p90Kw: 902, p95Kw: 930, days: 56 }
    expect(shape({ tomorrowPeak })!.remarks[0]).toBe('Pointe de demain : 845\u202fkW attendus (mar. 13 janv., 19:00), plus de 902\u202fkW un jour sur dix (d’après 56 jours passés).')
    expect(shapeForecastBand({ ...forecast, tomorrowPeak }, measured, NOW, { t: en, f: makeFormat('en') })!.remarks[0]).toContain('more than 902')
  })

  it('says plainly that last week answered because there is too little history', () => {
    expect(shape()!.remarks).toEqual(['Prévision par le même jour de la semaine passée : pas assez d’historique pour faire mieux.', 'Établie : lun. 12 janv., 18:20.'])
    expect(shape({ method: 'blend', reason: null })!.remarks[0]).toBe('Prévision par plusieurs modèles combinés.')
    // A reason of a newer service than these pages.
    expect(shape({ method: 'ridge', reason: 'moon-full' })!.remarks[0]).toMatch(/: code moon-full\.$/)
    const english = shapeForecastBand(forecast, measured, NOW, { t: en, f: makeFormat('en') })!
    expect(english.remarks[0]).toBe('Forecast from the same day last week: not enough history for a better one.')
  })

  it('says when the next forecast is late', () => {
    expect(shape({ issuedAt: NOW - 4 * 3_600_000 })!.remarks.at(-1)).toBe(`Établie ${speech.f.age(4 * 3600)} : la suivante est en retard.`)
  })

  it('draws measured solid with its gap, forecast dashed, the outer band under the inner one, and now', () => {
    const { lines, bands, now, x } = shape()!.plot
    expect(lines.map(({ style }) => style)).toEqual(['measured', 'forecast'])
    expect(lines[0].points).toEqual([[at(0), 700], [at(1), 710], [at(2), null], [at(3), 720]])
    expect(lines[1].points[2]).toEqual([at(4), 810])
    expect(bands!.map(({ points }) => points[2])).toEqual([[at(4), 770, 850], [at(4), 790, 830]])
    expect(now).toBe(NOW)
    expect(x).toEqual({ from: at(0), to: at(6) })
    expect(shape()!.legend.map(({ label }) => label)).toEqual(['mesuré', 'prévu', 'entre ces bords : une fois sur deux', 'entre ces bords : neuf fois sur dix'])
  })

  it('breaks the band where an edge is not known, and never draws half a band', () => {
    const holed = forecast.quantilesKw.map((one) => ({ ...one, values: one.level === 0.95 ? [755, null, 850, 830] : one.values }))
    // One instant alone has no width to draw; the inner band is whole.
    expect(shape({ quantilesKw: holed })!.plot.bands!.map(({ points }) => points.length)).toEqual([2, 4])
    const lowOnly = shape({ quantilesKw: forecast.quantilesKw.filter(({ level }) => level < 0.5) })!
    expect(lowOnly.plot.bands).toEqual([])
    expect(lowOnly.sentence).toBe('Pointe prévue : 810\u202fkW (lun. 12 janv., 18:40).')
    expect(lowOnly.remarks).toContain('Sa marge d’erreur n’est pas encore connue.')
    expect(lowOnly.legend.map(({ stroke }) => stroke)).toEqual(['solid', 'dashed'])
  })

  it('has the same values in its table, measured and forecast side by side', () => {
    const { columns: heads, rows } = shape()!.table
    expect(heads.map(({ label }) => label)).toEqual(['Mesuré', 'Origine', 'Prévu', 'Bas (5 %)', 'Bas (25 %)', 'Haut (75 %)', 'Haut (95 %)'])
    expect(rows.map(({ raw }) => raw)).toEqual([
      [700, 'measured', null, null, null, null, null],
      [710, 'measured', null, null, null, null, null],
      [null, 'missing', 715, 675, 695, 735, 755],
      [720, 'measured', 722, 682, 702, 742, 762],
      [null, 'forecast', 810, 770, 790, 830, 850],
      [null, 'forecast', 790, 750, 770, 810, 830],
    ])
    expect(rows[4].cells.slice(0, 4)).toEqual(['–', 'prévu', '810\u202fkW', '770\u202fkW'])
  })

  it('speaks of production where power is fed in, and never of less than none', () => {
    const production = { powerKw: columns([-10, -30, -50, -40], 'forecast', 2), quantilesKw: [{ level: 0.05, values: [-20, -50, -80, -70] }, { level: 0.95, values: [0, -5, 4, -10] }] }
    expect(shape(production)!.sentence).toBe('Production la plus forte prévue : 50,0\u202fkW (lun. 12 janv., 18:40) ; à cette heure-là, neuf fois sur dix entre 0,0\u202fkW et 80,0\u202fkW.')
    expect(shape(production)!.remarks).toContain('Sous zéro, la puissance est fournie au réseau.')
  })

  it('tells water in cubic metres an hour, in its own colour and with its digits', () => {
    const shaped = shape({ carrier: 'water', unit: 'm3/h', powerKw: columns([1.7, 1.8, 2.25, 2], 'forecast', 2), quantilesKw: [] })!
    expect(shaped.sentence).toBe('Pointe prévue : 2,25\u202fm³/h (lun. 12 janv., 18:40).')
    expect([shaped.plot.unit, new Set(shaped.plot.lines.map(({ colour }) => colour)), shaped.table.columns[0].unit, shaped.table.rows[4].cells[2]]).toEqual(['m³/h', new Set(['--water']), 'm³/h', '2,25\u202fm³/h'])
  })

  it('says what was known of the weather to come, where it was looked at', () => {
    expect(shape({ weather: 'usual' })!.remarks).toContain('Météo à venir : celle, habituelle, de la saison.')
    expect(shape({ weather: 'forecast' })!.remarks).toContain('Météo à venir : prévue.')
    expect(shape({ weather: 'none' })!.remarks.join()).not.toContain('Météo à venir')
  })

  it('tells what the peak is made of when the forecaster knows', () => {
    const contributions = { calendarKw: [0, 0, 120, 0], weatherKw: [0, 0, -30.5, 0], recentKw: [0, 0, 4, 0] }
    expect(shape({ contributions })!.remarks[0]).toBe('D’où vient cette pointe : calendrier +120,0\u202fkW, météo −30,5\u202fkW, derniers jours +4,0\u202fkW, autour du niveau habituel.')
  })

  it('shows what was measured alone before the first forecast, and nothing when there is nothing', () => {
    const none: Partial<DrawnForecast> = { issuedAt: null, method: null, reason: null, powerKw: columns([], 'forecast'), quantilesKw: [] }
    const shaped = shape(none)!
    expect(shaped).toMatchObject({ sentence: 'Aucune prévision n’est établie pour cette courbe : seules les mesures sont montrées.', remarks: [] })
    expect(shaped.plot.lines.map(({ style }) => style)).toEqual(['measured'])
    expect(shape(none, columns([null, null], 'missing'))).toBeUndefined()
  })
})
