import type { DatabaseSync } from 'node:sqlite'
import { LONGEST_CONSENT_YEARS, yearsLater, type Granularity } from '#models/consent/standing.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { ConsentLedger, ConsentReader, ConsentWay, LedgerLine } from './port.ts'

/** Lines are only ever added: the file itself refuses anything else. */
export const CONSENTS_MIGRATIONS = [
  `CREATE TABLE consent_line (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('given', 'withdrawn')), at REAL NOT NULL, holder TEXT NOT NULL,
     delivery_point TEXT NOT NULL, purpose TEXT NOT NULL, granularity TEXT NOT NULL, from_at REAL, to_at REAL, text_version TEXT, text_sha256 TEXT,
     language TEXT, way TEXT NOT NULL, person_ref TEXT NOT NULL) STRICT;
   CREATE INDEX consent_by_holder ON consent_line (holder, seq);
   CREATE TRIGGER consent_stays BEFORE UPDATE ON consent_line BEGIN SELECT RAISE(ABORT, 'the ledger of consents is append-only'); END;
   CREATE TRIGGER consent_remains BEFORE DELETE ON consent_line BEGIN SELECT RAISE(ABORT, 'the ledger of consents is append-only'); END`,
] as const

interface Row {
  seq: number; kind: 'given' | 'withdrawn'; at: number; holder: string; delivery_point: string; purpose: string; granularity: Granularity
  from_at: number | null; to_at: number | null; text_version: string | null; text_sha256: string | null; language: 'fr' | 'en' | null; way: ConsentWay; person_ref: string
}
const lineOf = (row: Row): LedgerLine => ({
  seq: row.seq, kind: row.kind, at: row.at, holder: row.holder, deliveryPoint: row.delivery_point, purpose: row.purpose, granularity: row.granularity,
  from: row.from_at ?? NaN, to: row.to_at ?? NaN, textVersion: row.text_version, textSha256: row.text_sha256, language: row.language, way: row.way, personRef: row.person_ref,
})
const lines = (rows: unknown): LedgerLine[] => (rows as Row[]).map(lineOf)

function questions(database: DatabaseSync): Omit<ConsentReader, 'close'> {
  const head = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM consent_line')
  const after = database.prepare('SELECT * FROM consent_line WHERE seq > ? ORDER BY seq')
  const ofHolder = database.prepare('SELECT * FROM consent_line WHERE holder = ? ORDER BY seq')
  return {
    headSeq: () => (head.get() as { seq: number }).seq,
    after: (seq) => lines(after.all(seq)),
    ofHolder: (holder) => lines(ofHolder.all(holder)),
  }
}

/** Opens the ledger as its one writer, the api. */
export function openConsentLedger(file: string): ConsentLedger {
  const database = openAsWriter(file, CONSENTS_MIGRATIONS, { durable: true })
  const insert = database.prepare(`INSERT INTO consent_line (kind, at, holder, delivery_point, purpose, granularity, from_at, to_at, text_version, text_sha256, language, way, person_ref)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`)
  return {
    ...questions(database),
    give({ holder, deliveryPoint, purpose, granularity, from, to, textVersion, textSha256, language, way, personRef }, at) {
      if (!(from < to) || to > yearsLater(from, LONGEST_CONSENT_YEARS)) throw new PenfeldError('PF_CONSENT_INVALID', `A consent lasts from its beginning to at most ${LONGEST_CONSENT_YEARS} years later.`, { where: 'to' })
      return lineOf(insert.get('given', at, holder, deliveryPoint, purpose, granularity, from, to, textVersion, textSha256, language, way, personRef) as unknown as Row)
    },
    withdraw: ({ holder, deliveryPoint, purpose, granularity, way, personRef }, at) =>
      lineOf(insert.get('withdrawn', at, holder, deliveryPoint, purpose, granularity, null, null, null, null, null, way, personRef) as unknown as Row),
    close: () => database.close(),
  }
}

/** For collect, work and commands: nothing yet until the api has made the file. */
export function openConsentReader(file: string): ConsentReader {
  const awaited = openQuestions(file, CONSENTS_MIGRATIONS, questions)
  return {
    headSeq: () => awaited.ready()?.headSeq() ?? 0,
    after: (seq) => awaited.ready()?.after(seq) ?? [],
    ofHolder: (holder) => awaited.ready()?.ofHolder(holder) ?? [],
    close: () => awaited.close(),
  }
}
