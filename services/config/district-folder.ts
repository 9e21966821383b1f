import type { District } from '#models/district/schema.ts'

/** A district document that passed every check, with the version that names its exact content. */
export interface LoadedDistrict {
  readonly district: District
  /** `sha256` of the canonical content, shortened to 16 hex digits. */
  readonly version: string
  readonly folder: string
  /** The document as it was written, before the environment filled anything in: what other hosts are given. */
  readonly written?: unknown
}
