import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { LiveFigures, Publishable } from '#models/disclosure/live-rules.ts'
import { effectLedger, EFFECT_TABLE, type EffectClaim, type EffectLedger } from '#services/sqlite/effect-ledger.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { DistrictLiveBody, Release, ReleaseReader } from './port.ts'

export const RELEASES_MIGRATIONS = [
  // `body` becomes null when a release leaves the public window; its hash, which names the exact content, stays.
  `CREATE TABLE release (
     release_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at REAL NOT NULL, step_s INTEGER NOT NULL, published_at REAL NOT NULL,
     rules TEXT NOT NULL, district_version TEXT NOT NULL, previous_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT,
     UNIQUE (kind, at)) STRICT;
   CREATE TRIGGER release_is_immutable BEFORE UPDATE ON release
     WHEN new.body IS NOT NULL OR new.sha256 <> old.sha256 OR new.previous_sha256 <> old.previous_sha256 OR new.at <> old.at
     BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
   CREATE TRIGGER release_is_kept BEFORE DELETE ON release BEGIN SELECT raise(ABORT, 'a release is never deleted'); END`,
  EFFECT_TABLE,
] as const
const FIRST_PREVIOUS = '0'.repeat(64)

export type NewRelease = Omit<Release, 'releaseId' | 'sha256' | 'body'> & { readonly body: Publishable<LiveFigures> }

export interface ReleaseStore extends ReleaseReader {
  /** Adds a release to the chain; a second one for the same kind and time changes nothing and returns false. Refused where the claim is stale. */
  publish(release: NewRelease, claims?: readonly EffectClaim[]): Promise<boolean>
  /** Which publish jobs this file holds the effect of, and whose they may be. */
  readonly effects: EffectLedger
  /** Takes what is older than `before` out of the public window; the hash stays. */
  withdrawBefore(kind: Release['kind'], before: number): Promise<number>
  /** Id of the first release whose content does not match its hash or its predecessor; undefined: the chain holds. */
  firstBrokenLink(): Promise<number | undefined>
}

interface ReleaseRow {
  release_id: number
  kind: Release['kind']
  at: number
  step_s: number
  published_at: number
  rules: string
  district_version: string
  previous_sha256: string
  sha256: string
  body: string | null
}

const releaseOf = (row: ReleaseRow): Release => ({
  releaseId: row.release_id,
  kind: row.kind,
  at: row.at,
  stepS: row.step_s,
  publishedAt: row.published_at,
  rules: row.rules,
  districtVersion: row.district_version,
  sha256: row.sha256,
  body: JSON.parse(row.body!) as DistrictLiveBody,
})

/** Chained: the hash covers the content and the hash before it, so that no release can be exchanged unseen. */
function hashOf(previous: string, row: Pick<ReleaseRow, 'kind' | 'at' | 'step_s' | 'published_at' | 'rules' | 'district_version' | 'body'>): string {
  const content = [previous, row.kind, row.at, row.step_s, row.published_at, row.rules, row.district_version, row.body]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function queries(database: DatabaseSync): Omit<ReleaseReader, 'close'> {
  const latest = database.prepare('SELECT * FROM release WHERE kind = ? AND body IS NOT NULL ORDER BY at DESC LIMIT 1')
  const between = database.prepare('SELECT * FROM release WHERE kind = ? AND body IS NOT NULL AND at >= ? AND at < ? ORDER BY at')
  const headId = database.prepare('SELECT coalesce(max(release_id), 0) AS id FROM release')
  return {
    async latest(kind) {
      const row = latest.get(kind) as ReleaseRow | undefined
      return row && releaseOf(row)
    },
    between: async (kind, from, to) => (between.all(kind, from, to) as unknown as ReleaseRow[]).map(releaseOf),
    headId: async () => (headId.get() as { id: number }).id,
  }
}

/** Opens releases.sqlite as its one writer; every commit reaches the disk before it can be read. */
export function openReleaseStore(file: string): ReleaseStore {
  const database = openAsWriter(file, RELEASES_MIGRATIONS, { durable: true })
  const known = database.prepare('SELECT 1 FROM release WHERE kind = ? AND at = ?')
  const last = database.prepare('SELECT sha256 FROM release ORDER BY release_id DESC LIMIT 1')
  const insert = database.prepare('INSERT INTO release (kind, at, step_s, published_at, rules, district_version, previous_sha256, sha256, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const effects = effectLedger(database)
  const withdraw = database.prepare('UPDATE release SET body = NULL WHERE kind = ? AND at < ? AND body IS NOT NULL')
  return {
    ...queries(database),
    effects,
    async publish({ kind, at, stepS, publishedAt, rules, districtVersion, body }, claims = []) {
      return inTransaction(database, () => {
        effects.check(claims)
        if (known.get(kind, at) !== undefined) return false
        const previous = (last.get() as { sha256: string } | undefined)?.sha256 ?? FIRST_PREVIOUS
        const row = { kind, at, step_s: stepS, published_at: publishedAt, rules, district_version: districtVersion, body: JSON.stringify(body) }
        insert.run(kind, at, stepS, publishedAt, rules, districtVersion, previous, hashOf(previous, row), row.body)
        return true
      })
    },
    withdrawBefore: async (kind, before) => Number(withdraw.run(kind, before).changes),
    async firstBrokenLink() {
      let previous = FIRST_PREVIOUS
      for (const row of database.prepare('SELECT * FROM release ORDER BY release_id').iterate() as Iterable<unknown> as Iterable<ReleaseRow>) {
        const contentHolds = row.body === null || hashOf(previous, row) === row.sha256
        if (row.previous_sha256 !== previous || !contentHolds) return row.release_id
        previous = row.sha256
      }
      return undefined
    },
    async close() {
      database.close()
    },
  }
}

/** For the api: nothing yet until work has made the file. */
export function openReleaseReader(file: string): ReleaseReader {
  const awaited = openQuestions(file, RELEASES_MIGRATIONS, queries)
  return {
    latest: async (kind) => awaited.ready()?.latest(kind),
    between: async (kind, from, to) => (await awaited.ready()?.between(kind, from, to)) ?? [],
    headId: async () => (await awaited.ready()?.headId()) ?? 0,
    async close() {
      awaited.close()
    },
  }
}
