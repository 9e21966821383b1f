/** Studies that planners ask for: computed in a thread of their own, one after the other, and kept for who asks again. */
import { openPool, type Pool } from '#services/compute/pool.ts'
import type { ConnectionAsk, DistrictConnectionStudy } from '#services/evaluation/connection-study.ts'
import type { StudyTasks, StudyThreadSetup } from '#services/evaluation/study-thread.ts'

const MOST_KEPT = 32
/** Asked for and not begun yet; more would wait longer than anybody does. */
const MOST_WAITING = 8
const DAY_MS = 86_400_000

export type StudyProgress =
  | { readonly status: 'running'; readonly share: number }
  | { readonly status: 'done'; readonly study: DistrictConnectionStudy }
  | { readonly status: 'failed'; readonly problem: string }
  | { readonly status: 'busy' }

export interface ConnectionStudies {
  /** Begins the study if nobody has asked for it yet, and says how far it is. `now` by the Clock. */
  ask(ask: ConnectionAsk, now: number): StudyProgress
  stop(): Promise<void>
}

export function openConnectionStudies(setup: StudyThreadSetup): ConnectionStudies {
  const studies = new Map<string, StudyProgress>()
  let pool: Pool<StudyTasks> | undefined
  const running = () => [...studies.values()].filter(({ status }) => status === 'running').length

  return {
    ask(ask, now) {
      const key = `${Math.floor(now / DAY_MS)} ${ask.node} ${ask.kva} ${ask.profile} ${ask.tanPhi}`
      const known = studies.get(key)
      if (known !== undefined) {
        // Said once: who asks again may try again.
        if (known.status === 'failed') studies.delete(key)
        return known
      }
      if (running() >= MOST_WAITING) return { status: 'busy' }
      for (const [old, { status }] of studies) if (studies.size >= MOST_KEPT && status !== 'running') studies.delete(old)
      // The thread is started by the first study: most services never need it.
      pool ??= openPool<StudyTasks>(new URL('../../evaluation/study-thread.ts', import.meta.url), 1, setup)
      const begun: StudyProgress = { status: 'running', share: 0 }
      studies.set(key, begun)
      pool.run('connection-study', { ask, until: now }, (share) => studies.set(key, { status: 'running', share })).then(
        (study) => studies.set(key, { status: 'done', study }),
        (error: Error) => studies.set(key, { status: 'failed', problem: error.message }),
      )
      return begun
    },
    async stop() {
      await pool?.stop()
    },
  }
}
