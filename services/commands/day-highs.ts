import { localDate } from '#services/curves/load-curve.ts'
import type { Language } from '#services/curves/words.ts'

/** How times are written in a summary. */
export function timesOf(timeZone: string, language: Language) {
  const locale = language === 'en' ? 'en-GB' : language
  const format = (options: Intl.DateTimeFormatOptions) => {
    const one = new Intl.DateTimeFormat(locale, { timeZone, ...options })
    return (at: number) => one.format(at)
  }
  return { time: format({ dateStyle: 'medium', timeStyle: 'short' }), clock: format({ timeStyle: 'short' }), day: format({ weekday: 'short', day: 'numeric', month: 'short' }) }
}

/** The local days of a forecast, each with its steps and the highest of them. */
export function dayHighs({ from, stepS, values }: { readonly from: number; readonly stepS: number; readonly values: Float64Array }, timeZone: string, language: Language) {
  const { clock, day } = timesOf(timeZone, language)
  const at = (step: number) => from + step * stepS * 1000
  const days = Map.groupBy(Array.from(values.keys()), (step) => localDate(at(step), timeZone))
  return [...days.values()].map((own) => {
    const highest = own.reduce((best, i) => (values[i]! > values[best]! ? i : best))
    return { day: day(at(own[0]!)), own, highest, clock: clock(at(highest)) }
  })
}
