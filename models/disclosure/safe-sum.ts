/** Whether a sum of holders tells too much of one of them. */
import type { AtomSteps } from './atom-steps.ts'
import type { Atoms } from './atoms.ts'
import type { HeldReason } from './guard-shapes.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { pointsForStep, type AllRules, type Step } from './rules.ts'

const MOST_PROTECTED = 5000

/** D3: enough holders and delivery points; the same in every step. */
export function tooFew(atoms: Atoms, mask: number, rules: AllRules): HeldReason | undefined {
  if (holdersOf(atoms, mask) < rules.minHolders) return 'too-few-holders'
  return count(atoms.points, mask) < rules.minDeliveryPoints ? 'too-few-delivery-points' : undefined
}

/** D4: p% rule against the second largest as well, and the largest share of INSEE. `place` is that of the first atom of the step. */
export function dominated(atoms: Atoms, steps: AtomSteps, step: number, mask: number, rules: AllRules): HeldReason | undefined {
  let [total, first, second] = [0, 0, 0]
  const from = step * atoms.count
  for (let atom = 0; atom < atoms.count; atom += 1) {
    if (((mask >>> atom) & 1) === 0) continue
    total += steps.kwh[from + atom]
    const [a, b] = [steps.first[from + atom], steps.second[from + atom]]
    if (a > first) { second = Math.max(first, b); first = a } else if (a > second) second = a
  }
  for (const [chain, ofChain] of atoms.chains.entries()) {
    if ((ofChain & mask) === 0) continue
    let kwh = 0
    const place = (step * atoms.chains.length + chain) * atoms.count
    for (let atom = 0; atom < atoms.count; atom += 1) if ((mask >>> atom) & 1) kwh += steps.chainKwh[place + atom]
    if (kwh > first) { second = first; first = kwh } else if (kwh > second) second = kwh
  }
  // No sun tells nothing that is not seen from the street.
  if (total === 0) return atoms.isProduction ? undefined : 'nothing-used'
  // Relative to the total, so that the last bits of a sum decide nothing against it.
  return total - first - second < (rules.pPct / 100) * first - 1e-12 * total || first > (rules.dominancePct / 100) * total ? 'dominant-holder' : undefined
}

/** The code's own thresholds, for what is shown or follows exactly from what is shown. */
export function belowCode(atoms: Atoms, mask: number, step: Step, rules: AllRules): HeldReason | undefined {
  if (isSuspended(atoms, mask)) return 'changed-members'
  const points = count(atoms.points, mask)
  const needed = count(atoms.smallPoints, mask) === 0 ? rules.largeSiteMinPoints : pointsForStep(rules, atoms.isProduction ? 'production' : 'electricity', step)
  return points < needed ? 'too-few-points-for-step' : undefined
}

/** A cell that waits, and any sum with some of it that is not a cell which need not wait: nobody has looked at what changed in it. */
function isSuspended({ suspended, cells }: Atoms, mask: number): boolean {
  if (suspended.has(mask)) return true
  if (suspended.size === 0 || cells.includes(mask)) return false
  return [...suspended].some((cell) => (cell & mask) !== 0 && ![...suspended].some((part) => part !== cell && (part & cell) === part))
}

/** D9. Made-up readings by energy and by holders, whichever weighs more. */
export function tooMuchImputed(atoms: Atoms, steps: AtomSteps, step: number, mask: number, rules: AllRules): HeldReason | undefined {
  let [kwh, imputedKwh, holders] = [0, 0, 0]
  for (let atom = 0; atom < atoms.count; atom += 1) {
    if (((mask >>> atom) & 1) === 0) continue
    const place = step * atoms.count + atom
    if (steps.missing[place] === 1) return 'not-measured'
    kwh += steps.kwh[place]
    imputedKwh += steps.imputedKwh[place]
    holders += steps.imputedHolders[place]
  }
  const share = rules.imputedPct / 100
  return imputedKwh > share * kwh || holders > share * holdersOf(atoms, mask) ? 'too-much-imputed' : undefined
}

/** Holders of some atoms; one that is in several counts once. */
export function holdersOf({ holders, chains }: Atoms, mask: number): number {
  return count(holders, mask) + chains.filter((ofChain) => (ofChain & mask) !== 0).length
}

function count(of: Int32Array, mask: number): number {
  let total = 0
  for (let atom = 0; atom < of.length; atom += 1) if ((mask >>> atom) & 1) total += of[atom]
  return total
}

/**
 * Sums that must stay uncertain in a step: unsafe unions of atoms no part of which is safe by itself. What is safe may be known, so that
 * a sum with a safe part is judged by the rest of it. Of these every part is one as well, so they grow atom by atom.
 */
export function protectedSums(atoms: Atoms, candidates: number, isSafe: (mask: number) => boolean): readonly number[] {
  let last: number[] = []
  for (let atom = 0; atom < atoms.count; atom += 1) if ((candidates >>> atom) & 1 && !isSafe(1 << atom)) last.push(1 << atom)
  const singles = last
  const all = [...last]
  while (last.length > 0) {
    const known = new Set(last)
    const next: number[] = []
    for (const mask of last) {
      for (const single of singles) {
        if (single <= mask) continue
        const larger = mask | single
        let partsKnown = true
        for (let rest = mask; rest !== 0 && partsKnown; rest &= rest - 1) partsKnown = known.has(larger & ~(rest & -rest))
        if (partsKnown && !isSafe(larger)) next.push(larger)
      }
    }
    all.push(...next)
    if (all.length > MOST_PROTECTED) throw new PenfeldError('PF_DISCLOSURE_TOO_FINE', `More than ${MOST_PROTECTED} sums of holders would have to stay uncertain.`)
    last = next
  }
  return all
}
