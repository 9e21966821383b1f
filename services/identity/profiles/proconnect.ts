import { nameOf, type ProviderProfile } from './profile.ts'

/**
 * ProConnect, for shops and agents. Sources: numerique-gouv/proconnect-documentation (`state` and `nonce` of at least 32 characters, signed
 * userinfo, unknown parameters are refused with Y000400, logout by end_session with `id_token_hint`, `state` and the exact
 * `post_logout_redirect_uri`) and the parameters that proconnect-gouv/federation takes (`core-fca-low`, AuthorizeParamsDto: S256 challenge
 * optional, no `max_age`). The SIRET is that of the establishment the person signs in for.
 */
export const proConnect: ProviderProfile = {
  id: 'proconnect',
  label: { fr: 'ProConnect', en: 'ProConnect' },
  whom: { fr: 'Commerces, entreprises et agents', en: 'Shops, businesses and public agents' },
  scope: 'openid given_name usual_name siret',
  pkce: true,
  randomLength: 43,
  leastAcr: 'eidas1',
  signingAlg: 'RS256',
  signedUserinfo: true,
  alwaysAsks: false,
  freshBy: 'auth-time-claim',
  parameters: ['client_id', 'acr_values', 'claims', 'response_type', 'response_mode', 'nonce', 'login_hint', 'siret_hint', 'state', 'redirect_uri', 'scope', 'prompt', 'idp_hint', 'code_challenge', 'code_challenge_method'],
  tellsSiret: true,
  name: (claims) => nameOf('ProConnect', claims, 'given_name', 'usual_name'),
}
