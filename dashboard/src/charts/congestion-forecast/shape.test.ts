import { describe, expect, it } from 'vitest'
import type { CongestionElement, CongestionForecast } from '#contract/congestion.ts'
import { en } from '../../i18n/en.ts'
import { fr } from '../../i18n/fr.ts'
import { makeFormat } from '../../i18n/format.ts'
import { opacityOf, shapeCongestion } from './shape.ts'

const inFrench = { t: fr, f: makeFormat('fr') }
const inEnglish = { t: en, f: makeFormat('en') }
const HALF_HOUR = 1_800_000
const NOW = Date.parse('2026-01-14T12:00:00Z')
/** From 13:30 local time on, for two days. */
const at = Array.from({ length: 96 }, (_, t) => NOW + HALF_HOUR + t * HALF_HOUR)
const tomorrow18 = Date.parse('2026-01-15T18:00:00+01:00')

/** Zero but from tomorrow 18:00 to 20:00, where it rises to its peak. */
const element = (id: string, peak: number, more: Partial<CongestionElement> = {}): CongestionElement => {
  const watch = at.map((time) => (time === tomorrow18 + HALF_HOUR ? peak : time >= tomorrow18 && time < tomorrow18 + 4 * HALF_HOUR ? 0.6 * peak : time === tomorrow18 + 4 * HALF_HOUR ? 0.4 * peak : 0))
  return {
    id, name: `Poste ${id}`, kind: 'transformer', basis: 'measured', watchPeak: { at: tomorrow18 + HALF_HOUR, probability: peak }, limitPeak: { at: tomorrow18 + HALF_HOUR, probability: peak / 100 },
    energyAboveWatchKwh: 12, energyAboveLimitKwh: 0, unknownShare: 0, watch, limit: watch.map((share) => share / 100), ...more,
  }
}
const forecast = (elements: CongestionElement[], more: Partial<CongestionForecast> = {}): CongestionForecast => ({
  readiness: 'ready', issuedAt: NOW - HALF_HOUR, stepS: 1800, scenarios: 200, pastIssues: 28, measuredSeries: 9, assumedSeries: 0, unsettledShare: 0, watchPct: 80, limitPct: 100, at, least: 0.01, all: 355, elements, ...more,
})
const shape = (told: CongestionForecast, threshold: 'watch' | 'limit' = 'watch', speech = inEnglish) => shapeCongestion(told, threshold, NOW, speech)!

describe('the sentence of the congestion forecast', () => {
  it('says when the likeliest element passes, and how likely that is', () => {
    expect(shape(forecast([element('T3', 0.35)])).sentence).toBe('Tomorrow between 18:00 and 20:00, transformer Poste T3 passes 80% with a probability of up to 35%.')
    expect(shape(forecast([element('T3', 0.35)]), 'watch', inFrench).sentence).toBe('Demain entre 18:00 et 20:00, le transformateur Poste T3 dépasse 80\u202f% avec une probabilité allant jusqu’à 35\u202f%.')
  })
  it('counts the others that are likely too, and leaves out what is not', () => {
    expect(shape(forecast([element('T3', 0.35), element('T1', 0.5), element('T9', 0.04)])).sentence).toBe('Tomorrow between 18:00 and 20:00, transformer Poste T1 passes 80% with a probability of up to 50%. One more element passes it with more than 5%.')
  })
  it('says that none is likely, of how many hours', () => {
    expect(shape(forecast([element('T3', 0.35)]), 'limit').sentence).toBe('No element passes 100% in the next 48 hours with a probability of more than 5%.')
    expect(shape(forecast([])).sentence).toBe('No element passes 80% in the next 48 hours with a probability of more than 5%.')
  })
  it('names both days of a risk that lasts', () => {
    const always = element('T3', 0.35, { watch: at.map(() => 0.35) })
    expect(shape(forecast([always])).sentence).toMatch(/^From Wed 14 Jan, 13:30 to Fri 16 Jan, 13:30, transformer Poste T3 passes/)
  })
})

describe('the drawing of the congestion forecast', () => {
  it('has the highest half-hour of each hour, ten elements at most, and keeps what is unknown', () => {
    const many = Array.from({ length: 14 }, (_, k) => element(`T${k}`, 0.3 + k / 100))
    const unknown = element('U', 0.9, { watch: at.map((_, t) => (t < 3 ? null : 0.9)) })
    const { rows, hours, table, elements } = shape(forecast([...many, unknown]))
    expect(rows.map(({ id }) => id)).toEqual(['U', 'T13', 'T12', 'T11', 'T10', 'T9', 'T8', 'T7', 'T6', 'T5'])
    expect(elements).toHaveLength(10)
    // Half past one to half past one two days later lies in 49 hours.
    expect([hours.length, hours[0]]).toEqual([49, NOW])
    expect(rows[0].values.slice(0, 3)).toEqual([null, null, 0.9])
    expect(rows[1].values[hours.indexOf(tomorrow18)]).toBe(0.43)
    expect(table.rows[hours.indexOf(tomorrow18)]).toMatchObject({ x: tomorrow18, raw: [90, 43, 42, 41, 40, 39, 38, 37, 36, 35] })
    expect(table.rows[0]).toMatchObject({ cells: ['–', ...new Array<string>(9).fill('0%')] })
  })
  it('gets darker with the probability, and nothing is drawn for what hardly ever happens', () => {
    expect([0, 0.005, 0.01, 0.05, 0.2, 0.5, 0.8, 1].map(opacityOf)).toEqual([0, 0, 0.16, 0.34, 0.56, 0.78, 1, 1])
  })
})

describe('what the probabilities stand on', () => {
  const remarks = (more: Partial<CongestionForecast>, elements = [element('T3', 0.35)]) => shape(forecast(elements, more)).remarks.join(' ')
  it('is said: how many scenarios and past forecasts, what is assumed, what did not settle', () => {
    expect(remarks({})).toContain('200 scenarios drawn together, with the dependence of the errors of 28 past forecasts')
    expect(remarks({ pastIssues: 0 })).toContain('no past errors are known')
    expect(remarks({ assumedSeries: 3 })).toContain('Of 3 forecast curves too few past errors are known')
    expect(remarks({ unsettledShare: 0.004 })).toContain('In 0.4% of the cases the load flow did not settle')
    expect(remarks({})).not.toMatch(/settle|late|Assumed/)
    expect(remarks({}, [element('T3', 0.35, { basis: 'assumed' })])).toContain('“Assumed”')
    expect(remarks({ issuedAt: NOW - 5 * 3_600_000 })).toContain('the next one is late')
  })
  it('is nothing before the first issue', () => {
    expect(shapeCongestion(forecast([], { readiness: 'starting', issuedAt: null, at: [] }), 'watch', NOW, inEnglish)).toBeUndefined()
  })
})
