/** Which cells are not shown at which step, so that nothing unsafe follows from the others and the least is hidden. */
import type { PublicationRules } from '#models/district/schema.ts'
import { derivedViolations, Knowledge, tightViolations, type AuditTally, type Violation } from './audit.ts'
import type { Atoms } from './atoms.ts'
import type { KnownSum } from './block.ts'
import type { GuardSolver, GuardWorld, HeldReason } from './guard-shapes.ts'
import { leastSuppression, type Figure } from './least-suppression.ts'
import { disclosureRules, type AllRules, type Step } from './rules.ts'
import { belowCode, dominated, tooFew } from './safe-sum.ts'
import { blocksOf, type Series } from './series.ts'
import { yearViolations } from './yearly.ts'

/** The total of the district goes only where nothing else helps. */
const DISTRICT_COST = 1000

/** A cell at a step; undefined: it is shown. */
export interface CellStep { readonly cell: number; readonly step: Step; readonly held: HeldReason | undefined }

export interface HiddenCells {
  /** By cell, and for each from the finest step to the month. */
  readonly cellSteps: readonly CellStep[]
  /** Whether it is proven that less could not be hidden. */
  readonly isLeast: boolean
}

export function hiddenCells(world: Pick<GuardWorld, 'cells' | 'holders'>, atoms: Atoms, series: readonly Series[], rules: PublicationRules, solver: GuardSolver): HiddenCells {
  const all = disclosureRules(rules)
  const steps = series.map(({ step }) => step)
  const figures = world.cells.flatMap(({ parent, members }, cell) => series.map((one, place) => ({
    cell, step: one.step, coarser: place + 1 < steps.length ? cell * steps.length + place + 1 : null,
    cost: parent === null ? DISTRICT_COST : 1 + (0.001 * members.length) / world.holders.length,
    reason: one.steps.at.length === 0 ? 'not-measured' as const : unsafeByItself(atoms, one, atoms.cells[cell], all),
  })))
  const placeOf = (cell: number, step: Step): number => cell * steps.length + steps.indexOf(step)
  const reasonOf = new Map<number, HeldReason>()
  const knowledge = new Knowledge(atoms.count)
  const betrayals = (hidden: Uint8Array): readonly (readonly number[])[] => {
    const known = (step: Step): readonly KnownSum[] => [
      ...atoms.cells.entries().filter(([cell, mask]) => mask !== 0 && hidden[placeOf(cell, step)] === 0).map(([cell, mask]) => ({ mask, cell })),
      ...(step === 'monthly' ? atoms.external.filter((one) => one.step === 'month').map(({ mask }) => ({ mask, cell: -1 })) : []),
    ]
    return violationsOf(atoms, series, known, all, knowledge, solver).flatMap(({ because, reason }) => {
      const cut = [...new Set(because.filter(({ sum }) => sum.cell >= 0).map(({ sum, step }) => placeOf(sum.cell, step === 'yearly' ? 'monthly' : step)))]
      const shown: HeldReason = because.some(({ sum }) => sum.cell < 0) ? 'external-release' : reason === 'tight-interval' ? reason : 'complementary'
      for (const place of cut) if (!reasonOf.has(place)) reasonOf.set(place, shown)
      // What follows from the releases of others alone is not ours to hide.
      return cut.length === 0 ? [] : [cut]
    })
  }
  const { hidden, isLeast } = leastSuppression(figures.map(({ cost, coarser, reason }): Figure => ({ cost, coarser, isHidden: reason !== undefined })), betrayals, solver)
  const heldOf = (place: number): HeldReason => {
    const { reason, coarser } = figures[place]
    return reason ?? reasonOf.get(place) ?? (coarser !== null && hidden[coarser] === 1 ? heldOf(coarser) : 'complementary')
  }
  return { isLeast, cellSteps: figures.map(({ cell, step }, place) => ({ cell, step, held: hidden[place] === 0 ? undefined : heldOf(place) })) }
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
  const past = { done: new Set<string>(), solved: new Map<string, number>() }
  const tally: AuditTally = { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null }
  for (const part of [series.slice(0, daily + 1), series.slice(daily)]) {
    for (const { block, figures } of blocksOf(atoms, part, known)) {
      for (const violation of tightViolations(atoms, block, figures, rules, knowledge, solver, tally, past)) {
        past.done.add(`${violation.step} ${violation.mask}`)
        found.push(violation)
      }
    }
  }
  return found.length > 0 ? found : yearViolations(atoms, series.at(-1)!, known('monthly'), rules, knowledge, solver)
}
