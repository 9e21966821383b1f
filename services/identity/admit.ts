import type { District } from '#models/district/schema.ts'
import type { Directory, RoleName } from '#services/directory/port.ts'
import type { VerifiedIdentity } from './relying-party.ts'
import type { IdentitySettings } from './settings.ts'

/** What acting for a holder of this kind is called. */
export const roleOfHolder = (district: District, holder: string): RoleName => (district.holders.find(({ id }) => id === holder)?.kind === 'household' ? 'resident' : 'merchant')

/** Adds the role that a link needs, if it is missing. True: the rights of the person have changed. */
export function ensureRole(directory: Directory, personId: number, role: RoleName): boolean {
  const roles = directory.principal(personId)?.roles ?? []
  if (roles.includes(role) || roles.includes('administrator')) return false
  directory.setRoles(personId, [...roles, role])
  return true
}

/** Lets somebody in whom a provider has vouched for: known or new, with the links that the answer itself gives. */
export function admit(directory: Directory, district: District, administrators: IdentitySettings['administrators'], identity: VerifiedIdentity): number {
  const personId = directory.arrive(identity, 'resident')
  if (administrators.some(({ provider, subject }) => provider === identity.provider && subject === identity.subject)) directory.setRoles(personId, ['administrator'])
  if (identity.tellsSiret) linkBySiret(directory, district, personId, identity.siret)
  return personId
}

/**
 * Looked at anew at every sign-in: who has changed employer acts for the new one only, and so do those to whom they had delegated.
 * Businesses alone: the number of a city is that of thousands of agents, and which of them may read is for an administrator to say.
 */
function linkBySiret(directory: Directory, district: District, personId: number, siret: string | undefined): void {
  const now = new Set(district.holders.filter((holder) => holder.kind === 'business' && siret !== undefined && holder.siret === siret).map(({ id }) => id))
  const before = directory.links.of(personId).filter(({ origin }) => origin === 'siret')
  for (const { linkId, holder } of before) if (!now.has(holder)) directory.links.end(linkId, null)
  for (const holder of now) {
    if (!before.some((link) => link.holder === holder)) directory.links.add({ personId, holder, from: 0, to: Infinity, origin: 'siret', grantedBy: null, endsAt: Infinity, parentLink: null })
    ensureRole(directory, personId, 'merchant')
  }
}
