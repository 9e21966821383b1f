import type { LoadCurve } from '#contract/merchant.ts'

export const PERIODS = ['week', 'day', 'month'] as const
export type Period = (typeof PERIODS)[number]
export const STEPS = ['10min', 'hour', 'day'] as const satisfies readonly LoadCurve['step'][]

const DAY_MS = 86_400_000
const DAYS: Record<Period, number> = { day: 1, week: 7, month: 28 }
export const STEP_MS: Record<LoadCurve['step'], number> = { '10min': 600_000, hour: 3_600_000, day: DAY_MS }

export interface Span {
  readonly from: number
  readonly to: number
}

/** The span of a period that ends now, or `back` periods before. A month is four weeks, so that weekdays face weekdays. */
export function spanOf(period: Period, now: number, back = 0): Span {
  const length = DAYS[period] * DAY_MS
  return { from: now - (back + 1) * length, to: now - back * length }
}

/** What faces each instant of a span in the comparison: a day faces the same weekday of the week before. */
export function comparisonShift(period: Period): number {
  return (period === 'day' ? 7 : DAYS[period]) * DAY_MS
}

/** Steps that make a readable curve of a period. */
export function stepsFor(period: Period): readonly LoadCurve['step'][] {
  return period === 'day' ? ['10min', 'hour'] : period === 'week' ? ['10min', 'hour', 'day'] : ['hour', 'day']
}
