import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Activation } from '#models/flexibility/activation.ts'
import { localDayStart } from '#models/units/local-time.ts'
import { heldDeliveryPoints } from '#services/directory/scope.ts'
import { contractsOf, yearAround } from '#services/flexibility/contracts.ts'
import { Activations, ActivationsQuery, ActivationView, FlexibilityReport, OperatorAnswer, OwnActivation, OwnActivations, OwnActivationsQuery, OwnAnswer, ReportQuery } from '../contract/flexibility.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { activationView, ownActivation, proposalView, reportView } from '../flexibility/activation-views.ts'
import { giveAnswer } from '../flexibility/answers.ts'
import { checkInterval, DAY_MS } from '../interval.ts'
import { noteReadings } from '../note-readings.ts'

const operator = { access: { role: 'operator' } } as const
const merchant = { access: { role: 'merchant' } } as const
const SHOWN_DAYS = 14
const AHEAD_DAYS = 4
const MOST_DAYS = 400
/** A seller sees what he was told of, and what became of it. */
const wasTold = ({ wasNotified }: Activation) => wasNotified

export const flexibilityRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, activations } = deps
  const { district } = deps.district

  for (const role of ['planner', 'operator'] as const) {
    app.get(ROUTES[role].activations, { config: { access: { role } }, schema: { querystring: ActivationsQuery, response: { 200: Activations } } }, async (request, reply) => {
      const now = clock.now()
      const { from = localDayStart(now, district.timeZone) - SHOWN_DAYS * DAY_MS, to = now + AHEAD_DAYS * DAY_MS } = request.query
      checkInterval({ from, to }, MOST_DAYS)
      const proposal = activations.latestDayProposal()
      const body: Activations = {
        contracts: contractsOf(district).length, proposal: proposal === undefined ? null : proposalView(proposal),
        activations: activations.between(from, to).map((one) => activationView(one, { withCurve: role === 'operator' })).reverse(),
      }
      // What was delivered is told of one seller; whoever plans sees no curve of it.
      noteReadings(deps.audit, request, activations.between(from, to).flatMap(({ contract }) => contract.deliveryPoints))
      return answer(request, reply, body, (told) => ({
        header: ['activation', 'contract', 'seller', 'from', 'to', 'kw', 'elements', 'probability', 'state', 'asked_kwh', 'delivered_kwh', 'missing_steps', 'activation_eur', 'penalty_eur', 'net_eur'],
        rows: told.activations.map((one) => [one.activationId, one.contractId, one.seller, isoTime(one.from), isoTime(one.to), one.kw, one.elements.join(' '), one.probability, one.state, one.settlement?.askedKwh ?? null, one.settlement?.deliveredKwh ?? null, one.settlement?.missingSteps ?? null, one.settlement?.activationEur ?? null, one.settlement?.penaltyEur ?? null, one.settlement?.netEur ?? null]),
      }))
    })
  }

  app.post(ROUTES.operator.activations, { config: operator, schema: { body: OperatorAnswer, response: { 200: ActivationView } } }, async (request): Promise<ActivationView> => {
    const { activationId, answer: given, reason } = request.body
    const answered = giveAnswer(activations, activations.activation(activationId), given, { by: request.principal!.name, reason: reason.trim(), now: clock.now() })
    return activationView(answered, { withCurve: true })
  })

  app.get(ROUTES.operator.flexibilityReport, { config: operator, schema: { querystring: ReportQuery, response: { 200: FlexibilityReport } } }, async (request, reply) => {
    const now = clock.now()
    const { from = yearAround(now, district.timeZone).from, to = now } = request.query
    checkInterval({ from, to }, MOST_DAYS)
    return answer(request, reply, reportView(district, activations.between(from, to), from, to), (report) => ({
      header: ['contract', 'seller', 'activations', 'hours', 'asked_kwh', 'delivered_kwh', 'delivered_share', 'availability_eur', 'activation_eur', 'penalty_eur', 'net_eur'],
      rows: report.contracts.map((one) => [one.contractId, one.seller, one.activations, one.hours, one.askedKwh, one.deliveredKwh, one.deliveredShare, one.availabilityEur, one.activationEur, one.penaltyEur, one.netEur]),
    }))
  })

  /** Points that the person holds over the whole of the activation: a former or a next tenant has no part in it. */
  const heldOver = (request: FastifyRequest, { from, to, contract }: Activation): ReadonlySet<string> =>
    new Set(heldDeliveryPoints(district, request.principal!).filter((held) => held.from <= from && to <= held.to && contract.deliveryPoints.includes(held.deliveryPoint.id)).map(({ deliveryPoint }) => deliveryPoint.id))

  app.get(ROUTES.merchant.activations, { config: merchant, schema: { querystring: OwnActivationsQuery, response: { 200: OwnActivations } } }, async (request, reply) => {
    const now = clock.now()
    const own = activations.between(now - SHOWN_DAYS * DAY_MS, now + AHEAD_DAYS * DAY_MS).filter(wasTold).flatMap((one): OwnActivation[] => {
      const held = heldOver(request, one)
      return held.size === 0 ? [] : [ownActivation(one, held, now)]
    })
    noteReadings(deps.audit, request, own.flatMap(({ deliveryPoints }) => deliveryPoints))
    const body: OwnActivations = { activations: own.reverse() }
    return answer(request, reply, body, (told) => ({
      header: ['activation', 'from', 'to', 'kw', 'state', 'answer_by', 'delivered_kwh', 'net_eur'],
      rows: told.activations.map((one) => [one.activationId, isoTime(one.from), isoTime(one.to), one.kw, one.state, isoTime(one.answerBy), one.settlement?.deliveredKwh ?? null, one.settlement?.netEur ?? null]),
    }))
  })

  app.post(ROUTES.merchant.activations, { config: merchant, schema: { body: OwnAnswer, response: { 200: OwnActivation } } }, async (request): Promise<OwnActivation> => {
    const { activationId, answer: given } = request.body
    const found = activations.activation(activationId)
    // What is foreign, not told yet and what does not exist answer alike.
    const held = found === undefined || !wasTold(found) ? new Set<string>() : heldOver(request, found)
    const isHis = found !== undefined && found.contract.deliveryPoints.every((id) => held.has(id))
    const answered = giveAnswer(activations, isHis ? found : undefined, given, { by: request.principal!.name, reason: null, now: clock.now() })
    return ownActivation(answered, held, clock.now())
  })
}
