import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { untraceableText } from '#contract/untraceable-words.ts'
import type { DocumentHead, DocumentLanguage } from '#services/study-document/content.ts'
import type { StudyHead } from './port.ts'
import type { Untraceable } from './untraceable.ts'

type Print<Content> = (result: StudyResult, lang: DocumentLanguage, head: DocumentHead) => Content | Promise<Content>

/** The forms in which a study leaves the service. */
export interface StudyDocuments {
  /** A page that needs nothing but itself: its styles in `<style>`, no script, pictures as SVG. */
  readonly html: Print<string>
  readonly pdf: Print<Uint8Array>
  readonly xlsx: Print<Uint8Array>
  readonly json: Print<string>
  /** What a buyer of flexibility sends out; a page like `html`. */
  readonly tender: Print<string>
}
export type DocumentFormat = keyof StudyDocuments

export interface DocumentFile {
  readonly name: string
  readonly type: string
  readonly content: string | Uint8Array
}

const PAGE = { type: 'text/html; charset=utf-8', extension: 'html' } as const
const FORMS: Readonly<Record<DocumentFormat, { readonly type: string; readonly extension: string }>> = {
  html: PAGE, tender: PAGE, pdf: { type: 'application/pdf', extension: 'pdf' }, json: { type: 'application/json; charset=utf-8', extension: 'json' },
  xlsx: { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extension: 'xlsx' },
}

export const headOfDocument = ({ title, version, note, sha256, signed }: StudyHead, untraceable: readonly Untraceable[], lang: DocumentLanguage): DocumentHead => ({
  title, version, signedAt: signed === null ? null : new Date(signed.signedAt).toISOString(), signedBy: signed?.signedBy ?? null, sha256: signed === null ? null : sha256, note,
  untraceable: untraceable.map(({ what, since }) => ({ what: untraceableText(what, lang), since: new Date(since).toISOString() })),
})

/** A kept study as a file of that format, with the name it is saved under. */
export async function documentFile(documents: StudyDocuments, format: DocumentFormat, kept: StudyHead, untraceable: readonly Untraceable[], result: StudyResult, lang: DocumentLanguage): Promise<DocumentFile> {
  const content = await documents[format](result, lang, headOfDocument(kept, untraceable, lang))
  const { type, extension } = FORMS[format]
  return { name: `${fileName(kept.title)}-v${kept.version}${format === 'tender' ? '-tender' : ''}-${lang}.${extension}`, type, content }
}

/** Letters, digits and dashes, as every system takes them. */
const fileName = (title: string): string => title.normalize('NFD').replace(/[^A-Za-z0-9]+/g, (gap) => (/^\p{Mark}+$/u.test(gap) ? '' : '-')).replace(/^-+|-+$/g, '').toLowerCase() || 'study'
