import type { Study } from '#models/district/schema-study.ts'
import type { District } from '#models/district/schema.ts'
import type { Choice, ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { DaysAsk, FutureAsk, LoadingAsk, PlanInForce, StudyWorker, UnitResult } from '#models/reinforcement/study-worker.ts'

/** What a thread of a study is given when it starts; the measured year is the same for all studies of a day. */
export interface StudyThreadSetup {
  readonly district: District
  readonly frozen: FrozenYear
  readonly at: number
}

/** What is assumed in this question: a thread keeps what it has prepared for the last one. */
export interface Assumed {
  /** Different for different assumptions. */
  readonly key: string
  readonly study: Study
  readonly quick: boolean
  readonly temperaturesC: readonly Float64Array[]
}

export type StudyTasks = {
  names: { input: Assumed; result: Pick<StudyWorker, 'stateNames' | 'elementIds'> }
  unit: { input: Assumed & { readonly ask: FutureAsk; readonly plan?: PlanInForce }; result: UnitResult }
  days: { input: Assumed & { readonly ask: DaysAsk }; result: ReturnType<StudyWorker['days']> }
  'measured-year': { input: Assumed; result: Float64Array }
  loadings: { input: Assumed & { readonly ask: LoadingAsk }; result: readonly Float64Array[] }
  choose: { input: ChoiceProblem & { readonly limits?: { readonly seconds: number; readonly gap: number } }; result: Choice }
}

