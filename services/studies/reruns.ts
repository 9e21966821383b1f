import type { District } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { differingFigures } from '#models/reinforcement/differing-figures.ts'
import type { StudyRunner } from '#services/reinforcement/port.ts'
import { districtThen } from './district-basis.ts'
import type { KeptStudies, Person } from './port.ts'

export type Rerun =
  | { readonly status: 'running'; readonly share: number }
  /** Paths in which it differs; empty: every figure came out the same. */
  | { readonly status: 'done'; readonly differing: readonly string[] }
  | { readonly status: 'failed'; readonly problem: string }

export interface Reruns {
  /** Runs a study again over its frozen year and the district of its time; where one is running already, that one. What is kept stays as it is. @throws PF_NOT_FOUND, PF_STUDY_BUSY */
  begin(studyId: string, person: Person): Rerun
  /** Of the newest rerun of this process, or the newest that was written down; undefined: there was none. */
  told(studyId: string): Rerun | undefined
}

export function createReruns(runner: StudyRunner, kept: KeptStudies, district: District, now: () => number): Reruns {
  const begun = new Map<string, { runId: string; person: Person }>()
  const told = (studyId: string): Rerun | undefined => {
    const rerun = begun.get(studyId)
    if (rerun === undefined) return kept.events(studyId).flatMap(({ act, differing }) => (act === 'rerun' ? [{ status: 'done' as const, differing }] : [])).at(-1)
    const run = runner.told(rerun.runId)
    switch (run?.status) {
      case 'running': return { status: 'running', share: run.share }
      case 'done': {
        const differing = differingFigures(kept.result(studyId)!, run.result)
        kept.noteRerun(studyId, differing, rerun.person, now())
        // Written down: from now on it is told from there.
        begun.delete(studyId)
        return { status: 'done', differing }
      }
      case 'failed': return { status: 'failed', problem: run.problem }
      default: return { status: 'failed', problem: 'It was cancelled.' }
    }
  }
  return {
    begin(studyId, person) {
      const before = begun.has(studyId) ? told(studyId) : undefined
      if (before?.status === 'running') return before
      const [result, frozen, basis] = [kept.result(studyId), kept.frozen(studyId), kept.basis(studyId)]
      if (result === undefined || frozen === undefined || basis === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no study ${studyId}.`)
      begun.set(studyId, { runId: runner.begin(result.ask, frozen, districtThen(district, basis)), person })
      return { status: 'running', share: 0 }
    },
    told,
  }
}
