/**
 * What whoever knows the shown sums can find out of a stretch of time. Two things must not be: an unsafe sum that follows exactly, and
 * a protected sum that is known closer than the rules allow. Both can only come about, never go away, when more is shown.
 */
import type { LinearSolver } from '#models/reinforcement/choice-problem.ts'
import type { AtomSteps } from './atom-steps.ts'
import type { Atoms } from './atoms.ts'
import type { Block, BlockLevel, KnownSum } from './block.ts'
import type { HeldReason } from './guard-shapes.ts'
import { provenWidth, roomOf, solvedWidth } from './interval.ts'
import { follows, smallestDerivable, unseenMoves, type DerivableUnion } from './row-space.ts'
import type { AllRules, Step } from './rules.ts'
import { belowCode, dominated, protectedSums, tooFew } from './safe-sum.ts'

export type AuditStep = Step | 'yearly'

export interface Violation {
  readonly reason: HeldReason
  readonly step: AuditStep
  readonly mask: number
  readonly at: number
  /** Shown sums that bring it about together. */
  readonly because: readonly { readonly sum: KnownSum; readonly step: AuditStep }[]
}

export interface AuditTally {
  derivableSums: number
  intervalsChecked: number
  solvedIntervals: number
  narrowestShare: number | null
}

/** Remembers what depends on the shown sums alone, not on the figures. */
export class Knowledge {
  private readonly unions = new Map<string, readonly DerivableUnion[]>()
  private readonly moves = new Map<string, readonly Float64Array[]>()
  private readonly atoms: number
  constructor(atoms: number) { this.atoms = atoms }

  derivable(known: readonly KnownSum[]): readonly DerivableUnion[] {
    return remember(this.unions, known, (masks) => smallestDerivable(masks, this.atoms))
  }
  unseen(known: readonly KnownSum[]): readonly Float64Array[] {
    return remember(this.moves, known, (masks) => unseenMoves(masks, this.atoms))
  }
}

function remember<T>(kept: Map<string, T>, known: readonly KnownSum[], make: (masks: readonly number[]) => T): T {
  const masks = known.map(({ mask }) => mask)
  const key = masks.join()
  if (!kept.has(key)) kept.set(key, make(masks))
  return kept.get(key)!
}

/** Steps of one level of a block, with what the rules ask of them; `from` is the first of the block. */
export interface LevelFigures { readonly steps: AtomSteps; readonly from: number }

/** First layer and D3, D4 of whatever follows exactly at one level; the first step at which it fails is named. */
export function derivedViolations(atoms: Atoms, level: Pick<BlockLevel<AuditStep>, 'step' | 'known'>, { steps, from }: LevelFigures, count: number, rules: AllRules, knowledge: Knowledge): Violation[] {
  const outside = level.known.filter(({ cell }) => cell < 0).map(({ mask }) => mask)
  const unions = withSuspended(knowledge.derivable(level.known), atoms)
  const found: Violation[] = []
  for (const { mask, witness } of unions) {
    const step = level.step === 'yearly' ? 'monthly' : level.step
    const always = tooFew(atoms, mask, rules) ?? belowCode(atoms, mask, step, rules)
    let reason: HeldReason | undefined = always
    let at = from
    for (let one = from; reason === undefined && one < from + count; one += 1) {
      reason = dominated(atoms, steps, one, mask, rules)
      at = one
    }
    // What others have told already is not told by us.
    if (reason === undefined || (outside.length > 0 && follows(mask, outside, atoms.count))) continue
    found.push({ reason, step: level.step, mask, at, because: witness.map((place) => ({ sum: level.known[place], step: level.step })) })
  }
  return found
}

/** A cell whose kWh wait must not follow either, though it may be made of smaller sums that are safe. */
function withSuspended(unions: readonly DerivableUnion[], { suspended }: Atoms): readonly DerivableUnion[] {
  const whole = [...suspended].flatMap((mask): DerivableUnion[] => {
    const parts = unions.filter((union) => (union.mask & mask) === union.mask)
    if (parts.length < 2 || parts.reduce((all, part) => all | part.mask, 0) !== mask) return []
    return [{ mask, witness: [...new Set(parts.flatMap(({ witness }) => witness))] }]
  })
  return [...unions, ...whole]
}

/**
 * While the past is looked at for a plan: sums that were found too close, and how often others had to be solved. A plan is verified
 * against every day, so there it is enough to have solved a few of many like steps.
 */
export interface PastLooked { readonly done: Set<string>; readonly solved: Map<string, number> }
const MOST_SOLVED_OF_PAST = 3

/**
 * Protected sums of one block that are known too closely: first by a proof that costs nothing, then by linear programs;
 * one violation of each sum and level is enough.
 */
export function tightViolations(
  atoms: Atoms, block: Block<AuditStep>, figures: readonly LevelFigures[], rules: AllRules, knowledge: Knowledge, solver: LinearSolver,
  tally: AuditTally, past?: PastLooked,
): Violation[] {
  const share = rules.intervalPct / 100
  const unseenByAll = roomOf(block, knowledge.unseen(upTo(block, block.levels.length)))
  const found = new Map<string, Violation>()
  const few = new Map<number, boolean>()
  const hasFew = (mask: number): boolean => {
    if (!few.has(mask)) few.set(mask, tooFew(atoms, mask, rules) !== undefined)
    return few.get(mask)!
  }
  for (const [index, level] of block.levels.entries()) {
    const { steps, from } = figures[index]
    const unseenByLevel = index + 1 < block.levels.length ? roomOf(block, knowledge.unseen(upTo(block, index + 1))) : unseenByAll
    for (let step = 0; step < level.steps; step += 1) {
      const isSafe = (mask: number): boolean => !hasFew(mask) && dominated(atoms, steps, from + step, mask, rules) === undefined
      // A cell that could have been shown is judged whole, whatever it is made of.
      for (const mask of new Set([...protectedSums(atoms, -1, isSafe), ...atoms.cells.filter((cell) => cell !== 0 && !isSafe(cell))])) {
        const key = `${level.step} ${mask}`
        if (found.has(key) || past?.done.has(key)) continue
        tally.intervalsChecked += 1
        let width = provenWidth(block, index, step, mask, unseenByAll, unseenByLevel)
        if ((width.up < share || width.down < share) && (past?.solved.get(key) ?? 0) < MOST_SOLVED_OF_PAST) {
          tally.solvedIntervals += 1
          past?.solved.set(key, (past.solved.get(key) ?? 0) + 1)
          const solved = solvedWidth(block, level, step, mask, share, solver)
          width = solved
          if (solved.tight !== undefined) found.set(key, { reason: reasonOf(solved.tight.because), step: level.step, mask, at: from + step, because: solved.tight.because })
        }
        const whole = width.up + width.down
        if (whole < (tally.narrowestShare ?? Infinity)) tally.narrowestShare = whole
      }
    }
  }
  return [...found.values()]
}

/** All that is known at the finest levels: nearly always what the last of them knows. */
function upTo({ levels }: Block<AuditStep>, count: number): readonly KnownSum[] {
  const byMask = new Map(levels.slice(0, count).flatMap(({ known }) => known).map((sum) => [sum.mask, sum]))
  return [...byMask.values()].sort((a, b) => a.mask - b.mask)
}

const reasonOf = (because: Violation['because']): HeldReason => (because.some(({ sum }) => sum.cell < 0) ? 'external-release' : 'tight-interval')
