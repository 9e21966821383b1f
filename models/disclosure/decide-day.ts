import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { derivedViolations, Knowledge, tightViolations, type AuditTally } from './audit.ts'
import { atomsOf, type Atoms } from './atoms.ts'
import type { KnownSum } from './block.ts'
import { cellKwh, certificateOf, rounded, unseenFigures } from './figures.ts'
import type { CellFigures, DayShown, GuardDecision, GuardSolver, GuardWorld, HeldReason, QuarterPlan, StepTable } from './guard-shapes.ts'
import { checkWorld } from './check-world.ts'
import { showsAt } from './plan-quarter.ts'
import type { Publishable } from './publishable.ts'
import { disclosureRules, STEPS, type AllRules, type Step } from './rules.ts'
import { tooMuchImputed } from './safe-sum.ts'
import { blocksOf, seriesOfSteps, type Series } from './series.ts'

interface Failure { readonly cell: string | null; readonly reason: HeldReason }

/**
 * What of one local day of a carrier the public may see. The plan of the quarter says what could be; here it is verified against the
 * figures of the day, and nothing is added. Where a step fails, no cell shows steps that day; where the day fails, the district alone
 * is tried; where that fails too, nothing is shown (D7).
 *
 * @param day half-hours or hours of one local day (23, 24 or 25 h), of the whole cohort, imputed where readings were missing: NaN is
 * withheld as not measured.
 * @returns every cell of the world, rounded, and what of the plan could be shown: `decideMonth` asks for it.
 * Throws PF_DISCLOSURE_WORLD where the table is not one day of the world, PF_SOLVER_FAILED: then nothing may be shown.
 */
export function decideDay(world: GuardWorld, plan: QuarterPlan, day: StepTable, rules: PublicationRules, solver: GuardSolver): GuardDecision {
  checkWorld(world, day)
  const all = disclosureRules(rules)
  const atoms = atomsOf(world)
  const series = seriesOfSteps(atoms, day, 'daily')
  if (series.at(-1)!.steps.at.length !== 1) throw new PenfeldError('PF_DISCLOSURE_WORLD', `A table of one day holds ${series.at(-1)!.steps.at.length} local days.`, { where: world.carrier })
  const hasSteps = series.some(({ step }) => step !== 'daily' && world.cells.some(({ id }) => showsAt(plan, id, step)))
  const stages: readonly DayShown[] = hasSteps ? ['steps', 'cells', 'district'] : ['cells', 'district']
  let failure: Failure | undefined
  for (const shown of stages) {
    const isShown = (cell: number, step: Step): boolean => {
      const { id, parent } = world.cells[cell]
      return showsAt(plan, id, step) && (shown === 'steps' || (step === 'daily' && (shown === 'cells' || parent === null)))
    }
    const tally: AuditTally = { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null }
    const found = failureOf(world, atoms, series, isShown, day, all, solver, tally)
    if (found === undefined) return decisionOf(world, plan, day, rules, shown, isShown, failure, tally)
    failure ??= found
  }
  return decisionOf(world, plan, day, rules, 'none', () => false, failure, { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null })
}

function failureOf(world: GuardWorld, atoms: Atoms, series: readonly Series[], isShown: (cell: number, step: Step) => boolean, day: StepTable, rules: AllRules, solver: GuardSolver, tally: AuditTally): Failure | undefined {
  for (const { step, steps } of series) {
    for (const [cell, mask] of atoms.cells.entries()) {
      if (!isShown(cell, step)) continue
      const { id } = world.cells[cell]
      // A public holder without a figure leaves the total without one.
      if (cellKwh(world.cells[cell], world.holders.length, day, step).some((kwh) => !(kwh >= 0))) return { cell: id, reason: 'not-measured' }
      for (let one = 0; one < steps.at.length; one += 1) {
        const reason = tooMuchImputed(atoms, steps, one, mask, rules)
        if (reason !== undefined) return { cell: id, reason }
      }
    }
  }
  const known = (step: Step): readonly KnownSum[] => [...atoms.cells.entries().filter(([cell, mask]) => mask !== 0 && isShown(cell, step)).map(([cell, mask]) => ({ mask, cell }))]
  const knowledge = new Knowledge(atoms.count)
  const cellOf = (mask: number): string | null => world.cells[atoms.cells.indexOf(mask)]?.id ?? null
  for (const { step, steps } of series) {
    const [violation] = derivedViolations(atoms, { step, known: known(step) }, { steps, from: 0 }, steps.at.length, rules, knowledge)
    if (violation !== undefined) return { cell: cellOf(violation.mask), reason: violation.reason }
    tally.derivableSums += knowledge.derivable(known(step)).length * steps.at.length
  }
  const [{ block, figures }] = blocksOf(atoms, series, known)
  const [tight] = tightViolations(atoms, block, figures, rules, knowledge, solver, tally)
  return tight === undefined ? undefined : { cell: cellOf(tight.mask), reason: tight.reason }
}

function decisionOf(world: GuardWorld, plan: QuarterPlan, day: StepTable, { roundingPct, validFrom }: PublicationRules, shown: DayShown, isShown: (cell: number, step: Step) => boolean, failure: Failure | undefined, tally: AuditTally): GuardDecision {
  const hours = (day.at.length * (day.at.length > 1 ? day.at[1] - day.at[0] : 3_600_000)) / 3_600_000
  const held: { cell: string; reason: HeldReason }[] = []
  const figures = world.cells.map((cell, place): CellFigures => {
    const why = showsAt(plan, cell.id, 'daily') ? (failure?.cell === cell.id ? failure.reason : 'failed-step') : plan.held.find((one) => one.cell === cell.id && one.step === 'daily')?.reason ?? 'complementary'
    if (!isShown(place, 'daily')) {
      held.push({ cell: cell.id, reason: why })
      return unseenFigures(cell.id)
    }
    const finest = STEPS.find((step) => isShown(place, step))!
    const values = (step: Step, stepHours: number): number[] => cellKwh(cell, world.holders.length, day, step).map((kwh) => rounded(kwh, cell.id, stepHours, plan, roundingPct))
    if (finest === 'daily' && plan.classOf[cell.id] !== 'daily') held.push({ cell: cell.id, reason: why })
    return { cell: cell.id, stepKwh: finest === 'daily' ? null : values(finest, finest === 'hourly' ? 1 : 0.5), energyKwh: values('daily', hours)[0] }
  })
  return { figures: figures as Publishable<typeof figures>, shown, held, certificate: certificateOf(world, validFrom, figures, tally) }
}
