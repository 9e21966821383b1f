import { energyBalance, type Balance, type BalanceElement, type MeteredCurve } from '#models/grid/balance.ts'
import { balanceFindings, smallestVisible, type BalanceFinding as ModelFinding } from '#models/grid/balance-findings.ts'
import { downstreamMask, feedingTree } from '#models/grid/topology.ts'
import { QUALITY } from '#models/units/quality.ts'
import { createErrorSum, estimateErrors } from './estimate-errors.ts'
import type { EvaluationParts } from './evaluate.ts'
import type { BalanceFinding, BalanceReport } from './findings.ts'
import type { SolvedSteps } from './network-solver.ts'
import { readStepInputs, type StepInputs } from './step-inputs.ts'

/** Meters of households tell half hours: the balance is made of them. */
const STEPS_A_HALF_HOUR = 3
const HOURS_A_STEP = 1 / 6
/** A meter that was silent for longer would take too many steps out of the balance: its point counts as estimated. */
const LEAST_KNOWN_SHARE = 0.95
const SENSOR_CLASS_PCT = 0.5

interface Judged {
  readonly balance: Balance
  readonly findings: readonly ModelFinding[]
  readonly visiblePct: readonly number[]
}

/**
 * Balances the LV feeders, and the transformers, over the period: measured heads against metered and estimated delivery
 * points and computed losses. The time before, of the same length, is solved with it and tells what was wrong all the
 * time. The two levels are judged each for itself: siblings must be alike.
 */
export async function balance(parts: EvaluationParts, from: number, to: number, issuedAt: number): Promise<BalanceReport> {
  const { network } = parts.loaded.district
  const inputs = await readStepInputs(parts.measured, parts.plan, parts.typical, parts.loaded.district.timeZone, from - (to - from), to)
  const solved = solveLosses(parts, inputs)
  const since = Math.floor(inputs.at.length / STEPS_A_HALF_HOUR / 2)
  const lvFeeders = judge(parts, inputs, solved, network.feeders.map(({ id }) => id), since)
  const transformers = judge(parts, inputs, solved, network.transformers.map(({ id }) => id), since)
  // The heads of the feeders carry the town as well: the district's own balance is that of its transformers.
  const residualPct = totalResidualPct(transformers)
  return {
    from, to, issuedAt, residualPct: Number.isFinite(residualPct) ? residualPct : null,
    elements: [lvFeeders, transformers].flatMap(({ balance: { elements }, visiblePct }) => elements.flatMap((one, k) => (one.steps === 0 ? [] : [{
      element: one.id, residualKw: one.residualKwh / (one.steps / 2), residualPct: one.residualPct, smallestVisiblePct: Number.isNaN(visiblePct[k]!) ? null : visiblePct[k]!,
    }]))),
    findings: withoutRepeats([...lvFeeders.findings, ...transformers.findings]).map((one) => findingOf(one, to - from)),
  }
}

function judge(parts: EvaluationParts, inputs: StepInputs, solved: SolvedLosses | undefined, ids: readonly string[], since: number): Judged {
  const { elements, curves } = solved === undefined ? { elements: [], curves: [] } : balanceElements(parts, inputs, solved, ids, since)
  const balance = energyBalance(elements, curves, since)
  return { balance, findings: balanceFindings(elements, curves, balance, { since }), visiblePct: smallestVisible(elements, balance, { since }) }
}

function totalResidualPct({ balance: { elements } }: Judged): number {
  const counted = elements.filter(({ steps }) => steps > 0)
  const headKwh = counted.reduce((sum, one) => sum + one.headKwh, 0)
  return headKwh === 0 ? NaN : (100 * counted.reduce((sum, one) => sum + one.residualKwh, 0)) / headKwh
}

/** Meters exchanged across transformers show on both levels; the feeder says it more closely. */
function withoutRepeats(findings: readonly ModelFinding[]): ModelFinding[] {
  const named = new Set<string>()
  return findings.filter((one) => {
    if (one.kind !== 'swapped-meters') return true
    const repeated = one.deliveryPointIds.some((id) => named.has(id))
    for (const id of one.deliveryPointIds) named.add(id)
    return !repeated
  })
}

function findingOf(finding: ModelFinding, spanMs: number): BalanceFinding {
  if (finding.kind === 'swapped-meters') {
    const [first, second] = finding.elementIds
    return {
      kind: finding.kind, element: first, residualKw: null, residualPct: null,
      detail: `${finding.deliveryPointIds.join(' <-> ')} (${first}, ${second}): ${finding.explainedPct.toFixed(0)} %${finding.lead < LEAST_LEAD ? ' (?)' : ''}`,
    }
  }
  return {
    kind: finding.kind, element: finding.elementId, residualPct: finding.excessPct, residualKw: finding.excessKwh / (spanMs / 3_600_000),
    detail: `${finding.basis}: ${finding.residualPct.toFixed(1)} % / ${finding.siblingsPct.toFixed(1)} %, ${finding.significance.toFixed(1)} sigma`,
  }
}

/** Of two pairs of meters that explain the same residuals nearly as well, neither is certain. */
const LEAST_LEAD = 10

interface SolvedLosses {
  /** Losses (kW) of each branch by step, and the switching of the first step. */
  readonly branchLossKw: readonly Float64Array[]
  readonly grid: SolvedSteps['grid']
}

function solveLosses(parts: EvaluationParts, inputs: StepInputs): SolvedLosses | undefined {
  let grid: SolvedSteps['grid'] | undefined
  const branchLossKw: Float64Array[] = []
  let first = 0
  parts.solver.solve(inputs, parts.typical, (solved) => {
    grid ??= solved.grid
    const branchCount = solved.grid.branchFrom.length
    const { activeFromKw, activeToKw } = solved.state.flow
    for (let branch = 0; branch < branchCount; branch += 1) {
      branchLossKw[branch] ??= new Float64Array(inputs.at.length)
      for (let step = 0; step < solved.at.length; step += 1) branchLossKw[branch]![first + step] = activeFromKw[step * branchCount + branch]! + activeToKw[step * branchCount + branch]!
    }
    first += solved.at.length
  })
  return grid && { branchLossKw, grid }
}

/** @param since half hour from which the elements are judged: how well estimates hold is learned before and after it */
export function balanceElements(
  parts: EvaluationParts, inputs: StepInputs, { branchLossKw, grid }: SolvedLosses, ids: readonly string[], since: number,
): { readonly elements: readonly BalanceElement[]; readonly curves: readonly MeteredCurve[] } {
  const { loaded, plan } = parts
  const { network } = loaded.district
  const tree = feedingTree(grid)
  const steps = inputs.at.length
  const curves: MeteredCurve[] = []
  const curveOf = plan.loads.map(({ deliveryPoint }, i) => {
    const quality = inputs.loadQuality[i]!
    const measured = quality.reduce((count, code) => (code <= QUALITY.uncertain ? count + 1 : count), 0)
    if (measured < LEAST_KNOWN_SHARE * steps) return -1
    const energyKwh = halfHours(inputs.loadKw[i]!, (step) => quality[step]! <= QUALITY.uncertain)
    return curves.push({ deliveryPointId: deliveryPoint.id, energyKwh }) - 1
  })
  const errors = estimateErrors(parts, inputs, curveOf.map((k) => (k < 0 ? undefined : curves[k]!.energyKwh)), since)
  const resolutionOf = new Map(loaded.district.measurementPoints.map((point) => [point.id, point.resolution]))
  const elements = ids.flatMap((id): BalanceElement[] => {
    const sensor = plan.sensors.findIndex(({ on, quantity }) => on === id && quantity === 'active-power')
    const feeder = network.feeders.find((one) => one.id === id)
    const branch = grid.branchIndex.get(feeder?.lineSections[0] ?? id)
    // A feeder that carries boundary load has no balance of its own: nobody meters the rest of the town.
    if (sensor < 0 || branch === undefined) return []
    const below = downstreamMask(tree, branch)
    if (network.boundaryLoads.some(({ node }) => below[grid.busIndex.get(node)!] === 1)) return []
    const loads = plan.loads.map((_, i) => i).filter((i) => below[grid.busIndex.get(plan.loads[i]!.deliveryPoint.node!) ?? -1] === 1)
    const estimatedKw = new Float64Array(steps)
    const uncertain = createErrorSum(errors)
    for (const i of loads) {
      const isCurve = curveOf[i]! >= 0
      if (!isCurve) uncertain.add(plan.loads[i]!.deliveryPoint.loadClass, inputs.loadKw[i]!)
      for (let step = 0; step < steps; step += 1) {
        const kw = inputs.loadKw[i]![step]!
        estimatedKw[step] += (isCurve ? 0 : kw) + Math.max(0, kw) * (network.unmeteredSharePct / 100)
      }
    }
    const lossKw = new Float64Array(steps)
    for (let k = 0; k < branchLossKw.length; k += 1) {
      const inside = below[grid.wiredFrom[k]!] === 1 && below[grid.wiredTo[k]!] === 1
      // The head section of a feeder is measured at the busbar, so its loss is inside; a transformer is measured at its LV side.
      if (!inside && !(k === branch && feeder !== undefined)) continue
      for (let step = 0; step < steps; step += 1) lossKw[step] += branchLossKw[k]![step]!
    }
    return [{
      id, headKwh: halfHours(inputs.sensor[sensor]!), metered: loads.map((i) => curveOf[i]!).filter((k) => k >= 0),
      estimatedKwh: halfHours(estimatedKw), lossesKwh: halfHours(lossKw), accuracyPct: SENSOR_CLASS_PCT, resolutionKw: resolutionOf.get(plan.sensors[sensor]!.pointName) ?? 0, ...uncertain.of(estimatedKw),
    }]
  })
  return { elements, curves }
}

/** Energy of each half hour of a power by 10-minute steps; NaN where a step is missing or does not count. */
function halfHours(kw: Float64Array, counts: (step: number) => boolean = () => true): Float64Array {
  const energyKwh = new Float64Array(Math.floor(kw.length / STEPS_A_HALF_HOUR))
  for (let i = 0; i < energyKwh.length; i += 1) {
    for (let k = 0; k < STEPS_A_HALF_HOUR; k += 1) {
      const step = i * STEPS_A_HALF_HOUR + k
      energyKwh[i] += counts(step) ? kw[step]! * HOURS_A_STEP : NaN
    }
  }
  return energyKwh
}
