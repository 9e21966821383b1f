/** A runner without an engine: results come from the ask alone, so that the same ask has the same figures. For tests of what stands around it. */
import { sampleFrozen, sampleResult } from '#models/reinforcement/sample-study.testkit.ts'
import type { District } from '#models/district/schema.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import type { StudyRun, StudyRunner } from './port.ts'

export interface MemoryRunner extends StudyRunner {
  /** What was asked, in the order in which it was. */
  readonly asked: readonly { readonly runId: string; readonly ask: StudyAsk; readonly frozen: FrozenYear | undefined; readonly district: District | undefined }[]
  /** Ends a run that is held. */
  end(runId: string, run?: StudyRun): void
}

/** `held`: runs stay at half until they are ended. */
export function memoryRunner({ held = false, made = (ask: StudyAsk): StudyResult => sampleResult(ask) } = {}): MemoryRunner {
  const runs = new Map<string, StudyRun>()
  const asked: MemoryRunner['asked'][number][] = []
  const done = (runId: string): StudyRun => {
    const { ask, frozen } = asked.find((one) => one.runId === runId)!
    return { status: 'done', result: made(ask), frozen: frozen ?? sampleFrozen() }
  }
  return {
    asked,
    begin(ask, frozen, district) {
      const runId = `run-${String(asked.length + 1).padStart(5, '0')}`
      asked.push({ runId, ask, frozen, district })
      runs.set(runId, held ? { status: 'running', share: 0.5, phase: 'constraints' } : done(runId))
      return runId
    },
    told: (runId) => runs.get(runId),
    cancel(runId) {
      if (runs.get(runId)?.status === 'running') runs.set(runId, { status: 'cancelled' })
    },
    end: (runId, run = done(runId)) => void runs.set(runId, run),
    stop: async () => undefined,
  }
}
