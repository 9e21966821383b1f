/**
 * Studies of reinforcement that somebody keeps. The api is their one writer. What is kept is never changed: a study that is run again is
 * another version under its title. A signed one cannot be taken away either.
 */
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import type { DistrictBasis } from './district-basis.ts'

/** Who keeps, signs or runs again. */
export interface Person {
  readonly personId: number
  readonly name: string
}

export interface NewStudy {
  readonly title: string
  readonly note: string
  /** Keeping the same run under the same title twice changes nothing. */
  readonly runId: string
  readonly result: StudyResult
  readonly frozen: FrozenYear
  readonly basis: DistrictBasis
}

export interface StudySignature {
  readonly signedAt: number
  readonly signedBy: string
  /** Ed25519 over the sum, the title, the version and who and when; base64url. */
  readonly signature: string
  /** The half of the key that is public, base64url. */
  readonly publicKey: string
}

export interface StudyHead {
  readonly studyId: string
  readonly title: string
  readonly version: number
  readonly note: string
  readonly createdAt: number
  readonly createdBy: string
  readonly districtVersion: string
  /** When the run was computed and the span of measurements it stands on, UTC ms, `to` excluded. */
  readonly computedAt: number
  readonly baseFrom: number
  readonly baseTo: number
  readonly firstYear: number | null
  readonly answer: string
  readonly recommendedEur: number | null
  /** SHA-256 of result, frozen year, parts of the district and its version, hex. */
  readonly sha256: string
  readonly signed: StudySignature | null
}

/** holds: unchanged and signed with the key of this installation. other-key: unchanged, but signed with another, which proves nothing by itself. */
export type Verification = 'unsigned' | 'holds' | 'changed' | 'other-key'

export interface StudyEvent {
  readonly at: number
  readonly act: 'kept' | 'signed' | 'rerun'
  readonly person: string
  /** Of a rerun: paths in which it differs. */
  readonly differing: readonly string[]
}

export interface KeptStudiesReader {
  /** Newest first. */
  list(): readonly StudyHead[]
  head(studyId: string): StudyHead | undefined
  result(studyId: string): StudyResult | undefined
  frozen(studyId: string): FrozenYear | undefined
  basis(studyId: string): DistrictBasis | undefined
  /** Reads it whole. Undefined: there is no such study. */
  verify(studyId: string): Verification | undefined
  /** What was done with a study, oldest first. */
  events(studyId: string): readonly StudyEvent[]
  /** When another version of the district than `version` was first seen here, after `since`. */
  otherDistrictAt(version: string, since: number): number | undefined
  close(): void
}

export interface KeptStudies extends KeptStudiesReader {
  keep(study: NewStudy, person: Person, at: number): StudyHead
  /** @throws PF_NOT_FOUND, PF_STUDY_SIGNED */
  sign(studyId: string, person: Person, at: number): StudyHead
  noteRerun(studyId: string, differing: readonly string[], person: Person, at: number): void
  /** Says which version of the district the service works with. */
  districtSeen(version: string, at: number): void
}
