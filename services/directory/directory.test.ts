import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDirectory } from './directory.ts'
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, SIGN_IN_LIMIT_MS, type Directory } from './port.ts'

let folder: string
let file: string
let now: number
let directory: Directory
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-directory-'))
  file = join(folder, 'directory.sqlite')
  now = 1_000_000
  directory = openDirectory(file, () => now)
})
afterEach(() => {
  directory.close()
  rmSync(folder, { recursive: true, force: true })
})
const enrol = (subject: string) => directory.enrol({ issuer: 'i', subject, name: subject, roles: ['merchant'], holders: [{ holder: 'h', from: 5, to: Infinity }] })

test('a person is known by issuer and subject, and enrolling again replaces the rights', () => {
  const id = enrol('anne')
  expect(directory.principal(id)).toEqual({ personId: id, name: 'anne', roles: ['merchant'], holders: [{ holder: 'h', from: 5, to: Infinity }] })
  expect(directory.enrol({ issuer: 'i', subject: 'anne', name: 'Anne', roles: ['planner'], holders: [] })).toBe(id)
  expect(directory.principal(id)).toEqual({ personId: id, name: 'Anne', roles: ['planner'], holders: [] })
  expect(directory.personId('other', 'anne')).toBeUndefined()
})

test('a session ends when idle, when old, when ended and when revoked', () => {
  const person = enrol('anne')
  const idle = directory.beginSession(person).sessionId
  now += IDLE_LIMIT_MS + 1
  expect(directory.session(idle)).toBeUndefined()

  const old = directory.beginSession(person).sessionId
  for (let t = 0; t < ABSOLUTE_LIMIT_MS; t += IDLE_LIMIT_MS / 2) {
    expect(directory.session(old)?.personId).toBe(person)
    now += IDLE_LIMIT_MS / 2
  }
  now += 1
  expect(directory.session(old)).toBeUndefined()

  const [ended, revoked] = [directory.beginSession(person).sessionId, directory.beginSession(person).sessionId]
  directory.endSession(ended)
  expect(directory.session(ended)).toBeUndefined()
  expect(directory.session(revoked)).toBeDefined()
  directory.revoke(person)
  expect(directory.session(revoked)).toBeUndefined()
})

test('an open page that only looks does not keep a session alive', () => {
  const { sessionId } = directory.beginSession(enrol('anne'))
  now += IDLE_LIMIT_MS - 1
  expect(directory.session(sessionId, { quietly: true })).toBeDefined()
  now += 2
  expect(directory.session(sessionId, { quietly: true })).toBeUndefined()
})

test('a sign-in is handed out once and not for long', () => {
  const pending = { state: 's', nonce: 'n', codeVerifier: 'c', redirectUri: 'r', returnTo: '' }
  const once = directory.beginSignIn(pending)
  expect(directory.takeSignIn(once)).toEqual(pending)
  expect(directory.takeSignIn(once)).toBeUndefined()
  const late = directory.beginSignIn(pending)
  now += SIGN_IN_LIMIT_MS + 1
  expect(directory.takeSignIn(late)).toBeUndefined()
})

test('the file holds no session id that opens a door', () => {
  const { sessionId } = directory.beginSession(enrol('anne'))
  const other = new DatabaseSync(file)
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  expect(readFileSync(file, 'latin1')).not.toContain(sessionId)
  other.close()
})

test('without an audit log no reading is noted, and so none may happen', () => {
  expect(() => directory.logAccess({ personId: enrol('anne'), route: '/api/merchant/x', subject: 'dp' })).toThrow(/PF_AUDIT_UNAVAILABLE/)
})
