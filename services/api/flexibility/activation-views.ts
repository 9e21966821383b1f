import type { District } from '#models/district/schema.ts'
import type { Activation } from '#models/flexibility/activation.ts'
import { answerBy } from '#models/flexibility/due.ts'
import { availabilityEur, settlementReport } from '#models/flexibility/settle.ts'
import type { DayProposal } from '#services/flexibility/activation-store.ts'
import { contractsOf } from '#services/flexibility/contracts.ts'
import type { NoticeOutcome } from '#services/flexibility/notices/port.ts'
import type { SettlementBody } from '#services/flexibility/settlement.ts'
import type { ActivationView, DayProposalView, FlexibilityReport, OwnActivation } from '../contract/flexibility.ts'
import { orNull } from '../columns.ts'

const HOUR_MS = 3_600_000

const countedBody = <Body>({ changes }: Activation, kind: string): Body | undefined => changes.findLast((change) => change.counts && change.kind === kind)?.body as Body | undefined
const settledOf = (activation: Activation): SettlementBody | undefined => countedBody<SettlementBody>(activation, 'settled')

function settlementView(activation: Activation): Pick<ActivationView, 'settlement' | 'curve'> {
  const body = settledOf(activation)
  if (body === undefined) return { settlement: null, curve: null }
  const { askedKwh, deliveredKwh, deliveredShare, missingSteps, activationEur, penaltyEur, netEur, method, baselineDays, adjustment, baselineKw, measuredKw } = body
  return { settlement: { askedKwh, deliveredKwh, deliveredShare, missingSteps, activationEur, penaltyEur, netEur, method, baselineDays, adjustment }, curve: { baselineKw: [...baselineKw], measuredKw: [...measuredKw] } }
}

/** For planners without the curve: it is one seller's own consumption. */
export function activationView(activation: Activation, { withCurve }: { readonly withCurve: boolean }): ActivationView {
  const { activationId, contract, from, to, kw, elements, probability, state, changes } = activation
  const { settlement, curve } = settlementView(activation)
  return {
    activationId, contractId: contract.id, contractName: contract.name, buyer: contract.buyer, seller: contract.seller, aggregator: contract.aggregator ?? null,
    from, to, kw, elements: [...elements], probability, answerBy: answerBy(activation, contract), costEur: ((kw * (to - from)) / HOUR_MS / 1000) * contract.activationEurPerMwh,
    rebound: contract.rebound === undefined ? null : { energyKwh: ((kw * (to - from)) / HOUR_MS) * contract.rebound.share, until: to + contract.rebound.withinH * HOUR_MS },
    safeState: contract.safeState, state,
    changes: changes.map(({ at, kind, by, reason, counts }) => ({ at, kind, by, reason, counts })),
    notices: (countedBody<{ outcomes: NoticeOutcome[] }>(activation, 'notified')?.outcomes ?? []).map(({ channel, sent, problem }) => ({ channel, sent, problem })),
    settlement, curve: withCurve ? curve : null,
  }
}

export function proposalView({ day, madeAt, issuedAt, actAtProbability, shortfalls, unjudged }: DayProposal): DayProposalView {
  return { day, madeAt, issuedAt, actAtProbability, shortfalls: shortfalls.map((one) => ({ ...one, mostKw: orNull(one.mostKw), energyKwh: orNull(one.energyKwh) })), unjudged: [...unjudged] }
}

/** Of those settled activations that began in the interval. */
export function reportView(district: District, activations: readonly Activation[], from: number, to: number): FlexibilityReport {
  return {
    from, to,
    contracts: contractsOf(district).map((contract) => {
      const settled = activations.filter(({ contractId }) => contractId === contract.id).flatMap((one) => settledOf(one) ?? [])
      const availability = availabilityEur({ ...contract, validFrom: Date.parse(contract.validFrom), validTo: contract.validTo === undefined ? Infinity : Date.parse(contract.validTo) }, from, to)
      const { deliveredShare, ...sums } = settlementReport(settled, availability)
      return { contractId: contract.id, contractName: contract.name, seller: contract.seller, hoursAYear: contract.hoursAYear, ...sums, deliveredShare: orNull(deliveredShare) }
    }),
  }
}

export function ownActivation(activation: Activation, own: ReadonlySet<string>, now: number): OwnActivation {
  const { activationId, contract, from, to, kw, state } = activation
  const by = answerBy(activation, contract)
  return {
    activationId, contractName: contract.name, buyer: contract.buyer, deliveryPoints: contract.deliveryPoints.filter((id) => own.has(id)), from, to, kw, answerBy: by,
    safeState: contract.safeState, heartbeatS: contract.heartbeatS ?? null, state,
    mayAcknowledge: state === 'notified' && now < by && contract.deliveryPoints.every((id) => own.has(id)),
    ...settlementView(activation),
    // The curve is of all points together: only whoever holds them all may see it.
    ...(contract.deliveryPoints.every((id) => own.has(id)) ? {} : { curve: null }),
  }
}
