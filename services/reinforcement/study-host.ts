/** Studies of one district, one after the other: keeps the measured year of the day and the threads that have it. */
import { availableParallelism } from 'node:os'
import type { District } from '#models/district/schema.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { runStudy } from './run-study.ts'
import { openStudyPool, type StudyPool, type StudyProgress } from './study-lanes.ts'
import { baseOf, studyInstant } from './study-base.ts'

export interface StudyHost {
  run(ask: StudyAsk, over: { readonly district: District; readonly frozen: FrozenYear }, computedAt: number, progress: StudyProgress): Promise<StudyResult>
  stop(): Promise<void>
}

/** Part of the version of the engine: figures of two of them may differ. */
const ENGINE = 'penfeld reinforcement 1'
/** Threads beyond bring little: the choice is one program. */
const MOST_THREADS = 4

export function openStudyHost(threads = Math.min(MOST_THREADS, availableParallelism())): StudyHost {
  let kept: { readonly district: District; readonly frozen: FrozenYear; readonly base: ReturnType<typeof baseOf>; readonly pool: StudyPool } | undefined
  const partsOf = async (district: District, frozen: FrozenYear) => {
    if (kept?.frozen === frozen && kept.district === district) return kept
    await kept?.pool.stop()
    kept = { district, frozen, base: baseOf(frozen, district.network), pool: openStudyPool({ district, frozen, at: studyInstant(frozen) }, threads) }
    return kept
  }
  return {
    async run(ask, { district, frozen }, computedAt, progress) {
      const { base, pool } = await partsOf(district, frozen)
      return runStudy({ district, frozen, base, ask, engine: ENGINE, computedAt }, pool, progress)
    },
    stop: async () => kept?.pool.stop(),
  }
}
