import { randomBytes } from 'node:crypto'
import { importPKCS8 } from 'jose'
import * as oidc from 'openid-client'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PendingSignIn } from '#services/directory/port.ts'
import type { ProviderProfile } from './profiles/profile.ts'
import { isLoopback, keyAlgOf, type ProviderSettings } from './settings.ts'
import { authenticatedAt, checkIdToken, checkSignedUserinfo, siretOf } from './verify.ts'

export interface VerifiedIdentity {
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  /** Of the establishment; undefined: the provider tells none, or none that could be one. */
  readonly siret?: string
  /** Whether this provider tells a SIRET at all: where it does, its silence ends what it said before. */
  readonly tellsSiret: boolean
  readonly authenticatedAt: number
  /** For the logout at the provider. */
  readonly idToken: string
}

export interface SignInWish {
  readonly redirectUri: string
  readonly returnTo: string
  /** The person must prove who they are anew, at most so long ago. */
  readonly maxAgeS?: number
}

/** Our side of OpenID Connect: code flow with state and nonce, PKCE where the provider takes it; tokens never leave this process. */
export interface RelyingParty {
  readonly providers: readonly ProviderProfile[]
  /** @throws PF_IDENTITY_UNAVAILABLE, also for a provider that is not configured. */
  begin(provider: string, wish: SignInWish): Promise<{ url: URL; pending: PendingSignIn }>
  /** @throws PF_SIGN_IN_REFUSED for any answer that is not exactly the one asked for. */
  finish(callback: URL, pending: PendingSignIn): Promise<VerifiedIdentity>
  /** Where the browser signs out at the provider as well; undefined where there is no such place or it does not answer. */
  endSession(provider: string, idToken: string, backTo: string): Promise<{ url: URL; state: string } | undefined>
}

const randomText = (length: number): string => randomBytes(length).toString('base64url').slice(0, length)

export function createRelyingParty(settings: readonly ProviderSettings[], realNow: () => number = Date.now): RelyingParty {
  const found = new Map<string, Promise<oidc.Configuration>>()
  const settingsOf = (provider: string): ProviderSettings => {
    const one = settings.find(({ profile }) => profile.id === provider)
    if (one === undefined) throw new PenfeldError('PF_IDENTITY_UNAVAILABLE', 'No identity provider is configured under this name.', { where: provider })
    return one
  }
  const configuration = (one: ProviderSettings): Promise<oidc.Configuration> => {
    // Asked for at the first sign-in: the provider may start after us, and may be away for a while.
    const known = found.get(one.profile.id) ?? discover(one).catch((cause: unknown) => {
      found.delete(one.profile.id)
      throw new PenfeldError('PF_IDENTITY_UNAVAILABLE', 'The identity provider could not be reached.', { where: one.issuer, cause })
    })
    found.set(one.profile.id, known)
    return known
  }
  return {
    providers: settings.map(({ profile }) => profile),
    async begin(provider, { redirectUri, returnTo, maxAgeS }) {
      const one = settingsOf(provider)
      const configured = await configuration(one)
      const { profile } = one
      const codeVerifier = profile.pkce ? oidc.randomPKCECodeVerifier() : undefined
      const pending: PendingSignIn = { provider, state: randomText(profile.randomLength), nonce: randomText(profile.randomLength), redirectUri, returnTo, ...(codeVerifier === undefined ? {} : { codeVerifier }), ...(maxAgeS === undefined ? {} : { maxAgeS }) }
      const url = oidc.buildAuthorizationUrl(configured, {
        redirect_uri: redirectUri,
        scope: profile.scope,
        state: pending.state,
        nonce: pending.nonce,
        ...(codeVerifier === undefined ? {} : { code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256' }),
        ...(profile.leastAcr === undefined ? {} : { acr_values: profile.leastAcr }),
        // Signing out here must not be undone by a session that the provider still remembers.
        ...(profile.alwaysAsks || maxAgeS !== undefined ? { prompt: 'login' } : {}),
        ...(maxAgeS === undefined ? {} : profile.freshBy === 'max-age' ? { max_age: String(maxAgeS) } : { claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }) }),
      })
      return { url, pending }
    },
    async finish(callback, pending) {
      const one = settingsOf(pending.provider)
      const configured = await configuration(one)
      try {
        return await verified(configured, one, callback, pending, realNow())
      } catch (cause) {
        throw new PenfeldError('PF_SIGN_IN_REFUSED', 'The sign-in was not completed.', { cause })
      }
    },
    async endSession(provider, idToken, backTo) {
      const one = settings.find(({ profile }) => profile.id === provider)
      const configured = one && (await configuration(one).catch(() => undefined))
      if (one === undefined || configured?.serverMetadata().end_session_endpoint === undefined) return undefined
      const state = randomText(one.profile.randomLength)
      return { url: oidc.buildEndSessionUrl(configured, { id_token_hint: idToken, post_logout_redirect_uri: backTo, state }), state }
    },
  }
}

async function verified(configured: oidc.Configuration, { profile, clientId }: ProviderSettings, callback: URL, pending: PendingSignIn, realNow: number): Promise<VerifiedIdentity> {
  const { issuer } = configured.serverMetadata()
  // Whoever answers must be the one that was asked (RFC 9207); the library looks only where the provider announces it.
  const answeredBy = callback.searchParams.get('iss')
  if (answeredBy !== null && answeredBy !== issuer) throw new Error('the answer is of another issuer')
  const tokens = await oidc.authorizationCodeGrant(configured, callback, {
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
    ...(pending.codeVerifier === undefined ? {} : { pkceCodeVerifier: pending.codeVerifier }),
    ...(pending.maxAgeS === undefined ? {} : { maxAge: pending.maxAgeS }),
  })
  const [claims, idToken] = [tokens.claims()!, tokens.id_token!]
  checkIdToken(idToken, claims, profile, clientId)
  const person = await oidc.fetchUserInfo(configured, tokens.access_token, claims.sub)
  if (profile.signedUserinfo) checkSignedUserinfo(person, issuer, clientId)
  const siret = profile.tellsSiret ? siretOf(person) : undefined
  return {
    provider: profile.id, issuer: claims.iss, subject: claims.sub, name: profile.name(person), tellsSiret: profile.tellsSiret, ...(siret === undefined ? {} : { siret }),
    authenticatedAt: authenticatedAt(claims, realNow, pending.maxAgeS), idToken,
  }
}

async function discover({ profile, issuer, clientId, clientSecret, clientKey }: ProviderSettings): Promise<oidc.Configuration> {
  // Signatures of tokens are verified even though they come over a direct connection.
  const execute = [oidc.enableNonRepudiationChecks, ...(isLoopback(issuer) && issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]
  const metadata = { id_token_signed_response_alg: profile.signingAlg, ...(profile.signedUserinfo ? { userinfo_signed_response_alg: profile.signingAlg } : {}) }
  return oidc.discovery(new URL(issuer), clientId, metadata, await authentication(clientSecret, clientKey), { execute, timeout: 10 })
}

async function authentication(clientSecret: string | undefined, clientKey: string | undefined): Promise<oidc.ClientAuth> {
  if (clientKey !== undefined) return oidc.PrivateKeyJwt(await importPKCS8(clientKey, keyAlgOf(clientKey)!))
  return clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(clientSecret)
}
