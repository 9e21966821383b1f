/** What the residuals of the energy balance point to, ranked, each with the figures that speak for it. */
import type { Balance, BalanceElement, MeteredCurve } from './balance.ts'
import { residualShifts, type ResidualShift } from './balance-shift.ts'
import { MAD_TO_SIGMA, median } from './balance-statistics.ts'
import { swapEvidence, type SwapEvidence } from './balance-swap.ts'

export type BalanceFinding = UnmeteredLoad | SwappedMeters

export interface UnmeteredLoad {
  readonly kind: 'unmetered-load'
  /** Compared with its siblings now, or with its own earlier weeks (less what the siblings' shares changed). */
  readonly basis: 'siblings' | 'own-history'
  readonly elementId: string
  /** Residual share of the element in percent of its head's energy. */
  readonly residualPct: number
  /** Median of the siblings' shares, or of the changes of their shares; 0 where that is negative. */
  readonly siblingsPct: number
  /** What is beyond the siblings, with its standard deviation. */
  readonly excessPct: number
  readonly uncertaintyPct: number
  readonly excessKwh: number
  /** Excess in standard deviations. */
  readonly significance: number
}

export interface SwappedMeters extends SwapEvidence {
  readonly kind: 'swapped-meters'
}

export interface FindingOptions {
  /** First step of the period that is judged; the steps before it are the elements' own history, best of the same length. */
  readonly since?: number
  /** Findings below so many standard deviations are not reported: with 4, a hundred elements judged every day by chance accuse one in a year. */
  readonly minSignificance?: number
  /** An excess below this share of the head's energy is not worth a visit. */
  readonly minExcessPct?: number
  /** Gain in log-likelihood that an exchange must bring to each of its two elements; there are 10^5 pairs to be wrong with. */
  readonly minSwapEvidence?: number
}

const DEFAULTS: Required<FindingOptions> = { since: 0, minSignificance: 4, minExcessPct: 1, minSwapEvidence: 40 }

/**
 * Finds loads that no meter sees and exchanged meters.
 *
 * What physics allows: on an element whose points are all metered a load of 1-2 % is seen. Where points have not
 * consented, their estimates err, and a load must stand out of that error; `smallestVisible` tells the limit of each
 * element. An exchange within one element changes no sum and cannot be seen.
 * @param balance of the same elements, curves and `since`
 * @returns swapped meters first (they also disturb the residual energies), each kind by strength
 */
export function balanceFindings(elements: readonly BalanceElement[], curves: readonly MeteredCurve[], balance: Balance, options: FindingOptions = {}): readonly BalanceFinding[] {
  const limits = { ...DEFAULTS, ...options }
  const swapped = swapEvidence(elements, curves, balance, limits.since, limits.minSwapEvidence).map((evidence): SwappedMeters => ({ kind: 'swapped-meters', ...evidence }))
  const explained = new Set(swapped.flatMap(({ elementIds }) => elementIds))
  const strongest = new Map<string, UnmeteredLoad>()
  for (const finding of [...beyondSiblings(balance, limits), ...beyondHistory(elements, balance, limits)]) {
    const other = strongest.get(finding.elementId)
    if (!explained.has(finding.elementId) && (other === undefined || other.significance < finding.significance)) strongest.set(finding.elementId, finding)
  }
  return [...swapped, ...[...strongest.values()].sort((a, b) => b.significance - a.significance)]
}

/**
 * The smallest new load each element would show, in percent of its head's energy: NaN where its history is too short.
 */
export function smallestVisible(elements: readonly BalanceElement[], balance: Balance, options: FindingOptions = {}): readonly number[] {
  const { since, minSignificance, minExcessPct } = { ...DEFAULTS, ...options }
  return residualShifts(elements, balance, since).map(({ uncertaintyPct }) => Math.max(minExcessPct, minSignificance * uncertaintyPct))
}

/**
 * Elements whose share stands out of their siblings' now. The spread of the siblings counts as uncertainty, so that what
 * is common to all, like a wrong estimate of the lamps or a colder month, accuses nobody.
 */
function beyondSiblings(balance: Balance, limits: Required<FindingOptions>): UnmeteredLoad[] {
  const usable = balance.elements.filter(({ residualPct, headKwh }) => residualPct === residualPct && headKwh > 0)
  return usable.flatMap((element): UnmeteredLoad[] => {
    const siblings = usable.filter((other) => other !== element).map(({ residualPct }) => residualPct)
    if (siblings.length < FEWEST_SIBLINGS) return []
    const siblingsPct = commonRise(siblings)
    // The siblings show how far apart such elements lie; the element's own known errors are part of that, not beside it.
    const uncertaintyPct = Math.max(element.uncertaintyPct, MAD_TO_SIGMA * median(siblings.map((share) => Math.abs(share - siblingsPct))))
    return suspicion('siblings', element.id, balance, siblingsPct, element.residualPct - siblingsPct, uncertaintyPct, element.headKwh, limits)
  })
}

/**
 * Elements whose share has risen against their own earlier weeks more than their siblings'. A dwelling that was empty
 * for some weeks raises a share as well; so the weeks now must all lie above all weeks before.
 */
function beyondHistory(elements: readonly BalanceElement[], balance: Balance, limits: Required<FindingOptions>): UnmeteredLoad[] {
  const shifts = residualShifts(elements, balance, limits.since).filter(({ shiftPct }) => shiftPct === shiftPct)
  return shifts.flatMap((shift): UnmeteredLoad[] => {
    const siblings = shifts.filter((other): other is ResidualShift => other !== shift).map(({ shiftPct }) => shiftPct)
    if (siblings.length < FEWEST_SIBLINGS) return []
    const siblingsPct = commonRise(siblings)
    if (shift.gapPct <= siblingsPct) return []
    return suspicion('own-history', shift.id, balance, siblingsPct, shift.shiftPct - siblingsPct, shift.uncertaintyPct, shift.headKwh, limits)
  })
}

/**
 * What has risen everywhere is nobody's fault. What has fallen everywhere (estimates that are too high in a warm month) is
 * not held against an element without estimates: it must rise itself.
 */
const commonRise = (siblings: readonly number[]): number => Math.max(0, median(siblings))

/** With fewer, a median says nothing about what is usual. */
const FEWEST_SIBLINGS = 4

function suspicion(
  basis: UnmeteredLoad['basis'], elementId: string, balance: Balance, siblingsPct: number, excessPct: number, uncertaintyPct: number, headKwh: number, limits: Required<FindingOptions>,
): UnmeteredLoad[] {
  const significance = excessPct / uncertaintyPct
  if (significance < limits.minSignificance || excessPct < limits.minExcessPct) return []
  const { residualPct } = balance.elements.find(({ id }) => id === elementId)!
  return [{ kind: 'unmetered-load', basis, elementId, residualPct, siblingsPct, excessPct, uncertaintyPct, excessKwh: (excessPct / 100) * headKwh, significance }]
}
