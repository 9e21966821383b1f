/**
 * What happened to activations, line by line, and what was proposed for each day. Two files of one shape, each with its one writer: work
 * proposes and carries out, the api takes down what people and end nodes answer. Lines are only ever added, so the state of an
 * activation is what both files together come to.
 */
import type { DatabaseSync } from 'node:sqlite'
import { activationOf, type Activation, type ActivationChange, type ChangeKind } from '#models/flexibility/activation.ts'
import type { Proposal } from '#models/flexibility/propose-activations.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'

export const ACTIVATION_MIGRATIONS = [
  `CREATE TABLE change (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, activation_id TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL, reason TEXT, body TEXT,
     from_at REAL, to_at REAL) STRICT;
   CREATE INDEX change_by_activation ON change (activation_id, seq);
   CREATE INDEX proposed_by_time ON change (from_at) WHERE kind = 'proposed';
   CREATE TABLE day_proposal (day REAL PRIMARY KEY, made_at REAL NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TRIGGER change_stays BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
   CREATE TRIGGER change_remains BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END`,
  // Without a body: taken away.
  'CREATE TABLE subscription_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, subscription_id TEXT NOT NULL, ven_name TEXT NOT NULL, at REAL NOT NULL, body TEXT) STRICT',
] as const

/** What was found for a day: kept also where there was nothing to do, so that it is known that somebody looked. */
export interface DayProposal extends Omit<Proposal, 'activations'> {
  /** Start of the local day, UTC ms. */
  readonly day: number
  readonly madeAt: number
  /** Of the congestion forecast it stands on. */
  readonly issuedAt: number
  readonly actAtProbability: number
  readonly activationIds: readonly string[]
}

/** Where an OpenADR end node wants to be called back; written by the api alone. */
export interface Subscription {
  readonly subscriptionId: string
  readonly venName: string
  readonly at: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface ActivationReader {
  activation(activationId: string): Activation | undefined
  /** Those that begin in the interval, the earliest first. */
  between(from: number, to: number): readonly Activation[]
  dayProposal(day: number): DayProposal | undefined
  latestDayProposal(): DayProposal | undefined
  subscriptions(venName: string): readonly Subscription[]
  close(): void
}

export interface ActivationStore extends ActivationReader {
  /** All or none of them, safe on disk when it returns. */
  add(changes: readonly ActivationChange[], proposal?: DayProposal): void
  /** `body` null: taken away. */
  subscribe(change: Omit<Subscription, 'body'> & { readonly body: Subscription['body'] | null }): void
}

export interface ActivationFiles {
  /** Written by work. */
  readonly activations: string
  /** Written by the api. */
  readonly answers: string
}

interface ChangeRow { activation_id: string; at: number; kind: ChangeKind; by: string; reason: string | null; body: string | null }
interface ProposalRow { body: string }
interface SubscriptionRow { subscription_id: string; ven_name: string; at: number; body: string }

const changeOf = (row: ChangeRow): ActivationChange => ({ activationId: row.activation_id, at: row.at, kind: row.kind, by: row.by, reason: row.reason, body: row.body === null ? null : (JSON.parse(row.body) as Record<string, unknown>) })
/** JSON has no NaN: of a shortfall without rating the power is null there. */
const dayProposalOf = (row: unknown): DayProposal | undefined => {
  if (row === undefined) return undefined
  const told = JSON.parse((row as ProposalRow).body) as DayProposal
  return { ...told, shortfalls: told.shortfalls.map((one) => ({ ...one, mostKw: one.mostKw ?? NaN, energyKwh: one.energyKwh ?? NaN })) }
}

function queries(database: DatabaseSync) {
  const changes = database.prepare('SELECT * FROM change WHERE activation_id = ? ORDER BY seq')
  const ids = database.prepare("SELECT DISTINCT activation_id FROM change WHERE kind = 'proposed' AND from_at >= ? AND from_at < ? ORDER BY from_at, activation_id")
  const ofDay = database.prepare('SELECT body FROM day_proposal WHERE day = ?')
  const latest = database.prepare('SELECT body FROM day_proposal ORDER BY day DESC LIMIT 1')
  const subscriptions = database.prepare('SELECT * FROM subscription_change WHERE seq IN (SELECT max(seq) FROM subscription_change WHERE ven_name = ? GROUP BY subscription_id) AND body IS NOT NULL ORDER BY seq')
  return {
    subscriptions: (venName: string) => (subscriptions.all(venName) as unknown as SubscriptionRow[]).map((row): Subscription => ({ subscriptionId: row.subscription_id, venName: row.ven_name, at: row.at, body: JSON.parse(row.body) as Record<string, unknown> })),
    changes: (activationId: string) => (changes.all(activationId) as unknown as ChangeRow[]).map(changeOf),
    ids: (from: number, to: number) => (ids.all(from, to) as unknown as { activation_id: string }[]).map(({ activation_id }) => activation_id),
    dayProposal: (day: number) => dayProposalOf(ofDay.get(day)),
    latestDayProposal: () => dayProposalOf(latest.get()),
  }
}

/** Opens both files; `writes` says whose writer this process is. The other file may not be there yet. */
export function openActivationStore(files: ActivationFiles, writes: keyof ActivationFiles): ActivationStore {
  const database = openAsWriter(files[writes], ACTIVATION_MIGRATIONS, { durable: true })
  const own = queries(database)
  const other = openQuestions(files[writes === 'activations' ? 'answers' : 'activations'], ACTIVATION_MIGRATIONS, queries)
  const insert = database.prepare('INSERT INTO change (activation_id, at, kind, by, reason, body, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const insertDay = database.prepare('INSERT INTO day_proposal (day, made_at, body) VALUES (?, ?, ?)')
  const insertSubscription = database.prepare('INSERT INTO subscription_change (subscription_id, ven_name, at, body) VALUES (?, ?, ?, ?)')
  const proposals = () => (writes === 'activations' ? own : other.ready())
  const activation = (activationId: string) => activationOf([...own.changes(activationId), ...(other.ready()?.changes(activationId) ?? [])])
  return {
    activation,
    between: (from, to) => (proposals()?.ids(from, to) ?? []).flatMap((id) => activation(id) ?? []),
    dayProposal: (day) => proposals()?.dayProposal(day),
    latestDayProposal: () => proposals()?.latestDayProposal(),
    subscriptions: (venName) => (writes === 'answers' ? own : other.ready())?.subscriptions(venName) ?? [],
    subscribe({ subscriptionId, venName, at, body }) {
      insertSubscription.run(subscriptionId, venName, at, body === null ? null : JSON.stringify(body))
    },
    add(changes, proposal) {
      inTransaction(database, () => {
        for (const { activationId, at, kind, by, reason, body } of changes) {
          const [from, to] = kind === 'proposed' ? [Number(body?.['from']), Number(body?.['to'])] : [null, null]
          insert.run(activationId, at, kind, by, reason, body === null ? null : JSON.stringify(body), from, to)
        }
        if (proposal !== undefined) insertDay.run(proposal.day, proposal.madeAt, JSON.stringify(proposal))
      })
    },
    close() {
      database.close()
      other.close()
    },
  }
}
