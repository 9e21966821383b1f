import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction } from '#services/sqlite/one-writer-file.ts'
import { newCode, normalCode } from './code-text.ts'
import { CODE_LIMIT_MS, WRONG_CODES_A_PERSON, WRONG_CODES_WINDOW_MS, type AccessCodes, type CodeRecord } from './codes-port.ts'
import type { HolderLinks } from './links-port.ts'
import { hashOf } from './secrets.ts'

interface CodeRow { code_id: number; kind: string; holder: string; delivery_point: string | null; parent_link: number | null; from_at: number; link_ends_at: number | null; made_by: number; made_at: number; expires_at: number }

const recordOf = (row: CodeRow): CodeRecord => ({
  codeId: row.code_id, kind: row.kind as CodeRecord['kind'], holder: row.holder, deliveryPoint: row.delivery_point, parentLink: row.parent_link,
  from: row.from_at, linkEndsAt: row.link_ends_at ?? Infinity, madeBy: row.made_by, madeAt: row.made_at, expiresAt: row.expires_at,
})
/** Refused codes are counted by the hour and shown by the day. */
const KEPT_MS = 7 * 86_400_000
const OPEN = 'redeemed_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?'

/** Codes are kept as plain hashes: of 80 random bits none can be found by trying. */
export function accessCodes(database: DatabaseSync, links: HolderLinks, realNow: () => number): AccessCodes {
  const save = database.prepare('INSERT INTO access_code (code_hash, kind, holder, delivery_point, parent_link, from_at, link_ends_at, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *')
  const withdrawLetters = database.prepare("UPDATE access_code SET withdrawn_at = ? WHERE kind = 'letter' AND holder = ? AND delivery_point = ? AND redeemed_at IS NULL AND withdrawn_at IS NULL")
  const find = database.prepare(`SELECT * FROM access_code WHERE code_hash = ? AND ${OPEN}`)
  const use = database.prepare('UPDATE access_code SET redeemed_by = ?, redeemed_at = ? WHERE code_id = ?')
  const open = database.prepare(`SELECT * FROM access_code WHERE ${OPEN} ORDER BY code_id`)
  const withdraw = database.prepare(`UPDATE access_code SET withdrawn_at = ? WHERE code_id = ? AND ${OPEN}`)
  const note = database.prepare('INSERT INTO wrong_code (at, person_id) VALUES (?, ?)')
  const forget = database.prepare('DELETE FROM wrong_code WHERE at < ?')
  const wrongOf = database.prepare('SELECT count(*) AS count FROM wrong_code WHERE at > ? AND person_id = ?')
  const wrong = database.prepare('SELECT count(*) AS count FROM wrong_code WHERE at > ?')
  const counted = (row: unknown): number => (row as { count: number }).count

  return {
    make(code) {
      const text = newCode()
      const now = realNow()
      return inTransaction(database, () => {
        if (code.kind === 'letter') withdrawLetters.run(now, code.holder, code.deliveryPoint)
        const ends = Number.isFinite(code.linkEndsAt) ? code.linkEndsAt : null
        const row = save.get(hashOf(text), code.kind, code.holder, code.deliveryPoint, code.parentLink, code.from, ends, code.madeBy, now, now + CODE_LIMIT_MS[code.kind])
        return { ...recordOf(row as unknown as CodeRow), code: text }
      })
    },
    redeem(personId, typed, stillRight) {
      const now = realNow()
      const since = now - WRONG_CODES_WINDOW_MS
      if (counted(wrongOf.get(since, personId)) >= WRONG_CODES_A_PERSON) {
        throw new PenfeldError('PF_TOO_MANY_CODES', 'Too many codes were refused in the last hour.')
      }
      const code = normalCode(typed)
      const row = code === undefined ? undefined : (find.get(hashOf(code), now) as CodeRow | undefined)
      const record = row && recordOf(row)
      if (record === undefined || !stillRight(record)) {
        forget.run(now - KEPT_MS)
        note.run(now, personId)
        throw new PenfeldError('PF_CODE_REFUSED', 'This code opens nothing.', { where: 'code' })
      }
      return inTransaction(database, () => {
        use.run(personId, now, record.codeId)
        return links.add({ personId, holder: record.holder, from: record.from, to: Infinity, origin: record.kind, grantedBy: record.madeBy, endsAt: record.linkEndsAt, parentLink: record.parentLink })
      })
    },
    open: () => (open.all(realNow()) as unknown as CodeRow[]).map(recordOf),
    withdraw: (codeId) => withdraw.run(realNow(), codeId, realNow()).changes > 0,
    refusedSince: (at) => counted(wrong.get(at)),
  }
}
