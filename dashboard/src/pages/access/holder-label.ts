import type { HolderName } from '#contract/own-access.ts'
import type { Messages } from '../../i18n/index.ts'

/** What a holder is called for people: a business by its name, a household by its place, of which no name is kept. */
export function holderLabel({ holder, name, kind, places }: HolderName, words: Messages['access']): string {
  const [first, ...others] = places
  const place = first === undefined ? undefined : others.length === 0 ? first : `${first} ${words.elsewhere(others.length)}`
  if (kind === 'household' && place !== undefined) return words.household(place)
  if (name === null) return place === undefined ? words.unknownHolder(holder) : words.holderAt(words.unknownHolder(holder), place)
  return place === undefined || place === name ? name : words.holderAt(name, place)
}
