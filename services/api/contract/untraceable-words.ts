/** What of a study's inputs has changed since, in words; the page, the documents and the command line say it alike. */

type Words = readonly [fr: string, en: string]

const KINDS: Readonly<Record<string, Words>> = { changed: ['modifié', 'changed'], added: ['ajouté', 'added'], removed: ['retiré', 'removed'], edited: ['corrigé à la main', 'corrected by hand'] }
const THINGS: Readonly<Record<string, Words>> = {
  'network/substations': ['poste', 'substation'], 'network/busbars': ['jeu de barres', 'busbar'], 'network/junctions': ['nœud', 'junction'], 'network/feeders': ['départ', 'feeder'],
  'network/lineSections': ['tronçon', 'line section'], 'network/transformers': ['transformateur', 'transformer'], 'network/switches': ['organe de coupure', 'switch'], 'network/sources': ['source', 'source'],
  'network/boundaryLoads': ['charge au-delà du quartier', 'load beyond the district'],
  thresholds: ['seuils', 'thresholds'], growth: ['croissance', 'growth'], study: ['étude du document', 'study of the document'], weather: ['météo', 'weather'], calendar: ['calendrier', 'calendar'], timeZone: ['fuseau horaire', 'time zone'],
  sites: ['sites', 'sites'], holders: ['titulaires', 'holders'], deliveryPoints: ['points de livraison', 'delivery points'], devices: ['appareils', 'devices'], meters: ['compteurs', 'meters'],
  measurementPoints: ['points de mesure', 'measurement points'], virtualMeters: ['compteurs virtuels', 'virtual meters'], 'delivery-points': ['mesures de points de livraison', 'measurements of delivery points'],
  'consents-ended': ['consentements échus', 'consents that have ended'],
}

/** `what` as in `KeptStudy.untraceable`; what has no word is said as it is written in the district document. */
export function untraceableText(what: string, lang: 'fr' | 'en'): string {
  const say = (words: Words) => words[lang === 'fr' ? 0 : 1]
  const [, named, count] = /^(.*?)( \(\d+\))?$/.exec(what)!
  const [first, ...rest] = named!.split(' ')
  const kind = KINDS[first!]
  if (kind === undefined) return `${thing(named!, say)}${count ?? ''}`
  return `${say(kind)}${lang === 'fr' ? ' : ' : ': '}${thing(rest.join(' '), say)}${count ?? ''}`
}

function thing(path: string, say: (words: Words) => string): string {
  const whole = THINGS[path]
  if (whole !== undefined) return say(whole)
  const cut = path.lastIndexOf('/')
  const list = THINGS[path.slice(0, Math.max(0, cut))]
  return list === undefined ? path : `${say(list)} ${path.slice(cut + 1)}`
}
