import type { DatabaseSync } from 'node:sqlite'

export type ForwardingState =
  /** Not asked yet. */
  | 'starting'
  | 'well'
  /** Does not answer, or asks to wait. */
  | 'away'
  /** Token, rights or database are wrong: a person must act. */
  | 'denied'

/** How the store stands with its server; written where other processes can read it. */
export interface ForwardingStatus {
  readonly state: ForwardingState
  /** What the server last said or did not say; undefined while all is well. */
  readonly lastError: string | undefined
  /** Real time since which the state holds. */
  readonly sinceRealMs: number
  /** Entries, values and bytes of the journal that the server has not taken. */
  readonly backlogEntries: number
  readonly backlogBytes: number
  /** How long ago (real time) the oldest of them was written; 0 if there is none. */
  readonly lagMs: number
  /** Lines kept apart because the server refuses them. */
  readonly quarantined: number
  /** Values taken by the server, batches of sources refused because the journal is full, both since the start. */
  readonly forwarded: number
  readonly refusedFull: number
  /** Entries taken while the server could not be asked whether their values were known. */
  readonly undecided: number
  readonly writtenRealMs: number
}

export function writeStatus(forwarding: DatabaseSync, status: ForwardingStatus): void {
  forwarding.prepare('INSERT INTO status VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET status = excluded.status').run(JSON.stringify(status))
}

/** As last written by the writer of the store; undefined before its first start. */
export function readStatus(forwarding: DatabaseSync): ForwardingStatus | undefined {
  const row = forwarding.prepare('SELECT status FROM status').get() as { status: string } | undefined
  return row === undefined ? undefined : (JSON.parse(row.status) as ForwardingStatus)
}
