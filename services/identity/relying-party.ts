import * as oidc from 'openid-client'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { PendingSignIn } from '#services/directory/port.ts'
import { isLoopback, type IdentitySettings } from './settings.ts'

export interface VerifiedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly name: string | undefined
}

/** Our side of OpenID Connect: code flow with PKCE, state and nonce; tokens never leave this process. */
export interface RelyingParty {
  begin(redirectUri: string, returnTo: string): Promise<{ url: URL; pending: PendingSignIn }>
  /** @throws PF_SIGN_IN_REFUSED for any answer that is not exactly the one asked for. */
  finish(callback: URL, pending: PendingSignIn): Promise<VerifiedIdentity>
}

export function createRelyingParty(settings: IdentitySettings): RelyingParty {
  let found: Promise<oidc.Configuration> | undefined
  const configuration = (): Promise<oidc.Configuration> => {
    // Asked for at the first sign-in: the provider may start after us, and may be away for a while.
    found ??= discover(settings).catch((cause: unknown) => {
      found = undefined
      throw new PenfeldError('PF_IDENTITY_UNAVAILABLE', 'The identity provider could not be reached.', { where: settings.issuer, cause })
    })
    return found
  }
  return {
    async begin(redirectUri, returnTo) {
      const provider = await configuration()
      const pending: PendingSignIn = { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier(), redirectUri, returnTo }
      const url = oidc.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
        // Signing out here must not be undone by a session that the provider still remembers.
        prompt: 'login',
      })
      return { url, pending }
    },
    async finish(callback, pending) {
      const provider = await configuration()
      try {
        const tokens = await oidc.authorizationCodeGrant(provider, callback, {
          expectedState: pending.state,
          expectedNonce: pending.nonce,
          pkceCodeVerifier: pending.codeVerifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()!
        const person = await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub)
        return { issuer: claims.iss, subject: claims.sub, name: person.name }
      } catch (cause) {
        throw new PenfeldError('PF_SIGN_IN_REFUSED', 'The sign-in was not completed.', { cause })
      }
    },
  }
}

async function discover(settings: IdentitySettings): Promise<oidc.Configuration> {
  if (settings.issuer === undefined) throw new Error('no issuer is configured')
  // Signatures of tokens are verified even though they come over a direct connection.
  const execute = [oidc.enableNonRepudiationChecks, ...(isLoopback(settings.issuer) && settings.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])]
  const authentication = settings.clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(settings.clientSecret)
  return oidc.discovery(new URL(settings.issuer), settings.clientId, { id_token_signed_response_alg: 'ES256' }, authentication, { execute, timeout: 10 })
}
