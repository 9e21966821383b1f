import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { openDirectory } from './directory.ts'
import { SIGN_IN_LIMIT_MS, type Directory } from './port.ts'
import { DIRECTORY_MIGRATIONS } from './schema.ts'
import type { BegunSession } from './sessions-port.ts'

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

test('a sign-in is handed out once and not for long', () => {
  const pending = { provider: 'standard', state: 's', nonce: 'n', codeVerifier: 'c', redirectUri: 'r', returnTo: '' }
  const once = directory.beginSignIn(pending)
  expect(directory.takeSignIn(once)).toEqual(pending)
  expect(directory.takeSignIn(once)).toBeUndefined()
  const late = directory.beginSignIn(pending)
  now += SIGN_IN_LIMIT_MS + 1
  expect(directory.takeSignIn(late)).toBeUndefined()
})

test('the file holds no session id that opens a door', () => {
  const { sessionId } = directory.sessions.begin({ personId: enrol('anne'), authenticatedAt: now }) as BegunSession
  const other = new DatabaseSync(file)
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  expect(readFileSync(file, 'latin1')).not.toContain(sessionId)
  other.close()
})

test('without an audit log no reading is noted, and so none may happen', () => {
  expect(() => directory.logAccess({ personId: enrol('anne'), route: '/api/merchant/x', subject: 'dp' })).toThrow(/PF_AUDIT_UNAVAILABLE/)
})

test('links of a file of the first version come along, with no word of who granted them', () => {
  directory.close()
  rmSync(file, { force: true })
  const old = openAsWriter(file, DIRECTORY_MIGRATIONS.slice(0, 1))
  old.exec("INSERT INTO person (issuer, subject, name) VALUES ('i', 'anne', 'Anne'); INSERT INTO person_role VALUES (1, 'merchant'); INSERT INTO person_holder VALUES (1, 'h', 5, 9), (1, 'g', 7, NULL)")
  old.close()
  directory = openDirectory(file, () => now)
  expect(directory.principal(1)).toEqual({ personId: 1, name: 'Anne', roles: ['merchant'], holders: [{ holder: 'g', from: 7, to: Infinity }, { holder: 'h', from: 5, to: 9 }] })
  expect(directory.links.of(1).map(({ origin, grantedBy, endsAt }) => [origin, grantedBy, endsAt])).toEqual([['enrolled', null, Infinity], ['enrolled', null, Infinity]])
})

test('a newcomer gets the role and no link; who is known keeps what they have', () => {
  const newcomer = directory.arrive({ issuer: 'i', subject: 'new', name: 'New' }, 'resident')
  expect(directory.principal(newcomer)).toEqual({ personId: newcomer, name: 'New', roles: ['resident'], holders: [] })
  const known = enrol('anne')
  expect(directory.arrive({ issuer: 'i', subject: 'anne', name: 'Anne' }, 'resident')).toBe(known)
  expect(directory.principal(known)).toMatchObject({ name: 'Anne', roles: ['merchant'], holders: [{ holder: 'h' }] })
  expect(directory.people().map(({ name, signedInAt }) => [name, signedInAt])).toEqual([['Anne', now], ['New', now]])
})

test('enrolling again leaves links of other origins', () => {
  const anne = enrol('anne')
  directory.links.add({ personId: anne, holder: 'other', from: 0, to: Infinity, origin: 'letter', grantedBy: 9, endsAt: Infinity, parentLink: null })
  enrol('anne')
  expect(directory.links.of(anne).map(({ holder, origin }) => [holder, origin])).toEqual([['h', 'enrolled'], ['other', 'letter']])
})

test('the last administrator stays', async () => {
  const [one, two] = [enrol('one'), enrol('two')]
  directory.setRoles(one, ['administrator'])
  expect(() => directory.setRoles(one, ['planner'])).toThrow(/PF_LAST_ADMINISTRATOR/)
  await expect(directory.remove(one)).rejects.toThrow(/PF_LAST_ADMINISTRATOR/)
  directory.setRoles(two, ['administrator'])
  directory.setRoles(one, ['planner'])
  expect(directory.principal(one)?.roles).toEqual(['planner'])
})

test('a removed account is gone with its links, what it delegated and its sessions; a salted reference stays', async () => {
  const [anne, friend] = [enrol('anne-of-the-file'), enrol('friend')]
  const { sessionId } = directory.sessions.begin({ personId: anne, authenticatedAt: now }) as BegunSession
  const [own] = directory.links.of(anne)
  directory.links.add({ personId: friend, holder: 'h', from: 0, to: Infinity, origin: 'delegation', grantedBy: anne, endsAt: Infinity, parentLink: own!.linkId })
  const { code } = directory.codes.make({ kind: 'delegation', holder: 'h', deliveryPoint: null, parentLink: own!.linkId, from: 0, linkEndsAt: now + 1, madeBy: anne })
  await directory.remove(anne)
  expect(directory.principal(anne)).toBeUndefined()
  expect(directory.sessions.find(sessionId)).toBeUndefined()
  expect(directory.links.of(friend).map(({ origin }) => origin)).toEqual(['enrolled'])
  expect(() => directory.codes.redeem(friend, code, () => true)).toThrow(/PF_CODE_REFUSED/)
  expect([directory.wasRemoved(anne, 'i', 'anne-of-the-file'), directory.wasRemoved(anne, 'i', 'friend'), directory.wasRemoved(friend, 'i', 'friend')]).toEqual([true, false, false])
  directory.close()
  expect(readFileSync(file, 'latin1')).not.toContain('anne-of-the-file')
  directory = openDirectory(file, () => now)
  // A number is never given twice: the logs of the one who is gone are nobody else's.
  expect(enrol('anne-of-the-file')).not.toBe(anne)
})
