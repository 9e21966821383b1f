import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DATA_FILES } from '#services/config/role.ts'
import { publicTextOfKey } from '#services/hosts/signing-key.ts'
import { AUDIT_KEY } from './audit-log.ts'
import { BEGINNING, isHeadSigned, referenceOf, sumOf, textOf, type EntryRow } from './entry.ts'
import { headsFolder, readOutside } from './outside-heads.ts'
import type { AuditHead } from './port.ts'

export interface AuditFault {
  /** Number of the first entry that is not as it was written; null: the fault is of no single entry. */
  readonly seq: number | null
  readonly what: string
}

export interface AuditVerification {
  readonly entries: number
  readonly heads: number
  readonly outsideHeads: number
  /** Entries that a head told outside vouches for: whoever has the whole machine can still have cut off what came after. */
  readonly vouchedFor: number
  /** The first fault; undefined: everything is as it was written. */
  readonly fault: AuditFault | undefined
}

export interface VerifyOptions {
  readonly dataFolder: string
  readonly heads?: string
  /** SQLite's own check of the file: reads it once more, in one go. */
  readonly withFile?: boolean
}

const SLICE = 1_000

/** Reads the log from its first entry to its last, a slice at each step, and compares it with itself, with its signed heads and with those told outside. */
export function* verifySteps({ dataFolder, heads, withFile = true }: VerifyOptions): Generator<number, AuditVerification> {
  const file = join(dataFolder, DATA_FILES.audit)
  // Before the file: entries that come while it is read are no fault.
  const outside = readOutside(headsFolder(dataFolder, heads))
  const none = { entries: 0, heads: 0, outsideHeads: outside.heads.length, vouchedFor: 0 }
  if (!existsSync(file)) return { ...none, fault: outside.heads.length === 0 ? undefined : { seq: 1, what: 'The file is missing, though heads of it were told outside.' } }
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  const faults: AuditFault[] = []
  let last = { seq: 0, sha256: BEGINNING }
  let own: AuditHead[] = []
  try {
    const sums = new Map<number, string>()
    own = database.prepare('SELECT seq, at, sha256, public_key AS publicKey, signature FROM head ORDER BY seq').all() as unknown as AuditHead[]
    const wanted = new Set([...own, ...outside.heads].map(({ seq }) => seq))
    const slice = database.prepare('SELECT seq, at, kind, actor, act, subject, reason, text, previous, sha256 FROM entry WHERE seq > ? ORDER BY seq LIMIT ?')
    for (let rows = slice.all(0, SLICE) as unknown as EntryRow[]; rows.length > 0 && faults.length === 0; rows = slice.all(last.seq, SLICE) as unknown as EntryRow[]) {
      for (const row of rows) {
        const what = faultOf(row, last)
        if (what !== undefined) {
          faults.push(what)
          break
        }
        last = row
        if (wanted.has(row.seq)) sums.set(row.seq, row.sha256)
      }
      yield last.seq
    }
    const whole = faults.length === 0
    faults.push(...headFaults(own, sums, last.seq, whole, 'signed in the file'), ...headFaults(outside.heads, sums, last.seq, whole, 'told outside'))
    const ownKey = publicTextOfKey(dataFolder, AUDIT_KEY)
    const foreign = ownKey === undefined ? undefined : own.find(({ publicKey }) => publicKey !== ownKey)
    if (foreign !== undefined) faults.push({ seq: foreign.seq, what: 'Its head is signed with a key that is not of this installation.' })
    const untold = own.length > 0 && !outside.found
    if (untold) faults.push({ seq: null, what: 'There are no heads in the second place.' })
    const missing = outside.heads.find((head) => head.seq <= (own.at(-1)?.seq ?? 0) && own.every(({ seq }) => seq !== head.seq))
    if (missing !== undefined) faults.push({ seq: missing.seq, what: 'Its head was told outside and is missing in the file.' })
    faults.push(...referenceFaults(database))
    if (withFile && faults.length === 0) faults.push(...fileFaults(database))
  } catch (error) {
    faults.push({ seq: last.seq + 1, what: `The file cannot be read further: ${(error as Error).message}.` })
  } finally {
    database.close()
  }
  const vouchedFor = outside.heads.reduce((most, { seq }) => Math.max(most, seq), 0)
  const [fault] = faults.sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity))
  return { entries: last.seq, heads: own.length, outsideHeads: outside.heads.length, vouchedFor: fault === undefined ? vouchedFor : Math.min(vouchedFor, (fault.seq ?? 1) - 1), fault }
}

export function verifyAudit(options: VerifyOptions): AuditVerification {
  const steps = verifySteps(options)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

function faultOf(row: EntryRow, before: { readonly seq: number; readonly sha256: string }): AuditFault | undefined {
  if (row.seq !== before.seq + 1) return { seq: before.seq + 1, what: `The entry is missing; the next one is ${row.seq}.` }
  if (row.text !== textOf(row)) return { seq: row.seq, what: 'The entry was changed: it does not say what its text says.' }
  if (row.sha256 !== sumOf(row.text)) return { seq: row.seq, what: 'The entry was changed: its sum is another.' }
  if (row.previous !== before.sha256) return { seq: row.seq, what: 'The entry does not follow the one before it: one of the two was changed or moved.' }
  return undefined
}

function headFaults(heads: readonly AuditHead[], sums: ReadonlyMap<number, string>, lastSeq: number, whole: boolean, where: string): AuditFault[] {
  return heads.flatMap((head): AuditFault[] => {
    if (!isHeadSigned(head)) return [{ seq: head.seq, what: `The signature of a head ${where} is false.` }]
    if (head.seq <= lastSeq) return sums.get(head.seq) === head.sha256 ? [] : [{ seq: head.seq, what: `The entry, or one before it, is not the one whose head was ${where}.` }]
    return whole ? [{ seq: lastSeq + 1, what: `The entry is missing: a head ${where} names entry ${head.seq}. The log was cut off, or an older backup was restored.` }] : []
  })
}

/** Who is meant stands outside of the chain; that it is who was meant follows from the reference. */
function referenceFaults(database: DatabaseSync): AuditFault[] {
  const first = database.prepare('SELECT min(seq) AS seq FROM entry WHERE actor = ?1 OR subject = ?1 OR reason = ?1')
  const rows = database.prepare('SELECT reference, kind, identity, salt FROM person_reference').iterate() as Iterable<unknown> as Iterable<{ reference: string; kind: string; identity: string; salt: string }>
  for (const { reference, kind, identity, salt } of rows) {
    if (referenceOf(salt, kind, identity) !== reference) return [{ seq: (first.get(reference) as { seq: number | null }).seq, what: 'The entry names somebody else, or gives another reason, than it did.' }]
  }
  return []
}

function fileFaults(database: DatabaseSync): AuditFault[] {
  const lines = (database.prepare('PRAGMA integrity_check(3)').all() as Record<string, string>[]).map((row) => Object.values(row)[0]!).filter((text) => text !== 'ok')
  return lines.length === 0 ? [] : [{ seq: null, what: `SQLite finds the file damaged: ${lines.join('; ')}.` }]
}
