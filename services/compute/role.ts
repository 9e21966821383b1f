import { Worker } from 'bullmq'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { RoleContext, RunningRole } from '#services/config/role.ts'
import type { WorkTasks, WorkThreadSetup } from '#services/evaluation/work-tasks.ts'
import { COMPUTE_QUEUE, KEYS } from '#services/hosts/keys.ts'
import { startPresence } from '#services/hosts/presence.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { storeSettings } from '#services/store/open.ts'
import { openPool, TaskError } from './pool.ts'
import { packTask, TASK_KEPT_S, unpackTask, type TaskOutcome, type TaskTicket } from './remote-pool.ts'

const THREADS = 2
/** A host that says nothing for so long has lost its task; another takes it. */
const LOCK_MS = 30_000
const MOST_STALLS = 2

/** The role `compute`: takes heavy tasks of the control host, reads InfluxDB, gives columns back. It keeps nothing and writes no store. */
export async function startCompute({ environment, district: loaded, log, say }: RoleContext): Promise<RunningRole> {
  const { redisUrl, hostId } = environment
  if (redisUrl === undefined) throw new PenfeldError('PF_HOST_INCOMPLETE', 'REDIS_URL is not set.', { where: 'compute' })
  const redis = openRedis(redisUrl, log)
  const setup: WorkThreadSetup = { loaded, stores: storeSettings(environment, loaded.district) }
  const pool = openPool<WorkTasks>(new URL('../evaluation/work-thread.ts', import.meta.url), THREADS, setup)
  const worker = new Worker<TaskTicket, TaskOutcome>(COMPUTE_QUEUE, async (job): Promise<TaskOutcome> => {
    const { taskId, name, districtVersion } = job.data
    try {
      if (districtVersion !== loaded.version) throw new PenfeldError('PF_HOST_VERSION', `The task is of ${districtVersion}, this host has ${loaded.version}.`, { where: hostId })
      const input = await redis.getBuffer(KEYS.taskInput(taskId))
      if (input === null) throw new PenfeldError('PF_COMPUTE_THREAD_LOST', 'The input of the task is gone.', { where: taskId })
      const result = await pool.run(name as keyof WorkTasks, unpackTask(input) as never, (share) => void job.updateProgress(share).catch(() => {}))
      await redis.set(KEYS.taskResult(taskId), packTask(result), 'EX', TASK_KEPT_S)
      return { ok: true }
    } catch (error) {
      if (error instanceof PenfeldError || error instanceof TaskError) return { ok: false, message: error.message, retryable: error.retryable }
      throw error
    }
  }, { connection: { url: redisUrl, maxRetriesPerRequest: null }, concurrency: THREADS, lockDuration: LOCK_MS, stalledInterval: LOCK_MS, maxStalledCount: MOST_STALLS })
  worker.on('error', (error) => log.warn({ cause: error.message }, 'queue of tasks'))
  const endPresence = startPresence(redis, { hostId, role: 'compute', districtVersion: loaded.version, startedRealMs: Date.now(), threads: THREADS }, log)
  say(`Compute: ${THREADS} threads take the heavy tasks of the control host.`)
  return {
    async stop() {
      await endPresence()
      // A task that is not done within the patience of the supervisor is taken by another host.
      await worker.close(true)
      await pool.stop()
      closeRedis(redis)
    },
  }
}
