import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { openSigningKey, publicTextOfKey } from '#services/hosts/signing-key.ts'
import { packFrozen, unpackFrozen } from '#services/reinforcement/frozen-file.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { DistrictBasis } from './district-basis.ts'
import type { KeptStudies, KeptStudiesReader, StudyEvent, StudyHead, Verification } from './port.ts'
import { STUDIES_MIGRATIONS } from './schema.ts'
import { isStatementSigned, resultText, statementBytes, sumOf } from './seal.ts'

/** Name of the key under PENFELD_DATA/keys; made at the first signature. */
const KEY = 'studies'

interface Row {
  study_id: string; title: string; version: number; note: string; created_at: number; created_by: string; district_version: string
  computed_at: number; base_from: number; base_to: number; first_year: number | null; answer: string; recommended_eur: number | null; sha256: string
  signed_at: number | null; signed_by: string | null; public_key: string | null; signature: string | null
}
interface Blobs { result: Uint8Array; frozen: Uint8Array; basis: Uint8Array }

const HEAD = 'study_id, title, version, note, created_at, created_by, district_version, computed_at, base_from, base_to, first_year, answer, recommended_eur, sha256, signed_at, signed_by, public_key, signature'
const headOf = (row: Row): StudyHead => ({
  studyId: row.study_id, title: row.title, version: row.version, note: row.note, createdAt: row.created_at, createdBy: row.created_by, districtVersion: row.district_version,
  computedAt: row.computed_at, baseFrom: row.base_from, baseTo: row.base_to, firstYear: row.first_year, answer: row.answer, recommendedEur: row.recommended_eur, sha256: row.sha256,
  signed: row.signed_at === null ? null : { signedAt: row.signed_at, signedBy: row.signed_by!, publicKey: row.public_key!, signature: row.signature! },
})

/** What a list shows of a result. */
const summaryOf = ({ computedAt, base, answer, portfolios, recommended }: StudyResult) => ({
  computedAt: Date.parse(computedAt), baseFrom: Date.parse(base.from), baseTo: Date.parse(base.to), firstYear: answer.firstYear, answer: answer.kind,
  recommendedEur: recommended === null ? null : portfolios[recommended]!.expectedNpvEur,
})

const textOf = (blob: Uint8Array): string => zstdDecompressSync(blob).toString()

function queries(database: DatabaseSync, dataFolder: string): Omit<KeptStudiesReader, 'close'> {
  const all = database.prepare(`SELECT ${HEAD} FROM study ORDER BY seq DESC`)
  const one = database.prepare(`SELECT ${HEAD} FROM study WHERE study_id = ?`)
  const blob = (column: keyof Blobs) => {
    const asked = database.prepare(`SELECT ${column} AS bytes FROM study WHERE study_id = ?`)
    return (studyId: string) => (asked.get(studyId) as { bytes: Uint8Array } | undefined)?.bytes
  }
  const [resultBlob, frozenBlob, basisBlob] = [blob('result'), blob('frozen'), blob('basis')]
  const events = database.prepare('SELECT at, act, person, differing FROM event WHERE study_id = ? ORDER BY seq')
  const seen = database.prepare('SELECT min(at) AS at FROM district_seen WHERE version <> ? AND at > ?')
  const head = (studyId: string): StudyHead | undefined => {
    const row = one.get(studyId) as Row | undefined
    return row && headOf(row)
  }
  const read = <T>(bytes: Uint8Array | undefined, unpack: (bytes: Uint8Array) => T): T | undefined => (bytes === undefined ? undefined : unpack(bytes))
  return {
    list: () => (all.all() as unknown as Row[]).map(headOf),
    head,
    result: (studyId) => read(resultBlob(studyId), (bytes) => JSON.parse(textOf(bytes)) as StudyResult),
    frozen: (studyId) => read(frozenBlob(studyId), (bytes) => unpackFrozen(bytes, studyId)),
    basis: (studyId) => read(basisBlob(studyId), (bytes) => JSON.parse(textOf(bytes)) as DistrictBasis),
    verify(studyId) {
      const kept = head(studyId)
      return kept && verification(kept, { result: resultBlob(studyId)!, frozen: frozenBlob(studyId)!, basis: basisBlob(studyId)! }, publicTextOfKey(dataFolder, KEY))
    },
    events: (studyId) => (events.all(studyId) as unknown as (Omit<StudyEvent, 'differing'> & { differing: string })[]).map((event) => ({ ...event, differing: JSON.parse(event.differing) as string[] })),
    otherDistrictAt: (version, since) => (seen.get(version, since) as { at: number | null }).at ?? undefined,
  }
}

function verification(kept: StudyHead, { result, ...basedOn }: Blobs, ownKey: string | undefined): Verification {
  const text = readable(result)
  if (text === undefined || sumOf(text, basedOn, kept.districtVersion) !== kept.sha256) return 'changed'
  const told = summaryOf(JSON.parse(text) as StudyResult)
  if (Object.entries(told).some(([name, value]) => kept[name as keyof typeof told] !== value)) return 'changed'
  if (kept.signed === null) return 'unsigned'
  const { signedAt, signedBy, publicKey, signature } = kept.signed
  if (!isStatementSigned({ ...kept, signedAt, signedBy }, publicKey, signature)) return 'changed'
  return publicKey === ownKey ? 'holds' : 'other-key'
}

const readable = (blob: Uint8Array): string | undefined => {
  try {
    return textOf(blob)
  } catch {
    return undefined
  }
}

/** Opens studies.sqlite as its one writer, the api. */
export function openStudyStore(dataFolder: string): KeptStudies {
  const database = openAsWriter(join(dataFolder, DATA_FILES.studies), STUDIES_MIGRATIONS, { durable: true })
  const asked = queries(database, dataFolder)
  const sameRun = database.prepare('SELECT study_id FROM study WHERE run_id = ? AND title = ? AND sha256 = ?')
  const newest = database.prepare('SELECT coalesce(max(version), 0) AS version FROM study WHERE title = ?')
  const insert = database.prepare(`INSERT INTO study (study_id, title, version, note, run_id, created_at, created_by_id, created_by, district_version, computed_at, base_from, base_to, first_year, answer, recommended_eur, sha256, result, frozen, basis)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const sign = database.prepare('UPDATE study SET signed_at = ?, signed_by_id = ?, signed_by = ?, public_key = ?, signature = ? WHERE study_id = ?')
  const write = database.prepare('INSERT INTO event (at, study_id, act, person_id, person, differing) VALUES (?, ?, ?, ?, ?, ?)')
  const lastSeen = database.prepare('SELECT version FROM district_seen ORDER BY seq DESC LIMIT 1')
  const see = database.prepare('INSERT INTO district_seen (version, at) VALUES (?, ?)')
  return {
    ...asked,
    keep({ title, note, runId, result, frozen, basis }, person, at) {
      const [text, frozenBytes, basisBytes, districtVersion] = [resultText(result), packFrozen(frozen), zstdCompressSync(JSON.stringify(basis)), result.district.version]
      const sha256 = sumOf(text, { frozen: frozenBytes, basis: basisBytes }, districtVersion)
      const { computedAt, baseFrom, baseTo, firstYear, answer, recommendedEur } = summaryOf(result)
      return inTransaction(database, () => {
        const known = sameRun.get(runId, title, sha256) as { study_id: string } | undefined
        if (known !== undefined) return asked.head(known.study_id)!
        const studyId = randomBytes(8).toString('hex')
        const { version } = newest.get(title) as { version: number }
        insert.run(studyId, title, version + 1, note, runId, at, person.personId, person.name, districtVersion, computedAt, baseFrom, baseTo, firstYear, answer, recommendedEur, sha256, zstdCompressSync(text), frozenBytes, basisBytes)
        write.run(at, studyId, 'kept', person.personId, person.name, '[]')
        return asked.head(studyId)!
      })
    },
    sign: (studyId, person, at) => inTransaction(database, () => {
      const kept = asked.head(studyId)
      if (kept === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no study ${studyId}.`)
      if (kept.signed !== null) throw new PenfeldError('PF_STUDY_SIGNED', `${kept.title}, version ${kept.version}, was signed by ${kept.signed.signedBy}.`, { where: studyId })
      // Nobody puts a name under what is no longer what was kept.
      if (asked.verify(studyId) !== 'unsigned') throw new PenfeldError('PF_STORE_CORRUPT', `${kept.title}, version ${kept.version}, is not what was kept.`, { where: studyId })
      const { publicText, sign: signed } = openSigningKey(dataFolder, KEY)
      sign.run(at, person.personId, person.name, publicText, signed(statementBytes({ ...kept, signedAt: at, signedBy: person.name })), studyId)
      write.run(at, studyId, 'signed', person.personId, person.name, '[]')
      return asked.head(studyId)!
    }),
    noteRerun: (studyId, differing, person, at) => void write.run(at, studyId, 'rerun', person.personId, person.name, JSON.stringify(differing)),
    districtSeen(version, at) {
      if ((lastSeen.get() as { version: string } | undefined)?.version !== version) see.run(version, at)
    },
    close: () => database.close(),
  }
}

/** For the command line: nothing until the api has made the file. */
export function openStudyReader(dataFolder: string): KeptStudiesReader {
  const awaited = openQuestions(join(dataFolder, DATA_FILES.studies), STUDIES_MIGRATIONS, (database) => queries(database, dataFolder))
  return {
    list: () => awaited.ready()?.list() ?? [],
    head: (studyId) => awaited.ready()?.head(studyId),
    result: (studyId) => awaited.ready()?.result(studyId),
    frozen: (studyId) => awaited.ready()?.frozen(studyId),
    basis: (studyId) => awaited.ready()?.basis(studyId),
    verify: (studyId) => awaited.ready()?.verify(studyId),
    events: (studyId) => awaited.ready()?.events(studyId) ?? [],
    otherDistrictAt: (version, since) => awaited.ready()?.otherDistrictAt(version, since),
    close: () => awaited.close(),
  }
}
