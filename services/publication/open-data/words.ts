/** What carriers and kinds of releases are called in the catalogue and the feed. */
import type { Carrier } from '#models/disclosure/guard-shapes.ts'
import type { ReleaseKind } from '../port.ts'

interface Words { readonly fr: string; readonly en: string }

export const CARRIER_WORDS: Readonly<Record<Carrier, Words>> = {
  electricity: { fr: 'électricité', en: 'electricity' }, heat: { fr: 'chaleur', en: 'heat' }, gas: { fr: 'gaz', en: 'gas' }, water: { fr: 'eau', en: 'water' },
  cooling: { fr: 'froid', en: 'cooling' }, production: { fr: 'production d’électricité', en: 'production of electricity' },
}

export const KIND_WORDS: Readonly<Record<ReleaseKind, Words & { readonly about: Words }>> = {
  'district-live': { fr: 'Puissance du quartier', en: 'Power of the district', about: { fr: 'Puissance moyenne du quartier entier par demi-heure, des 31 derniers jours, mesurée aux départs du réseau et arrondie.', en: 'Mean power of the whole district by half-hours, of the last 31 days, measured at the feeder heads and rounded.' } },
  'energy-daily': { fr: 'Énergies quotidiennes', en: 'Daily energies', about: { fr: 'Énergie de chaque jour local par maille, publiée deux jours plus tard. Une valeur vide n’est pas publiée.', en: 'Energy of each local day by cell, released two days later. An empty value is not published.' } },
  'curve-daily': { fr: 'Courbes horaires', en: 'Hourly curves', about: { fr: 'Énergie heure par heure des mailles assez grandes, des 31 derniers jours.', en: 'Energy hour by hour of cells that are large enough, of the last 31 days.' } },
  'energy-monthly': { fr: 'Énergies mensuelles', en: 'Monthly energies', about: { fr: 'Énergie de chaque mois local par maille. Une valeur vide n’est pas publiée.', en: 'Energy of each local month by cell. An empty value is not published.' } },
}
