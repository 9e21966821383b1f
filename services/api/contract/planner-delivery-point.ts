/** One delivery point for a planner, whose holder lets it be used for planning the network. */
import { Type, type Static } from 'typebox'
import { Format, Instant, SeriesColumns, object, oneOf } from './common.ts'

const REASON = { minLength: 10, maxLength: 200 }
export const ConsentedParams = object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
export const ConsentedCurveQuery = object({
  from: Instant(),
  to: Instant(),
  step: Type.Optional(oneOf('10min', 'hour', 'day')),
  reason: Type.Optional(Type.String({ ...REASON, description: 'why; written into the audit log; or in the header `x-reason`, percent-encoded' })),
  format: Format,
})
export const ReasonLength = REASON

/** Mean power by step; steps that the consent does not cover are left out, and `coveredSharePct` says so. */
export const ConsentedCurve = object({
  deliveryPointId: Type.String(),
  unit: Type.Literal('kW'),
  step: oneOf('10min', 'hour', 'day'),
  from: Instant(),
  to: Instant(),
  coveredSharePct: Type.Number(),
  powerKw: SeriesColumns,
})
export type ConsentedCurve = Static<typeof ConsentedCurve>
