import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openAuditLog } from './audit-log.ts'
import { BEGINNING, sumOf, textOf, type EntryRow } from './entry.ts'
import { verifyAudit } from './verify.ts'

const ENTRIES = 24
const COLUMNS = ['at', 'kind', 'actor', 'act', 'subject', 'reason', 'text', 'previous', 'sha256'] as const
const TRIGGERS = ['entry_stays', 'entry_remains', 'entry_follows', 'head_stays', 'head_remains', 'head_follows', 'reference_stays']
let root: string
let whole: string
/** Where tampering is tried out, and the file it begins with: the same without triggers. */
let copy: string
let bare: Buffer
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'penfeld-verify-'))
  whole = join(root, 'whole')
  const audit = openAuditLog({ dataFolder: whole, heads: join(root, 'elsewhere'), log: silentLogger, realNow: () => 1e12, headEveryEntries: 8 })
  for (let n = 1; n <= ENTRIES; n += 1) audit.append([{ kind: 'reading', actor: { kind: 'person', id: String(n % 3), name: 'N' }, act: '/r', subject: { kind: 'delivery-point', id: `dp-${n % 5}` }, reason: `because ${n}` }])
  audit.close()
  const file = new DatabaseSync(join(whole, 'audit.sqlite'))
  file.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')
  file.close()
  copy = join(root, 'copy')
  cpSync(whole, copy, { recursive: true })
  const open = new DatabaseSync(join(copy, 'audit.sqlite'))
  for (const name of TRIGGERS) open.exec(`DROP TRIGGER ${name}`)
  open.close()
  bare = readFileSync(join(copy, 'audit.sqlite'))
})
afterAll(() => rmSync(root, { recursive: true }))

const verify = (dataFolder: string) => verifyAudit({ dataFolder, heads: join(root, 'elsewhere') })
/** What somebody who has the file, and takes its triggers away, can do to it. */
function tamper(change: (file: DatabaseSync) => void) {
  writeFileSync(join(copy, 'audit.sqlite'), bare)
  const file = new DatabaseSync(join(copy, 'audit.sqlite'))
  file.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN')
  change(file)
  file.exec('COMMIT')
  file.close()
  return verify(copy)
}
const rowOf = (file: DatabaseSync, seq: number) => file.prepare('SELECT * FROM entry WHERE seq = ?').get(seq) as unknown as EntryRow
const place = (file: DatabaseSync, row: EntryRow) => file.prepare('INSERT INTO entry (seq, at, kind, actor, act, subject, reason, text, previous, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(row.seq, row.at, row.kind, row.actor, row.act, row.subject, row.reason, row.text, row.previous, row.sha256)
const anEntry = fc.integer({ min: 1, max: ENTRIES })
const flipped = (value: unknown, bit: number) => (typeof value === 'number' ? value + 1 + bit : `${String(value).slice(0, bit % String(value).length)}${String.fromCharCode(String(value).charCodeAt(bit % String(value).length) ^ 1)}${String(value).slice((bit % String(value).length) + 1)}`)

test('untouched it holds, and says up to where it is vouched for', () => {
  expect(verify(whole)).toEqual({ entries: ENTRIES, heads: 3, outsideHeads: 3, vouchedFor: ENTRIES, fault: undefined })
})

test('a changed byte in any column of any entry is found at that entry', () => {
  fc.assert(fc.property(anEntry, fc.constantFrom(...COLUMNS), fc.nat(200), (seq, column, bit) => {
    const { fault } = tamper((file) => file.prepare(`UPDATE entry SET ${column} = ? WHERE seq = ?`).run(flipped(rowOf(file, seq)[column], bit), seq))
    expect(fault?.seq).toBe(seq)
  }), { numRuns: 40 })
})

test('a deleted entry is found, wherever it was', () => {
  fc.assert(fc.property(anEntry, (seq) => {
    expect(tamper((file) => file.prepare('DELETE FROM entry WHERE seq = ?').run(seq)).fault?.seq).toBe(seq)
  }), { numRuns: 15 })
})

test('two entries that changed places are found at the first of them, also with their numbers made to fit', () => {
  fc.assert(fc.property(anEntry, anEntry, fc.boolean(), (one, other, fitting) => {
    fc.pre(one !== other)
    const { fault } = tamper((file) => {
      const [left, right] = [rowOf(file, one), rowOf(file, other)]
      file.prepare('DELETE FROM entry WHERE seq IN (?, ?)').run(one, other)
      const moved = (row: EntryRow, seq: number): EntryRow => {
        const text = fitting ? textOf({ ...row, seq }) : row.text
        return { ...row, seq, text, sha256: fitting ? sumOf(text) : row.sha256 }
      }
      place(file, moved(left, other))
      place(file, moved(right, one))
    })
    expect(fault?.seq).toBe(Math.min(one, other))
  }), { numRuns: 20 })
})

test('a log cut off at its end is found by what was told outside, even with its own heads taken away', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: ENTRIES - 1 }), (left) => {
    const { fault, entries } = tamper((file) => {
      file.prepare('DELETE FROM entry WHERE seq > ?').run(left)
      file.prepare('DELETE FROM head WHERE seq > ?').run(left)
    })
    expect({ seq: fault?.seq, entries }).toEqual({ seq: left + 1, entries: left })
    expect(fault?.what).toContain('cut off')
  }), { numRuns: 12 })
})

test('a chain computed anew from a changed entry on is found by the next head', () => {
  fc.assert(fc.property(anEntry, (seq) => {
    const { fault } = tamper((file) => {
      const rows = Array.from({ length: ENTRIES }, (_, k) => rowOf(file, k + 1))
      file.exec('DELETE FROM entry')
      let previous = BEGINNING
      for (const row of rows) {
        const made = { ...row, previous, act: row.seq === seq ? '/another' : row.act }
        const text = textOf(made)
        previous = sumOf(text)
        place(file, { ...made, text, sha256: previous })
      }
    })
    expect(fault?.seq).toBe(Math.ceil(seq / 8) * 8)
  }), { numRuns: 12 })
})

test('whoever is meant cannot be exchanged, nor a head forged or taken away', () => {
  expect(tamper((file) => file.exec("UPDATE person_reference SET identity = 'dp-9' WHERE identity = 'dp-3'")).fault?.seq).toBe(3)
  expect(tamper((file) => file.exec("UPDATE person_reference SET identity = 'no reason' WHERE identity = 'because 7'")).fault?.seq).toBe(7)
  expect(tamper((file) => file.exec("UPDATE head SET signature = 'x' WHERE seq = 16")).fault).toEqual({ seq: 16, what: expect.stringContaining('signature') })
  expect(tamper((file) => file.exec('DELETE FROM head WHERE seq = 8')).fault).toEqual({ seq: 8, what: expect.stringContaining('missing in the file') })
})

test('a flipped bit anywhere in the file is found, or changes nothing of what is read', () => {
  const bytes = readFileSync(join(whole, 'audit.sqlite'))
  const contents = (folder: string) => {
    const file = new DatabaseSync(join(folder, 'audit.sqlite'), { readOnly: true })
    try {
      return JSON.stringify(['entry', 'head', 'person_reference'].map((table) => file.prepare(`SELECT * FROM ${table} NOT INDEXED`).all()))
    } finally {
      file.close()
    }
  }
  const before = contents(whole)
  // The name of a person may change in life: it is told beside the chain and proves nothing.
  const withoutNames = (text: string) => text.replace(/"name":"[^"]*"/g, '')
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1 << bit
    writeFileSync(join(copy, 'audit.sqlite'), changed)
    if (verify(copy).fault === undefined) expect(withoutNames(contents(copy))).toBe(withoutNames(before))
  }), { numRuns: 80 })
})
