/** What the residuals of the energy balance point to, ranked, each with the figures that speak for it. */
import type { Balance, BalanceElement, MeteredCurve } from './balance.ts'

export type BalanceFinding = UnmeteredLoad | SwappedMeters

export interface UnmeteredLoad {
  readonly kind: 'unmetered-load'
  /** Compared with its siblings now, or with its own earlier share (less what the siblings' shares changed). */
  readonly basis: 'siblings' | 'own-history'
  readonly elementId: string
  /** Residual share of the element in percent of its head's energy. */
  readonly residualPct: number
  /** Median of the siblings' shares, or of the changes of their shares. */
  readonly siblingsPct: number
  /** What is beyond the siblings, with its standard deviation. */
  readonly excessPct: number
  readonly uncertaintyPct: number
  readonly excessKwh: number
  /** Excess in standard deviations. */
  readonly significance: number
}

export interface SwappedMeters {
  readonly kind: 'swapped-meters'
  /** Feeders as assigned, and the delivery point of each whose meter reads what belongs to the other. */
  readonly elementIds: readonly [string, string]
  readonly deliveryPointIds: readonly [string, string]
  /** Regression of the two residuals on the difference of the two curves: 1 if they are swapped. */
  readonly slope: number
  /** Share of the changes of both residuals that the exchange explains, in percent. */
  readonly explainedPct: number
  /** Lead over the best pair that shares no meter with this one, in percent points of what is explained. */
  readonly leadPct: number
  /** Slope in standard deviations of its own. */
  readonly significance: number
}

export interface FindingOptions {
  /** Findings below so many standard deviations are not reported. */
  readonly minSignificance?: number
  /** An excess below this share of the head's energy is not worth a visit. */
  readonly minExcessPct?: number
  /** An exchange must explain so much of the residuals' changes. */
  readonly minExplainedPct?: number
}

const DEFAULTS: Required<FindingOptions> = { minSignificance: 4, minExcessPct: 1, minExplainedPct: 40 }

/**
 * @param balance of the same elements and curves
 * @param options.before balance of the same elements over an earlier period, best of the same length and season
 * @returns swapped meters first (they also disturb the residual energies), each kind by strength
 */
export function balanceFindings(
  elements: readonly BalanceElement[], curves: readonly MeteredCurve[], balance: Balance, { before, ...options }: FindingOptions & { readonly before?: Balance } = {},
): readonly BalanceFinding[] {
  const limits = { ...DEFAULTS, ...options }
  const swapped = findSwappedMeters(elements, curves, balance, limits)
  const explained = new Set(swapped.flatMap((finding) => finding.elementIds))
  const unmetered = findUnmeteredLoads(balance, limits, before).filter((finding) => !explained.has(finding.elementId))
  return [...swapped, ...unmetered]
}

/**
 * An element whose residual share stands out of its siblings', or whose share has risen since an earlier period more than
 * theirs. The second cancels what is wrong all the time (sensor class, level of an estimate), so it sees smaller loads. The
 * spread of the siblings counts as uncertainty, so that what is common to all, like a wrong estimate of the lamps or a
 * colder month, accuses nobody.
 */
function findUnmeteredLoads(balance: Balance, limits: Required<FindingOptions>, before: Balance | undefined): UnmeteredLoad[] {
  const present = outliers(balance, 'siblings', balance.elements.map((element) => element.residualPct), balance.elements.map((element) => element.uncertaintyPct), limits)
  if (before === undefined) return present
  const earlier = new Map(before.elements.map((element) => [element.id, element.residualPct]))
  const shifts = balance.elements.map((element) => element.residualPct - (earlier.get(element.id) ?? NaN))
  const shifted = outliers(balance, 'own-history', shifts, shifts.map(() => SMALLEST_SHIFT_SIGMA_PCT), limits)
  const strongest = new Map<string, UnmeteredLoad>()
  for (const finding of [...present, ...shifted]) {
    const other = strongest.get(finding.elementId)
    if (other === undefined || other.significance < finding.significance) strongest.set(finding.elementId, finding)
  }
  return [...strongest.values()].sort((a, b) => b.significance - a.significance)
}

/** Sensors drift with load and temperature by about this much from one period to the next. */
const SMALLEST_SHIFT_SIGMA_PCT = 0.15

function outliers(balance: Balance, basis: UnmeteredLoad['basis'], sharesPct: readonly number[], uncertaintiesPct: readonly number[], limits: Required<FindingOptions>): UnmeteredLoad[] {
  const usable = sharesPct.map((share, k) => (share === share && balance.elements[k].headKwh > 0 ? k : -1)).filter((k) => k >= 0)
  const findings: UnmeteredLoad[] = []
  for (const k of usable) {
    const siblings = usable.filter((other) => other !== k).map((other) => sharesPct[other])
    if (siblings.length < FEWEST_SIBLINGS) continue
    const siblingsPct = median(siblings)
    // The siblings show how far apart such elements lie; the element's own known errors are part of that, not beside it.
    const spreadPct = Math.max(uncertaintiesPct[k], MAD_TO_SIGMA * median(siblings.map((share) => Math.abs(share - siblingsPct))))
    const uncertaintyPct = Math.hypot(spreadPct, spreadPct / Math.sqrt(siblings.length))
    const excessPct = sharesPct[k] - siblingsPct
    const significance = excessPct / uncertaintyPct
    if (significance < limits.minSignificance || excessPct < limits.minExcessPct) continue
    const element = balance.elements[k]
    findings.push({
      kind: 'unmetered-load', basis, elementId: element.id, residualPct: element.residualPct, siblingsPct, excessPct, uncertaintyPct, excessKwh: (excessPct / 100) * element.headKwh, significance,
    })
  }
  return findings.sort((a, b) => b.significance - a.significance)
}

/** With fewer, a median says nothing about what is usual. */
const FEWEST_SIBLINGS = 4

/** Standard deviation of normal values from their median absolute deviation. */
const MAD_TO_SIGMA = 1.4826

/**
 * If the meters of i (on element A) and j (on B) are exchanged, A's residual is x_j - x_i and B's the opposite. The
 * difference of both residuals is regressed on 2 (x_j - x_i) for every pair; changes from step to step are compared,
 * not levels, so that slow errors of the estimates do not count as evidence.
 */
function findSwappedMeters(elements: readonly BalanceElement[], curves: readonly MeteredCurve[], balance: Balance, limits: Required<FindingOptions>): SwappedMeters[] {
  const candidates: (SwappedMeters & { readonly pair: readonly [number, number] })[] = []
  const changes = curves.map((curve) => stepChanges(curve.energyKwh))
  const residualChanges = balance.residualsKwh.map(stepChanges)
  for (let a = 0; a < elements.length; a += 1) {
    for (let b = a + 1; b < elements.length; b += 1) {
      const ranked = rankPairs(elements[a].metered, elements[b].metered, changes, residualChanges[a], residualChanges[b])
      const best = ranked[0]
      if (best === undefined) continue
      const runnerUp = ranked.find((other) => other.i !== best.i && other.j !== best.j)
      const explainedPct = 100 * best.explained
      const significance = best.slope / best.sigma
      if (explainedPct < limits.minExplainedPct || significance < limits.minSignificance || Math.abs(best.slope - 1) > SLOPE_TOLERANCE) continue
      candidates.push({
        kind: 'swapped-meters', pair: [best.i, best.j], elementIds: [elements[a].id, elements[b].id], deliveryPointIds: [curves[best.i].deliveryPointId, curves[best.j].deliveryPointId],
        slope: best.slope, explainedPct, leadPct: 100 * (best.explained - (runnerUp?.explained ?? 0)), significance,
      })
    }
  }
  // A meter can be exchanged once: of the claims on it the strongest is kept.
  const taken = new Set<number>()
  return candidates
    .sort((x, y) => y.explainedPct - x.explainedPct)
    .filter(({ pair }) => {
      if (pair.some((index) => taken.has(index))) return false
      for (const index of pair) taken.add(index)
      return true
    })
    .map(({ pair: _pair, ...finding }) => finding)
}

/** A real exchange shows with slope 1; sensors and clocks leave a little. */
const SLOPE_TOLERANCE = 0.3

interface PairFit {
  readonly i: number
  readonly j: number
  readonly slope: number
  readonly sigma: number
  readonly explained: number
}

function rankPairs(ofA: readonly number[], ofB: readonly number[], changes: readonly Float64Array[], residualA: Float64Array, residualB: Float64Array): PairFit[] {
  const difference = residualA.map((value, step) => value - residualB[step])
  const usable = difference.map((value) => (value === value ? 1 : 0))
  const steps = usable.reduce((sum, one) => sum + one, 0)
  if (steps < FEWEST_STEPS) return []
  let total = 0
  for (let step = 0; step < usable.length; step += 1) if (usable[step]) total += residualA[step] ** 2 + residualB[step] ** 2
  const against = new Map([...ofA, ...ofB].map((index) => [index, innerProduct(changes[index], difference, usable)]))
  const squares = new Map([...ofA, ...ofB].map((index) => [index, innerProduct(changes[index], changes[index], usable)]))
  const fits: PairFit[] = []
  for (const i of ofA) {
    for (const j of ofB) {
      // The residuals are fitted by slope * d and -slope * d with d = x_j - x_i.
      const withResidual = (against.get(j) as number) - (against.get(i) as number)
      if (withResidual <= 0) continue
      const square = (squares.get(i) as number) + (squares.get(j) as number) - 2 * innerProduct(changes[i], changes[j], usable)
      if (!(square > 0)) continue
      const slope = withResidual / (2 * square)
      const explainedSquare = slope * withResidual
      const sigma = Math.sqrt(Math.max(total - explainedSquare, 0) / (2 * steps - 1) / (2 * square))
      fits.push({ i, j, slope, sigma, explained: explainedSquare / total })
    }
  }
  return fits.sort((x, y) => y.explained - x.explained)
}

/** Fewer common steps than two days of half hours say nothing. */
const FEWEST_STEPS = 96

function stepChanges(series: Float64Array): Float64Array {
  return series.map((value, step) => (step === 0 ? NaN : value - series[step - 1]))
}

function innerProduct(a: Float64Array, b: Float64Array, usable: Float64Array): number {
  let sum = 0
  for (let step = 0; step < a.length; step += 1) {
    const product = a[step] * b[step]
    if (usable[step] !== 0 && product === product) sum += product
  }
  return sum
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
