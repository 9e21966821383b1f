/** Runs of the service's studies: begun, told of, cancelled; the work is done in a thread of its own and those that it opens. */
import { randomUUID } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Clock } from '#services/clock/port.ts'
import { openPool, type Pool } from '#services/compute/pool.ts'
import type { StudyPhase, StudyRun, StudyRunner } from './port.ts'
import type { StudyHostSetup, StudyHostTasks } from './study-host-thread.ts'

/** Runs that wait or are under way; and how many are told of afterwards. */
const MOST_WAITING = 4
const MOST_KEPT = 12

export function openStudyRunner(setup: StudyHostSetup, clock: Clock): StudyRunner {
  const runs = new Map<string, { run: StudyRun; readonly cancelled: Int32Array }>()
  let pool: Pool<StudyHostTasks> | undefined
  return {
    begin(ask, frozen, district = setup.loaded.district) {
      if ([...runs.values()].filter(({ run: { status } }) => status === 'running').length >= MOST_WAITING) throw new PenfeldError('PF_STUDY_BUSY', `${MOST_WAITING} studies are under way.`)
      for (const [old, { run: { status } }] of runs) if (runs.size >= MOST_KEPT && status !== 'running') runs.delete(old)
      // The thread is started by the first study: most services never need it.
      pool ??= openPool<StudyHostTasks>(new URL('./study-host-thread.ts', import.meta.url), 1, setup)
      const runId = randomUUID()
      const one: { run: StudyRun; readonly cancelled: Int32Array } = { run: { status: 'running', share: 0, phase: 'waiting' }, cancelled: new Int32Array(new SharedArrayBuffer(4)) }
      runs.set(runId, one)
      const input = { ask, now: clock.now(), cancelled: one.cancelled, ...(frozen === undefined ? {} : { over: { frozen, district } }) }
      pool.run('run', input, (share, stage) => {
        if (one.run.status === 'running') one.run = { status: 'running', share, phase: stage as StudyPhase }
      }).then(
        (told) => { if (one.run.status === 'running') one.run = { status: 'done', ...told } },
        (error: Error) => { if (one.run.status === 'running') one.run = { status: 'failed', problem: error.message } },
      )
      return runId
    },
    told: (runId) => runs.get(runId)?.run,
    cancel(runId) {
      const one = runs.get(runId)
      if (one?.run.status !== 'running') return
      Atomics.store(one.cancelled, 0, 1)
      one.run = { status: 'cancelled' }
    },
    stop: async () => pool?.stop(),
  }
}
