/**
 * The register of erasures. Written by the api alone; each process that owns values carries its lines out and writes down in a file of its
 * own that it has. The register is no part of a backup's contents: after a restore it is carried over from where it stood, and what
 * the backup brought back is erased again before anybody reads it.
 */

/** What is to be gone: these measurement points in this time of figures (UTC ms, `to` excluded). */
export interface ErasedSpan {
  readonly deliveryPoint: string
  readonly points: readonly string[]
  readonly from: number
  readonly to: number
}

export interface Erasure {
  readonly seq: number
  readonly erasureId: string
  /** Real time: it is about a person. */
  readonly at: number
  readonly personRef: string
  readonly spans: readonly ErasedSpan[]
}

export interface ErasureReader {
  headSeq(): number
  /** Oldest first. */
  after(seq: number): readonly Erasure[]
  close(): void
}

export interface ErasureRegister extends ErasureReader {
  /** The same id is the same erasure, whoever asks again after a lost answer. */
  add(erasure: Omit<Erasure, 'seq'>): Erasure
}

/** What a process found and took away. */
export interface ErasedCount {
  /** Values, revisions and rows. */
  readonly values: number
}
