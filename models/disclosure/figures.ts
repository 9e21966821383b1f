import type { AuditTally } from './audit.ts'
import type { Cell, CellFigures, Certificate, GuardWorld, QuarterPlan, StepTable } from './guard-shapes.ts'
import { roundForPublic } from './live-rules.ts'
import { groupSteps } from './atom-steps.ts'
import type { Step } from './rules.ts'

/** kWh of a whole cell, public holders too, by step of the given kind. */
export function cellKwh({ members }: Cell, holders: number, { at, kwh }: StepTable, step: Step): number[] {
  const { of, at: begins } = groupSteps(at, step)
  const sums = new Array<number>(begins.length).fill(0)
  for (let i = 0; i < at.length; i += 1) for (const holder of members) sums[of[i]] += kwh[i * holders + holder]
  return sums
}

/** D12: three digits, and never finer than a share of what the cell has in a mean hour. Sums of rounded figures need not agree. */
export function rounded(kwh: number, cell: string, hours: number, plan: QuarterPlan, roundingPct: number): number {
  return roundForPublic(kwh, plan.meanKwhPerHour[cell] * hours, roundingPct)
}

/** A cell of which nothing is shown. */
export const unseenFigures = (cell: string): CellFigures => ({ cell, stepKwh: null, energyKwh: null })

export function certificateOf(world: GuardWorld, rulesFrom: string, figures: readonly CellFigures[], tally: AuditTally): Certificate {
  const cellsShown = figures.filter(({ energyKwh }) => energyKwh !== null).length
  return {
    rulesFrom, cohortSha256: world.cohortSha256, holders: new Set(world.holders.map(({ holderId }) => holderId)).size, cellsShown, cellsHeld: figures.length - cellsShown,
    derivableSums: tally.derivableSums, intervalsChecked: tally.intervalsChecked, narrowestShare: tally.narrowestShare,
  }
}
