import type { DocumentLanguage } from './content.ts'

/**
 * French keeps its high punctuation and its quotes together with the words beside them. Words are written with plain spaces; this is
 * done once over all that is said. What stands under `svg` is left as it is.
 */
export function typeset<T>(said: T, lang: DocumentLanguage): T {
  return lang === 'fr' ? (everywhere(said) as T) : said
}

const everywhere = (said: unknown): unknown => {
  if (typeof said === 'string') return spaced(said)
  if (Array.isArray(said)) return said.map(everywhere)
  if (typeof said !== 'object' || said === null) return said
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, key === 'svg' ? value : everywhere(value)]))
}

export const spaced = (text: string): string => text.replace(/ ([;?!])/g, '\u202f$1').replace(/ (:|»)/g, '\u00a0$1').replace(/« /g, '«\u00a0')
