import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { jobQueueContract } from '../contract.ts'
import { openJobQueue } from './job-queue.ts'
import { openJobStatus } from './job-status.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'penfeld-jobs-'))

describe('embedded queue', () => {
  jobQueueContract(async (clock) => {
    const place = folder()
    let real = 1_000_000
    const open = () => openJobQueue(join(place, 'jobs.sqlite'), clock, { realNow: () => real, leaseMs: 1000, firstPauseMs: 100 })
    let current = open()
    return {
      queue: current,
      leaseMs: 1000,
      pauseMs: 100,
      async reopen() {
        await current.close()
        current = open()
        return current
      },
      async passRealTime(ms) {
        real += ms
      },
      async end() {
        await current.close()
        rmSync(place, { recursive: true })
      },
    }
  })
})


test('a reader answers with nothing until work has made the file, then sees what work does', async () => {
  const place = folder()
  const file = join(place, 'jobs.sqlite')
  const reader = openJobStatus(file)
  expect(await reader.kinds()).toEqual([])
  const queue = openJobQueue(file, manualClock(5000))
  await queue.askScheduled({ kind: 'publish', scope: 'district', lastPeriod: 0, nextDueAt: 9000 }, [{ kind: 'publish', scope: 'district', period: 0, inputRevision: 1 }])
  expect(await reader.kinds()).toMatchObject([{ kind: 'publish', waiting: 1, nextDueAt: 9000 }])
  expect(await reader.recent(5)).toMatchObject([{ kind: 'publish', state: 'waiting', createdAt: 5000 }])
  await reader.close()
  await queue.close()
  rmSync(place, { recursive: true })
})
