import { computed, ref, watchEffect, type ComputedRef } from 'vue'
import type { LocalText } from '#contract/common.ts'
import { en } from './en.ts'
import { makeFormat, type Format, type Locale } from './format.ts'
import { fr, type Messages } from './fr.ts'

export type { Format, Locale, Messages }
export const isLocale = (value: unknown): value is Locale => value === 'fr' || value === 'en'

/** French unless the browser asks for English before it asks for French. */
export function preferredLocale(languages: readonly string[]): Locale {
  const first = languages.map((language) => language.slice(0, 2)).find(isLocale)
  return first ?? 'fr'
}

/** Set from the address by the router. */
export const locale = ref<Locale>(preferredLocale(navigator.languages))
watchEffect(() => (document.documentElement.lang = locale.value))

/** Days and hours are those of the district, not of the reader's computer. */
export const timeZone = ref('Europe/Paris')

const messages = computed<Messages>(() => (locale.value === 'fr' ? fr : en))
const format = computed(() => makeFormat(locale.value, timeZone.value))

export function useWords(): { t: ComputedRef<Messages>; f: ComputedRef<Format>; said: (text: LocalText | string) => string } {
  return { t: messages, f: format, said: (text) => (typeof text === 'string' ? text : text[locale.value]) }
}
