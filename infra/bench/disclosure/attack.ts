/** What whoever has all the figures of a month makes of them: every sum that is hidden for its own sake, by linear programs. */
import { atomSteps, groupSteps, type AtomSteps } from '#models/disclosure/atom-steps.ts'
import { atomsOf, type Atoms } from '#models/disclosure/atoms.ts'
import { smallestDerivable } from '#models/disclosure/row-space.ts'
import { POLICY } from '#models/disclosure/rules.ts'
import { dominated, tooFew } from '#models/disclosure/safe-sum.ts'
import { ProgramBuilder } from '#models/reinforcement/linear-program.ts'
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import type { InventedDistrict } from './districts.ts'

export interface Attack {
  /** Unsafe sums of which the exact value follows, as cells of their own or as a margin less what is shown of it. */
  readonly exact: number
  /** Unsafe cells that are known closer than to a fifth, exact ones too. */
  readonly close: number
  readonly unsafeCells: number
}

export interface Looked { readonly atoms: Atoms; readonly steps: AtomSteps; isSafe(mask: number): boolean }

export function lookAt({ world, table }: InventedDistrict): Looked {
  const atoms = atomsOf(world)
  const steps = atomSteps(atoms, table, groupSteps(table.at, 'monthly'), 'monthly', () => 1)
  return { atoms, steps, isSafe: (mask) => tooFew(atoms, mask, POLICY) === undefined && dominated(atoms, steps, 0, mask, POLICY) === undefined }
}

/** Cells with fewer than ten holders, or one with more than 85 %, are hidden, and nothing else. */
export function naivelyShown({ atoms, steps }: Looked): readonly number[] {
  const own = { ...POLICY, minHolders: 10, minDeliveryPoints: 10, pPct: 0 }
  return atoms.cells.filter((mask) => tooFew(atoms, mask, own) === undefined && dominated(atoms, steps, 0, mask, own) === undefined)
}

export function attack({ atoms, steps, isSafe }: Looked, shown: readonly number[], solver: LinearSolver): Attack {
  const visible = new Set(shown)
  const exact = smallestDerivable(shown, atoms.count).filter(({ mask }) => !visible.has(mask) && !isSafe(mask)).length
  const unsafe = atoms.cells.filter((mask) => !visible.has(mask) && !isSafe(mask))
  const scale = Math.max(...steps.kwh)
  const builder = new ProgramBuilder()
  for (let atom = 0; atom < atoms.count; atom += 1) builder.column(Infinity)
  const inMask = (mask: number): number[] => Array.from({ length: atoms.count }, (_, atom) => atom).filter((atom) => (mask >>> atom) & 1)
  const kwh = (mask: number): number => inMask(mask).reduce((sum, atom) => sum + steps.kwh[atom], 0)
  for (const mask of shown) builder.row(kwh(mask) / scale, kwh(mask) / scale, inMask(mask).map((atom) => [atom, 1] as const))
  const program = builder.program()
  const close = unsafe.filter((mask) => {
    const end = (sign: number): number => {
      const { status, objective } = solver({ ...program, costs: Float64Array.from(program.costs, (_, atom) => ((mask >>> atom) & 1 ? sign : 0)) })
      return status === 'unbounded' ? Infinity : Math.abs(objective * scale)
    }
    return end(1) > 0.8 * kwh(mask) * (1 + 1e-6) || end(-1) < 1.2 * kwh(mask) * (1 - 1e-6)
  }).length
  return { exact, close, unsafeCells: unsafe.length }
}
