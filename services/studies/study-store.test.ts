import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sampleFrozen, sampleResult } from '#models/reinforcement/sample-study.testkit.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { basisOf } from './district-basis.ts'
import type { KeptStudies, NewStudy } from './port.ts'
import { statementBytes } from './seal.ts'
import { openStudyReader, openStudyStore } from './study-store.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const ANNE = { personId: 1, name: 'Anne' }
const PAUL = { personId: 2, name: 'Paul' }
const basis = basisOf(smallDistrict().district)
let folder: string
let store: KeptStudies
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-kept-'))
  store = openStudyStore(folder)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

let runs = 0
const newStudy = (more: Partial<NewStudy> = {}): NewStudy => ({ title: 'Halles', note: 'for the council', runId: `run-${runs++}`, result: sampleResult(), frozen: sampleFrozen(), basis, ...more })
/** As somebody with the file in hand. */
const outside = (sql: string) => {
  const database = new DatabaseSync(join(folder, 'studies.sqlite'))
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}

test('what is kept comes back to the bit, with what a list shows of it', () => {
  const head = store.keep(newStudy(), ANNE, NOW)
  expect(head).toMatchObject({ title: 'Halles', version: 1, note: 'for the council', createdAt: NOW, createdBy: 'Anne', districtVersion: 'v1', firstYear: 2034, answer: 'flexibility', recommendedEur: 84_001.5, signed: null })
  expect([head.baseFrom, head.baseTo]).toEqual([Date.UTC(2025, 0, 14), Date.UTC(2026, 0, 14)])
  expect(store.list()).toEqual([head])
  expect(store.result(head.studyId)).toEqual(sampleResult())
  expect(store.frozen(head.studyId)).toEqual(sampleFrozen())
  expect(store.basis(head.studyId)).toEqual(basis)
  expect(store.verify(head.studyId)).toBe('unsigned')
  expect([store.head('nothing'), store.result('nothing'), store.frozen('nothing'), store.verify('nothing')]).toEqual([undefined, undefined, undefined, undefined])
})

test('versions count up within a title, newest first; the same run twice is one', () => {
  const first = newStudy()
  const [one, again, two, other] = [store.keep(first, ANNE, NOW), store.keep(first, PAUL, NOW + 1), store.keep(newStudy(), PAUL, NOW + 2), store.keep(newStudy({ title: 'Port' }), ANNE, NOW + 3)]
  expect(again).toEqual(one)
  expect([two.version, other.version]).toEqual([2, 1])
  expect(store.list().map(({ title, version }) => `${title} ${version}`)).toEqual(['Port 1', 'Halles 2', 'Halles 1'])
  // The same run number with other contents, as after a restart, is another study.
  expect(store.keep({ ...first, result: sampleResult(undefined, '2026-02-01T00:00:00.000Z') }, ANNE, NOW).version).toBe(3)
})

describe('a signature', () => {
  test('says who and when, once, and holds', () => {
    const { studyId, sha256 } = store.keep(newStudy(), ANNE, NOW)
    const signed = store.sign(studyId, PAUL, NOW + 1)
    expect(signed).toMatchObject({ sha256, signed: { signedAt: NOW + 1, signedBy: 'Paul', publicKey: openSigningKey(folder, 'studies').publicText } })
    expect(store.verify(studyId)).toBe('holds')
    expect(() => store.sign(studyId, PAUL, NOW + 2)).toThrow('PF_STUDY_SIGNED')
    expect(() => store.sign('nothing', PAUL, NOW)).toThrow('PF_NOT_FOUND')
    expect(store.events(studyId)).toEqual([{ at: NOW, act: 'kept', person: 'Anne', differing: [] }, { at: NOW + 1, act: 'signed', person: 'Paul', differing: [] }])
    expect(statSync(join(folder, 'keys/studies.pem')).mode & 0o077).toBe(0)
  })

  test('no study is changed; a signed one is neither deleted nor replaced, by no way through SQL', () => {
    const [kept, signed] = [store.keep(newStudy(), ANNE, NOW), store.keep(newStudy(), ANNE, NOW)]
    store.sign(signed.studyId, PAUL, NOW)
    expect(() => outside(`UPDATE study SET answer = 'reinforce' WHERE study_id = '${kept.studyId}'`)).toThrow('a kept study is never changed')
    const copied = 'study_id, title, version, note, run_id, created_at, created_by_id, created_by, district_version, computed_at, base_from, base_to, answer, sha256, result, frozen, basis'
    const of = `WHERE study_id = '${signed.studyId}'`
    for (const [sql, refusal] of [
      [`UPDATE study SET result = x'00' ${of}`, 'never changed'], [`UPDATE study SET signed_by = 'Eve' ${of}`, 'a signed study is never changed'], [`UPDATE study SET signed_at = NULL ${of}`, 'a signed study is never changed'],
      [`DELETE FROM study ${of}`, 'never deleted'], ['DELETE FROM study', 'never deleted'],
      [`INSERT OR REPLACE INTO study (${copied}) SELECT ${copied} FROM study ${of}`, 'never replaced'],
      [`INSERT OR REPLACE INTO study (${copied}) SELECT ${copied.replace('study_id', "'other'")} FROM study ${of}`, 'never replaced'],
      [`INSERT OR REPLACE INTO study (seq, ${copied}) SELECT seq, ${copied.replace('study_id', "'other'").replace('title', "'other'")} FROM study ${of}`, 'never replaced'],
      [`UPDATE OR REPLACE study SET seq = (SELECT seq FROM study ${of}) WHERE study_id = '${kept.studyId}'`, 'never changed'],
      ["UPDATE event SET person = 'Eve'", 'stays written'], ['DELETE FROM event', 'stays written'],
    ] as const) expect(() => outside(sql), sql).toThrow(refusal)
    expect(store.verify(signed.studyId)).toBe('holds')
    expect(store.list()).toHaveLength(2)
  })

  test('whoever changes the file all the same is found out, whatever it was', () => {
    const untie = 'DROP TRIGGER study_stays; DROP TRIGGER signed_study_stays;'
    const changes = ["title = 'Port'", 'version = 9', "note = ''", 'created_at = 0', "created_by = 'Eve'", "district_version = 'v2'", 'recommended_eur = 1', "answer = 'reinforce'", 'first_year = NULL', "sha256 = 'aa'", "result = x'00'", "basis = x'00'", "frozen = x'00'", "signed_by = 'Eve'", 'signed_at = 1', "public_key = 'x'", "signature = ''", 'base_from = 0']
    outside(untie)
    for (const change of changes) {
      const { studyId } = store.keep(newStudy(), ANNE, NOW)
      store.sign(studyId, PAUL, NOW)
      outside(`UPDATE study SET ${change} WHERE study_id = '${studyId}'`)
      expect([change, store.verify(studyId)]).toEqual([change, 'changed'])
    }
    const { studyId } = store.keep(newStudy(), ANNE, NOW)
    outside(`UPDATE study SET recommended_eur = 1 WHERE study_id = '${studyId}'`)
    expect(() => store.sign(studyId, PAUL, NOW)).toThrow('PF_STORE_CORRUPT')
  })

  test('of another key is said to be one: it proves nothing by itself', () => {
    const head = store.keep(newStudy(), ANNE, NOW)
    store.sign(head.studyId, PAUL, NOW)
    const forger = openSigningKey(join(folder, 'forger'), 'studies')
    outside(`DROP TRIGGER signed_study_stays; UPDATE study SET signed_by = 'Eve', public_key = '${forger.publicText}', signature = '${forger.sign(statementBytes({ ...head, signedAt: NOW, signedBy: 'Eve' }))}'`)
    expect(store.verify(head.studyId)).toBe('other-key')
  })
})

test('a reader sees nothing until the file is there, then the same', () => {
  const elsewhere = join(folder, 'elsewhere')
  const reader = openStudyReader(elsewhere)
  expect([reader.list(), reader.head('x'), reader.verify('x'), reader.events('x')]).toEqual([[], undefined, undefined, []])
  const writer = openStudyStore(elsewhere)
  const { studyId } = writer.keep(newStudy(), ANNE, NOW)
  writer.sign(studyId, PAUL, NOW)
  expect(reader.list()).toEqual(writer.list())
  expect(reader.verify(studyId)).toBe('holds')
  reader.close()
  writer.close()
})

test('the first time that another district is seen after a study is kept', () => {
  for (const [version, at] of [['v1', 1], ['v1', 2], ['v2', 3], ['v2', 4], ['v1', 5], ['v3', 6]] as const) store.districtSeen(version, at)
  expect([store.otherDistrictAt('v1', 0), store.otherDistrictAt('v1', 4), store.otherDistrictAt('v2', 3), store.otherDistrictAt('v3', 6)]).toEqual([3, 6, 5, undefined])
})
