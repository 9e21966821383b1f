import { createHash } from 'node:crypto'
import { PURPOSES, type Granularity, type Purpose } from '#models/consent/standing.ts'

/** What a person reads before agreeing. A changed word is a new version: the ledger keeps the hash of the text that was shown. */
export interface ConsentText {
  readonly purpose: Purpose
  readonly granularity: Granularity
  readonly version: string
  readonly sha256: string
  readonly fr: string
  readonly en: string
}

const VERSION = '2026-11'

const WHAT = {
  daily: { fr: 'mes consommations journalières et ma puissance maximale du jour', en: 'my daily consumption and my highest power of each day' },
  'load-curve': { fr: 'ma courbe de charge, par pas de moins d’un jour, qui peut révéler mes heures de présence et mes habitudes', en: 'my load curve, in steps shorter than a day, which may reveal when I am at home and what I usually do' },
} as const
const WHY: Record<Purpose, { readonly fr: string; readonly en: string }> = {
  'district-supervision': { fr: 'surveiller le réseau du quartier et publier des totaux d’au moins onze titulaires', en: 'watching over the network of the district and publishing totals of at least eleven holders' },
  'network-planning': { fr: 'préparer les travaux du réseau : une personne chargée de la planification peut alors lire mon point de livraison, avec un motif écrit que je peux consulter', en: 'preparing works on the network: a planner may then read my delivery point, with a written reason that I can see' },
  'sharing-with-delegate': { fr: 'la montrer à la personne ou à l’organisme que j’ai désigné, et à personne d’autre', en: 'showing it to the person or body that I have named, and to nobody else' },
  'forecast-advice': { fr: 'calculer des prévisions et des conseils pour moi', en: 'computing forecasts and advice for me' },
}
const END = {
  fr: 'Cet accord est facultatif, vaut pour trois ans au plus et se retire en un clic à tout moment : la collecte s’arrête aussitôt et ce qui a été collecté sur sa base est effacé dans les trente jours.',
  en: 'This consent is optional, holds for three years at most and is withdrawn with one click at any time: collection stops at once and what was collected on it is erased within thirty days.',
} as const

function textOf(purpose: Purpose, granularity: Granularity): ConsentText {
  const fr = `J’accepte que soient utilisées ${WHAT[granularity].fr} pour ${WHY[purpose].fr}. ${END.fr}`
  const en = `I agree that ${WHAT[granularity].en} be used for ${WHY[purpose].en}. ${END.en}`
  return { purpose, granularity, version: VERSION, fr, en, sha256: createHash('sha256').update(`${VERSION}\n${fr}\n${en}`).digest('hex') }
}

export const CONSENT_TEXTS: readonly ConsentText[] = PURPOSES.flatMap((purpose) => [textOf(purpose, 'daily'), textOf(purpose, 'load-curve')])
