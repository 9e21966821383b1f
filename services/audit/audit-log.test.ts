import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openAuditLog } from './audit-log.ts'
import { readOutside } from './outside-heads.ts'
import type { AuditLog, NewEntry, Party } from './port.ts'
import { openAuditReader } from './query.ts'
import { verifyAudit } from './verify.ts'

let folder: string
let now: number
let audit: AuditLog
const HOUR_MS = 3_600_000
const open = () => openAuditLog({ dataFolder: folder, log: silentLogger, realNow: () => now, headEveryEntries: 5 })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-audit-'))
  now = 1_000_000_000
  audit = open()
})
afterEach(() => {
  audit.close()
  rmSync(folder, { recursive: true, force: true })
})

const ANNE: Party = { kind: 'person', id: '1', name: 'Anne Le Gall' }
const SHOP: Party = { kind: 'delivery-point', id: '99000000000001' }
const reading = (subject: Party, actor = ANNE): NewEntry => ({ kind: 'reading', actor, act: '/api/merchant/x', subject })
const all = () => audit.list({ limit: 100 }).toReversed()

test('entries are told with who and whose, by either, and the newest first', () => {
  audit.append([reading(SHOP), { kind: 'edit', actor: ANNE, act: 'POST /api/operator/edits', subject: null, reason: 'the meter stood still' }])
  expect(audit.list({ limit: 1 })).toEqual([{ seq: 2, at: now, kind: 'edit', actor: ANNE, act: 'POST /api/operator/edits', subject: null, reason: 'the meter stood still', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(audit.list({ subject: SHOP.id, limit: 9 }).map(({ seq }) => seq)).toEqual([1])
  expect(audit.list({ actor: 'Anne Le Gall', limit: 9 }).map(({ seq }) => seq)).toEqual([2, 1])
  expect(audit.list({ actor: '1', kind: 'reading', limit: 9 }).map(({ seq }) => seq)).toEqual([1])
  expect(audit.list({ subject: 'the meter stood still', limit: 9 })).toEqual([])
  const elsewhere = openAuditReader(join(folder, 'audit.sqlite'))
  expect(elsewhere.list({ from: now, to: now + 1, before: 2, limit: 9 }).map(({ seq }) => seq)).toEqual([1])
  elsewhere.close()
})

test('a page that polls is one reading an hour', () => {
  for (let minute = 0; minute < 130; minute += 10) {
    audit.appendOnceAnHour([reading(SHOP), reading(SHOP), reading({ kind: 'delivery-point', id: 'other' })])
    now += 600_000
  }
  expect(audit.list({ subject: SHOP.id, limit: 99 })).toHaveLength(3)
  expect(audit.list({ subject: 'other', limit: 99 })).toHaveLength(3)
})

test('the file takes neither change nor deletion nor replacement', () => {
  audit.append([reading(SHOP), reading(SHOP)])
  const other = new DatabaseSync(join(folder, 'audit.sqlite'))
  for (const statement of [
    "UPDATE entry SET act = 'x'", 'DELETE FROM entry', "INSERT OR REPLACE INTO entry VALUES (1, 0, 'x', NULL, 'x', NULL, NULL, 'x', 'x', 'x')",
    "INSERT INTO entry VALUES (9, 0, 'x', NULL, 'x', NULL, NULL, 'x', 'x', 'x')", "UPDATE person_reference SET identity = 'x'",
  ]) expect(() => other.exec(statement)).toThrow(/append-only|erased or stays/)
  other.close()
})

test('heads are signed every so many entries, every hour and at the end, and told outside', () => {
  audit.append(Array.from({ length: 12 }, () => reading(SHOP)))
  expect(readOutside(join(folder, 'audit-heads')).heads.map(({ seq }) => seq)).toEqual([5, 10])
  audit.sealIfDue()
  expect(audit.newestHead()?.seq).toBe(10)
  now += HOUR_MS
  audit.sealIfDue()
  audit.sealIfDue()
  expect(readOutside(join(folder, 'audit-heads')).heads.map(({ seq }) => seq)).toEqual([5, 10, 12])
  audit.append([reading(SHOP)])
  audit.close()
  audit = open()
  expect(verifyAudit({ dataFolder: folder })).toEqual({ entries: 13, heads: 4, outsideHeads: 4, vouchedFor: 13, fault: undefined })
})

test('a second place that does not answer stops nothing; its heads follow', () => {
  const place = join(folder, 'audit-heads')
  writeFileSync(place, 'a file where a folder should be')
  audit.append(Array.from({ length: 7 }, () => reading(SHOP)))
  expect(all()).toHaveLength(7)
  rmSync(place)
  audit.append([reading(SHOP)])
  expect(readOutside(place).heads.map(({ seq }) => seq)).toEqual([5])
})

test('what cannot be written is told as such, and nothing of it stays', () => {
  const other = new DatabaseSync(join(folder, 'audit.sqlite'))
  other.exec("CREATE TRIGGER full BEFORE INSERT ON entry WHEN new.kind = 'edit' BEGIN SELECT raise(ABORT, 'no room'); END")
  expect(() => audit.append([reading(SHOP), { ...reading(SHOP), kind: 'edit' }])).toThrow(/PF_AUDIT_UNAVAILABLE/)
  expect(all()).toEqual([])
  audit.append([reading(SHOP)])
  expect(verifyAudit({ dataFolder: folder }).fault).toBeUndefined()
  other.close()
})

test('an erased person is in no byte of the files, every entry stays, and the chain holds', () => {
  audit.append([reading(SHOP), { ...reading(SHOP), reason: 'Anne Le Gall called about her bill' }, reading(SHOP, { kind: 'person', id: '2', name: 'Bruno' })])
  const before = all()
  expect(audit.erase([ANNE], { actor: null, act: 'account removed' })).toBe(2)
  expect(all().map(({ sha256 }) => sha256).slice(0, 3)).toEqual(before.map(({ sha256 }) => sha256))
  expect(all().map(({ actor }) => actor)).toEqual([{ kind: 'erased', id: expect.any(String) }, { kind: 'erased', id: expect.any(String) }, { kind: 'person', id: '2', name: 'Bruno' }, null])
  expect(audit.list({ actor: 'Anne Le Gall', limit: 9 })).toEqual([])
  expect(verifyAudit({ dataFolder: folder }).fault).toBeUndefined()
  for (const file of ['audit.sqlite', 'audit.sqlite-wal']) expect(readFileSync(join(folder, file), 'latin1')).not.toContain('Le Gall')
  // Who comes again is nobody who was here before.
  audit.append([reading(SHOP)])
  expect(audit.list({ actor: 'Anne Le Gall', limit: 9 })).toHaveLength(1)
})

test('after the time for which the log says who, it says so no longer', () => {
  audit.append([reading(SHOP)])
  now += 10 * HOUR_MS
  audit.append([reading({ kind: 'delivery-point', id: 'other' }, { kind: 'person', id: '2' })])
  expect(audit.forgetBefore(now)).toBe(2)
  expect(all().map(({ subject }) => subject?.kind)).toEqual(['erased', 'delivery-point', undefined])
  expect(audit.forgetBefore(now)).toBe(0)
  expect(verifyAudit({ dataFolder: folder }).fault).toBeUndefined()
})

test('a file that is older than what was told outside says so at the start, in the log itself', () => {
  audit.append(Array.from({ length: 6 }, () => reading(SHOP)))
  audit.close()
  mkdirSync(join(folder, 'kept'))
  const outside = readFileSync(join(folder, 'audit-heads/heads.jsonl'))
  rmSync(join(folder, 'audit.sqlite'))
  audit = open()
  expect(all()).toMatchObject([{ kind: 'log-broken', reason: 'head of entry 6 told outside' }])
  expect(readFileSync(join(folder, 'audit-heads/heads.jsonl'))).toEqual(outside)
  expect(verifyAudit({ dataFolder: folder }).fault).toMatchObject({ seq: 2, what: expect.stringContaining('cut off') })
})
