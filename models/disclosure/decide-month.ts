import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import { nextLocalDayStart } from '#models/units/local-time.ts'
import { derivedViolations, Knowledge, tightViolations, type AuditStep, type AuditTally } from './audit.ts'
import { atomSteps, groupSteps, type Grouping } from './atom-steps.ts'
import { atomsOf, type Atoms } from './atoms.ts'
import { sameAtAllSteps, type BlockLevel, type KnownSum } from './block.ts'
import { cellKwh, certificateOf, rounded, unseenFigures } from './figures.ts'
import type { CellFigures, DayShown, GuardDecision, GuardSolver, GuardWorld, HeldReason, QuarterPlan, StepTable } from './guard-shapes.ts'
import { checkWorld } from './check-world.ts'
import { showsAt } from './plan-quarter.ts'
import type { Publishable } from './publishable.ts'
import { disclosureRules, TIME_ZONE, type AllRules } from './rules.ts'
import { tooMuchImputed } from './safe-sum.ts'
import { seriesOfDays, type Series } from './series.ts'

interface Failure { readonly cell: string | null; readonly reason: HeldReason }

/**
 * What of one local month of a carrier the public may see, beside the days that it has seen already. A month less its shown days is the
 * sum of those not shown: it is judged as if it were shown, so that a day that was withheld does not come back as a difference. Where
 * the month fails, the total of the district is tried alone; where that fails too, nothing is shown.
 *
 * Hours within a day are not looked at again: their sums of a day are what the month can add to.
 *
 * @param month one row for every local day of the month, at its begin, of the whole cohort.
 * @param shownOfDay by day, what `decideDay` said of the release that is public; a day without a release is `none`.
 */
export function decideMonth(world: GuardWorld, plan: QuarterPlan, month: StepTable, shownOfDay: readonly DayShown[], rules: PublicationRules, solver: GuardSolver): GuardDecision {
  checkWorld(world, month)
  checkDays(world, month.at, shownOfDay)
  const all = disclosureRules(rules)
  const atoms = atomsOf(world)
  const [days, months] = seriesOfDays(atoms, month)
  let failure: Failure | undefined
  for (const shown of ['cells', 'district'] as const) {
    const isShown = (cell: number): boolean => showsAt(plan, world.cells[cell].id, 'monthly') && (shown === 'cells' || world.cells[cell].parent === null)
    const tally: AuditTally = { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null }
    const found = failureOf(world, plan, atoms, days, months, month, shownOfDay, isShown, all, solver, tally)
    if (found === undefined) return decisionOf(world, plan, month, rules, shown, isShown, failure, tally)
    failure ??= found
  }
  return decisionOf(world, plan, month, rules, 'none', () => false, failure, { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null })
}

function failureOf(world: GuardWorld, plan: QuarterPlan, atoms: Atoms, days: Series, months: Series, table: StepTable, shownOfDay: readonly DayShown[], isShown: (cell: number) => boolean, rules: AllRules, solver: GuardSolver, tally: AuditTally): Failure | undefined {
  for (const [cell, mask] of atoms.cells.entries()) {
    if (!isShown(cell)) continue
    const reason = cellKwh(world.cells[cell], world.holders.length, table, 'monthly').some((kwh) => !(kwh >= 0)) ? 'not-measured' : tooMuchImputed(atoms, months.steps, 0, mask, rules)
    if (reason !== undefined) return { cell: world.cells[cell].id, reason }
  }
  const knowledge = new Knowledge(atoms.count)
  const knownIf = (holds: (cell: number) => boolean): KnownSum[] => [...atoms.cells.entries().filter(([cell, mask]) => mask !== 0 && holds(cell)).map(([cell, mask]) => ({ mask, cell }))]
  const ofMonth = [...knownIf(isShown), ...atoms.external.filter(({ step }) => step === 'month').map(({ mask }) => ({ mask, cell: -1 }))]
  const daily = knownIf((cell) => showsAt(plan, world.cells[cell].id, 'daily'))
  const district = daily.filter(({ cell }) => world.cells[cell].parent === null)
  const ofDay = shownOfDay.map((shown) => (shown === 'none' ? [] : shown === 'district' ? district : daily))
  // Seen every day but some, and for the whole month: the rest is seen as well. Twice, for what the district alone was shown on.
  const rests = [['none', district], ['district', daily]] as const
  const levels: { level: BlockLevel<AuditStep>; steps: Series['steps'] }[] = [{ level: { step: 'daily', of: identity(ofDay.length), steps: ofDay.length, known: daily, knownAt: (day) => ofDay[day] }, steps: days.steps }]
  for (const [upTo, wouldBe] of rests) {
    const inRest = shownOfDay.map((shown) => shown === 'none' || shown === upTo)
    const known = wouldBe.filter(({ cell }) => isShown(cell))
    if (known.length === 0 || !inRest.includes(true)) continue
    const grouping = restTogether(table.at, inRest)
    const steps = atomSteps(atoms, table, grouping, 'daily', () => 24)
    levels.push({ level: sameAtAllSteps<AuditStep>('daily', grouping.of, grouping.at.length, known), steps })
  }
  levels.push({ level: sameAtAllSteps<AuditStep>('monthly', new Int32Array(ofDay.length), 1, ofMonth), steps: months.steps })
  const cellOf = (mask: number): string | null => world.cells[atoms.cells.indexOf(mask)]?.id ?? null
  // The days themselves were judged when they were shown; their rests and the month were not.
  for (const { level, steps } of levels.slice(1)) {
    const [violation] = derivedViolations(atoms, level, { steps, from: 0 }, level.steps, rules, knowledge)
    if (violation !== undefined) return { cell: cellOf(violation.mask), reason: level.step === 'daily' ? 'failed-step' : violation.reason }
    tally.derivableSums += knowledge.derivable(level.known).length * level.steps
  }
  const block = { atoms: atoms.count, kwh: days.steps.kwh, highestKwh: days.highestKwh, levels: levels.map(({ level }) => level) }
  const [tight] = tightViolations(atoms, block, levels.map(({ steps }) => ({ steps, from: 0 })), rules, knowledge, solver, tally)
  return tight === undefined ? undefined : { cell: cellOf(tight.mask), reason: tight.reason }
}

const identity = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i)

/** Every shown day by itself, all the others as one. Groups are in order of their first day; their holders are added day after day. */
function restTogether(at: Float64Array, inRest: readonly boolean[]): Grouping {
  const first = inRest.indexOf(true)
  const begins = [...at].filter((_, day) => !inRest[day] || day === first)
  return { of: Int32Array.from(at, (begin, day) => begins.indexOf(inRest[day] ? at[first] : begin)), at: Float64Array.from(begins) }
}

function checkDays({ carrier }: GuardWorld, at: Float64Array, shownOfDay: readonly DayShown[]): void {
  const wrong = (what: string): never => { throw new PenfeldError('PF_DISCLOSURE_WORLD', what, { where: carrier }) }
  if (shownOfDay.length !== at.length) wrong(`${shownOfDay.length} days are said to have been shown or not, the table has ${at.length}.`)
  if (at.length === 0 || groupSteps(at, 'monthly').at.length !== 1) wrong('The table is not of one local month.')
  const month = groupSteps(at, 'monthly').at[0]
  for (const [day, begin] of at.entries()) if (begin !== (day === 0 ? month : nextLocalDayStart(at[day - 1], TIME_ZONE))) wrong('Days of the month are missing, or do not begin at local midnight.')
  const after = nextLocalDayStart(at.at(-1)!, TIME_ZONE)
  if (groupSteps(Float64Array.of(at.at(-1)!, after), 'monthly').at.length !== 2) wrong('The month is not over in the table.')
}

function decisionOf(world: GuardWorld, plan: QuarterPlan, month: StepTable, { roundingPct, validFrom }: PublicationRules, shown: DayShown, isShown: (cell: number) => boolean, failure: Failure | undefined, tally: AuditTally): GuardDecision {
  const hours = (nextLocalDayStart(month.at.at(-1)!, TIME_ZONE) - month.at[0]) / 3_600_000
  const held: { cell: string; reason: HeldReason }[] = []
  const figures = world.cells.map((cell, place): CellFigures => {
    if (isShown(place)) return { cell: cell.id, stepKwh: null, energyKwh: rounded(cellKwh(cell, world.holders.length, month, 'monthly')[0], cell.id, hours, plan, roundingPct) }
    const isPlanned = showsAt(plan, cell.id, 'monthly')
    held.push({ cell: cell.id, reason: isPlanned ? (failure?.cell === cell.id ? failure.reason : 'failed-step') : plan.held.find((one) => one.cell === cell.id && one.step === 'monthly')?.reason ?? 'complementary' })
    return unseenFigures(cell.id)
  })
  return { figures: figures as Publishable<typeof figures>, shown, held, certificate: certificateOf(world, validFrom, figures, tally) }
}
