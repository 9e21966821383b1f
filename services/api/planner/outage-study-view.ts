import type { DistrictOutageStudy } from '#services/evaluation/outage-study.ts'
import type { OutageStudyView } from '../contract/outage-study.ts'

/** Of an element behind few holders the highest loading is told in such steps. */
const COARSE_PCT = 10

/** A study as pages read it: instants instead of steps, names instead of indexes. */
export function outageStudyView({ element, year, stageKwh, branchIds, at, stepS, measuredHours, planAt, timesSource }: DistrictOutageStudy, isHidden: (element: string) => boolean = () => false): OutageStudyView {
  const told = (id: string, pct: number) => (isHidden(id) ? Math.ceil(pct / COARSE_PCT) * COARSE_PCT : pct)
  const { plan, worstBranch, worstStep } = year
  const beyond = branchIds.map((id, k) => ({ element: id, hours: year.hoursAboveLimit[k]!, mwh: year.aboveLimitMwh[k]!, peakPct: told(id, year.peakPct[k]!) })).filter(({ hours }) => hours > 0)
  return {
    element, kind: year.kind, firm: year.firm, holds: year.holds, planAt,
    stages: plan.stages.map(({ name, fromS, toS, operations, unsuppliedKw, unsuppliedCustomers, refused }, stage) => ({
      name, fromS, toS, unsuppliedKw, unsuppliedCustomers, unsuppliedKwh: stageKwh[stage]!,
      operations: operations.map((one) => ({ ...one })),
      refused: refused.map(({ close, margin }) => ({ close: [...close], element: margin.element ?? null })),
    })),
    from: at[0] ?? NaN, to: (at[at.length - 1] ?? NaN) + stepS * 1000, hours: (at.length * stepS) / 3600, measuredHours,
    violationHours: year.violationHours, notSolvedHours: year.notSolvedHours, notRated: [...year.notRated], unsuppliedMwh: year.unsuppliedMwh, unsuppliedKwhPerFault: year.unsuppliedKwhPerFault,
    worst: worstBranch < 0 ? null : { element: branchIds[worstBranch]!, loadingPct: told(branchIds[worstBranch]!, year.peakPct[worstBranch]!), at: at[worstStep]! },
    beyond: beyond.sort((a, b) => b.hours - a.hours), timesSource,
  }
}
