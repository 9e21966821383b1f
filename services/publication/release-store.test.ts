import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Certificate } from '#models/disclosure/guard-shapes.ts'
import { decideLive } from '#models/disclosure/live-rules.ts'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { isReleaseSigned, sha256Of } from './document.ts'
import { openRegisterReader } from './register.ts'
import { openReleaseReader, openReleaseStore, RELEASES_MIGRATIONS, type NewRelease } from './release-store.ts'
import { openWithdrawalDesk, openWithdrawalReader } from './withdrawals.ts'

const STEP = 1_800_000
// Only the rules can make a publishable body; without a rule it is the empty one.
const body = decideLive({ at: 0, now: 0, meanPowerKw: 1, coverage: 1, firmImportKw: 1, yearlyMeanKw: 1, deliveryPoints: 0, holderPowerKw: [], publicPowerKw: 0, productionKw: 0 }, undefined).figures
const release = (at: number): NewRelease => ({ kind: 'district-live', at, stepS: 1800, publishedAt: at + 2 * STEP, rules: '2025-01-01', districtVersion: 'v1', body })

test('releases are chained, kept once, and leave the window without leaving the chain', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const file = join(place, 'releases.sqlite')
  const reader = openReleaseReader(file)
  expect(await reader.headId()).toBe(0)
  const store = openReleaseStore(file)
  for (const at of [0, STEP, 2 * STEP]) expect(await store.publish(release(at))).toBe(true)
  expect(await store.publish(release(STEP))).toBe(false)
  expect((await reader.between('district-live', 0, 10 * STEP)).map(({ at }) => at)).toEqual([0, STEP, 2 * STEP])
  expect(await reader.headId()).toBe(3)

  expect(await store.withdrawBefore('district-live', 2 * STEP)).toBe(2)
  expect((await reader.between('district-live', 0, 10 * STEP)).map(({ at }) => at)).toEqual([2 * STEP])
  expect(await store.firstBrokenLink()).toBeUndefined()
  // What has left the window cannot be published anew either.
  expect(await store.publish(release(0))).toBe(false)
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})

test('the file refuses changes, and an exchanged release breaks the chain', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const file = join(place, 'releases.sqlite')
  const store = openReleaseStore(file)
  for (const at of [0, STEP]) await store.publish(release(at))
  const intruder = new DatabaseSync(file)
  expect(() => intruder.exec(`UPDATE release SET body = '{"meanPowerKw":1}'`)).toThrow('never changed')
  expect(() => intruder.exec('DELETE FROM release')).toThrow('never deleted')
  intruder.exec(`DROP TRIGGER release_is_immutable; UPDATE release SET body = '{"meanPowerKw":1}' WHERE release_id = 2`)
  expect(await store.firstBrokenLink()).toBe(2)
  intruder.close()
  await store.close()
  rmSync(place, { recursive: true })
})

const energies = { ...body, district: 1 } as unknown as Extract<NewRelease, { kind: 'energy-daily' }>['body']
const certificate: Certificate = { rulesFrom: '2025-01-01', cohortSha256: 'c', holders: 20, cellsShown: 1, cellsHeld: 0, derivableSums: 1, intervalsChecked: 0, narrowestShare: null }
const day = (carrier: 'electricity' | 'water', at: number): NewRelease => ({ kind: 'energy-daily', carrier, at, stepS: 86_400, publishedAt: at + 54 * 3_600_000, rules: '2025-01-01', districtVersion: 'v1', certificate, shown: 'cells', held: [{ cell: 'zone:z', reason: 'complementary' }], body: energies })

test('a release of energies is signed; withdrawn by a person it keeps hash, signature and certificate', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const file = join(place, 'releases.sqlite')
  const store = openReleaseStore(file, openSigningKey(place, 'releases'))
  const asked = new Set<number>()
  const reader = openReleaseReader(file, (releaseId) => asked.has(releaseId))
  expect(await store.publish(day('electricity', 0))).toBe(true)
  expect(await store.publish(day('water', 0))).toBe(true)
  expect(await store.publish(day('water', 0))).toBe(false)
  const [head] = await reader.after(1, 1)
  const text = (await reader.document(2))!
  expect(sha256Of(text)).toBe(head!.sha256)
  expect(isReleaseSigned(head!.sha256, head!.publicKey!, head!.signature!)).toBe(true)
  expect(isReleaseSigned(sha256Of(`${text} `), head!.publicKey!, head!.signature!)).toBe(false)
  expect(text).not.toContain('complementary')

  asked.add(2)
  expect(await reader.document(2)).toBeUndefined()
  expect((await reader.head(2))!.withdrawn).toBe(true)
  expect(await reader.latest('energy-daily', 'water')).toBeUndefined()
  asked.clear()
  expect(await reader.document(2)).toBe(text)
  expect(store.withdraw(2, 'wrong meter', 'A. Person', 5)).toBe(true)
  expect(store.withdraw(2, 'again', 'A. Person', 6)).toBe(false)
  expect(await reader.document(2)).toBeUndefined()
  expect(await store.firstBrokenLink()).toBeUndefined()

  const register = openRegisterReader(file)
  expect(await register.entry(2)).toEqual({ head: { ...head, withdrawn: true }, held: [{ cell: 'zone:z', reason: 'complementary' }], certificate, withdrawal: { at: 5, reason: 'wrong meter', person: 'A. Person' } })
  expect((await register.entries({ carrier: 'electricity', limit: 5 })).map((entry) => entry.head.releaseId)).toEqual([1])
  const intruder = new DatabaseSync(file)
  for (const statement of ["UPDATE release SET certificate = '{}'", 'UPDATE release SET withdrawn_at = NULL WHERE release_id = 2', "INSERT OR REPLACE INTO release SELECT * FROM release WHERE release_id = 1"]) expect(() => intruder.exec(statement)).toThrow(/never/)
  intruder.close()
  await Promise.all([register.close(), reader.close(), store.close()])
  rmSync(place, { recursive: true })
})

test('releases made before there were carriers and signatures stay readable in the same chain', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const file = join(place, 'releases.sqlite')
  const old = new DatabaseSync(file)
  old.exec(`${RELEASES_MIGRATIONS[0]}; ${RELEASES_MIGRATIONS[1]}; PRAGMA user_version = 2`)
  let previous = '0'.repeat(64)
  for (const [i, text] of ['{"meanPowerKw":1}', null, '{"meanPowerKw":3}'].entries()) {
    const sha256 = sha256Of(JSON.stringify([previous, 'district-live', i * STEP, 1800, i, 'r', 'v1', text ?? 'gone']))
    old.prepare('INSERT INTO release (kind, at, step_s, published_at, rules, district_version, previous_sha256, sha256, body) VALUES (?, ?, 1800, ?, ?, ?, ?, ?, ?)').run('district-live', i * STEP, i, 'r', 'v1', previous, sha256, text)
    previous = sha256
  }
  old.close()
  const store = openReleaseStore(file)
  expect((await store.between('district-live', 0, 9 * STEP)).map((one) => [one.releaseId, one.body.meanPowerKw])).toEqual([[1, 1], [3, 3]])
  expect(await store.publish(release(5 * STEP))).toBe(true)
  expect(await store.latest('district-live')).toMatchObject({ releaseId: 4, previousSha256: previous })
  expect(await store.firstBrokenLink()).toBeUndefined()
  await store.close()
  rmSync(place, { recursive: true })
})

test('what the data officer takes back is gone at once and carried out by the writer later', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const [file, asks] = [join(place, 'releases.sqlite'), join(place, 'withdrawals.sqlite')]
  const store = openReleaseStore(file)
  const work = openWithdrawalReader(asks)
  expect(work.carryOut(store)).toBe(0)
  await store.publish(day('electricity', 0))
  const desk = openWithdrawalDesk(asks)
  desk.ask({ releaseId: 1, at: 7, reason: 'wrong meter', personId: 1, person: 'A. Person' })
  expect([desk.has(1), desk.has(2)]).toEqual([true, false])
  expect(work.carryOut(store)).toBe(1)
  expect(work.carryOut(store)).toBe(0)
  expect((await store.head(1))!.withdrawn).toBe(true)
  desk.close()
  const again = openWithdrawalDesk(asks)
  expect(again.has(1)).toBe(true)
  again.close()
  work.close()
  await store.close()
  rmSync(place, { recursive: true })
})

test('a pass is released as a whole or not at all', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-releases-'))
  const store = openReleaseStore(join(place, 'releases.sqlite'))
  const broken = { ...day('electricity', STEP), body: { get cells(): never { throw new Error('torn') } } } as unknown as NewRelease
  await expect(store.publishAll([day('electricity', 0), broken])).rejects.toThrow('torn')
  expect(await store.headId()).toBe(0)
  expect(await store.publishAll([day('electricity', 0), day('electricity', STEP), day('electricity', 0)])).toBe(2)
  expect(await store.firstBrokenLink()).toBeUndefined()
  await store.close()
  rmSync(place, { recursive: true })
})
