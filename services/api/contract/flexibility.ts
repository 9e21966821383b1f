/** Activations of flexibility contracts: what is proposed, decided, answered, delivered and owed. Money in EUR without VAT. */
import { Type, type Static } from 'typebox'
import { Format, Instant, LocalText, nullable, object, oneOf } from './common.ts'

const ActivationId = Type.String({ pattern: '^[0-9a-f]{16}$' })
export const ActivationState = oneOf('proposed', 'approved', 'refused', 'notified', 'acknowledged', 'running', 'done', 'failed', 'settled', 'cancelled')
export type ActivationState = Static<typeof ActivationState>

export const SettlementView = object({
  askedKwh: Type.Number(),
  deliveredKwh: Type.Number(),
  /** Of what was asked for, 0 to 1. */
  deliveredShare: Type.Number(),
  /** Half hours without measurement or baseline: not delivered, not paid. */
  missingSteps: Type.Integer(),
  activationEur: Type.Number(),
  penaltyEur: Type.Number(),
  netEur: Type.Number(),
  method: oneOf('10-of-10', 'forecast'),
  baselineDays: Type.Integer(),
  adjustment: Type.Number(),
})
export type SettlementView = Static<typeof SettlementView>
/** By half hour from the start; baseline and measurement of the seller's own points, never shown to planners. */
const Curve = object({ baselineKw: Type.Array(nullable(Type.Number())), measuredKw: Type.Array(nullable(Type.Number())) })

export const ActivationView = object({
  activationId: Type.String(),
  contractId: Type.String(),
  contractName: LocalText,
  buyer: Type.String(),
  seller: Type.String(),
  aggregator: nullable(Type.String()),
  from: Instant(),
  to: Instant(),
  kw: Type.Number(),
  /** Elements it is to relieve, and the largest probability that one of them passes its limit. */
  elements: Type.Array(Type.String()),
  probability: Type.Number(),
  /** Decided, told and acknowledged by then, or it does not take place. */
  answerBy: Instant(),
  /** What it costs if all is delivered. */
  costEur: Type.Number(),
  /** Energy that is expected to come back, and until when. */
  rebound: nullable(object({ energyKwh: Type.Number(), until: Instant() })),
  safeState: oneOf('limit', 'release'),
  state: ActivationState,
  changes: Type.Array(object({ at: Instant(), kind: Type.String(), by: Type.String(), reason: nullable(Type.String()), counts: Type.Boolean() })),
  notices: Type.Array(object({ channel: Type.String(), sent: Type.Boolean(), problem: nullable(Type.String()) })),
  settlement: nullable(SettlementView),
  curve: nullable(Curve),
})
export type ActivationView = Static<typeof ActivationView>

export const DayProposalView = object({
  day: Instant('start of the local day'),
  madeAt: Instant(),
  issuedAt: Instant('of the congestion forecast'),
  actAtProbability: Type.Number(),
  shortfalls: Type.Array(object({ element: Type.String(), from: Instant(), to: Instant(), mostKw: nullable(Type.Number()), energyKwh: nullable(Type.Number()), why: oneOf('no-contract', 'not-enough', 'no-rating') })),
  /** Too little is known to say that nothing is needed. */
  unjudged: Type.Array(object({ element: Type.String(), from: Instant(), to: Instant() })),
})
export type DayProposalView = Static<typeof DayProposalView>

export const ActivationsQuery = object({ from: Type.Optional(Instant()), to: Type.Optional(Instant()), format: Format })
export const Activations = object({
  /** Contracts of the document: none, and the page has nothing to show. */
  contracts: Type.Integer(),
  /** The newest day that was looked at; null: none yet. */
  proposal: nullable(DayProposalView),
  activations: Type.Array(ActivationView),
})
export type Activations = Static<typeof Activations>

const Reason = Type.String({ minLength: 3, maxLength: 500, pattern: '\\S' })
/** `acknowledge`: the operator heard of the seller by other means, e.g. by telephone. `cancel`: what was approved is not needed after all, up to its start. */
export const OperatorAnswer = object({ activationId: ActivationId, answer: oneOf('approve', 'refuse', 'acknowledge', 'cancel'), reason: Reason })
export type OperatorAnswer = Static<typeof OperatorAnswer>

export const ReportQuery = object({ from: Type.Optional(Instant()), to: Type.Optional(Instant()), format: Format })
export const FlexibilityReport = object({
  from: Instant(),
  to: Instant(),
  contracts: Type.Array(object({
    contractId: Type.String(), contractName: LocalText, seller: Type.String(),
    activations: Type.Integer(), hours: Type.Number(), hoursAYear: Type.Number(),
    askedKwh: Type.Number(), deliveredKwh: Type.Number(), deliveredShare: nullable(Type.Number()),
    availabilityEur: Type.Number(), activationEur: Type.Number(), penaltyEur: Type.Number(), netEur: Type.Number(),
  })),
})
export type FlexibilityReport = Static<typeof FlexibilityReport>

/** What the holder of a delivery point sees: only what he was told of. */
export const OwnActivation = object({
  activationId: Type.String(),
  contractName: LocalText,
  buyer: Type.String(),
  deliveryPoints: Type.Array(Type.String()),
  from: Instant(),
  to: Instant(),
  kw: Type.Number(),
  answerBy: Instant(),
  safeState: oneOf('limit', 'release'),
  heartbeatS: nullable(Type.Integer()),
  state: ActivationState,
  /** He holds every delivery point of the contract, and an answer is still expected. */
  mayAcknowledge: Type.Boolean(),
  settlement: nullable(SettlementView),
  curve: nullable(Curve),
})
export type OwnActivation = Static<typeof OwnActivation>
export const OwnActivationsQuery = object({ format: Format })
export const OwnActivations = object({ activations: Type.Array(OwnActivation) })
export type OwnActivations = Static<typeof OwnActivations>
export const OwnAnswer = object({ activationId: ActivationId, answer: oneOf('acknowledge', 'heartbeat') })
export type OwnAnswer = Static<typeof OwnAnswer>
