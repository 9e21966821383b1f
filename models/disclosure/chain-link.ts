import type { PublicationRules } from '#models/district/schema.ts'
import { atomSteps, groupSteps } from './atom-steps.ts'
import { atomsOf } from './atoms.ts'
import { cellKwh } from './figures.ts'
import type { GuardWorld, StepTable } from './guard-shapes.ts'
import { roundForPublic } from './live-rules.ts'
import { checkWorld } from './check-world.ts'
import type { Publishable } from './publishable.ts'
import { disclosureRules } from './rules.ts'
import { dominated, tooFew, tooMuchImputed } from './safe-sum.ts'

export interface IndexFigure {
  readonly cell: string
  /** 100 in a mean day of the week in which the series first became an index; null: not shown. */
  readonly index: number | null
}

/**
 * The day of a cell whose kWh wait because its members changed (D10), as an index: the new members' day against their own overlap week,
 * times what the index stood at in that week. Nothing of it depends on how much those who joined use beside the others, only on how the
 * cell as it is now moves; whoever knows the series before cannot subtract it.
 *
 * @param week seven days, in which the cohort before and the one after were both measured, of the new cohort.
 * @param indexOfWeek mean index of the old series over that week; 100 for the first link.
 * @returns null where the cell is not one whose kWh wait, or the day or the week would not be shown of it by D3, D4 and D9.
 */
export function chainLink(world: GuardWorld, cell: string, day: StepTable, week: StepTable, indexOfWeek: number, rules: PublicationRules): Publishable<IndexFigure> {
  for (const table of [day, week]) checkWorld(world, table)
  const all = disclosureRules(rules)
  const place = world.cells.findIndex(({ id }) => id === cell)
  const nothing: IndexFigure = { cell, index: null }
  if (place < 0 || !all.chainLink || world.suspended?.includes(cell) !== true || !(indexOfWeek > 0)) return nothing as Publishable<IndexFigure>
  const atoms = atomsOf(world)
  const mask = atoms.cells[place]
  const [dayKwh, weekKwh] = [day, week].map((table) => {
    const steps = atomSteps(atoms, table, groupSteps(table.at, 'daily'), 'daily', () => 1)
    const isSafe = tooFew(atoms, mask, all) === undefined && steps.at.every((_, one) => dominated(atoms, steps, one, mask, all) === undefined && tooMuchImputed(atoms, steps, one, mask, all) === undefined)
    return isSafe ? cellKwh(world.cells[place], world.holders.length, table, 'daily') : []
  })
  const mean = weekKwh.reduce((sum, kwh) => sum + kwh, 0) / weekKwh.length
  if (dayKwh.length !== 1 || weekKwh.length !== 7 || !(mean > 0) || !(dayKwh[0] >= 0)) return nothing as Publishable<IndexFigure>
  return { cell, index: roundForPublic((indexOfWeek * dayKwh[0]) / mean, 100, rules.roundingPct) } as Publishable<IndexFigure>
}
