import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Quota, retryAfterMs } from './quota.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-quota-'))
afterAll(() => rmSync(folder, { recursive: true }))
let number = 0

test('a quota allows in no interval more than it says, whatever the rhythm of the calls and however often it is opened anew', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 100 }), fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 }), fc.nat(10), (calls, perS, pauses, reopenEach) => {
    const file = join(folder, `${number++}.json`)
    let now = 1_000_000
    let quota = new Quota([{ calls, perS }], file, () => now)
    const made: number[] = []
    for (const [index, pauseMs] of pauses.entries()) {
      now += pauseMs
      const waitMs = quota.waitMs()
      now += Math.ceil(waitMs)
      quota.take()
      made.push(now)
      if (index % (reopenEach + 1) === 0) quota = new Quota([{ calls, perS }], file, () => now)
    }
    for (const at of made) expect(made.filter((other) => other >= at && other < at + perS * 1_000).length).toBeLessThanOrEqual(calls)
  }), { numRuns: 60 })
})

test('several rules hold at once; what the service itself says holds over a restart; a damaged file is a new beginning', () => {
  const file = join(folder, 'rules.json')
  let now = 0
  const quota = new Quota([{ calls: 5, perS: 1 }, { calls: 1, perS: 900 }], file, () => now)
  expect(quota.waitMs()).toBe(0)
  quota.take()
  expect(quota.waitMs()).toBe(900_000)
  now = 900_000
  expect(quota.waitMs()).toBe(0)
  quota.blockUntil(2_000_000)
  expect(new Quota([{ calls: 5, perS: 1 }, { calls: 1, perS: 900 }], file, () => now).waitMs()).toBe(1_100_000)
  // A clock that was set back gives nothing for free.
  now = 0
  expect(quota.waitMs()).toBe(2_000_000)
  writeFileSync(file, '{"buckets":[{"tokens":null}]}')
  expect(new Quota([{ calls: 1, perS: 1 }], file, () => now).waitMs()).toBe(0)
})

test('Retry-After in seconds or as a date', () => {
  const now = Date.UTC(2026, 0, 1)
  expect([retryAfterMs('120', now), retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now), retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), retryAfterMs('soon', now), retryAfterMs(null, now)]).toEqual([120_000, 30_000, 0, undefined, undefined])
})
