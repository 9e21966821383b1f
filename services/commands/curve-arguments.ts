import type { CurveRequest } from '#services/curves/load-curve.ts'
import { LANGUAGES, type Language } from '#services/curves/words.ts'
import { localOffset } from '#models/units/local-time.ts'
import { WrongArguments } from './wrong-arguments.ts'

/** Options that `backtest` and `forecast` share. */
export const CURVE_OPTIONS = {
  weather: { type: 'string' }, column: { type: 'string' }, 'time-zone': { type: 'string' }, site: { type: 'string' }, holidays: { type: 'string' }, 'delay-hours': { type: 'string' }, json: { type: 'boolean' }, lang: { type: 'string' },
} as const

export interface CurveArguments extends Omit<CurveRequest, 'aheadDays'> {
  readonly delayS: number
  readonly json: boolean
  readonly language: Language
}

export type TypedCurve = { readonly [Name in Exclude<keyof typeof CURVE_OPTIONS, 'json'>]?: string } & { readonly json?: boolean }

const DEFAULT_ZONE = 'Europe/Paris'

/** What was typed, checked; the holidays are those of France where its time zone is meant. */
export function curveArguments(positionals: readonly string[], typed: TypedCurve): CurveArguments {
  if (positionals.length !== 1) throw new WrongArguments('Give one file.')
  const timeZone = typed['time-zone'] ?? DEFAULT_ZONE
  try {
    localOffset(0, timeZone)
  } catch {
    throw new WrongArguments(`--time-zone is "${timeZone}", expected a name such as Europe/Paris.`)
  }
  const holidays = typed.holidays ?? (timeZone === DEFAULT_ZONE ? 'fr' : 'none')
  if (holidays !== 'fr' && holidays !== 'none') throw new WrongArguments(`--holidays is "${holidays}", expected fr or none.`)
  const language = typed.lang ?? (process.env['LANG']?.startsWith('fr') === true ? 'fr' : 'en')
  if (!LANGUAGES.includes(language as Language)) throw new WrongArguments(`--lang is "${language}", expected fr or en.`)
  return {
    file: positionals[0], weather: typed.weather, column: typed.column, timeZone, holidays, site: typed.site === undefined ? undefined : siteOf(typed.site), json: typed.json === true, language: language as Language,
    delayS: 3600 * numberOf('--delay-hours', typed['delay-hours'] ?? '0', 0, 24 * 30, 'hours'),
  }
}

/** Latitude and longitude in degrees, north and east positive, as 48.39,-4.49. */
function siteOf(text: string): { latitude: number; longitude: number } {
  const [latitude, longitude, ...more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) || more.length > 0) throw new WrongArguments(`--site is "${text}", expected latitude and longitude in degrees such as 48.39,-4.49 (with --site= before a minus).`)
  return { latitude, longitude }
}

/** A number within bounds, both included. */
export function numberOf(name: string, text: string, least: number, most: number, what: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (!(value >= least && value <= most)) throw new WrongArguments(`${name} is "${text}", expected ${what} from ${least} to ${most}.`)
  return value
}

/** A whole number of days within bounds. */
export function daysOf(name: string, text: string, least: number, most: number): number {
  const value = numberOf(name, text, least, most, 'days')
  if (!Number.isInteger(value)) throw new WrongArguments(`${name} is "${text}", expected whole days.`)
  return value
}
