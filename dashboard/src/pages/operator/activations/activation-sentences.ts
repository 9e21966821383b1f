import type { ActivationView, DayProposalView, SettlementView } from '#contract/flexibility.ts'
import type { Format, Messages } from '../../../i18n/index.ts'

interface Words { readonly t: Messages; readonly f: Format }

const EURO = '€'

/** Delivered, what was not measured, and what is owed, each a sentence. */
export function settlementSentences(one: Pick<SettlementView, 'deliveredShare' | 'deliveredKwh' | 'missingSteps' | 'activationEur' | 'penaltyEur' | 'netEur'>, { t, f }: Words): string[] {
  const eur = (value: number) => f.unit(value, EURO, 2)
  return [
    t.flexibility.delivered(f.percent(100 * one.deliveredShare), f.energy(one.deliveredKwh)),
    ...(one.missingSteps === 0 ? [] : [t.flexibility.missing(one.missingSteps)]),
    t.flexibility.money(eur(one.activationEur), eur(one.penaltyEur), eur(one.netEur)),
  ]
}

/** What was found for the newest day, and what the contracts do not cover of it. */
export function proposalSentences(proposal: DayProposalView | null, { t, f }: Words): { readonly day: string; readonly uncovered: readonly string[] } {
  const words = t.flexibility
  if (proposal === null) return { day: words.notLooked, uncovered: [] }
  const uncovered = [
    ...proposal.shortfalls.map((one) => `${words.shortfall(one.element, f.time(one.from), f.time(one.to), f.power(one.mostKw))} (${words.why[one.why]}).`),
    ...proposal.unjudged.map((one) => `${words.unjudged(one.element, f.time(one.from), f.time(one.to))}.`),
  ]
  return { day: words.dayLooked(f.day(proposal.day), f.dateTime(proposal.madeAt), f.percent(100 * proposal.actAtProbability)), uncovered }
}

/** Signs of life would bury what was decided. */
export const told = ({ changes }: ActivationView) => changes.filter(({ kind }) => kind !== 'heartbeat')

/** A reason of ours in the reader's words, one of a person as it was written. */
export const reasonOf = (reason: string | null, { t }: Pick<Words, 't'>): string => (reason === null ? '' : ((t.flexibility.reasons as Readonly<Record<string, string>>)[reason] ?? reason))
