import type { District } from '#models/district/schema.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { ratingsAt, type Ratings } from '#models/grid/ratings.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { estimateState, prepareStateEstimate, type EstimatedState, type StateEstimator, type StateInputs } from '#models/load-flow/state/estimate.ts'
import { measuredBranch, type MeasuredBranch } from '#models/load-flow/state/zones.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { flatCurve, typicalPowerKw, type TypicalCurve } from '#models/load-curve/typical.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { EvaluationPlan } from './plan.ts'
import type { StepInputs } from './step-inputs.ts'

/** Consumption whose contract names no power factor. */
export const USUAL_TAN_PHI = 0.3
/** Switched states kept factorised: a year knows few. */
const MOST_KEPT = 24

/** Steps that are switched alike and rated alike, solved together. */
export interface SolvedSteps {
  readonly grid: GridModel
  readonly ratings: Ratings
  readonly at: Float64Array
  readonly state: EstimatedState
}

export interface NetworkSolver {
  /** Solves all steps, handing over each group of steps that share their switching; `state` may be overwritten by the next group. */
  solve(inputs: StepInputs, typical: ReadonlyMap<string, TypicalCurve>, take: (solved: SolvedSteps) => void): void
}

interface Switched {
  readonly grid: GridModel
  readonly estimator: StateEstimator
  /** Sensor of each measurement of the estimator, and the reactive one beside it (-1: none). */
  readonly activeSensor: readonly number[]
  readonly reactiveSensor: readonly number[]
}

/** Class of the sensors, in percent, where their values are not measured but the sums of a scenario: they hold as they are. */
export const EXACT_SENSORS_PCT = 1e-3

/**
 * Puts the loads and sensors of a district on its buses and branches and runs the state estimate over many steps.
 * @param accuracyPct class of the sensors' measuring chains; that of the estimate where not given
 */
export function createNetworkSolver(district: District, plan: EvaluationPlan, accuracyPct?: number): NetworkSolver {
  const { network, timeZone } = district
  const borders = datedBorders(district)
  const kept = new Map<string, Switched>()
  const positionSensors = plan.sensors.flatMap(({ on, quantity }, sensor) => (quantity === 'position' ? [{ on, sensor }] : []))

  const switched = (key: string, at: number, positions: ReadonlyMap<string, boolean>): Switched => {
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= MOST_KEPT) kept.clear()
    const grid = buildGrid(network, at, { positions })
    const measured = plan.sensors.flatMap(({ on, quantity, end }, sensor) => {
      const branch = quantity === 'active-power' ? measuredBranch(network, grid, on, end, accuracyPct) : undefined
      return branch === undefined ? [] : [{ branch, sensor, on, end }]
    })
    const fresh: Switched = {
      grid,
      estimator: prepareStateEstimate(grid, measured.map(({ branch }): MeasuredBranch => branch), { unmeteredSharePct: network.unmeteredSharePct }, { kernel: loadFlowKernel() }),
      activeSensor: measured.map(({ sensor }) => sensor),
      reactiveSensor: measured.map(({ on, end }) => plan.sensors.findIndex((one) => one.quantity === 'reactive-power' && one.on === on && one.end === end)),
    }
    kept.set(key, fresh)
    return fresh
  }

  return {
    solve(inputs, typical, take) {
      const steps = inputs.at.length
      const calendar = loadCalendar(inputs.at, timeZone)
      const boundaryKw = network.boundaryLoads.map(({ loadClass, annualEnergyKwh }) => typicalPowerKw(typical.get(loadClass) ?? flatCurve(loadClass), annualEnergyKwh, calendar, inputs.temperatureC))
      const keyOf = (step: number): string => {
        const border = borders.findLastIndex((time) => time <= inputs.at[step]!)
        return `${border} ${positionSensors.map(({ sensor }) => closedText(inputs.sensor[sensor]![step]!)).join('')}`
      }
      for (let first = 0; first < steps; ) {
        const key = keyOf(first)
        const month = calendar.month[first]!
        let end = first + 1
        while (end < steps && calendar.month[end] === month && keyOf(end) === key) end += 1
        const positions = new Map(positionSensors.flatMap(({ on, sensor }) => {
          const value = inputs.sensor[sensor]![first]!
          return Number.isNaN(value) ? [] : [[on, value >= 0.5] as const]
        }))
        const { grid, estimator, activeSensor, reactiveSensor } = switched(key, inputs.at[first]!, positions)
        const state = estimateState(estimator, stateInputs(district, plan, grid, inputs, boundaryKw, activeSensor, reactiveSensor, first, end))
        take({ grid, ratings: ratingsAt(network, inputs.at[first]!, month), at: inputs.at.subarray(first, end), state })
        first = end
      }
    },
  }
}

const closedText = (value: number): string => (Number.isNaN(value) ? '-' : value >= 0.5 ? '1' : '0')

function stateInputs(
  district: District, plan: EvaluationPlan, grid: GridModel, inputs: StepInputs, boundary: readonly Float64Array[],
  activeSensor: readonly number[], reactiveSensor: readonly number[], first: number, end: number,
): StateInputs {
  const steps = end - first
  const { busCount } = grid
  const bus = () => new Float64Array(steps * busCount)
  const knownKw = bus()
  const typicalKw = bus()
  const productionKw = bus()
  const boundaryKw = bus()
  for (const [i, { deliveryPoint, sign }] of plan.loads.entries()) {
    const at = grid.busIndex.get(deliveryPoint.node!)
    if (at === undefined) continue
    const kw = inputs.loadKw[i]!
    const quality = inputs.loadQuality[i]!
    for (let step = 0; step < steps; step += 1) {
      const place = step * busCount + at
      const value = kw[first + step]!
      // Only what a meter says of this very step is taken as it is; the rest may be scaled to the sensors.
      if (quality[first + step]! <= QUALITY.uncertain) knownKw[place] += value
      else if (sign === -1 || value < 0) productionKw[place] += Math.min(0, value)
      else typicalKw[place] += value
    }
  }
  district.network.boundaryLoads.forEach(({ node }, i) => {
    const at = grid.busIndex.get(node)
    if (at === undefined) return
    for (let step = 0; step < steps; step += 1) boundaryKw[step * busCount + at] += boundary[i]![first + step]!
  })
  const sensorColumn = (sensors: readonly number[]) => {
    const column = new Float64Array(steps * sensors.length).fill(NaN)
    sensors.forEach((sensor, m) => {
      if (sensor < 0) return
      for (let step = 0; step < steps; step += 1) column[step * sensors.length + m] = inputs.sensor[sensor]![first + step]!
    })
    return column
  }
  const measuredKvar = sensorColumn(reactiveSensor)
  return {
    steps, knownKw, typicalKw, productionKw, boundaryKw,
    measuredKw: sensorColumn(activeSensor),
    // Nobody forecasts reactive power: without any the power factors are all there is, and there is nothing to correct.
    ...(measuredKvar.every(Number.isNaN) ? {} : { measuredKvar }),
    loadTanPhi: tanPhi(grid, plan.loads.filter(({ sign }) => sign === 1).map(({ deliveryPoint, annualEnergyKwh }) => ({ node: deliveryPoint.node!, powerFactor: deliveryPoint.powerFactor, weight: annualEnergyKwh }))),
    boundaryTanPhi: tanPhi(grid, district.network.boundaryLoads.map(({ node, powerFactor, annualEnergyKwh }) => ({ node, powerFactor, weight: annualEnergyKwh }))),
  }
}

/** Tangent phi of each bus, weighted by the energy of what hangs there. */
function tanPhi(grid: GridModel, loads: readonly { node: string; powerFactor: number | undefined; weight: number }[]): Float64Array {
  const weighted = new Float64Array(grid.busCount)
  const weights = new Float64Array(grid.busCount)
  for (const { node, powerFactor, weight } of loads) {
    const at = grid.busIndex.get(node)
    if (at === undefined) continue
    weighted[at] += weight * (powerFactor === undefined ? USUAL_TAN_PHI : Math.tan(Math.acos(powerFactor)))
    weights[at] += weight
  }
  return weighted.map((sum, at) => (weights[at]! > 0 ? sum / weights[at]! : USUAL_TAN_PHI))
}

/** Every instant at which a normal position or a rating changes, ascending. */
function datedBorders({ network }: District): number[] {
  const dated = [...network.switches.flatMap(({ positions }) => positions), ...network.lineSections.flatMap(({ ratings }) => ratings), ...network.transformers.flatMap(({ ratings }) => ratings)]
  const times = new Set(dated.flatMap(({ validFrom, validTo }) => [Date.parse(validFrom), ...(validTo === undefined ? [] : [Date.parse(validTo)])]))
  return [...times].sort((a, b) => a - b)
}
