import type { PublicationRules } from '#models/district/schema.ts'
import { atomsOf } from './atoms.ts'
import { checkWorld } from './check-world.ts'
import type { GuardSolver, GuardWorld, QuarterPlan, StepTable, TimeClass } from './guard-shapes.ts'
import { hiddenCells } from './hidden-cells.ts'
import { STEPS, type Step } from './rules.ts'
import { seriesOfSteps } from './series.ts'

/**
 * Fixes for a quarter the finest step at which each cell is shown (D7): the one that held at every step of the past. What fails by
 * itself is hidden; beyond it as few cells and steps as can be, and of equal choices rather those of few holders, so that no unsafe sum
 * follows from what is shown and every protected sum stays uncertain (D6).
 *
 * @param history half-hours or hours of the past 12 months, or of what there is; a holder that was not there has NaN.
 * @returns every cell of the world with its class, and why it is not shown at each finer step. Without history nothing is shown.
 * Throws PF_DISCLOSURE_WORLD, PF_DISCLOSURE_TOO_FINE, PF_SOLVER_FAILED: then nothing of the carrier may be shown.
 */
export function planQuarter(world: GuardWorld, history: StepTable, rules: PublicationRules, solver: GuardSolver): QuarterPlan {
  checkWorld(world, history)
  const atoms = atomsOf(world)
  const { cellSteps, isLeast } = hiddenCells(world, atoms, seriesOfSteps(atoms, withoutGaps(history), 'monthly'), rules, solver)
  const classOf = Object.fromEntries(world.cells.map(({ id }, cell): [string, TimeClass] => [id, cellSteps.find((one) => one.cell === cell && one.held === undefined)?.step ?? 'none']))
  const held = cellSteps.flatMap(({ cell, step, held: reason }) => (reason === undefined ? [] : [{ cell: world.cells[cell].id, step, reason }]))
  return { classOf, held, isLeast, meanKwhPerHour: meansOf(world, history) }
}

/** A holder that was not there yet, or not read, adds nothing to the past. */
function withoutGaps(history: StepTable): StepTable {
  return history.kwh.some(Number.isNaN) ? { ...history, kwh: history.kwh.map((kwh) => (Number.isNaN(kwh) ? 0 : kwh)) } : history
}

function meansOf({ cells, holders }: GuardWorld, { at, kwh }: StepTable): Record<string, number> {
  const hours = at.length * (at.length > 1 ? (at[1] - at[0]) / 3_600_000 : 1)
  const ofHolder = new Float64Array(holders.length)
  for (let place = 0; place < kwh.length; place += 1) if (!Number.isNaN(kwh[place])) ofHolder[place % holders.length] += kwh[place]
  return Object.fromEntries(cells.map(({ id, members }) => [id, members.reduce((sum, holder) => sum + ofHolder[holder], 0) / hours]))
}

/** Cells that the plan shows at a step. */
export const showsAt = (plan: QuarterPlan, cell: string, step: Step): boolean => {
  const cellClass = plan.classOf[cell]
  return cellClass !== undefined && cellClass !== 'none' && STEPS.indexOf(cellClass) <= STEPS.indexOf(step)
}
