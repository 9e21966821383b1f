import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { inTransaction, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { BEGINNING, headBytes, sumOf, textOf } from './entry.ts'
import { appendOutside, headsFolder, readOutside } from './outside-heads.ts'
import type { AuditHead, AuditLog, NewEntry } from './port.ts'
import { auditQueries } from './query.ts'
import { openReferences } from './references.ts'
import { AUDIT_MIGRATIONS } from './schema.ts'

const HOUR_MS = 3_600_000
/** Name of the key under PENFELD_DATA/keys. */
export const AUDIT_KEY = 'audit'

export interface AuditOptions {
  readonly dataFolder: string
  /** Second place of the heads (PENFELD_AUDIT_HEADS); without it a folder beside the file, which whoever cuts the file off can cut off as well. */
  readonly heads?: string
  readonly log: Logger
  readonly realNow?: () => number
  readonly headEveryEntries?: number
}

/** Opens audit.sqlite as its one writer. Every entry is on the disk before whoever wrote it goes on. */
export function openAuditLog({ dataFolder, heads, log, realNow = Date.now, headEveryEntries = 1_000 }: AuditOptions): AuditLog {
  // Erased is erased: what is deleted is overwritten as well.
  const database = openAsWriter(join(dataFolder, DATA_FILES.audit), AUDIT_MIGRATIONS, { durable: true, pragmas: 'PRAGMA secure_delete = ON;' })
  const key = openSigningKey(dataFolder, AUDIT_KEY)
  const outside = headsFolder(dataFolder, heads)
  const references = openReferences(database)
  const queries = auditQueries(database)
  const newest = database.prepare('SELECT seq, sha256 FROM entry ORDER BY seq DESC LIMIT 1')
  const insert = database.prepare('INSERT INTO entry (seq, at, kind, actor, act, subject, reason, text, previous, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertHead = database.prepare('INSERT INTO head (seq, at, sha256, public_key, signature) VALUES (?, ?, ?, ?, ?)')
  const allHeads = database.prepare('SELECT seq, at, sha256, public_key AS publicKey, signature FROM head ORDER BY seq')
  const sameSince = database.prepare('SELECT 1 FROM entry WHERE subject IS ?1 AND at > ?2 AND actor IS ?3 AND act = ?4 AND kind = ?5')
  const broughtOver = database.prepare('SELECT up_to FROM brought_over WHERE name = ?')
  const setBroughtOver = database.prepare('INSERT INTO brought_over (name, up_to) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to')
  let last = (newest.get() as { seq: number; sha256: string } | undefined) ?? { seq: 0, sha256: BEGINNING }
  const toldBefore = readOutside(outside).heads
  /** Heads of the file that did not reach the second place yet. */
  const waiting = (allHeads.all() as unknown as AuditHead[]).filter(({ sha256 }) => toldBefore.every((head) => head.sha256 !== sha256))
  let signed: AuditHead[] = []

  /** Within a transaction. */
  function add(entries: readonly NewEntry[]): typeof last {
    let { seq, sha256: previous } = last
    for (const { kind, actor, act, subject, reason, at = realNow() } of entries) {
      seq += 1
      const row = { seq, at, kind, actor: actor && references.of(actor), act, subject: subject && references.of(subject), reason: reason === undefined ? null : references.ofReason(reason), previous }
      const text = textOf(row)
      const sum = sumOf(text)
      insert.run(seq, at, kind, row.actor, act, row.subject, row.reason, text, previous, sum)
      previous = sum
      if (seq % headEveryEntries === 0) sign(seq, sum)
    }
    return { seq, sha256: previous }
  }

  function sign(seq: number, sha256: string): void {
    const at = realNow()
    const head = { seq, at, sha256, publicKey: key.publicText, signature: key.sign(headBytes({ seq, at, sha256 })) }
    insertHead.run(seq, at, sha256, head.publicKey, head.signature)
    signed.push(head)
  }

  /** All of it is on the disk, or nothing; then the heads go to their second place. */
  function write(work: () => typeof last): void {
    signed = []
    try {
      last = inTransaction(database, work)
      waiting.push(...signed)
    } catch (cause) {
      log.error({ error: (cause as Error).message }, 'the audit log cannot be written')
      throw new PenfeldError('PF_AUDIT_UNAVAILABLE', 'What was asked for could not be written into the audit log.', { cause })
    }
    tellOutside()
  }

  /** A second place that does not answer is no reason to stop: the next head vouches for everything before it as well. */
  function tellOutside(): void {
    if (waiting.length === 0) return
    // At the level that is always kept: a log that is collected elsewhere is a third place.
    for (const { seq, sha256, signature } of waiting) log.warn({ seq, sha256, signature }, 'head of the audit log')
    try {
      appendOutside(outside, waiting)
      waiting.length = 0
    } catch (error) {
      log.error({ error: (error as Error).message, folder: outside }, 'the heads of the audit log do not reach their second place')
    }
  }

  function sealIfDue(): void {
    const head = queries.newestHead()
    if (last.seq > (head?.seq ?? 0) && realNow() - (head?.at ?? -Infinity) >= HOUR_MS) write(() => (sign(last.seq, last.sha256), last))
    else tellOutside()
  }

  const isNew = ({ kind, actor, act, subject, at = realNow() }: NewEntry): boolean => {
    const [who, whose] = [actor, subject].map((party) => (party === null ? null : references.known(party)))
    return who === undefined || whose === undefined || sameSince.get(whose, at - HOUR_MS, who, act, kind) === undefined
  }

  const self: AuditLog = {
    ...queries,
    append(entries) {
      if (entries.length > 0) write(() => add(entries))
      return last.seq
    },
    appendOnceAnHour: (entries) => void self.append([...new Map(entries.map((one) => [JSON.stringify([one.kind, one.actor, one.act, one.subject]), one])).values()].filter(isNew)),
    erase(parties, by) {
      let erased = 0
      write(() => {
        erased = parties.reduce((sum, party) => sum + references.erase(party), 0)
        return add([{ kind: 'erasure', ...by, subject: null, reason: String(erased) }])
      })
      emptyJournal()
      return erased
    },
    forgetBefore(before) {
      let forgotten = 0
      write(() => {
        forgotten = references.eraseUnusedSince(before)
        return forgotten === 0 ? last : add([{ kind: 'erasure', actor: null, act: 'retention', subject: null, reason: String(forgotten) }])
      })
      if (forgotten > 0) emptyJournal()
      return forgotten
    },
    sealIfDue,
    bringOver(name, take) {
      for (;;) {
        const taken = take((broughtOver.get(name) as { up_to: number } | undefined)?.up_to ?? 0)
        if (taken === undefined) return
        write(() => {
          setBroughtOver.run(name, taken.upTo)
          return add(taken.entries)
        })
      }
    },
    close() {
      try {
        if (last.seq > (queries.newestHead()?.seq ?? 0)) write(() => (sign(last.seq, last.sha256), last))
      } catch {
        // The log has said why; the next start signs what this one could not.
      } finally {
        database.close()
      }
    },
  }

  /** What was erased stands in the write-ahead log until it is taken over. */
  const emptyJournal = () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)')

  const farthest = toldBefore.reduce<AuditHead | undefined>((far, head) => (far === undefined || head.seq > far.seq ? head : far), undefined)
  const sumAt = database.prepare('SELECT sha256 FROM entry WHERE seq = ?')
  if (farthest !== undefined && (sumAt.get(farthest.seq) as { sha256: string } | undefined)?.sha256 !== farthest.sha256) {
    log.error({ seq: farthest.seq, newest: last.seq }, 'the audit log is not the one whose head was told outside: run penfeld audit verify')
    self.append([{ kind: 'log-broken', actor: null, act: 'start', subject: null, reason: `head of entry ${farthest.seq} told outside` }])
  }
  tellOutside()
  return self
}
