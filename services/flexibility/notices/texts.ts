import type { Activation } from '#models/flexibility/activation.ts'
import type { DueReason } from '#models/flexibility/due.ts'
import type { DayProposal } from '../activation-store.ts'
import type { Notice } from './port.ts'

type Language = 'fr' | 'en'
const LOCALES = { fr: 'fr-FR', en: 'en-GB' } as const

/** Subject and text of a mail to a seller. Numbers and times as people write them. */
export function noticeText(notice: Notice, language: Language): { subject: string; text: string } {
  const { contract, timeZone } = notice
  const format = new Intl.DateTimeFormat(LOCALES[language], { timeZone, weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' })
  const at = (time: number) => format.format(time)
  const kw = `${new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 }).format(notice.kw)} kW`
  const name = contract.name[language]
  if (notice.kind === 'cancellation') return CANCELLATION[language](name, kw, at(notice.from), at(notice.to), contract.buyer, notice.reason ?? '', notice.activationId)
  return notice.kind === 'activation' ? ACTIVATION[language](name, kw, at(notice.from), at(notice.to), at(notice.answerBy), contract.buyer, notice.activationId)
    : SAFE_STATE[language][contract.safeState](name, kw, at(notice.from), at(notice.to), contract.buyer, notice.activationId)
}

const ACTIVATION: Readonly<Record<Language, (name: string, kw: string, from: string, to: string, by: string, buyer: string, id: string) => { subject: string; text: string }>> = {
  fr: (name, kw, from, to, by, buyer, id) => ({
    subject: `Effacement demandé : ${kw}, ${from}`,
    text: `${buyer} vous demande, au titre du contrat « ${name} », de réduire votre puissance de ${kw} du ${from} au ${to}.\n\nAccusez réception avant le ${by} ; sans réponse, l’effacement est compté comme non livré.\n\nRéférence : ${id}\n`,
  }),
  en: (name, kw, from, to, by, buyer, id) => ({
    subject: `Curtailment asked for: ${kw}, ${from}`,
    text: `Under the contract “${name}”, ${buyer} asks you to reduce your power by ${kw} from ${from} to ${to}.\n\nPlease acknowledge before ${by}; without an answer the curtailment counts as not delivered.\n\nReference: ${id}\n`,
  }),
}

const CANCELLATION: Readonly<Record<Language, (name: string, kw: string, from: string, to: string, buyer: string, reason: string, id: string) => { subject: string; text: string }>> = {
  fr: (name, kw, from, to, buyer, reason, id) => ({
    subject: `Effacement annulé : ${kw}, ${from}`,
    text: `${buyer} annule l’effacement de ${kw} du ${from} au ${to} (contrat « ${name} ») : vous n’avez rien à réduire, et il n’est pas compté comme non livré.\n\nMotif : ${reason}\n\nRéférence : ${id}\n`,
  }),
  en: (name, kw, from, to, buyer, reason, id) => ({
    subject: `Curtailment cancelled: ${kw}, ${from}`,
    text: `${buyer} cancels the curtailment of ${kw} from ${from} to ${to} (contract “${name}”): there is nothing to reduce, and it does not count as not delivered.\n\nReason: ${reason}\n\nReference: ${id}\n`,
  }),
}

type SafeStateText = (name: string, kw: string, from: string, to: string, buyer: string, id: string) => { subject: string; text: string }
const SAFE_STATE: Readonly<Record<Language, Readonly<Record<'limit' | 'release', SafeStateText>>>> = {
  fr: {
    limit: (name, kw, from, to, buyer, id) => ({ subject: `Liaison perdue : gardez la limite de ${kw}`, text: `${buyer} n’a pas eu de nouvelles de votre installation (contrat « ${name} »). Comme convenu, la limite de ${kw} reste en vigueur du ${from} au ${to}.\n\nRéférence : ${id}\n` }),
    release: (name, kw, from, to, buyer, id) => ({ subject: `Liaison perdue : effacement de ${kw} levé`, text: `${buyer} n’a pas eu de nouvelles de votre installation (contrat « ${name} »). Comme convenu, l’effacement de ${kw} du ${from} au ${to} est levé.\n\nRéférence : ${id}\n` }),
  },
  en: {
    limit: (name, kw, from, to, buyer, id) => ({ subject: `Connection lost: keep the limit of ${kw}`, text: `${buyer} has not heard of your installation (contract “${name}”). As agreed, the limit of ${kw} stays in force from ${from} to ${to}.\n\nReference: ${id}\n` }),
    release: (name, kw, from, to, buyer, id) => ({ subject: `Connection lost: curtailment of ${kw} lifted`, text: `${buyer} has not heard of your installation (contract “${name}”). As agreed, the curtailment of ${kw} from ${from} to ${to} is lifted.\n\nReference: ${id}\n` }),
  },
}

const REASONS: Readonly<Record<DueReason, Readonly<Record<Language, string>>>> = {
  'not-decided': { fr: 'pas de décision à temps', en: 'not decided in time' },
  'not-notified': { fr: 'vendeur non averti à temps', en: 'seller not told in time' },
  'not-acknowledged': { fr: 'pas de confirmation à temps', en: 'not acknowledged in time' },
  'heartbeat-lost': { fr: 'liaison perdue', en: 'connection lost' },
}
const period = (from: number, to: number, language: Language, timeZone: string): string => new Intl.DateTimeFormat(LOCALES[language], { timeZone, dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to)

/** To the operator, in both languages: an activation that will not take place, or stops. */
export function failureAlert({ contract, activationId, from, to, kw, elements }: Activation, reason: DueReason, timeZone: string): [subject: string, text: string] {
  const line = (language: Language) => `${contract.name[language]}, ${kw.toFixed(1)} kW, ${period(from, to, language, timeZone)} (${elements.join(', ')}): ${REASONS[reason][language]}.`
  return [`Penfeld: ${REASONS[reason].fr} / ${REASONS[reason].en}`, `${line('fr')}\n${line('en')}\n\n${activationId}\n`]
}

/** To the operator: what is to be decided for tomorrow, and what nobody covers. */
export function proposalAlert({ day, activationIds, shortfalls }: DayProposal, timeZone: string): [subject: string, text: string] {
  const elements = [...new Set(shortfalls.map(({ element }) => element))].join(', ')
  const date = (language: Language) => new Intl.DateTimeFormat(LOCALES[language], { timeZone, dateStyle: 'full' }).format(day)
  return [
    `Penfeld: ${activationIds.length} activations à décider / to decide on`,
    `${date('fr')} : ${activationIds.length} à décider${elements === '' ? '' : ` ; non couvert : ${elements}`}.\n${date('en')}: ${activationIds.length} to decide on${elements === '' ? '' : `; not covered: ${elements}`}.\n`,
  ]
}
