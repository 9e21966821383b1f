import { expect, test } from 'vitest'
import type { Clock } from '#services/clock/port.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import type { SchedulingQueue } from './port.ts'

/** A queue under test. `reopen` stands for a process that was killed and started again; `passRealTime` lets leases run out. */
export interface QueueUnderTest {
  readonly queue: SchedulingQueue
  reopen(): Promise<SchedulingQueue>
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

  test('a token is above every one before, of whatever job, also after a restart', withQueue(async (subject) => {
    let highest = 0
    for (let period = 0; period < 3; period += 1) {
      const queue = period === 2 ? await subject.reopen() : subject.queue
      await queue.ask(asked(period * STEP))
      const { job, token } = (await queue.claim(['evaluate']))!
      expect(Number.isSafeInteger(token)).toBe(true)
      expect(token).toBeGreaterThan(highest)
      highest = token
      await queue.complete(job.jobId, token)
    }
  }))

  test('a raised revision is what its worker sees; one raised while it runs comes after', withQueue(async ({ queue }) => {
    await queue.askAll([asked(0, 1), asked(STEP, 1)])
    await queue.askAll([asked(0, 4), asked(STEP, 1)])
    const first = (await queue.claim(['evaluate']))!
    expect(first.job).toMatchObject({ period: 0, inputRevision: 4, attempts: 1, state: 'running' })
    await queue.askAll([asked(0, 6)])
    await queue.askAll([asked(0, 5)])
    const next = (await queue.claim(['evaluate']))!
    expect(next.job).toMatchObject({ period: 0, inputRevision: 6 })
    expect(next.token).toBeGreaterThan(first.token)
    expect((await queue.claim(['evaluate']))!.job).toMatchObject({ period: STEP, inputRevision: 1 })
    expect(await queue.claim(['evaluate'])).toBeUndefined()
  }))

  test('one that waits to be tried again is raised too', withQueue(async ({ queue, passRealTime, pauseMs }) => {
    await queue.ask(asked(0, 1))
    const first = (await queue.claim(['evaluate']))!
    await queue.fail(first.job.jobId, first.token, 'PF_STORE_UNAVAILABLE: away', { retryable: true })
    await queue.ask(asked(0, 2))
    await passRealTime(pauseMs + 1)
    const again = (await queue.claim(['evaluate']))!
    expect(again.job).toMatchObject({ inputRevision: 2, attempts: 2 })
    await queue.complete(again.job.jobId, again.token)
    await passRealTime(pauseMs + 1)
    expect(await queue.claim(['evaluate'])).toBeUndefined()
  }))

  test('pauses double, and the fifth failure is the last', withQueue(async ({ queue, passRealTime, pauseMs }) => {
    await queue.ask(asked())
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const { job, token } = (await queue.claim(['evaluate']))!
      expect(job.attempts).toBe(attempt)
      expect(await queue.fail(job.jobId, token, `PF_STORE_UNAVAILABLE: ${attempt}`, { retryable: true })).toBe(true)
      if (attempt === 3) {
        await passRealTime(pauseMs * 2)
        expect(await queue.claim(['evaluate'])).toBeUndefined()
        await passRealTime(pauseMs * 2 + 1)
      } else {
        await passRealTime(pauseMs * 2 ** (attempt - 1) + 1)
      }
    }
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    expect(await queue.kinds()).toMatchObject([{ kind: 'evaluate', waiting: 0, running: 0, failed: 1, lastError: 'PF_STORE_UNAVAILABLE: 5' }])
  }))

  test('a cursor moves together with the jobs it was asked for with, or not at all', withQueue(async (subject) => {
    const { queue } = subject
    expect(await queue.cursor('measured')).toBeUndefined()
    await queue.askAll([{ kind: 'validate', scope: 'elec.dp.A.e', period: 0, inputRevision: 7 }], { name: 'measured', seq: 7 })
    await expect(queue.askAll([{ kind: 'validate', scope: 'y', period: 0, inputRevision: 8 }, { kind: null as never, scope: 'x', period: 0, inputRevision: 8 }], { name: 'measured', seq: 8 })).rejects.toThrow()
    expect(await queue.cursor('measured')).toBe(7)
    const reopened = await subject.reopen()
    expect(await reopened.cursor('measured')).toBe(7)
    expect(await reopened.cursor('other')).toBeUndefined()
    expect((await reopened.claim(['validate']))!.job).toMatchObject({ scope: 'elec.dp.A.e', inputRevision: 7 })
    expect(await reopened.claim(['validate'])).toBeUndefined()
  }))

  test('a schedule remembers how far it has come and says when it is due', withQueue(async (subject) => {
    const { queue } = subject
    expect(await queue.lastScheduled('publish', 'district')).toBeUndefined()
    const job = { kind: 'publish' as const, scope: 'district', period: STEP, inputRevision: 1 }
    await queue.askScheduled({ kind: 'publish', scope: 'district', lastPeriod: STEP, nextDueAt: 3 * STEP }, [{ ...job, period: 0 }, job])
    expect(await queue.kinds()).toMatchObject([{ kind: 'publish', waiting: 2, running: 0, nextDueAt: 3 * STEP, lastEndedAt: null }])
    await queue.askScheduled({ kind: 'publish', scope: 'other', lastPeriod: 0, nextDueAt: 2 * STEP }, [])
    const reopened = await subject.reopen()
    expect(await reopened.lastScheduled('publish', 'district')).toBe(STEP)
    expect(await reopened.lastScheduled('publish', 'other')).toBe(0)
    expect(await reopened.kinds()).toMatchObject([{ kind: 'publish', waiting: 2, nextDueAt: 2 * STEP }])
  }))

  test('what is skipped is written down once, as failed', withQueue(async ({ queue }) => {
    await queue.recordSkipped(asked(0, 1), 'PF_JOB_SKIPPED: 5 steps')
    await queue.recordSkipped(asked(0, 1), 'PF_JOB_SKIPPED: 5 steps')
    expect(await queue.claim(['evaluate'])).toBeUndefined()
    expect(await queue.kinds()).toMatchObject([{ kind: 'evaluate', failed: 1, waiting: 0, lastError: 'PF_JOB_SKIPPED: 5 steps', lastEndedAt: 1_000_000 }])
    await queue.recordSkipped(asked(STEP, 1), 'PF_JOB_SKIPPED: 1 step')
    const recent = await queue.recent(5)
    expect(recent.find(({ period }) => period === 0)).toMatchObject({ state: 'failed', error: 'PF_JOB_SKIPPED: 5 steps', attempts: 0 })
    expect(new Set(recent.map(({ jobId }) => jobId)).size).toBe(2)
  }))

  test('the operator sees each job, how far it is and how it ended, newest first', withQueue(async ({ queue }) => {
    for (const period of [0, STEP, 2 * STEP]) await queue.ask(asked(period))
    const done = (await queue.claim(['evaluate']))!
    await queue.complete(done.job.jobId, done.token)
    const failed = (await queue.claim(['evaluate']))!
    await queue.fail(failed.job.jobId, failed.token, 'PF_GRID_INVALID: no source', { retryable: false })
    const running = (await queue.claim(['evaluate']))!
    await queue.progress(running.job.jobId, running.token, 0.25)
    await queue.ask(asked(3 * STEP))
    const recent = await queue.recent(10)
    expect(new Map(recent.map((job) => [job.period, job]))).toEqual(new Map([
      [0, expect.objectContaining({ state: 'done', progress: 1, error: null, attempts: 1, startedAt: 1_000_000, endedAt: 1_000_000 })],
      [STEP, expect.objectContaining({ state: 'failed', error: 'PF_GRID_INVALID: no source', endedAt: 1_000_000 })],
      [2 * STEP, expect.objectContaining({ state: 'running', progress: 0.25, startedAt: 1_000_000, endedAt: null })],
      [3 * STEP, expect.objectContaining({ state: 'waiting', progress: 0, startedAt: null, createdAt: 1_000_000 })],
    ]))
    expect(new Set(recent.map(({ jobId }) => jobId)).size).toBe(4)
    expect((await queue.recent(2)).map(({ period }) => period)).toEqual(recent.slice(0, 2).map(({ period }) => period))
    const [status] = await queue.kinds()
    expect(status).toMatchObject({ kind: 'evaluate', waiting: 1, running: 1, failed: 1 })
    expect(status!.lastDurationMs).toBeGreaterThanOrEqual(0)
  }))
}
