import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction } from './one-writer-file.ts'

/** A worker's hold on a piece of work: what it is, and the number that fences off whoever held it before. */
export interface EffectClaim {
  readonly kind: string
  readonly scope: string
  readonly period: number
  readonly inputRevision: number
  readonly token: number
}

/** Part of the migrations of every file that keeps effects of jobs: the newest holder of each piece, and what is done of it. */
export const EFFECT_TABLE = `CREATE TABLE effect (
  effect_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, scope TEXT NOT NULL, period REAL NOT NULL,
  token INTEGER NOT NULL, done_revision INTEGER NOT NULL, UNIQUE (kind, scope, period)) STRICT`

/** Pieces of work remembered; what is older may be done again, which changes nothing but costs the work. */
const KEEP = 200_000
const PRUNE_EVERY = 2_000
const NEVER = -1

export interface EffectLedger {
  /**
   * Takes the pieces over: from now on every older token is refused. `done`: the effect is there already, from before a
   * crash or by somebody else; `stale`: a newer holder is at work.
   */
  begin<Claim extends EffectClaim>(claims: readonly Claim[]): { readonly pending: readonly Claim[]; readonly done: readonly Claim[]; readonly stale: readonly Claim[] }
  /** Throws PF_JOB_FENCED if one of the pieces has a newer holder. */
  check(claims: readonly EffectClaim[]): void
  /** Writes an effect and that it is done in one transaction of the file. Undefined: it was done before. Throws as `check` does. */
  commit<Result>(claims: readonly EffectClaim[], write: () => Result): Result | undefined
  /** No token may ever be lower than this; 0 in a new file. */
  highestToken(): number
}

/** At least once by the queue, exactly once here: effects are keyed by (kind, scope, period, input revision) and fenced. */
export function effectLedger(database: DatabaseSync): EffectLedger {
  const find = database.prepare('SELECT token, done_revision FROM effect WHERE kind = ? AND scope = ? AND period = ?')
  const set = database.prepare('INSERT INTO effect (kind, scope, period, token, done_revision) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, scope, period) DO UPDATE SET token = excluded.token, done_revision = excluded.done_revision')
  const highest = database.prepare('SELECT coalesce(max(token), 0) AS token FROM effect')
  const prune = database.prepare('DELETE FROM effect WHERE effect_id <= (SELECT max(effect_id) FROM effect) - ?')
  let commits = 0

  const known = ({ kind, scope, period }: EffectClaim) => find.get(kind, scope, period) as { token: number; done_revision: number } | undefined
  const take = ({ kind, scope, period, token }: EffectClaim, doneRevision: number) => set.run(kind, scope, period, token, doneRevision)
  const check = (claims: readonly EffectClaim[]) => {
    for (const claim of claims) {
      const holder = known(claim)
      if (holder !== undefined && holder.token > claim.token) throw new PenfeldError('PF_JOB_FENCED', `${claim.kind} of ${claim.scope} from ${new Date(claim.period).toISOString()}: ${claim.token} was followed by ${holder.token}.`)
    }
  }

  return {
    begin: (claims) => inTransaction(database, () => {
      const sorted = { pending: [] as typeof claims[number][], done: [] as typeof claims[number][], stale: [] as typeof claims[number][] }
      for (const claim of claims) {
        const before = known(claim)
        if (before !== undefined && before.done_revision >= claim.inputRevision) sorted.done.push(claim)
        else if (before !== undefined && before.token > claim.token) sorted.stale.push(claim)
        else {
          take(claim, before?.done_revision ?? NEVER)
          sorted.pending.push(claim)
        }
      }
      return sorted
    }),
    check,
    commit: (claims, write) => inTransaction(database, () => {
      check(claims)
      const open = claims.filter((claim) => (known(claim)?.done_revision ?? NEVER) < claim.inputRevision)
      if (open.length === 0) return undefined
      const result = write()
      for (const claim of open) take(claim, claim.inputRevision)
      commits += 1
      if (commits % PRUNE_EVERY === 0) prune.run(KEEP)
      return result
    }),
    highestToken: () => (highest.get() as { token: number }).token,
  }
}
