import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Carrier, Certificate, DayShown } from '#models/disclosure/guard-shapes.ts'
import type { LiveFigures, Publishable } from '#models/disclosure/live-rules.ts'
import type { CurveBody, EnergyBody } from '#models/disclosure/release-bodies.ts'
import { canonicalText } from '#models/district/difference.ts'
import type { SigningKey } from '#services/hosts/signing-key.ts'
import { effectLedger, type EffectClaim, type EffectLedger } from '#services/sqlite/effect-ledger.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import { documentText, DOCUMENT_FORMAT, FIRST_PREVIOUS, isReleaseSigned, sha256Of, signedBytes } from './document.ts'
import type { HeldCell, ReleaseHead, ReleaseKind, ReleaseReader } from './port.ts'
import { quarterBook, type QuarterBook } from './quarter-book.ts'
import { documentOf, headOf, pageOf, releaseOf, type ReleaseRow } from './release-rows.ts'
import { RELEASES_MIGRATIONS } from './schema.ts'

export { RELEASES_MIGRATIONS } from './schema.ts'

type NewHead<Kind extends ReleaseKind> = Pick<ReleaseHead<Kind>, 'kind' | 'at' | 'stepS' | 'publishedAt' | 'rules' | 'districtVersion'>
/** What the guard has proven of it stands beside; both go into the register. */
type Guarded = Pick<ReleaseHead, 'carrier'> & { readonly certificate: Certificate; readonly held: readonly HeldCell[]; readonly shown: DayShown }
export type NewRelease =
  | (NewHead<'district-live'> & { readonly body: Publishable<LiveFigures> })
  | (NewHead<'energy-daily' | 'energy-monthly'> & Guarded & { readonly body: Publishable<EnergyBody> })
  | (NewHead<'curve-daily'> & Guarded & { readonly body: Publishable<CurveBody> })

export interface ReleaseStore extends ReleaseReader {
  /** Adds a release to the chain; a second one for the same kind, carrier and time changes nothing and returns false. Refused where the claim is stale. */
  publish(release: NewRelease, claims?: readonly EffectClaim[]): Promise<boolean>
  /** All of a pass or none, so that hours never go out without their day; how many were new. */
  publishAll(releases: readonly NewRelease[], claims?: readonly EffectClaim[]): Promise<number>
  /** Whether there was such a release, withdrawn or not. */
  isPublished(kind: ReleaseKind, carrier: ReleaseHead['carrier'], at: number): boolean
  /** How much of each day was shown, of the days that were released. */
  shownOfDays(carrier: Carrier, from: number, to: number): (readonly [day: number, shown: DayShown])[]
  /** Which publish jobs this file holds the effect of, and whose they may be. */
  readonly effects: EffectLedger
  readonly quarters: QuarterBook
  /** Takes what is older than `before` out of the public window; the hash stays. */
  withdrawBefore(kind: ReleaseKind, before: number, now?: number): Promise<number>
  /** Takes one release from the public because a person decided so; false: it was gone, or is not there. */
  withdraw(releaseId: number, reason: string, person: string, now: number): boolean
  /** Id of the first release whose content does not match its hash, its predecessor or its signature; undefined: the chain holds. */
  firstBrokenLink(): Promise<number | undefined>
}

/** Format 1: the hash covered the columns one by one. */
function hashOfFormat1(previous: string, row: Pick<ReleaseRow, 'kind' | 'at' | 'step_s' | 'published_at' | 'rules' | 'district_version' | 'body'>): string {
  const content = [previous, row.kind, row.at, row.step_s, row.published_at, row.rules, row.district_version, row.body]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function holds(row: ReleaseRow, previous: string): boolean {
  const { previousSha256, sha256, publicKey, signature, certificateSha256 } = headOf(row)
  if (previousSha256 !== previous) return false
  if (publicKey !== null && !isReleaseSigned(sha256, publicKey, signature ?? '')) return false
  if (row.certificate !== null && sha256Of(row.certificate) !== certificateSha256) return false
  if (row.body === null) return true
  return (row.format === 1 ? hashOfFormat1(previous, row) : sha256Of(row.body)) === sha256
}

type Questions = Omit<ReleaseReader, 'close'>

function queries(database: DatabaseSync, isAsked: (releaseId: number) => boolean = () => false): Questions {
  const newest = database.prepare('SELECT * FROM release WHERE kind = ? AND carrier = ? AND body IS NOT NULL ORDER BY at DESC LIMIT 2')
  const between = database.prepare('SELECT * FROM release WHERE kind = ? AND carrier = ? AND body IS NOT NULL AND at >= ? AND at < ? ORDER BY at')
  const after = database.prepare('SELECT * FROM release WHERE release_id > ? ORDER BY release_id LIMIT ?')
  const one = database.prepare('SELECT * FROM release WHERE release_id = ?')
  const headId = database.prepare('SELECT coalesce(max(release_id), 0) AS id FROM release')
  const page = pageOf(database)
  const rows = (found: unknown) => (found as ReleaseRow[]).filter(({ release_id }) => !isAsked(release_id))
  const heads = (found: unknown) => (found as ReleaseRow[]).map(headOf).map((head) => (isAsked(head.releaseId) ? { ...head, withdrawn: true } : head))
  return {
    async latest(kind, carrier = 'electricity') {
      const [row] = rows(newest.all(kind, carrier))
      return row && releaseOf(row)
    },
    between: async (kind, from, to, carrier = 'electricity') => rows(between.all(kind, carrier, from, to)).map((row) => releaseOf(row)),
    page: async (query) => heads(page(query)),
    after: async (releaseId, limit) => heads(after.all(releaseId, limit)),
    head: async (releaseId) => heads([one.get(releaseId)].filter((row) => row !== undefined))[0],
    async document(releaseId) {
      const row = one.get(releaseId) as ReleaseRow | undefined
      return row === undefined || row.body === null || isAsked(releaseId) ? undefined : documentOf(row)
    },
    headId: async () => (headId.get() as { id: number }).id,
  }
}

/** Opens releases.sqlite as its one writer; every commit reaches the disk before it can be read. Without a key releases are chained but not signed. */
export function openReleaseStore(file: string, key?: SigningKey): ReleaseStore {
  const database = openAsWriter(file, RELEASES_MIGRATIONS, { durable: true })
  const known = database.prepare('SELECT 1 FROM release WHERE kind = ? AND carrier = ? AND at = ?')
  const last = database.prepare('SELECT release_id, sha256 FROM release ORDER BY release_id DESC LIMIT 1')
  const insert = database.prepare(`INSERT INTO release (release_id, format, kind, carrier, at, step_s, published_at, rules, district_version, previous_sha256, sha256, certificate, certificate_sha256, held, shown, public_key, signature, body)
    VALUES (?, 2, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const shownOfDays = database.prepare("SELECT at, shown FROM release WHERE kind = 'energy-daily' AND carrier = ? AND at >= ? AND at < ?")
  const effects = effectLedger(database)
  const withdrawBefore = database.prepare("UPDATE release SET body = NULL, withdrawn_at = ?, withdrawal = 'window' WHERE kind = ? AND at < ? AND withdrawn_at IS NULL")
  const withdraw = database.prepare('UPDATE release SET body = NULL, withdrawn_at = ?, withdrawal = ?, withdrawn_by = ? WHERE release_id = ? AND withdrawn_at IS NULL')
  const isPublished = (kind: ReleaseKind, carrier: string, at: number) => known.get(kind, carrier, at) !== undefined
  function add(release: NewRelease): boolean {
    const { kind, at, stepS, publishedAt, rules, districtVersion, body } = release
    const { carrier, certificate, held, shown } = 'carrier' in release ? release : { carrier: 'electricity' as const, certificate: undefined, held: [], shown: null }
    if (isPublished(kind, carrier, at)) return false
    const before = last.get() as { release_id: number; sha256: string } | undefined
    const [releaseId, previousSha256] = [(before?.release_id ?? 0) + 1, before?.sha256 ?? FIRST_PREVIOUS]
    const proof = certificate === undefined ? null : canonicalText(certificate)
    const certificateSha256 = proof === null ? null : sha256Of(proof)
    const text = documentText({ format: DOCUMENT_FORMAT, releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, certificateSha256, figures: body })
    const sha256 = sha256Of(text)
    insert.run(releaseId, kind, carrier, at, stepS, publishedAt, rules, districtVersion, previousSha256, sha256, proof, certificateSha256, JSON.stringify(held), shown, key?.publicText ?? null, key?.sign(signedBytes(sha256)) ?? null, text)
    return true
  }
  return {
    ...queries(database),
    effects,
    quarters: quarterBook(database),
    isPublished,
    shownOfDays: (carrier, from, to) => (shownOfDays.all(carrier, from, to) as { at: number; shown: DayShown }[]).map(({ at, shown }) => [at, shown] as const),
    publish: async (release, claims = []) => inTransaction(database, () => {
      effects.check(claims)
      return add(release)
    }),
    publishAll: async (made, claims = []) => inTransaction(database, () => {
      effects.check(claims)
      return made.filter(add).length
    }),
    withdrawBefore: async (kind, before, now = before) => Number(withdrawBefore.run(now, kind, before).changes),
    withdraw: (releaseId, reason, person, now) => Number(withdraw.run(now, reason, person, releaseId).changes) === 1,
    async firstBrokenLink() {
      let previous = FIRST_PREVIOUS
      for (const row of database.prepare('SELECT * FROM release ORDER BY release_id').iterate() as Iterable<unknown> as Iterable<ReleaseRow>) {
        if (!holds(row, previous)) return row.release_id
        previous = row.sha256
      }
      return undefined
    },
    async close() {
      database.close()
    },
  }
}

/** For the api: nothing yet until work has made the file. `isAsked`: what a person has just withdrawn and work has not carried out yet. */
export function openReleaseReader(file: string, isAsked?: (releaseId: number) => boolean): ReleaseReader {
  const awaited = openQuestions(file, RELEASES_MIGRATIONS, (database) => queries(database, isAsked))
  return {
    latest: async (kind, carrier) => awaited.ready()?.latest(kind, carrier),
    between: async (kind, from, to, carrier) => (await awaited.ready()?.between(kind, from, to, carrier)) ?? [],
    page: async (query) => (await awaited.ready()?.page(query)) ?? [],
    after: async (releaseId, limit) => (await awaited.ready()?.after(releaseId, limit)) ?? [],
    head: async (releaseId) => awaited.ready()?.head(releaseId),
    document: async (releaseId) => awaited.ready()?.document(releaseId),
    headId: async () => (await awaited.ready()?.headId()) ?? 0,
    async close() {
      awaited.close()
    },
  }
}
