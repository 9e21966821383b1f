import { expect, it } from 'vitest'
import { makeFormat } from '../../i18n/format.ts'
import { partsOfTomorrow } from './parts.ts'

const HOUR = 3_600_000
const f = makeFormat('fr')
/** Noon of 14 January in Paris. */
const NOW = Date.UTC(2026, 0, 14, 11)
const at = Array.from({ length: 48 }, (_, i) => NOW + i * HOUR)
const column = (value: (hour: number, tomorrow: boolean) => number | null) => at.map((time) => value((new Date(time).getUTCHours() + 1) % 24, time >= Date.UTC(2026, 0, 14, 23) && time < Date.UTC(2026, 0, 15, 23)))
const powerKw = { at, values: at.map(() => 1), quality: at.map(() => 'forecast' as const) }

it('tells the quarters of tomorrow apart, in local time, and nothing of the days beside it', () => {
  const contributions = { calendarKw: column((hour, tomorrow) => (tomorrow ? Math.floor(hour / 6) : 99)), weatherKw: column((hour, tomorrow) => (tomorrow ? hour % 6 : 99)), recentKw: column((_, tomorrow) => (tomorrow ? -1 : 99)) }
  expect(partsOfTomorrow({ powerKw, contributions }, NOW, f)).toEqual([0, 1, 2, 3].map((quarter) => ({ from: 6 * quarter, to: 6 * quarter + 6, kw: { calendar: quarter, weather: 2.5, recent: -1 } })))
})

it('leaves out what is not known, and says nothing where the method does not tell', () => {
  const contributions = { calendarKw: column((hour) => (hour < 6 ? null : 1)), weatherKw: column(() => 1), recentKw: column(() => 1) }
  expect(partsOfTomorrow({ powerKw, contributions }, NOW, f).map(({ from }) => from)).toEqual([6, 12, 18])
  expect(partsOfTomorrow({ powerKw, contributions: null }, NOW, f)).toEqual([])
  expect(partsOfTomorrow({ powerKw: { ...powerKw, at: at.map((time) => time - 72 * HOUR) }, contributions }, NOW, f)).toEqual([])
})
