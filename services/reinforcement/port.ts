/** Runs of studies in threads of their own; the API asks, the engine answers. */
import type { District } from '#models/district/schema.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import type { StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import type { RunAnswer } from '#contract/reinforcement.ts'

export type StudyPhase = RunAnswer['phase']

export type StudyRun =
  | { readonly status: 'running'; readonly share: number; readonly phase: StudyPhase }
  | { readonly status: 'done'; readonly result: StudyResult; readonly frozen: FrozenYear }
  | { readonly status: 'failed'; readonly problem: string }
  | { readonly status: 'cancelled' }

export interface StudyRunner {
  /** Over the measured year until now and the district as it is, or over a frozen year and the district as it was then. Throws PF_STUDY_BUSY where too many wait. */
  begin(ask: StudyAsk, frozen?: FrozenYear, district?: District): string
  told(runId: string): StudyRun | undefined
  cancel(runId: string): void
  stop(): Promise<void>
}
