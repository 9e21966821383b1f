import { nameOf, type ProviderProfile } from './profile.ts'

/** Any provider that keeps to OpenID Connect Core 1.0: code flow with PKCE, plain userinfo over TLS unless it is set to sign. */
export const standard: ProviderProfile = {
  id: 'standard',
  label: { fr: 'le compte du service', en: 'the account of the service' },
  whom: { fr: 'Toutes les personnes qui ont un compte', en: 'Everybody who has an account' },
  scope: 'openid profile',
  pkce: true,
  randomLength: 43,
  leastAcr: undefined,
  signingAlg: 'ES256',
  signedUserinfo: false,
  alwaysAsks: true,
  freshBy: 'max-age',
  parameters: undefined,
  tellsSiret: false,
  name: (claims) => nameOf('Compte', claims, 'name'),
}
