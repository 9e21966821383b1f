import { nameOf, type ProviderProfile } from './profile.ts'

/**
 * FranceConnect v2, for residents. Sources: docs.partenaires.franceconnect.gouv.fr (endpoints; differences between v1 and v2: ES256 or
 * RS256, signed userinfo must be verified, keys read again on failure, errors come back on the callback) and the parameters that the
 * published source takes (france-connect/sources, `core-fcp`, AuthorizeParamsDto: `acr_values`, `state` and `nonce` of at least 22 characters are required;
 * `code_challenge` and `max_age` are not known, so that PKCE is off until PENFELD_OIDC_FRANCECONNECT_PKCE says otherwise).
 * Data minimisation: `openid` alone; the number is enough, and it is another one for every service.
 */
export const franceConnectV2: ProviderProfile = {
  id: 'franceconnect',
  label: { fr: 'FranceConnect', en: 'FranceConnect' },
  whom: { fr: 'Habitantes et habitants', en: 'Residents' },
  scope: 'openid',
  pkce: false,
  randomLength: 43,
  leastAcr: 'eidas1',
  signingAlg: 'ES256',
  signedUserinfo: true,
  alwaysAsks: false,
  freshBy: 'auth-time-claim',
  parameters: ['client_id', 'acr_values', 'claims', 'response_type', 'nonce', 'state', 'redirect_uri', 'scope', 'prompt', 'idp_hint'],
  tellsSiret: false,
  name: (claims) => nameOf('FranceConnect', claims),
}
