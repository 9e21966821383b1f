import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import type { LoadedCurve } from '#services/curves/load-curve.ts'
import type { NetCurveForecast } from '#services/curves/net-ahead.ts'
import { tableLines } from '#services/curves/report/write.ts'
import { numbersOf, WORDS, type Language } from '#services/curves/words.ts'
import { dayHighs, timesOf } from './day-highs.ts'

/** What a net forecast says, day by day, and of what it is the difference. */
export function netSummary(told: NetCurveForecast, curve: LoadedCurve, production: string, language: Language): string[] {
  if (told.values.every(Number.isNaN)) throw new PenfeldError('PF_CURVE_INVALID', 'Its history says nothing of the days after it.', { where: curve.file })
  const words = WORDS[language]
  const { value } = numbersOf(language)
  const { time } = timesOf(curve.timeZone, language)
  const inUnit = curve.unit === '' ? '' : ` (${curve.unit})`
  const meanOver = (column: Float64Array, own: readonly number[]) => value(own.reduce((sum, i) => sum + column[i], 0) / own.length)
  const rows = dayHighs(told, curve.timeZone, language).map(({ day, own, highest, clock }) =>
    [day, meanOver(told.values, own), value(told.values[highest]), clock, `${value(told.quantiles[0][highest])} – ${value(told.quantiles.at(-1)![highest])}`, meanOver(told.load.values, own), meanOver(told.production.values, own)])
  const { behind } = told
  return [
    `${words.netTitle(curve.name)}. ${words.issuedAt}${words.colon}${time(told.issuedAt)}. ${words.netMethod(words.methods[told.load.method], words.methods[told.production.method])}`,
    ...(behind === undefined ? [] : [words.behind(`${value(1000 * behind.kwPerWm2)} ${curve.unit}`.trim(), value(1000 * behind.lowest), value(1000 * behind.highest), String(behind.days))]),
    ...(told.basis === 'measured' ? [] : [words.netAssumed]),
    ...told.usualWeather.map(({ name, from }) => words.usualWeather(name, time(from))),
    ...tableLines({ head: [words.day, `${words.mean}${inUnit}`, `${words.highest}${inUnit}`, words.atTime, words.band90, words.netLoad, production], rows }),
  ]
}

export function netJson(told: NetCurveForecast, { file, name, unit, timeZone }: LoadedCurve, production: string): unknown {
  const plain = (column: Float64Array) => Array.from(column)
  const { behind } = told
  return {
    file, series: name, production, unit, timeZone, issuedAt: new Date(told.issuedAt).toISOString(), from: new Date(told.from).toISOString(), stepS: told.stepS, basis: told.basis,
    behind: behind === undefined ? null : { perKwM2: 1000 * behind.kwPerWm2, lowest: 1000 * behind.lowest, highest: 1000 * behind.highest, days: behind.days },
    values: plain(told.values), load: { method: told.load.method, values: plain(told.load.values) }, produced: { method: told.production.method, values: plain(told.production.values) }, levels: LEVELS, quantiles: told.quantiles.map(plain),
  }
}
