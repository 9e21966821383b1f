/**
 * Measured energy balance of transformers and LV feeders over a period, and what its residual tells: a load that no meter
 * sees, or two meters that stand under each other's name.
 *
 * residual = energy at the element - metered delivery points - estimate of those not metered - losses.
 * It is read against its uncertainty: the class of the sensor (a share of its reading, the same all period long), the
 * estimates, the losses. Energies in kWh by half hour from a local midnight on, positive towards the loads.
 */
export interface BalanceElement {
  readonly id: string
  /** Energy at the head of the element by step; NaN where it is not measured. */
  readonly headKwh: Float64Array
  /** Metered delivery points below it: indices into the curves of the period. */
  readonly metered: readonly number[]
  /** Estimate of the delivery points that are not metered, and of what the document declares as unmetered. */
  readonly estimatedKwh: Float64Array
  readonly lossesKwh: Float64Array
  /** Class of the sensor: largest error in percent of the reading. */
  readonly accuracyPct: number
  /** Smallest difference the sensor shows, in kW: a small steady load is rounded the same way all the time. */
  readonly resolutionKw: number
  /** Standard deviation of the estimate's whole energy, in percent of it. */
  readonly estimateUncertaintyPct: number
  /** Standard deviation of how much the error of the estimate moves from one month to the next, in percent of it. */
  readonly estimateDriftPct: number
}

export interface MeteredCurve {
  readonly deliveryPointId: string
  readonly energyKwh: Float64Array
}

export interface ElementBalance {
  readonly id: string
  /** Steps at which the head and every metered curve have a value; only these count. */
  readonly steps: number
  readonly headKwh: number
  readonly meteredKwh: number
  readonly estimatedKwh: number
  readonly lossesKwh: number
  readonly residualKwh: number
  /** Of the head's energy; NaN without steps. */
  readonly residualPct: number
  /** Standard deviation of the residual. */
  readonly uncertaintyPct: number
}

export interface Balance {
  /** Totals of the period. */
  readonly elements: readonly ElementBalance[]
  /** By element and step, also of the steps before the period; NaN where a step does not count. */
  readonly residualsKwh: readonly Float64Array[]
}

const HOURS_A_STEP = 0.5
/** An error evenly spread within the bounds of its class. */
const CLASS_TO_SIGMA = 1 / Math.sqrt(3)
/** Losses come from a model whose cable lengths and temperatures are known so well. */
const LOSS_UNCERTAINTY = 0.1

/** @param since first step of the period whose totals are made; what lies before it is its history */
export function energyBalance(elements: readonly BalanceElement[], curves: readonly MeteredCurve[], since = 0): Balance {
  const residualsKwh = elements.map((element) => residualSeries(element, curves))
  return { residualsKwh, elements: elements.map((element, k) => totalsOf(element, curves, residualsKwh[k], since)) }
}

function residualSeries(element: BalanceElement, curves: readonly MeteredCurve[]): Float64Array {
  const residual = element.headKwh.map((kwh, step) => kwh - element.estimatedKwh[step] - element.lossesKwh[step])
  for (const index of element.metered) {
    const { energyKwh } = curves[index]
    for (let step = 0; step < residual.length; step += 1) residual[step] -= energyKwh[step]
  }
  return residual
}

function totalsOf(element: BalanceElement, curves: readonly MeteredCurve[], residual: Float64Array, since: number): ElementBalance {
  let steps = 0
  let headKwh = 0
  let estimatedKwh = 0
  let lossesKwh = 0
  let residualKwh = 0
  for (let step = since; step < residual.length; step += 1) {
    if (residual[step] !== residual[step]) continue
    steps += 1
    headKwh += element.headKwh[step]
    estimatedKwh += element.estimatedKwh[step]
    lossesKwh += element.lossesKwh[step]
    residualKwh += residual[step]
  }
  const sigmaKwh = Math.hypot(
    headKwh * (element.accuracyPct / 100) * CLASS_TO_SIGMA,
    roundingKwh(element, steps),
    estimatedKwh * (element.estimateUncertaintyPct / 100),
    lossesKwh * LOSS_UNCERTAINTY,
    meterSigma(element, curves, residual, since),
  )
  return {
    id: element.id, steps, headKwh, estimatedKwh, lossesKwh, residualKwh, meteredKwh: headKwh - estimatedKwh - lossesKwh - residualKwh,
    residualPct: steps === 0 ? NaN : (100 * residualKwh) / headKwh, uncertaintyPct: steps === 0 ? NaN : (100 * sigmaKwh) / headKwh,
  }
}

/** Standard deviation of what rounding may add over so many half hours if it always rounds alike. */
export const roundingKwh = ({ resolutionKw }: BalanceElement, steps: number): number => (steps * HOURS_A_STEP * resolutionKw) / Math.sqrt(12)

/** Meters err each for themselves (class 1 of a household meter), so their errors add by squares. */
function meterSigma(element: BalanceElement, curves: readonly MeteredCurve[], residual: Float64Array, since: number): number {
  let square = 0
  for (const index of element.metered) {
    let kwh = 0
    for (let step = since; step < residual.length; step += 1) if (residual[step] === residual[step]) kwh += curves[index].energyKwh[step]
    square += (kwh * METER_CLASS * CLASS_TO_SIGMA) ** 2
  }
  return Math.sqrt(square)
}
const METER_CLASS = 0.01
