/** Who acts for which holder, by whose hand, for which figures, and until when. */

/** `enrolled`: by the operator's own list; `siret`: the person's provider says which establishment they are of; `letter`: the code of a letter. */
export type LinkOrigin = 'enrolled' | 'siret' | 'letter' | 'administrator' | 'delegation'

export interface NewLink {
  readonly personId: number
  readonly holder: string
  /** Figures of these instants, within the time in which the holder held the delivery point. */
  readonly from: number
  /** Infinity: until further notice. */
  readonly to: number
  readonly origin: LinkOrigin
  /** Person who granted it; null: nobody did, the document or the provider says so. */
  readonly grantedBy: number | null
  /** Real time at which the link itself is over, whatever figures it is for; Infinity: when somebody ends it. */
  readonly endsAt: number
  /** The link it was delegated from; it is over when that one is. */
  readonly parentLink: number | null
}

export interface LinkRecord extends NewLink {
  readonly linkId: number
  readonly grantedAt: number
}

/** Answers hold links that are in force; one that is over opens nothing and is kept for the record. */
export interface HolderLinks {
  add(link: NewLink): LinkRecord
  link(linkId: number): LinkRecord | undefined
  of(personId: number): readonly LinkRecord[]
  /** What others may read by this person's hand. */
  delegatedBy(personId: number): readonly LinkRecord[]
  all(): readonly LinkRecord[]
  /** Ends it at once, and what was delegated from it. `by`: null where nobody did. False: it is not in force. */
  end(linkId: number, by: number | null): boolean
}
