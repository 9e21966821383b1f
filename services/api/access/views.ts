import type { District } from '#models/district/schema.ts'
import type { CodeRecord } from '#services/directory/codes-port.ts'
import type { LinkRecord } from '#services/directory/links-port.ts'
import type { Directory } from '#services/directory/port.ts'
import { orNull } from '../columns.ts'
import type { AccessLink, HolderName, OpenCode } from '../contract/own-access.ts'

/** What is said of links and codes to their own person and to administrators: names and places, never a figure. */
export function accessViews(district: District, directory: Directory) {
  const holders = new Map(district.holders.map((one) => [one.id, one]))
  const sites = new Map(district.sites.map(({ id, name }) => [id, name]))
  const places = new Map<string, Set<string>>()
  for (const { site, holders: tenures } of district.deliveryPoints) {
    for (const { holder } of tenures) places.set(holder, (places.get(holder) ?? new Set()).add(sites.get(site) ?? site))
  }
  const personName = (personId: number | null): string | null => (personId === null ? null : (directory.principal(personId)?.name ?? null))
  const holderName = (id: string): HolderName => {
    const holder = holders.get(id)
    return { holder: id, name: holder?.name ?? null, kind: holder?.kind ?? 'unknown', places: [...(places.get(id) ?? [])] }
  }
  return {
    holderName,
    link: (one: LinkRecord): AccessLink => ({
      linkId: one.linkId, personName: personName(one.personId) ?? '', holder: holderName(one.holder), origin: one.origin, grantedByName: personName(one.grantedBy),
      // Links of before there was a record of it say no time.
      grantedAt: one.grantedAt === 0 ? null : one.grantedAt, endsAt: orNull(one.endsAt),
    }),
    code: (one: CodeRecord): OpenCode => ({
      codeId: one.codeId, kind: one.kind, holder: holderName(one.holder), madeByName: personName(one.madeBy), madeAt: one.madeAt, expiresAt: one.expiresAt, linkEndsAt: orNull(one.linkEndsAt),
    }),
  }
}
