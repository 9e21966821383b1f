import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import { derivedViolations, tightViolations, type AuditTally, type Knowledge, type Violation } from './audit.ts'
import type { AtomSteps } from './atom-steps.ts'
import type { Atoms } from './atoms.ts'
import { sameAtAllSteps, type KnownSum } from './block.ts'
import type { AllRules } from './rules.ts'
import type { Series } from './series.ts'

/**
 * What sums of a year that others have published tell together with our months: whoever has all months of a year has its total. The
 * year is the whole history. Sums of the year are judged by its totals; the months stand beneath them.
 */
export function yearViolations(atoms: Atoms, months: Series, monthly: readonly KnownSum[], rules: AllRules, knowledge: Knowledge, solver: LinearSolver): readonly Violation[] {
  const yearly = atoms.external.filter(({ step }) => step === 'year').map(({ mask }) => ({ mask, cell: -1 }))
  const count = months.steps.at.length
  if (yearly.length === 0 || count === 0) return []
  const known = [...monthly, ...yearly]
  const year = { steps: yearOf(atoms, months.steps), from: 0 }
  const derived = derivedViolations(atoms, { step: 'yearly', known }, year, 1, rules, knowledge)
  if (derived.length > 0) return derived
  const of = Int32Array.from({ length: count }, (_, month) => month)
  const levels = [sameAtAllSteps<'monthly' | 'yearly'>('monthly', of, count, monthly), sameAtAllSteps<'monthly' | 'yearly'>('yearly', new Int32Array(count), 1, known)]
  const tally: AuditTally = { derivableSums: 0, intervalsChecked: 0, solvedIntervals: 0, narrowestShare: null }
  return tightViolations(atoms, { atoms: atoms.count, kwh: months.steps.kwh, highestKwh: months.highestKwh, levels }, [{ steps: months.steps, from: 0 }, year], rules, knowledge, solver, tally)
}

/**
 * The largest holders of a year are not known from those of its months: the sums of the largest of each month are at least as large, so
 * a sum that is safe with them is safe.
 */
function yearOf({ count, chains }: Atoms, months: AtomSteps): AtomSteps {
  const add = (values: Float64Array, width: number): Float64Array => {
    const total = new Float64Array(width)
    for (const [place, value] of values.entries()) total[place % width] += value
    return total
  }
  return {
    ...months, at: months.at.slice(0, 1), kwh: add(months.kwh, count), first: add(months.first, count), second: add(months.second, count),
    chainKwh: add(months.chainKwh, chains.length * count), hours: add(months.hours, 1),
  }
}
