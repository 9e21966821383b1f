/** Reads what an activation was: its baseline by the contract's method and its measurement, in half hours. */
import { forecastBaseline, tenOfTen, type Baseline } from '#models/flexibility/baseline.ts'
import { usesHours, type Activation } from '#models/flexibility/activation.ts'
import { settleActivation, type Settlement } from '#models/flexibility/settle.ts'
import { loadCalendar } from '#models/load-curve/day-type.ts'
import { localInstants, localOffset } from '#models/units/local-time.ts'
import type { EvaluationPlan, PowerSeries } from '#services/evaluation/plan.ts'
import type { ForecastReader } from '#services/evaluation/run-store.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readHalfHourSum } from '#services/evaluation/step-inputs.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { ActivationReader } from './activation-store.ts'

const DAY_MS = 86_400_000
/** Today is compared over three hours that end an hour before the activation. */
const ADJUST_STEPS = 6
const GAP_STEPS = 2
/** Ten working days, with holidays and former activations between them; ten Saturdays or Sundays. */
const LOOK_BACK_DAYS = 80
const LIKE_DAYS = 14

export interface SettlementSources {
  readonly measured: TimeSeriesReader
  readonly forecasts: Pick<ForecastReader, 'dayAheadForecasts'>
  readonly activations: Pick<ActivationReader, 'between'>
  readonly plan: EvaluationPlan
  readonly timeZone: string
}

/** What is written down of a settlement; missing is null. */
export interface SettlementBody extends Omit<Settlement, 'reductionKw'> {
  readonly hours: number
  readonly method: Activation['contract']['baseline']
  readonly baselineDays: number
  readonly adjustment: number
  readonly isAdjusted: boolean
  readonly stepS: number
  readonly baselineKw: readonly (number | null)[]
  readonly measuredKw: readonly (number | null)[]
}

export async function settlementOf(activation: Activation, sources: SettlementSources, now: number): Promise<SettlementBody> {
  const { contract, from, to, kw } = activation
  const power = contract.deliveryPoints.flatMap((id) => sources.plan.loads.find(({ deliveryPoint }) => deliveryPoint.id === id)?.power ?? [])
  // A point without a meter makes the sum unknown: half of a site is not the site.
  const parts = power.length === contract.deliveryPoints.length ? power : []
  const measuredKw = await readHalfHourSum(sources.measured, parts, from, to, now)
  const baseline = contract.baseline === 'forecast' ? await issuedBefore(activation, sources) : await likeDays(activation, parts, sources, now)
  const { reductionKw: _, ...figures } = settleActivation({ kw, activationEurPerMwh: contract.activationEurPerMwh, toleratedShare: contract.penalty.toleratedShare, penaltyEurPerMwh: contract.penalty.eurPerMwh }, baseline.kw, measuredKw, HALF_HOUR_S)
  return {
    ...figures, hours: (to - from) / 3_600_000, method: contract.baseline, baselineDays: baseline.days, adjustment: baseline.adjustment, isAdjusted: baseline.isAdjusted,
    stepS: HALF_HOUR_S, baselineKw: column(baseline.kw), measuredKw: column(measuredKw),
  }
}

const column = (values: Float64Array): (number | null)[] => Array.from(values, (value) => (Number.isFinite(value) ? Math.round(1000 * value) / 1000 : null))

/** The same wall-clock span of the latest days of the same type on which this contract was not called. */
async function likeDays({ contractId, from, to }: Activation, parts: readonly PowerSeries[], { measured, activations, timeZone }: SettlementSources, now: number): Promise<Baseline> {
  const activeSteps = Math.round((to - from) / HALF_HOUR_MS)
  const span = { adjustSteps: ADJUST_STEPS, gapSteps: GAP_STEPS, activeSteps }
  const before = (ADJUST_STEPS + GAP_STEPS) * HALF_HOUR_MS
  const wall = from + localOffset(from, timeZone)
  const starts = Float64Array.from({ length: LOOK_BACK_DAYS + 1 }, (_, days) => localInstants(wall - days * DAY_MS, timeZone)[0] ?? NaN)
  const calendar = loadCalendar(starts.map((start, days) => (Number.isNaN(start) ? from - days * DAY_MS : start)), timeZone)
  const called = activations.between(from - (LOOK_BACK_DAYS + 2) * DAY_MS, to).filter((one) => one.contractId === contractId && usesHours(one))
  const calledDays = new Set(loadCalendar(Float64Array.from(called, (one) => one.from), timeZone).dayIndex)
  const read = (start: number) => readHalfHourSum(measured, parts, start - before, start + activeSteps * HALF_HOUR_MS, now)
  const days: Float64Array[] = []
  for (let back = 1; back <= LOOK_BACK_DAYS && days.length < LIKE_DAYS; back += 1) {
    const isLike = calendar.dayType[back] === calendar.dayType[0] && calendar.dayIndex[back] === calendar.dayIndex[0]! - back && !calledDays.has(calendar.dayIndex[back]!)
    if (isLike && !Number.isNaN(starts[back]!)) days.push(await read(starts[back]!))
  }
  return tenOfTen(days, await read(from), span)
}

/** The newest forecast of days that was there when the seller was told. */
async function issuedBefore({ contract, from, to, changes }: Activation, { forecasts }: SettlementSources): Promise<Baseline> {
  const told = changes.find(({ kind, counts }) => kind === 'notified' && counts)?.at ?? changes[0]!.at
  const issued = await forecasts.dayAheadForecasts(told - 2 * DAY_MS, told)
  const sum = new Float64Array(Math.round((to - from) / HALF_HOUR_MS))
  for (const id of contract.deliveryPoints) {
    const own = issued.find(({ series }) => series === id)
    for (let step = 0; step < sum.length; step += 1) sum[step]! += own?.valuesKw[Math.round((from + step * HALF_HOUR_MS - own.from) / HALF_HOUR_MS)] ?? NaN
  }
  return forecastBaseline(sum)
}
