/** The threads of a study and how their work is asked for: a few questions at a time, told as they are answered. */
import { openPool, type Pool } from '#services/compute/pool.ts'
import type { StudyPhase } from './port.ts'
import type { StudyTasks, StudyThreadSetup } from './study-tasks.ts'

export type StudyPool = Pool<StudyTasks>
export const openStudyPool = (setup: StudyThreadSetup, threads: number): StudyPool => openPool<StudyTasks>(new URL('./study-thread.ts', import.meta.url), threads, setup)

export interface StudyProgress {
  tell(phase: StudyPhase, share: number): void
  /** Throws PF_STUDY_CANCELLED once it is. */
  goOn(): void
}

/** Ways are looked for side by side: what one of them tells may lie behind what another has told. */
export function onward({ tell, goOn }: StudyProgress): StudyProgress {
  let most = 0
  return {
    goOn,
    tell(phase, share) {
      most = Math.max(most, share)
      tell(phase, most)
    },
  }
}

/** Asked a few at a time, so that a study that is cancelled leaves nothing behind it; told as they come, given back in the order of the question. */
export async function inOrder<Ask, Answer>(asks: readonly Ask[], run: (ask: Ask) => Promise<Answer>, progress: StudyProgress, phase: StudyPhase, from: number, to: number): Promise<Answer[]> {
  const answers = new Array<Answer>(asks.length)
  let [next, done] = [0, 0]
  const lane = async (): Promise<void> => {
    while (next < asks.length) {
      progress.goOn()
      const place = next
      next += 1
      answers[place] = await run(asks[place]!)
      done += 1
      progress.tell(phase, from + ((to - from) * done) / asks.length)
    }
  }
  progress.tell(phase, from)
  await Promise.all(Array.from({ length: LANES }, lane))
  return answers
}

/** Enough to keep the threads at work. */
const LANES = 8
