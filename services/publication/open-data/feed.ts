import type { District } from '#models/district/schema.ts'
import type { ReleaseHead } from '../port.ts'
import { CARRIER_WORDS, KIND_WORDS } from './words.ts'

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => XML_ESCAPES[letter]!)

/** Atom (RFC 4287) of the newest releases. @param updated where there is none yet */
export function atomFeed({ name }: District, origin: string, heads: readonly ReleaseHead[], updated: number): string {
  const iso = (at: number) => new Date(at).toISOString()
  const entries = heads.map(({ releaseId, kind, carrier, at, publishedAt, sha256, withdrawn }) => {
    const address = `${origin}/api/public/releases/${releaseId}`
    const state = withdrawn ? ' (retirée / withdrawn)' : ''
    return `<entry><id>${escaped(address)}</id><title>${escaped(`${KIND_WORDS[kind].fr}, ${CARRIER_WORDS[carrier].fr}, ${iso(at)}${state}`)}</title><updated>${iso(publishedAt)}</updated>`
      + `<link href="${escaped(address)}" type="application/json"/><category term="${kind}"/><summary>${escaped(`${KIND_WORDS[kind].en}, ${CARRIER_WORDS[carrier].en}. SHA-256 ${sha256}`)}</summary></entry>\n`
  })
  return `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">\n<id>${escaped(`${origin}/api/public/releases.atom`)}</id><title>${escaped(`Publications d’énergie : ${name.fr}`)}</title>`
    + `<updated>${iso(heads[0]?.publishedAt ?? updated)}</updated><author><name>${escaped(name.fr)}</name></author><link rel="self" href="${escaped(`${origin}/api/public/releases.atom`)}"/><rights>Licence Ouverte / Open Licence 2.0</rights>\n${entries.join('')}</feed>\n`
}
