import type { DocumentLanguage } from '../content.ts'
import { en } from './en.ts'
import { fr, type Words } from './fr.ts'

export type { Words }
export const WORDS: Readonly<Record<DocumentLanguage, Words>> = { fr, en }
/** An id that has no word is written as it is: it says more than nothing. */
export const termOf = (terms: Readonly<Record<string, string>>, id: string): string => terms[id] ?? id
