import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { derivedViolations, Knowledge, tightViolations, type AuditTally, type Violation } from './audit.ts'
import { atomsOf, type Atoms } from './atoms.ts'
import type { KnownSum } from './block.ts'
import type { GuardSolver, GuardWorld, HeldReason, QuarterPlan, StepTable, TimeClass } from './guard-shapes.ts'
import { leastSuppression, type Figure } from './least-suppression.ts'
import { disclosureRules, STEPS, type AllRules, type Step } from './rules.ts'
import { belowCode, dominated, tooFew } from './safe-sum.ts'
import { blocksOf, seriesOfSteps, type Series } from './series.ts'
import { yearViolations } from './yearly.ts'

/** The total of the district goes only where nothing else helps. */
const DISTRICT_COST = 1000

/**
 * Fixes for a quarter the finest step at which each cell is shown (D7): the one that held at every step of the past. What fails by
 * itself is hidden; beyond it the least is hidden, counted in cells and steps, and among equals what stands for fewer holders, so that
 * no unsafe sum follows from what is shown and every protected sum stays uncertain (D6).
 *
 * @param history half-hours or hours of the past 12 months, or of what there is; a holder that was not there has NaN.
 * @returns every cell of the world with its class, and why it is not shown at each finer step. Without history nothing is shown.
 * Throws PF_DISCLOSURE_WORLD, PF_DISCLOSURE_TOO_FINE, PF_SOLVER_FAILED: then nothing of the carrier may be shown.
 */
export function planQuarter(world: GuardWorld, history: StepTable, rules: PublicationRules, solver: GuardSolver): QuarterPlan {
  checkTable(world, history)
  const all = disclosureRules(rules)
  const atoms = atomsOf(world)
  const series = seriesOfSteps(atoms, withoutGaps(history), 'monthly')
  const steps = series.map(({ step }) => step)
  const figures = world.cells.flatMap(({ id, parent, members }, cell) => steps.map((step, place) => ({
    id, cell, step, coarser: place + 1 < steps.length ? cell * steps.length + place + 1 : null,
    cost: parent === null ? DISTRICT_COST : 1 + (0.1 * members.length) / (world.holders.length + 1),
    reason: history.at.length === 0 ? 'not-measured' as const : unsafeByItself(atoms, series[place], atoms.cells[cell], all),
  })))
  const placeOf = (cell: number, step: Step): number => cell * steps.length + steps.indexOf(step)
  const reasonOf = new Map<number, HeldReason>()
  const knowledge = new Knowledge(atoms.count)
  const betrayals = (hidden: Uint8Array): readonly (readonly number[])[] => {
    const known = (step: Step): readonly KnownSum[] => [
      ...atoms.cells.entries().filter(([cell, mask]) => mask !== 0 && hidden[placeOf(cell, step)] === 0).map(([cell, mask]) => ({ mask, cell })),
      ...(step === 'monthly' ? atoms.external.filter((one) => one.step === 'month').map(({ mask }) => ({ mask, cell: -1 })) : []),
    ]
    const found = violationsOf(atoms, series, known, all, knowledge, solver)
    return found.flatMap(({ because, reason }) => {
      const cut = [...new Set(because.filter(({ sum }) => sum.cell >= 0).map(({ sum, step }) => placeOf(sum.cell, step === 'yearly' ? 'monthly' : step)))]
      const shown: HeldReason = reason === 'tight-interval' || reason === 'external-release' ? reason : because.some(({ sum }) => sum.cell < 0) ? 'external-release' : 'complementary'
      for (const place of cut) if (!reasonOf.has(place)) reasonOf.set(place, shown)
      // What follows from the releases of others alone is not ours to hide.
      return cut.length === 0 ? [] : [cut]
    })
  }
  const hidden = leastSuppression(figures.map(({ cost, coarser, reason }): Figure => ({ cost, coarser, isHidden: reason !== undefined })), betrayals, solver)
  const classOf: Record<string, TimeClass> = {}
  const held: { cell: string; step: TimeClass; reason: HeldReason }[] = []
  for (const [place, { id, step, coarser, reason }] of [...figures.entries()].reverse()) {
    if (hidden[place] === 0) classOf[id] = step
    else {
      classOf[id] ??= 'none'
      const why = reason ?? reasonOf.get(place) ?? (coarser === null ? undefined : held.find((one) => one.cell === id && one.step === figures[coarser].step)?.reason) ?? 'complementary'
      held.push({ cell: id, step, reason: why })
    }
  }
  return { classOf, held: held.reverse(), meanKwhPerHour: meansOf(world, history) }
}

function unsafeByItself(atoms: Atoms, { step, steps }: Series, mask: number, rules: AllRules): HeldReason | undefined {
  let reason = atoms.suspended.has(mask) ? 'changed-members' as const : tooFew(atoms, mask, rules) ?? belowCode(atoms, mask, step, rules)
  for (let one = 0; reason === undefined && one < steps.at.length; one += 1) reason = dominated(atoms, steps, one, mask, rules)
  return reason
}

/** What follows exactly first: only where nothing does is it worth looking for what is nearly known. */
function violationsOf(atoms: Atoms, series: readonly Series[], known: (step: Step) => readonly KnownSum[], rules: AllRules, knowledge: Knowledge, solver: GuardSolver): readonly Violation[] {
  const derived = series.flatMap(({ step, steps }) => derivedViolations(atoms, { step, known: known(step) }, { steps, from: 0 }, steps.at.length, rules, knowledge))
  if (derived.length > 0) return derived
  const daily = series.findIndex(({ step }) => step === 'daily')
  const found: Violation[] = []
  const done = new Set<string>()
  const tally: AuditTally = { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null }
  for (const part of [series.slice(0, daily + 1), series.slice(daily)]) {
    for (const { block, figures } of blocksOf(atoms, part, known)) {
      for (const violation of tightViolations(atoms, block, figures, rules, knowledge, solver, tally, done)) {
        done.add(`${violation.step} ${violation.mask}`)
        found.push(violation)
      }
    }
  }
  return found.length > 0 ? found : yearViolations(atoms, series.at(-1)!, known('monthly'), rules, knowledge, solver)
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

/** Throws PF_DISCLOSURE_WORLD where a table does not have a row of all holders for each of its steps, in order of time. */
export function checkTable({ carrier, holders }: GuardWorld, { at, kwh, imputed }: StepTable): void {
  if (kwh.length !== at.length * holders.length || imputed.length !== kwh.length) throw new PenfeldError('PF_DISCLOSURE_WORLD', `A table of ${at.length} steps and ${holders.length} holders has ${kwh.length} values.`, { where: carrier })
  if (at.some((instant, i) => !Number.isFinite(instant) || (i > 0 && instant <= at[i - 1]))) throw new PenfeldError('PF_DISCLOSURE_WORLD', 'Steps are not in order of time.', { where: carrier })
}

/** Cells that the plan shows at a step. */
export const showsAt = (plan: QuarterPlan, cell: string, step: Step): boolean => {
  const cellClass = plan.classOf[cell]
  return cellClass !== undefined && cellClass !== 'none' && STEPS.indexOf(cellClass) <= STEPS.indexOf(step)
}
