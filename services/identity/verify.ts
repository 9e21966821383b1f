import { decodeProtectedHeader } from 'jose'
import type { IDToken } from 'openid-client'
import type { ProviderProfile } from './profiles/profile.ts'

/** What the library does not look at: each throws what it found, for the log; people are told only that the answer was refused. */
export function checkIdToken(idToken: string, claims: IDToken, profile: ProviderProfile, clientId: string): void {
  const { typ } = decodeProtectedHeader(idToken)
  if (typ !== undefined && typ.toUpperCase() !== 'JWT') throw new Error(`a token of type ${typ} is no id_token`)
  // A logout token is signed by the same keys, for the same client.
  if ('events' in claims) throw new Error('a token with events is no id_token')
  if (claims.azp !== undefined && claims.azp !== clientId) throw new Error('azp is another client')
  if (profile.leastAcr !== undefined && !(levelOf(claims['acr']) >= levelOf(profile.leastAcr))) throw new Error(`acr is ${String(claims['acr'])}, at least ${profile.leastAcr} was asked for`)
}

/** A signed userinfo must be for us: one that another client of the same provider received is signed as well. */
export function checkSignedUserinfo(person: Readonly<Record<string, unknown>>, issuer: string, clientId: string): void {
  if (person['iss'] !== issuer) throw new Error('the signed userinfo is of another issuer')
  if (![person['aud']].flat().includes(clientId)) throw new Error('the signed userinfo is for another client')
}

/** eIDAS levels of the French providers, with or without a second factor; NaN: none of them. */
function levelOf(acr: unknown): number {
  return Number(/^eidas([0-3])(-mfa)?$/.exec(String(acr))?.[1] ?? NaN)
}

/** When the person proved who they are. Without a word of the provider: now, as it has just asked. */
export function authenticatedAt(claims: IDToken, realNow: number, maxAgeS: number | undefined): number {
  const said = claims.auth_time
  if (said === undefined) {
    if (maxAgeS !== undefined) throw new Error('auth_time was asked for and is missing')
    return realNow
  }
  if (maxAgeS !== undefined && realNow / 1000 - said > maxAgeS + CLOCKS_APART_S) throw new Error('the sign-in is older than was asked for')
  return Math.min(realNow, said * 1000)
}
const CLOCKS_APART_S = 30

/** Fourteen digits of a verified answer; anything else links to nothing. */
export const siretOf = (person: Readonly<Record<string, unknown>>): string | undefined =>
  typeof person['siret'] === 'string' && /^[0-9]{14}$/.test(person['siret']) ? person['siret'] : undefined
