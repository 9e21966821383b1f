import { expect, test } from 'vitest'
import type { Clock } from '#services/clock/port.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import type { JobQueue } from './port.ts'

/** A queue under test. `reopen` stands for a process that was killed and started again; `passRealTime` lets leases run out. */
export interface QueueUnderTest {
  readonly queue: JobQueue
  reopen(): Promise<JobQueue>
  passRealTime(ms: number): Promise<void>
  readonly leaseMs: number
  readonly pauseMs: number
  end(): Promise<void>
}

const STEP = 600_000
const asked = (period = 0, inputRevision = 1) => ({ kind: 'evaluate' as const, scope: 'network', period, inputRevision })

/** What every queue must do, whatever it is made of. Call it inside a `describe`. */
export function jobQueueContract(make: (clock: Clock) => Promise<QueueUnderTest>): void {
  const withQueue = (work: (subject: QueueUnderTest) => Promise<void>) => async () => {
    const subject = await make(manualClock(1_000_000))
    try {
      await work(subject)
    } finally {
      await subject.end()
    }
  }

  test('asking again for the same input changes nothing, while waiting, running and done', withQueue(async ({ queue }) => {
    await queue.ask(asked())
    await queue.ask(asked())
    const claimed = (await queue.claim(['evaluate']))!
    await queue.ask(asked())
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    expect(await queue.complete(claimed.job.jobId, claimed.token)).toBe(true)
    await queue.ask(asked())
    expect(await queue.claim(['evaluate'])).toBeUndefined()
  }))

  test('a newer input asks again; one that waits already is raised and done once', withQueue(async ({ queue }) => {
    await queue.ask(asked(0, 1))
    const first = (await queue.claim(['evaluate']))!
    await queue.ask(asked(0, 2))
    await queue.ask(asked(0, 5))
    await queue.complete(first.job.jobId, first.token)
    const second = (await queue.claim(['evaluate']))!
    expect(second.job.inputRevision).toBe(5)
    await queue.complete(second.job.jobId, second.token)
    await queue.ask(asked(0, 3))
    expect(await queue.claim(['evaluate'])).toBeUndefined()
  }))

  test('the oldest period of the asked kinds comes first', withQueue(async ({ queue }) => {
    await queue.ask(asked(2 * STEP))
    await queue.ask(asked(STEP))
    await queue.ask({ kind: 'publish', scope: 'district', period: 0, inputRevision: 1 })
    expect((await queue.claim(['evaluate']))!.job.period).toBe(STEP)
    expect((await queue.claim(['evaluate']))!.job.period).toBe(2 * STEP)
    expect((await queue.claim(['evaluate', 'publish']))!.job.kind).toBe('publish')
  }))

  test('a worker whose lease ran out is fenced off by the next', withQueue(async ({ queue, passRealTime, leaseMs }) => {
    await queue.ask(asked())
    const lost = (await queue.claim(['evaluate']))!
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    await passRealTime(leaseMs + 1)
    const next = (await queue.claim(['evaluate']))!
    expect(next.job.jobId).toBe(lost.job.jobId)
    expect(next.token).toBeGreaterThan(lost.token)
    expect(await queue.progress(lost.job.jobId, lost.token, 0.5)).toBe(false)
    expect(await queue.complete(lost.job.jobId, lost.token)).toBe(false)
    expect(await queue.fail(lost.job.jobId, lost.token, 'late', { retryable: true })).toBe(false)
    expect(await queue.complete(next.job.jobId, next.token)).toBe(true)
  }))

  test('progress renews the lease', withQueue(async ({ queue, passRealTime, leaseMs }) => {
    await queue.ask(asked())
    const { job, token } = (await queue.claim(['evaluate']))!
    await passRealTime(leaseMs * 0.7)
    expect(await queue.progress(job.jobId, token, 0.5)).toBe(true)
    await passRealTime(leaseMs * 0.7)
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    expect(await queue.complete(job.jobId, token)).toBe(true)
  }))

  test('a failure that may pass is tried again after a pause, a final one is not', withQueue(async ({ queue, passRealTime, pauseMs }) => {
    await queue.ask(asked())
    const first = (await queue.claim(['evaluate']))!
    await queue.fail(first.job.jobId, first.token, 'PF_STORE_UNAVAILABLE: away', { retryable: true })
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    await passRealTime(pauseMs + 1)
    const second = (await queue.claim(['evaluate']))!
    expect(second.job.attempts).toBe(2)
    await queue.fail(second.job.jobId, second.token, 'PF_GRID_INVALID: no source', { retryable: false })
    await passRealTime(100 * pauseMs)
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    const [status] = await queue.kinds()
    expect(status).toMatchObject({ kind: 'evaluate', failed: 1, waiting: 0, running: 0, lastError: 'PF_GRID_INVALID: no source' })
  }))

  test('what a killed process had claimed is claimed again, what it had done is not', withQueue(async (subject) => {
    await subject.queue.ask(asked(0))
    await subject.queue.ask(asked(STEP))
    const done = (await subject.queue.claim(['evaluate']))!
    await subject.queue.complete(done.job.jobId, done.token)
    const lost = (await subject.queue.claim(['evaluate']))!
    const reopened = await subject.reopen()
    await subject.passRealTime(subject.leaseMs + 1)
    const again = (await reopened.claim(['evaluate']))!
    expect(again.job.period).toBe(STEP)
    expect(again.token).toBeGreaterThan(lost.token)
    expect(await reopened.claim(['evaluate'])).toBeUndefined()
  }))
}
