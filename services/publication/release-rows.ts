/** Rows of releases.sqlite as what the ports say. */
import type { DatabaseSync } from 'node:sqlite'
import type { Certificate, DayShown } from '#models/disclosure/guard-shapes.ts'
import { DOCUMENT_FORMAT, documentText, type ReleaseDocument } from './document.ts'
import type { BodyOf, HeldCell, RegisterEntry, Release, ReleaseHead, ReleaseKind, ReleaseQuery } from './port.ts'

export interface ReleaseRow {
  release_id: number; format: number; kind: ReleaseKind; carrier: ReleaseHead['carrier']; at: number; step_s: number; published_at: number
  rules: string; district_version: string; previous_sha256: string; sha256: string; certificate: string | null; certificate_sha256: string | null; held: string; shown: DayShown | null
  public_key: string | null; signature: string | null; body: string | null; withdrawn_at: number | null; withdrawal: string | null; withdrawn_by: string | null
}

export const headOf = (row: ReleaseRow): ReleaseHead => ({
  releaseId: row.release_id, kind: row.kind, carrier: row.carrier, at: row.at, stepS: row.step_s, publishedAt: row.published_at, rules: row.rules, districtVersion: row.district_version,
  previousSha256: row.previous_sha256, sha256: row.sha256, certificateSha256: row.certificate_sha256, publicKey: row.public_key, signature: row.signature, withdrawn: row.withdrawn_at !== null,
})

export function releaseOf<Kind extends ReleaseKind>(row: ReleaseRow): Release<Kind> {
  const kept = JSON.parse(row.body!) as ReleaseDocument<Kind> | BodyOf[Kind]
  return { ...(headOf(row) as ReleaseHead<Kind>), body: row.format === 1 ? (kept as BodyOf[Kind]) : (kept as ReleaseDocument<Kind>).figures }
}

/** Those of format 1 had no document: theirs is made of the same columns, and is not what was hashed then. */
export function documentOf(row: ReleaseRow): string {
  if (row.format !== 1) return row.body!
  const { releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, certificateSha256, body: figures } = releaseOf(row)
  return documentText({ format: DOCUMENT_FORMAT, releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, certificateSha256, figures })
}

export const entryOf = (row: ReleaseRow): RegisterEntry => ({
  head: headOf(row), held: JSON.parse(row.held) as HeldCell[], certificate: row.certificate === null ? null : (JSON.parse(row.certificate) as Certificate),
  withdrawal: row.withdrawn_at === null ? null : { at: row.withdrawn_at, reason: row.withdrawal!, person: row.withdrawn_by },
})

/** Rows of a question that leaves some of its conditions open, newest first. */
export function pageOf(database: DatabaseSync): (query: ReleaseQuery) => ReleaseRow[] {
  const page = database.prepare('SELECT * FROM release WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR carrier = ?2) AND (?3 IS NULL OR release_id < ?3) ORDER BY release_id DESC LIMIT ?4')
  return ({ kind, carrier, before, limit }) => page.all(kind ?? null, carrier ?? null, before ?? null, limit) as unknown as ReleaseRow[]
}
