/** Studies that planners ask for: computed in a thread of their own, one after the other, and kept for who asks again. */
import { openPool, type Pool } from '#services/compute/pool.ts'
import type { ConnectionAsk, DistrictConnectionStudy } from '#services/evaluation/connection-study.ts'
import type { DistrictOutageStudy } from '#services/evaluation/outage-study.ts'
import type { StudyTasks, StudyThreadSetup } from '#services/evaluation/study-thread.ts'

const MOST_KEPT = 32
/** Asked for and not begun yet; more would wait longer than anybody does. */
const MOST_WAITING = 8
const DAY_MS = 86_400_000

export type StudyProgress<Study> =
  | { readonly status: 'running'; readonly share: number }
  | { readonly status: 'done'; readonly study: Study }
  | { readonly status: 'failed'; readonly problem: string }
  | { readonly status: 'busy' }

/** Each call begins the study if nobody has asked for it yet, and says how far it is. `now` by the Clock. */
export interface Studies {
  connection(ask: ConnectionAsk, now: number): StudyProgress<DistrictConnectionStudy>
  outage(element: string, now: number): StudyProgress<DistrictOutageStudy>
  stop(): Promise<void>
}

export function openStudies(setup: StudyThreadSetup): Studies {
  const studies = new Map<string, StudyProgress<unknown>>()
  let pool: Pool<StudyTasks> | undefined
  const running = () => [...studies.values()].filter(({ status }) => status === 'running').length

  function ask<Name extends keyof StudyTasks>(name: Name, what: string, input: StudyTasks[Name]['input']): StudyProgress<StudyTasks[Name]['result']> {
    type Told = StudyProgress<StudyTasks[Name]['result']>
    const key = `${name} ${Math.floor(input.until / DAY_MS)} ${what}`
    const known = studies.get(key)
    if (known !== undefined) {
      // Said once: who asks again may try again.
      if (known.status === 'failed') studies.delete(key)
      return known as Told
    }
    if (running() >= MOST_WAITING) return { status: 'busy' }
    for (const [old, { status }] of studies) if (studies.size >= MOST_KEPT && status !== 'running') studies.delete(old)
    // The thread is started by the first study: most services never need it.
    pool ??= openPool<StudyTasks>(new URL('../../evaluation/study-thread.ts', import.meta.url), 1, setup)
    const begun: Told = { status: 'running', share: 0 }
    studies.set(key, begun)
    pool.run(name, input, (share) => studies.set(key, { status: 'running', share })).then(
      (study) => studies.set(key, { status: 'done', study }),
      (error: Error) => studies.set(key, { status: 'failed', problem: error.message }),
    )
    return begun
  }

  return {
    connection: (wanted, now) => ask('connection-study', `${wanted.node} ${wanted.kva} ${wanted.profile} ${wanted.tanPhi}`, { ask: wanted, until: now }),
    outage: (element, now) => ask('outage-study', element, { element, until: now }),
    async stop() {
      await pool?.stop()
    },
  }
}
