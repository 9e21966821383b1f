import type { District } from '#models/district/schema.ts'

/** A district document that passed every check, with the version that names its exact content. */
export interface LoadedDistrict {
  readonly district: District
  /** `sha256` of the canonical content, shortened to 16 hex digits. */
  readonly version: string
  readonly folder: string
}
