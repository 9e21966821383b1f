import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { createReadiness } from './readiness.ts'

const at = (wroteAt: number | undefined, now: number, dataFolder = tmpdir()) => createReadiness({ dataFolder, collect: { wroteAtRealMs: async () => wroteAt }, now: () => now })

test('ready while collect writes, before its first start, and until the stop begins', async () => {
  expect(await at(undefined, 1_000_000).notReady()).not.toContain('collect-not-writing')
  const readiness = at(1_000_000, 1_002_000)
  expect(await readiness.notReady()).not.toContain('collect-not-writing')
  readiness.stopping()
  expect(await readiness.notReady()).toContain('stopping')
})

test('not ready when collect has not written for more than four seconds, or the folder cannot be looked at', async () => {
  expect(await at(1_000_000, 1_004_500).notReady()).toContain('collect-not-writing')
  expect(await at(1_000_000, 1_000_500, '/nowhere/at/all').notReady()).toContain('disk-unreadable')
  const broken = createReadiness({ dataFolder: tmpdir(), collect: { wroteAtRealMs: async () => { throw new Error('no such table') } } })
  expect(await broken.notReady()).toContain('collect-not-writing')
})
