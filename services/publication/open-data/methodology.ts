/** The rules by which figures become public, for machines and for people. */
import { disclosureRules } from '#models/disclosure/rules.ts'
import type { District } from '#models/district/schema.ts'
import { BACKLOG_DAYS, CURVE_DAYS } from '../due.ts'
import { DOCUMENT_FORMAT } from '../document.ts'
import { RELEASE_KINDS } from '../port.ts'
import { COLUMNS_VERSION } from './datasets.ts'
import { KIND_WORDS } from './words.ts'

export function methodologyOf({ publicationRules }: District) {
  return {
    version: COLUMNS_VERSION,
    kinds: RELEASE_KINDS.map((kind) => ({ kind, title: { fr: KIND_WORDS[kind].fr, en: KIND_WORDS[kind].en }, about: KIND_WORDS[kind].about, windowDays: kind === 'curve-daily' ? CURVE_DAYS : kind === 'district-live' ? publicationRules.at(-1)!.liveWindowDays : null })),
    rules: publicationRules.map((table) => ({ ...table, validTo: table.validTo ?? null, disclosure: disclosureRules(table) })),
    document: { format: DOCUMENT_FORMAT, canonical: 'JSON with keys in order of their code points and no spaces', hash: 'SHA-256 of the document, byte for byte', chain: 'previousSha256 is the sha256 of the release before', signature: 'Ed25519 over the 64 letters of the sha256; keys at /api/public/key' },
    backlogDays: BACKLOG_DAYS,
    principles: PRINCIPLES,
  }
}

const PRINCIPLES = [
  { id: 'closed-list', fr: 'Seules des publications immuables sont publiques ; tout le monde reçoit les mêmes octets.', en: 'Only immutable releases are public; everybody gets the same bytes.' },
  { id: 'holder', fr: 'On compte des titulaires (un foyer, une entreprise) et non des compteurs ; tous les compteurs d’un titulaire comptent une fois, là où il en a le plus.', en: 'Holders (a household, a firm) are counted and not meters; all meters of a holder count once, where most of them are.' },
  { id: 'public-holders', fr: 'Les organismes publics sont dans les totaux, mais ne protègent personne et ne comptent pas.', en: 'Public bodies are in the totals, but protect nobody and do not count.' },
  { id: 'zones', fr: 'Les zones trop petites sont réunies à leur voisine, pour une année civile.', en: 'Zones that are too small are joined to their neighbour, for a calendar year.' },
  { id: 'cohort', fr: 'Les titulaires sont fixés au début de chaque trimestre ; qui arrive attend le suivant, qui part est estimé jusqu’à sa fin.', en: 'Holders are fixed at the start of each quarter; who comes waits for the next, who leaves is made up to its end.' },
  { id: 'gaps', fr: 'Une mesure qui manque est remplacée par l’habitude du même compteur, même jour de la semaine et même heure ; au-delà d’une part faible, rien n’est publié.', en: 'A missing reading is replaced by what is usual for the same meter, same weekday and hour; beyond a small share nothing is published.' },
  { id: 'complement', fr: 'Une maille peut être cachée pour en protéger une autre, qui se déduirait par différence.', en: 'A cell may be hidden to protect another that would follow by difference.' },
  { id: 'one-word', fr: 'Ce qui n’est pas publié l’est sans motif : le motif dirait quelque chose de quelqu’un.', en: 'What is not published is so without a reason: the reason would tell of somebody.' },
  { id: 'revisions', fr: 'Une publication n’est jamais corrigée.', en: 'A release is never corrected.' },
] as const
export type Principle = (typeof PRINCIPLES)[number]
