/**
 * Corrections by hand. The api writes what a person decided into the ledger and nowhere else; collect, the one writer of
 * the measured store, carries it out as new revisions and writes down what became of it. Neither ever changes a line.
 */

/** Those that change values; `undo` gives back what was there before another edit. */
export const VALUE_EDITS = ['substitute', 'set-value', 'mark-bad', 'undo'] as const
/** Those that only say what a person thinks of a finding. */
export const DECISIONS = ['accept', 'dismiss'] as const
export const EDIT_KINDS = [...VALUE_EDITS, ...DECISIONS] as const
export type EditKind = (typeof EDIT_KINDS)[number]
export const isDecision = (kind: EditKind): boolean => (DECISIONS as readonly EditKind[]).includes(kind)

export interface NewEdit {
  /** Given by the one who asks, so that asking again after a lost answer changes nothing. */
  readonly editId: string
  readonly kind: EditKind
  readonly point: string
  /** The span, UTC ms, `to` excluded. */
  readonly from: number
  readonly to: number
  readonly reason: string
  /** For `set-value`, in the unit of the point. */
  readonly value: number | null
  /** The finding it answers, if any. */
  readonly findingId: number | null
  /** For `undo`: the edit that is taken back. */
  readonly undoes: string | null
  readonly personId: number
  readonly person: string
}

/** A line of the ledger. */
export interface Edit extends NewEdit {
  readonly seq: number
  /** When it was asked for, by the Clock. */
  readonly at: number
}

/** What became of an edit. */
export interface AppliedEdit {
  readonly editId: string
  readonly appliedAt: number
  /** Why nothing could be done; null: it was done. */
  readonly problem: string | null
  /** Values that were there in the span, values that were written, and (of an undo) values left alone because others had changed them since. */
  readonly before: number
  readonly written: number
  readonly leftAlone: number
}

export interface EditLedgerReader {
  /** After `seq`, oldest first. */
  after(seq: number, limit: number): readonly Edit[]
  /** Newest first. */
  newest(limit: number, point?: string): readonly Edit[]
  edit(editId: string): Edit | undefined
  /** The edit that takes this one back. */
  undoOf(editId: string): Edit | undefined
  /** Of each finding the newest edit that names it and was not taken back. */
  byFinding(): ReadonlyMap<number, Edit>
  close(): void
}

export interface EditLedger extends EditLedgerReader {
  /** Resolves when the line is safe on disk. The same id with the same contents is the same line. @throws PF_EDIT_CONFLICT */
  add(edit: NewEdit, at: number): Edit
}

export interface AppliedEditsReader {
  of(editIds: readonly string[]): ReadonlyMap<string, AppliedEdit>
  close(): void
}
