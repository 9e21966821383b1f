import type { DocumentLanguage } from '../content.ts'
import { en } from './en.ts'
import { fr, type Words } from './fr.ts'

export type { Words }
export const WORDS: Readonly<Record<DocumentLanguage, Words>> = { fr, en }
/** An id that has no word is written as it is: it says more than nothing. */
export const termOf = (terms: Readonly<Record<string, string>>, id: string): string => terms[id] ?? id

/** `growthPct.office` is the growth of a class; anything else is known by its whole name or by the part before the first point. */
export function parameterSaid({ terms, assumptions }: Words, parameter: string): string {
  const [group, ...rest] = parameter.split('.')
  if (group === 'growthPct' && rest.length > 0) return assumptions.growth(termOf(terms.loads, rest.join('.')))
  return terms.parameters[parameter] ?? terms.parameters[group] ?? parameter
}

/** Items whose name holds a size, or the offer that is paid: `offerOf` gives its name. */
export function priceSaid({ terms, assumptions }: Words, item: string, offerOf = (id: string): string => id): string {
  const transformer = /^transformer-(\d+)-kva$/.exec(item)
  if (transformer !== null) return assumptions.transformer(transformer[1])
  const offer = /^offer (.+) (kw-year|mwh)$/.exec(item)
  return offer === null ? termOf(terms.prices, item) : offer[2] === 'mwh' ? assumptions.offerMwh(offerOf(offer[1])) : assumptions.offerKw(offerOf(offer[1]))
}

/** Values that the engine has written with a point and a hyphen. */
export const localNumber = (value: string, lang: DocumentLanguage): string => (lang === 'fr' ? value.replace(/(\d)\.(\d)/g, '$1,$2') : value).replace(/^-(?=\d)/, '−')
