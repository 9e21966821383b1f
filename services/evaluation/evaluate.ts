import { performance } from 'node:perf_hooks'
import type { TypicalCurve } from '#models/load-curve/typical.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { createRunQuality, networkStates } from './network-states.ts'
import type { NetworkSolver } from './network-solver.ts'
import { EVALUATION_STEP_S, type EvaluationPlan } from './plan.ts'
import type { IssuedForecast, NetworkState, RunKind } from './port.ts'
import { readStepInputs, type StepInputs } from './step-inputs.ts'
import type { RunResult } from './work-tasks.ts'

export const ENGINE = 'penfeld implicit z-bus 1'

export interface EvaluationParts {
  readonly loaded: LoadedDistrict
  readonly plan: EvaluationPlan
  readonly solver: NetworkSolver
  readonly typical: ReadonlyMap<string, TypicalCurve>
  readonly measured: TimeSeriesReader
}

interface RunOrigin {
  readonly issuedAt: number
  readonly inputSeq: number
}

/** The state of the network at each step from `from` to `to`, from what is stored now. */
export async function evaluate(parts: EvaluationParts, from: number, to: number, origin: RunOrigin): Promise<RunResult> {
  const startedMs = performance.now()
  const inputs = await readStepInputs(parts.measured, parts.plan, parts.typical, parts.loaded.district.timeZone, from, to)
  return solve(parts, inputs, 'estimate', origin, startedMs)
}

/**
 * The state of the network over the forecast horizon, on the same path: forecasts stand in for the sensors of heads and
 * transformers, and for the loads that have one; every other load follows its typical curve, scaled to them.
 */
export async function evaluateAhead(parts: EvaluationParts, forecasts: readonly IssuedForecast[], origin: RunOrigin): Promise<RunResult> {
  const startedMs = performance.now()
  const { plan, loaded } = parts
  const { from, valuesKw } = forecasts[0]!
  const to = from + valuesKw.length * EVALUATION_STEP_S * 1000
  const inputs = await readStepInputs(parts.measured, plan, parts.typical, loaded.district.timeZone, from, to)
  const bySeries = new Map(forecasts.map((one) => [one.series, one.valuesKw]))
  const steps = inputs.at.length
  const lastPositions = await latestPositions(parts)
  const headOf = new Map(loaded.district.network.feeders.map(({ id, lineSections }) => [id, lineSections[0]!]))
  const sensor = plan.sensors.map(({ on, quantity }, i) => {
    if (quantity === 'position') return new Float64Array(steps).fill(lastPositions.get(i) ?? NaN)
    if (quantity !== 'active-power') return new Float64Array(steps).fill(NaN)
    return bySeries.get(on) ?? bySeries.get(headOf.get(on) ?? '') ?? new Float64Array(steps).fill(NaN)
  })
  plan.loads.forEach(({ deliveryPoint }, i) => {
    const forecast = bySeries.get(deliveryPoint.id)
    if (forecast === undefined) return
    for (let step = 0; step < steps; step += 1) {
      if (Number.isNaN(forecast[step]!)) continue
      inputs.loadKw[i]![step] = forecast[step]!
      inputs.loadQuality[i]![step] = QUALITY.forecast
    }
  })
  return solve(parts, { ...inputs, sensor }, 'forecast', origin, startedMs)
}

/** Switch positions as they are now, by sensor of the plan. */
export async function latestPositions({ measured, plan }: Pick<EvaluationParts, 'measured' | 'plan'>): Promise<Map<number, number>> {
  const switches = plan.sensors.flatMap(({ quantity, pointName }, i) => (quantity === 'position' ? [{ pointName, i }] : []))
  const ids = await measured.lookup(switches.map(({ pointName }) => pointName))
  const known = switches.map(({ i }, k) => ({ i, id: ids[k]! })).filter(({ id }) => id > 0)
  const latest = await measured.latest(Int32Array.from(known, ({ id }) => id))
  return new Map(known.map(({ i }, k) => [i, latest.values[k]!]))
}

function solve(parts: EvaluationParts, inputs: StepInputs, kind: RunKind, { issuedAt, inputSeq }: RunOrigin, startedMs: number): RunResult {
  const states: NetworkState[] = []
  const quality = createRunQuality()
  parts.solver.solve(inputs, parts.typical, (solved) => {
    states.push(...networkStates(solved, kind === 'forecast' ? QUALITY.forecast : undefined))
    quality.add(solved)
  })
  const from = inputs.at[0] ?? NaN
  return {
    states,
    head: {
      kind, issuedAt, inputSeq, from, to: from + inputs.at.length * EVALUATION_STEP_S * 1000, stepS: EVALUATION_STEP_S,
      districtVersion: parts.loaded.version, engine: ENGINE, closurePct: quality.closurePct, residualPct: quality.residualPct,
      durationMs: performance.now() - startedMs,
    },
  }
}
