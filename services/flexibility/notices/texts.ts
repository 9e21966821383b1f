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
  return notice.kind === 'activation' ? ACTIVATION[language](name, kw, at(notice.from), at(notice.to), at(notice.answerBy), contract.buyer, notice.activationId)
    : SAFE_STATE[language][contract.safeState](name, kw, at(notice.from), at(notice.to), contract.buyer, notice.activationId)
}

const ACTIVATION: Readonly<Record<Language, (name: string, kw: string, from: string, to: string, by: string, buyer: string, id: string) => { subject: string; text: string }>> = {
  fr: (name, kw, from, to, by, buyer, id) => ({
    subject: `Effacement demandé : ${kw}, ${from}`,
    text: `${buyer} vous demande, au titre du contrat « ${name} », de réduire votre puissance de ${kw} du ${from} au ${to}.\n\nAccusez réception avant le ${by} ; sans réponse, l’effacement n’a pas lieu.\n\nRéférence : ${id}\n`,
  }),
  en: (name, kw, from, to, by, buyer, id) => ({
    subject: `Curtailment asked for: ${kw}, ${from}`,
    text: `Under the contract “${name}”, ${buyer} asks you to reduce your power by ${kw} from ${from} to ${to}.\n\nPlease acknowledge before ${by}; without an answer the curtailment does not take place.\n\nReference: ${id}\n`,
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
