import type { StudyHead } from '#services/studies/port.ts'
import type { Rerun } from '#services/studies/reruns.ts'
import type { Untraceable } from '#services/studies/untraceable.ts'
import type { StudyRun } from '#services/reinforcement/port.ts'
import type { KeptStudy, RerunAnswer, RunAnswer } from '../contract/reinforcement.ts'

const percent = (share: number): number => Math.round(100 * share)

export function runView(runId: string, run: StudyRun): RunAnswer {
  const ended = { runId, phase: 'done' as const, progressPct: 100, problem: null, result: null }
  switch (run.status) {
    case 'running': return { ...ended, status: 'running', phase: run.phase, progressPct: percent(run.share) }
    case 'done': return { ...ended, status: 'done', result: run.result }
    case 'failed': return { ...ended, status: 'failed', problem: run.problem }
    case 'cancelled': return { ...ended, status: 'cancelled' }
  }
}

export const keptView = ({ studyId, title, version, createdAt, createdBy, firstYear, answer, recommendedEur, sha256, signed }: StudyHead, untraceable: readonly Untraceable[]): KeptStudy => ({
  studyId, title, version, createdAt, createdBy, firstYear, answer, recommendedEur,
  signedAt: signed?.signedAt ?? null, signedBy: signed?.signedBy ?? null, sha256: signed === null ? null : sha256, untraceable: [...untraceable],
})

export function rerunView(rerun: Rerun): RerunAnswer {
  const ended = { progressPct: 100, same: null, differing: [], problem: null }
  switch (rerun.status) {
    case 'running': return { ...ended, status: 'running', progressPct: percent(rerun.share) }
    case 'done': return { ...ended, status: 'done', same: rerun.differing.length === 0, differing: [...rerun.differing] }
    case 'failed': return { ...ended, status: 'failed', problem: rerun.problem }
  }
}
