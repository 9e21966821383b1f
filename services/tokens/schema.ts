/** Shape of tokens.sqlite. Of a token only its sum is kept: it has 256 random bits, so that nobody finds it by trying. */
export const TOKENS_MIGRATIONS = [
  `CREATE TABLE token (
     token_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, prefix TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL,
     created_at REAL NOT NULL, created_by TEXT NOT NULL, expires_at REAL NOT NULL, revoked_at REAL, revoked_by TEXT, used_at REAL) STRICT;
   CREATE TRIGGER token_stays BEFORE UPDATE OF token_id, name, prefix, sha256, scopes, created_at, created_by, expires_at ON token BEGIN SELECT raise(ABORT, 'a token is revoked, never changed'); END;
   CREATE TRIGGER token_stays_revoked BEFORE UPDATE OF revoked_at ON token WHEN old.revoked_at IS NOT NULL AND new.revoked_at IS NOT old.revoked_at BEGIN SELECT raise(ABORT, 'a revoked token stays revoked'); END`,
] as const
