/** What is known of a person, and what the person decides about it. For residents, and for merchants about themselves. */
import { Type, type Static } from 'typebox'
import { ElementId, Instant, nullable, object, oneOf } from './common.ts'

export const PURPOSE_NAMES = ['district-supervision', 'network-planning', 'sharing-with-delegate', 'forecast-advice'] as const
export const Purpose = oneOf(...PURPOSE_NAMES)
export type Purpose = Static<typeof Purpose>
export const Granularity = oneOf('daily', 'load-curve')
export type Granularity = Static<typeof Granularity>

export const ResidentPoint = object({
  deliveryPointId: Type.String(),
  siteName: Type.String(),
  carrier: Type.String(),
  subscribedPowerKva: nullable(Type.Number()),
  heldFrom: Instant(),
  heldTo: nullable(Instant()),
  isCurrent: Type.Boolean(),
  /** False: a firm, whose values are collected under its contract. */
  needsConsent: Type.Boolean(),
  collected: oneOf('none', 'daily', 'load-curve'),
  measurementPoints: Type.Array(object({ id: Type.String(), unit: Type.String(), stepS: Type.Integer() })),
})
export type ResidentPoint = Static<typeof ResidentPoint>

export const StandingConsent = object({ deliveryPointId: Type.String(), purpose: Type.String(), granularity: Granularity, from: Instant(), to: nullable(Instant()), /** Of the district document, given before this page. */ givenBefore: Type.Boolean() })
export type StandingConsent = Static<typeof StandingConsent>
export const ConsentEntry = object({
  at: Instant('real time'), kind: oneOf('given', 'withdrawn'), deliveryPointId: Type.String(), purpose: Type.String(), granularity: Granularity, from: nullable(Instant()), to: nullable(Instant()),
  textVersion: nullable(Type.String()), textSha256: nullable(Type.String()), way: oneOf('own-page', 'agent', 'paper'),
})
export type ConsentEntry = Static<typeof ConsentEntry>
export const ConsentText = object({ purpose: Purpose, granularity: Granularity, version: Type.String(), sha256: Type.String(), fr: Type.String(), en: Type.String() })
/** People are told by what they are in the service. */
export const Reading = object({ at: Instant('real time'), deliveryPointId: Type.String(), by: oneOf('self', 'resident', 'merchant', 'planner', 'operator', 'data-officer', 'administrator', 'unknown'), route: Type.String() })
export type Reading = Static<typeof Reading>
export const ErasureView = object({ erasureId: Type.String(), at: Instant('real time'), deliveryPointId: Type.String(), from: Instant(), to: Instant(), state: oneOf('waiting', 'done'), removed: nullable(Type.Number()) })
export type ErasureView = Static<typeof ErasureView>
export const RetentionTable = object({
  householdCurveMonths: Type.Integer(), householdDailyMonths: Type.Integer(), householdAfterContractDays: Type.Integer(), firmAfterContractMonths: Type.Integer(),
  withdrawnDays: Type.Integer(), takenFileDays: Type.Integer(), accessLogMonths: Type.Integer(), sessionDays: Type.Integer(),
})
export type RetentionTable = Static<typeof RetentionTable>

export const OwnRecord = object({
  points: Type.Array(ResidentPoint),
  standing: Type.Array(StandingConsent),
  history: Type.Array(ConsentEntry),
  texts: Type.Array(ConsentText),
  readings: Type.Array(Reading),
  erasures: Type.Array(ErasureView),
  retention: RetentionTable,
})
export type OwnRecord = Static<typeof OwnRecord>

export const GiveConsent = object({ deliveryPointId: ElementId, purpose: Purpose, granularity: Granularity, textSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), language: oneOf('fr', 'en'), years: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })) })
export type GiveConsent = Static<typeof GiveConsent>
export const WithdrawConsent = object({ deliveryPointId: ElementId, purpose: Purpose, granularity: Granularity })
export type WithdrawConsent = Static<typeof WithdrawConsent>

export const EraseOwn = object({
  /** Made by the page, so that asking again after a lost answer changes nothing. */
  erasureId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  deliveryPointId: ElementId,
  /** Also withdraws every consent: otherwise collection goes on with the next value. */
  withdraw: Type.Boolean(),
  confirmed: Type.Literal(true),
})
export type EraseOwn = Static<typeof EraseOwn>

export const ExportQuery = object({ format: Type.Optional(oneOf('json', 'csv')) })

/** For the data officer: what the nightly job took away, and what people had erased. */
export const RetentionReport = object({
  table: RetentionTable,
  runs: Type.Array(object({ owner: oneOf('measured', 'derived'), day: Instant(), class: Type.String(), before: nullable(Type.Number()), points: Type.Integer(), removed: Type.Integer(), endedAt: Instant('real time') })),
  erasures: Type.Array(object({ erasureId: Type.String(), at: Instant('real time'), state: oneOf('waiting', 'done'), removed: nullable(Type.Number()) })),
})
export type RetentionReport = Static<typeof RetentionReport>
