import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { untraceableText } from '#contract/untraceable-words.ts'
import type { StudyHead } from './port.ts'
import type { Untraceable } from './untraceable.ts'

/** What stands at the head of a document; null where the study is not (yet) kept or signed. Times as ISO. */
export interface DocumentHead {
  readonly title: string | null
  readonly version: number | null
  readonly signedAt: string | null
  readonly signedBy: string | null
  readonly sha256: string | null
  readonly note?: string
  /** In the words of the language of the document. */
  readonly untraceable?: readonly { readonly what: string; readonly since: string }[]
}

export type DocumentLanguage = 'fr' | 'en'
type Print<Content> = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead) => Content | Promise<Content>

/** The forms in which a study leaves the service. */
export interface StudyDocuments {
  /** A page that needs nothing but itself: its styles in `<style>`, no script, pictures as SVG. */
  readonly html: Print<string>
  readonly pdf: Print<Uint8Array>
  readonly xlsx: Print<Uint8Array>
  readonly json: Print<string>
  /** What a buyer of flexibility sends out. */
  readonly tender: Print<{ readonly as: 'html' | 'pdf' | 'xlsx'; readonly content: string | Uint8Array }>
}
export type DocumentFormat = keyof StudyDocuments

export interface DocumentFile {
  readonly name: string
  readonly type: string
  readonly content: string | Uint8Array
}

const TYPES = {
  html: 'text/html; charset=utf-8', pdf: 'application/pdf', json: 'application/json; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

export const headOfDocument = ({ title, version, note, sha256, signed }: StudyHead, untraceable: readonly Untraceable[], lang: DocumentLanguage): DocumentHead => ({
  title, version, signedAt: signed === null ? null : new Date(signed.signedAt).toISOString(), signedBy: signed?.signedBy ?? null, sha256: signed === null ? null : sha256, note,
  untraceable: untraceable.map(({ what, since }) => ({ what: untraceableText(what, lang), since: new Date(since).toISOString() })),
})

/** A kept study as a file of that format, with the name it is saved under. */
export async function documentFile(documents: StudyDocuments, format: DocumentFormat, kept: StudyHead, untraceable: readonly Untraceable[], result: StudyResult, lang: DocumentLanguage): Promise<DocumentFile> {
  const printed = await documents[format](result, lang, headOfDocument(kept, untraceable, lang))
  const { as, content } = typeof printed === 'object' && 'as' in printed ? printed : { as: format as Exclude<DocumentFormat, 'tender'>, content: printed }
  return { name: `${fileName(kept.title)}-v${kept.version}${format === 'tender' ? '-tender' : ''}-${lang}.${as}`, type: TYPES[as], content }
}

/** Letters, digits and dashes, as every system takes them. */
const fileName = (title: string): string => title.normalize('NFD').replace(/[^A-Za-z0-9]+/g, (gap) => (/^\p{Mark}+$/u.test(gap) ? '' : '-')).replace(/^-+|-+$/g, '').toLowerCase() || 'study'
