import { createPrivateKey } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readSecret, type Environment } from '#services/config/environment.ts'
import { PROVIDER_IDS, type ProviderId, type ProviderProfile } from './profiles/profile.ts'
import { PROFILES } from './profiles/registry.ts'

export interface ProviderSettings {
  readonly profile: ProviderProfile
  readonly issuer: string
  readonly clientId: string
  /** Sent with the code (client_secret_post); undefined with a key, or for a public client. */
  readonly clientSecret?: string
  /** PEM of the key that signs for us (private_key_jwt). */
  readonly clientKey?: string
}

export interface IdentitySettings {
  /** None: nobody can sign in; the public page still answers. */
  readonly providers: readonly ProviderSettings[]
  /** Addresses of this service as browsers see it; the first is the one to come back to. */
  readonly origins: readonly string[]
  /** Over TLS: cookies carry the `__Host-` prefix and `Secure`. */
  readonly secure: boolean
  /** Who is administrator from the first sign-in on: somebody has to be the first. */
  readonly administrators: readonly { readonly provider: ProviderId; readonly subject: string }[]
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
export const isLoopback = (address: string): boolean => LOOPBACK.has(new URL(address).hostname)
export const DEMO_CLIENT_ID = 'penfeld-demo'
export const demoIssuer = (environment: Environment): string => `http://127.0.0.1:${environment.ports.identity}`
/** On this machine people type either name. */
export const loopbackOrigins = (port: number): readonly string[] => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]

/** Written out, so that whoever looks for a setting finds it. */
const NAMES = {
  standard: { issuer: 'PENFELD_OIDC_ISSUER', clientId: 'PENFELD_OIDC_CLIENT_ID', clientSecret: 'PENFELD_OIDC_CLIENT_SECRET', clientKey: 'PENFELD_OIDC_CLIENT_PRIVATE_KEY', pkce: 'PENFELD_OIDC_PKCE', signedUserinfo: 'PENFELD_OIDC_SIGNED_USERINFO', signingAlg: 'PENFELD_OIDC_SIGNING_ALG' },
  franceconnect: { issuer: 'PENFELD_OIDC_FRANCECONNECT_ISSUER', clientId: 'PENFELD_OIDC_FRANCECONNECT_CLIENT_ID', clientSecret: 'PENFELD_OIDC_FRANCECONNECT_CLIENT_SECRET', clientKey: 'PENFELD_OIDC_FRANCECONNECT_CLIENT_PRIVATE_KEY', pkce: 'PENFELD_OIDC_FRANCECONNECT_PKCE', signedUserinfo: 'PENFELD_OIDC_FRANCECONNECT_SIGNED_USERINFO', signingAlg: 'PENFELD_OIDC_FRANCECONNECT_SIGNING_ALG' },
  proconnect: { issuer: 'PENFELD_OIDC_PROCONNECT_ISSUER', clientId: 'PENFELD_OIDC_PROCONNECT_CLIENT_ID', clientSecret: 'PENFELD_OIDC_PROCONNECT_CLIENT_SECRET', clientKey: 'PENFELD_OIDC_PROCONNECT_CLIENT_PRIVATE_KEY', pkce: 'PENFELD_OIDC_PROCONNECT_PKCE', signedUserinfo: 'PENFELD_OIDC_PROCONNECT_SIGNED_USERINFO', signingAlg: 'PENFELD_OIDC_PROCONNECT_SIGNING_ALG' },
} as const satisfies Record<ProviderId, object>
const refuse = (where: string, why: string): never => {
  throw new PenfeldError('PF_CONFIG_INVALID', why, { where })
}

/** @throws PF_CONFIG_INVALID for an origin that is neither TLS nor this machine: its cookies could be read on the way. */
export function identitySettings(environment: Environment): IdentitySettings {
  const { variables } = environment
  const origin = variables['PENFELD_ORIGIN']
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).origin !== origin)) refuse('PENFELD_ORIGIN', `PENFELD_ORIGIN is "${origin}", expected an origin such as https://energie.example.fr.`)
  requireTlsOrLoopback('PENFELD_ORIGIN', origin)
  const origins = origin === undefined ? loopbackOrigins(environment.portHttp) : [origin]
  const secure = origins[0]!.startsWith('https:')
  const providers = environment.demo ? [{ profile: PROFILES.standard, issuer: demoIssuer(environment), clientId: DEMO_CLIENT_ID }] : PROVIDER_IDS.flatMap((id) => providerSettings(id, variables))
  return { providers, origins, secure, administrators: administratorsOf(variables['PENFELD_ADMINISTRATORS']) }
}

function providerSettings(id: ProviderId, variables: Environment['variables']): ProviderSettings[] {
  const names = NAMES[id]
  const issuer = variables[names.issuer]
  if (issuer === undefined || issuer === '') return []
  if (!URL.canParse(issuer)) refuse(names.issuer, `${names.issuer} is "${issuer}", expected an address.`)
  requireTlsOrLoopback(names.issuer, issuer)
  const clientKey = readSecret(names.clientKey, variables)
  const clientSecret = readSecret(names.clientSecret, variables)
  if (clientKey !== undefined && keyAlgOf(clientKey) === undefined) refuse(names.clientKey, `${names.clientKey} is not a private key (PEM, P-256 or RSA).`)
  const profile = PROFILES[id]
  return [{
    profile: {
      ...profile,
      pkce: choice(names.pkce, variables, { on: true, off: false }) ?? profile.pkce,
      signedUserinfo: choice(names.signedUserinfo, variables, { on: true, off: profile.signedUserinfo }) ?? profile.signedUserinfo,
      signingAlg: choice(names.signingAlg, variables, { ES256: 'ES256', RS256: 'RS256' } as const) ?? profile.signingAlg,
    },
    issuer, clientId: variables[names.clientId] ?? 'penfeld',
    ...(clientKey !== undefined ? { clientKey } : clientSecret !== undefined ? { clientSecret } : {}),
  }]
}

function choice<T>(name: string, variables: Environment['variables'], choices: Readonly<Record<string, T>>): T | undefined {
  const text = variables[name]
  if (text === undefined || text === '') return undefined
  return Object.hasOwn(choices, text) ? choices[text] : refuse(name, `${name} is "${text}", expected ${Object.keys(choices).join(' or ')}.`)
}

/** What a key signs with; undefined: it is none of ours. */
export function keyAlgOf(pem: string): 'ES256' | 'RS256' | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem)
    if (asymmetricKeyType === 'rsa') return 'RS256'
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined
  } catch {
    return undefined
  }
}

/** `proconnect:8a1b...,standard:anne`: the provider and the number it gives the person. */
function administratorsOf(text = ''): IdentitySettings['administrators'] {
  return text.split(',').map((one) => one.trim()).filter((one) => one !== '').map((one) => {
    const [name, ...subject] = one.split(':')
    const provider = PROVIDER_IDS.find((id) => id === name)
    if (provider === undefined || subject.join(':') === '') return refuse('PENFELD_ADMINISTRATORS', `PENFELD_ADMINISTRATORS has "${one}", expected a provider (${PROVIDER_IDS.join(', ')}), a colon and a subject.`)
    return { provider, subject: subject.join(':') }
  })
}

function requireTlsOrLoopback(name: string, address: string | undefined): void {
  if (address === undefined || address.startsWith('https://') || (address.startsWith('http://') && isLoopback(address))) return
  refuse(name, `${name} is "${address}": without TLS only an address of this machine is allowed.`)
}
