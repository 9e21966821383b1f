/** What a document says, whatever it is written in: HTML and PDF are made from the same content. */
export const DOCUMENT_LANGUAGES = ['fr', 'en'] as const
export type DocumentLanguage = (typeof DOCUMENT_LANGUAGES)[number]

export interface Column {
  readonly title: string
  /** Text is aligned left and may take what width is left; numbers are aligned right. */
  readonly kind: 'text' | 'number'
}

export interface Table {
  readonly caption: string
  readonly columns: readonly Column[]
  /** A line break within a cell is kept. */
  readonly rows: readonly (readonly string[])[]
  /** Said below it: what was left out, what a mark means. */
  readonly note?: string
}

/** A picture never stands alone: one sentence says what is to be seen, a table has the numbers. */
export interface Figure {
  readonly title: string
  readonly sentence: string
  /** For who does not see it. */
  readonly alt: string
  /** With width and height in its root. */
  readonly svg: string
  readonly table: Table
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'figure'; readonly figure: Figure }

export interface Section { readonly heading: string; readonly blocks: readonly Block[] }

export interface DocumentContent {
  readonly lang: DocumentLanguage
  readonly title: string
  readonly subject: string
  /** Of the study, ISO: the same study makes the same file, whenever it is printed. */
  readonly madeAt: string
  /** `draft` or by whom it was signed; beside the page number. */
  readonly state: string
  readonly strip: readonly (readonly [string, string])[]
  readonly pageOf: string
  readonly sections: readonly Section[]
}

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

export const DRAFT: DocumentHead = { title: null, version: null, signedAt: null, signedBy: null, sha256: null }

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text })
export const list = (items: readonly string[]): readonly Block[] => (items.length === 0 ? [] : [{ kind: 'list', items }])
export const text = (title: string): Column => ({ title, kind: 'text' })
export const number = (title: string): Column => ({ title, kind: 'number' })

/** A list that a page can hold; what is left out is counted. */
export const capped = (items: readonly string[], most: number, others: (count: number) => string): readonly string[] => (items.length <= most ? items : [...items.slice(0, most), others(items.length - most)])
