/** A holder's own delivery points, for the time the holder held them. Foreign and unknown answer alike. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, FormatQuery, Instant, Quality, Readiness, SeriesColumns, nullable, object, oneOf } from './common.ts'

export const OwnDeliveryPoint = object({
  deliveryPointId: Type.String(),
  siteName: Type.String(),
  holderName: nullable(Type.String()),
  carrier: Type.String(),
  activity: nullable(Type.String()),
  subscribedPowerKva: nullable(Type.Number()),
  heldFrom: Instant(),
  heldTo: nullable(Instant()),
  provenance: nullable(oneOf('measured', 'rescaled', 'composed')),
})
export type OwnDeliveryPoint = Static<typeof OwnDeliveryPoint>
export const OwnDeliveryPoints = object({ deliveryPoints: Type.Array(OwnDeliveryPoint) })
export type OwnDeliveryPoints = Static<typeof OwnDeliveryPoints>

/** The newest value with its whole trace back to the device. */
export const TracedValue = object({
  pointId: Type.String(),
  unit: Type.String(),
  value: nullable(Type.Number()),
  quality: Quality,
  at: Instant('time of the source'),
  recordedAt: Instant('time we had it'),
  ageS: Type.Number(),
  stale: Type.Boolean(),
  sourceId: nullable(Type.String()),
  sourceProtocol: nullable(Type.String()),
  deviceAddress: nullable(Type.String()),
})
export type TracedValue = Static<typeof TracedValue>

export const WeekEnergy = object({ from: Instant(), to: Instant(), energyKwh: nullable(Type.Number()), coveragePct: Type.Number() })

export const MerchantSummary = object({
  readiness: Readiness,
  deliveryPoint: OwnDeliveryPoint,
  /** The current local week so far, and the same length of the week before it. */
  week: WeekEnergy,
  weekBefore: WeekEnergy,
  changePct: nullable(Type.Number()),
  peak: nullable(object({ at: Instant(), powerKw: Type.Number() })),
  baseLoadKw: nullable(Type.Number({ description: 'talon: median of the lowest hours of the last 28 days' })),
  closedHours: nullable(object({ sharePct: Type.Number(), energyKwh: Type.Number(), openHours: Type.Number(), closedHours: Type.Number() })),
  livePower: nullable(TracedValue),
})
export type MerchantSummary = Static<typeof MerchantSummary>

export const DeliveryPointParams = object({ id: ElementId })
export const LOAD_CURVE_STEPS = ['10min', 'hour', 'day'] as const
export const LoadCurveQuery = object({ from: Instant(), to: Instant(), step: Type.Optional(oneOf('10min', 'hour', 'day')), format: Format })
export const LoadCurve = object({
  deliveryPointId: Type.String(),
  unit: Type.Literal('kW'),
  step: oneOf('10min', 'hour', 'day'),
  from: Instant(),
  to: Instant(),
  provenance: nullable(oneOf('measured', 'rescaled', 'composed')),
  powerKw: SeriesColumns,
})
export type LoadCurve = Static<typeof LoadCurve>

export const MerchantFormatQuery = FormatQuery
export const MerchantStreamQuery = object({ deliveryPoint: ElementId })
/** The `value` event: columns over the points of the stream. */
export const LiveValues = object({
  points: Type.Array(Type.String()),
  at: Type.Array(Type.Number()),
  values: Type.Array(nullable(Type.Number())),
  quality: Type.Array(Quality),
  recordedAt: Type.Number(),
})
export type LiveValues = Static<typeof LiveValues>
