import { createHash } from 'node:crypto'
import type { District } from '#models/district/schema.ts'
import type { ProposalBody } from '#models/flexibility/activation.ts'
import { proposeActivations } from '#models/flexibility/propose-activations.ts'
import { localParts, nextLocalDayStart } from '#models/units/local-time.ts'
import type { CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import type { ActivationStore, DayProposal } from './activation-store.ts'
import { contractOf, contractsAhead, contractsOf, yearAround } from './contracts.ts'

/** From this hour of the day before: the forecast of the morning is in, and an operator has the day to decide. */
const FROM_HOUR = 9
const USUAL_PROBABILITY = 0.2

/** Tomorrow, where it is time to propose for it and the forecast tells all of it; undefined: not now, or done already. */
export function dayToPropose(district: District, store: ActivationStore, issue: Pick<CongestionIssue, 'from' | 'steps' | 'stepS' | 'thresholdsPct'> | undefined, now: number): { from: number; to: number } | undefined {
  const { timeZone } = district
  if (contractsOf(district).length === 0 || issue === undefined || localParts(now, timeZone).hour < FROM_HOUR) return undefined
  // Made under another limit: the next one is under way.
  if (!issue.thresholdsPct.includes(district.thresholds.limitLoadingPct)) return undefined
  const from = nextLocalDayStart(now, timeZone)
  const to = nextLocalDayStart(from, timeZone)
  if (issue.from > from || issue.from + issue.steps * issue.stepS * 1000 < to) return undefined
  return store.dayProposal(from) === undefined ? { from, to } : undefined
}

/** The same activation of the same contract has the same name, in letters that every protocol takes. */
const activationIdOf = (contractId: string, from: number): string => createHash('sha256').update(`${contractId} ${from}`).digest('hex').slice(0, 16)

/** Proposes for one day and keeps it. @param positions switches that are measured to be otherwise than the document says */
export function proposeDay(district: District, store: ActivationStore, issue: CongestionIssue, day: { readonly from: number; readonly to: number }, now: number, positions: ReadonlyMap<string, boolean>): DayProposal {
  const actAtProbability = district.thresholds.actAtProbability ?? USUAL_PROBABILITY
  const limit = issue.thresholdsPct.indexOf(district.thresholds.limitLoadingPct)
  const year = yearAround(day.from, district.timeZone)
  const contracts = contractsAhead(district, day, store.between(year.from, year.to), positions)
  const ahead = { ...issue, probability: issue.probability[limit]!, energyAboveKwh: issue.energyAboveKwh[limit]! }
  const { activations, shortfalls, unjudged } = proposeActivations(ahead, contracts, { ...day, now, actAtProbability })
  const changes = activations.map((body) => ({ activationId: activationIdOf(body.contractId, body.from), at: now, kind: 'proposed' as const, by: 'congestion-forecast', reason: null, body: { ...({ ...body, contract: contractOf(district, body.contractId)! } satisfies ProposalBody) } }))
  const proposal: DayProposal = { day: day.from, madeAt: now, issuedAt: issue.issuedAt, actAtProbability, activationIds: changes.map(({ activationId }) => activationId), shortfalls, unjudged }
  store.add(changes, proposal)
  return proposal
}
