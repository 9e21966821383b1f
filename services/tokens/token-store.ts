import { createHash, randomBytes } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { LONGEST_LIFE_MS, type TokenRecord, type TokenStore } from './port.ts'
import { TOKENS_MIGRATIONS } from './schema.ts'
import type { TokenScope } from './scopes.ts'

/** Begins every token, so that logs, and those who look for secrets in published code, know one when they see it. */
const MARK = 'pfd_'
const SHOWN_CHARACTERS = 10
const USED_STEP_MS = 60_000

const sumOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

interface Row { token_id: number; name: string; prefix: string; scopes: string; created_at: number; created_by: string; expires_at: number; revoked_at: number | null; revoked_by: string | null; used_at: number | null }
const recordOf = (row: Row): TokenRecord => ({
  tokenId: row.token_id, name: row.name, prefix: row.prefix, scopes: row.scopes.split(' ') as TokenScope[], createdAt: row.created_at, createdBy: row.created_by,
  expiresAt: row.expires_at, revokedAt: row.revoked_at, revokedBy: row.revoked_by, usedAt: row.used_at,
})

/** Opens tokens.sqlite as its one writer. */
export function openTokenStore(file: string, realNow: () => number = Date.now): TokenStore {
  const database = openAsWriter(file, TOKENS_MIGRATIONS, { durable: true })
  const columns = 'token_id, name, prefix, scopes, created_at, created_by, expires_at, revoked_at, revoked_by, used_at'
  const insert = database.prepare(`INSERT INTO token (name, prefix, sha256, scopes, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ${columns}`)
  const bySum = database.prepare(`SELECT ${columns} FROM token WHERE sha256 = ?`)
  const byId = database.prepare(`SELECT ${columns} FROM token WHERE token_id = ?`)
  const all = database.prepare(`SELECT ${columns} FROM token ORDER BY token_id DESC`)
  const revoke = database.prepare('UPDATE token SET revoked_at = ?, revoked_by = ? WHERE token_id = ? AND revoked_at IS NULL')
  const touch = database.prepare('UPDATE token SET used_at = ? WHERE token_id = ?')
  return {
    make({ name, scopes, expiresAt, createdBy }) {
      const now = realNow()
      if (scopes.length === 0) throw new PenfeldError('PF_REQUEST_INVALID', 'A token needs a scope.', { where: 'body/scopes' })
      if (!(expiresAt > now && expiresAt <= now + LONGEST_LIFE_MS)) throw new PenfeldError('PF_REQUEST_INVALID', 'A token expires within a year.', { where: 'body/expiresAt' })
      const secret = `${MARK}${randomBytes(32).toString('base64url')}`
      const row = insert.get(name, secret.slice(0, SHOWN_CHARACTERS), sumOf(secret), [...new Set(scopes)].join(' '), now, createdBy, expiresAt)
      return { record: recordOf(row as unknown as Row), secret }
    },
    valid(secret) {
      const row = bySum.get(sumOf(secret)) as Row | undefined
      const now = realNow()
      if (row === undefined || row.revoked_at !== null || now >= row.expires_at) return undefined
      if (now - (row.used_at ?? -Infinity) >= USED_STEP_MS) touch.run(now, row.token_id)
      return recordOf(row)
    },
    revoke(tokenId, by) {
      revoke.run(realNow(), by, tokenId)
      const row = byId.get(tokenId) as Row | undefined
      return row && recordOf(row)
    },
    list: () => (all.all() as unknown as Row[]).map(recordOf),
    close: () => database.close(),
  }
}
