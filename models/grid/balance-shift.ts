import { roundingKwh, type Balance, type BalanceElement } from './balance.ts'
import { median, STEPS_A_DAY, STEPS_A_WEEK } from './balance-statistics.ts'

/** How the residual share of an element has moved against its own earlier weeks. All shares in percent of the head's energy. */
export interface ResidualShift {
  readonly id: string
  /** Typical week now less typical week before; NaN with too few weeks. */
  readonly shiftPct: number
  /** Standard deviation that such a shift has when nothing has happened. */
  readonly uncertaintyPct: number
  /** Lowest week now less highest week before: above 0 the two do not overlap. */
  readonly gapPct: number
  readonly headKwh: number
}

/** Sensors drift with load and temperature by about this much from one month to the next. */
const SMALLEST_SIGMA_PCT = 0.15
/** A week of which less than two days count says little. */
const FEWEST_STEPS = 2 * STEPS_A_DAY
/** With fewer weeks on either side nothing can be said of their scatter. */
const FEWEST_WEEKS = 3

/**
 * Residual shares by week, before and since the step `since`. What is wrong all the time (sensor class, level of an
 * estimate) is the same before and since and falls out. The uncertainty is the largest of four: the element's own
 * scatter from week to week, the drift of its estimates as the metered points of the same classes show it over the same
 * weeks, the rounding of the sensor, and a floor for its drift. An element that fed back more than it drew in a week has no
 * share of it.
 */
export function residualShifts(elements: readonly BalanceElement[], { residualsKwh }: Balance, since: number): readonly ResidualShift[] {
  return elements.map((element, k) => {
    const residual = residualsKwh[k]!
    const before = weeklySharesPct(element, residual, since % STEPS_A_WEEK, since)
    const now = weeklySharesPct(element, residual, since, residual.length)
    const headKwh = energyOf(element.headKwh, residual, since)
    const roundingPct = (100 * roundingKwh(element, residual.subarray(since).filter((kwh) => kwh === kwh).length)) / headKwh
    if (before.length < FEWEST_WEEKS || now.length < FEWEST_WEEKS) return { id: element.id, shiftPct: NaN, uncertaintyPct: NaN, gapPct: NaN, headKwh }
    const scatterPct = Math.sqrt(((squares(before) + squares(now)) / (before.length + now.length - 2)) * (1 / before.length + 1 / now.length))
    const estimateDriftPct = (element.estimateDriftPct * energyOf(element.estimatedKwh, residual, since)) / headKwh
    return {
      id: element.id, headKwh, shiftPct: median(now) - median(before), gapPct: Math.min(...now) - Math.max(...before),
      uncertaintyPct: Math.max(scatterPct, estimateDriftPct, roundingPct, SMALLEST_SIGMA_PCT),
    }
  })
}

function weeklySharesPct({ headKwh }: BalanceElement, residual: Float64Array, from: number, to: number): number[] {
  const shares: number[] = []
  for (let first = from; first + STEPS_A_WEEK <= to; first += STEPS_A_WEEK) {
    let steps = 0
    let residualKwh = 0
    let energyKwh = 0
    for (let step = first; step < first + STEPS_A_WEEK; step += 1) {
      if (residual[step] !== residual[step]) continue
      steps += 1
      residualKwh += residual[step]!
      energyKwh += headKwh[step]!
    }
    if (steps >= FEWEST_STEPS && energyKwh > 0) shares.push((100 * residualKwh) / energyKwh)
  }
  return shares
}

/** Of the steps that count. */
function energyOf(energyKwh: Float64Array, residual: Float64Array, from: number): number {
  let sum = 0
  for (let step = from; step < residual.length; step += 1) if (residual[step] === residual[step]) sum += energyKwh[step]!
  return sum
}

function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}
