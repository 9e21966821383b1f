import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { decideLive } from '#models/disclosure/live-rules.ts'
import { openReleaseReader, openReleaseStore, type NewRelease } from './release-store.ts'

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
