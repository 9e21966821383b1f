/** What another way than reinforcing saves of the works of a reference plan: avoided and deferred euros, told apart. */
import { workValue, type Horizon, type Work } from './money.ts'
import type { Rates } from './rates.ts'

export interface WorkOutcome {
  readonly id: string
  /** avoided: not built within the horizon, which does not say that it never will be. sooner: it costs more. added: not in the reference. */
  readonly kind: 'avoided' | 'deferred' | 'kept' | 'sooner' | 'added'
  readonly referenceYear: number | null
  readonly chosenYear: number | null
  /** Present value that is saved, residual values taken off; negative where it costs more. */
  readonly savedEur: number
}

export interface WorksSaving {
  readonly avoidedEur: number
  readonly deferredEur: number
  /** Prices of the works that come later, not discounted: what still has to be paid one day. */
  readonly deferredWorksEur: number
  readonly works: readonly WorkOutcome[]
}

/** Each work of the reference is counted once, as one kind. Works of a plan have different ids. */
export function worksSaving(reference: readonly Work[], chosen: readonly Work[], horizon: Horizon, rates: Rates): WorksSaving {
  const inside = (works: readonly Work[]): Map<string, Work> =>
    new Map(works.filter(({ year }) => year >= horizon.fromYear && year <= horizon.toYear).map((work) => [work.id, work]))
  const before = inside(reference)
  const after = inside(chosen)
  const value = (work: Work | undefined): number => work === undefined ? 0 : workValue(work, horizon, rates).netEur
  const works = [...new Set([...before.keys(), ...after.keys()])].map((id): WorkOutcome => {
    const [was, is] = [before.get(id), after.get(id)]
    return { id, kind: kindOf(was, is), referenceYear: was?.year ?? null, chosenYear: is?.year ?? null, savedEur: value(was) - value(is) }
  })
  const sum = (kind: WorkOutcome['kind'], of: (work: WorkOutcome) => number): number => works.filter((work) => work.kind === kind).reduce((total, work) => total + of(work), 0)
  return {
    avoidedEur: sum('avoided', ({ savedEur }) => savedEur),
    deferredEur: sum('deferred', ({ savedEur }) => savedEur),
    deferredWorksEur: sum('deferred', ({ id }) => after.get(id)!.eur),
    works,
  }
}

function kindOf(was: Work | undefined, is: Work | undefined): WorkOutcome['kind'] {
  if (was === undefined) return 'added'
  if (is === undefined) return 'avoided'
  if (is.year === was.year) return 'kept'
  return is.year > was.year ? 'deferred' : 'sooner'
}
