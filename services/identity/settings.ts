import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readSecret, type Environment } from '#services/config/environment.ts'

export interface IdentitySettings {
  /** Undefined: nobody can sign in; the public page still answers. */
  readonly issuer: string | undefined
  readonly clientId: string
  readonly clientSecret: string | undefined
  /** Addresses of this service as browsers see it; the first is the one to come back to. */
  readonly origins: readonly string[]
  /** Over TLS: cookies carry the `__Host-` prefix and `Secure`. */
  readonly secure: boolean
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
export const isLoopback = (address: string): boolean => LOOPBACK.has(new URL(address).hostname)
export const DEMO_CLIENT_ID = 'penfeld-demo'
export const demoIssuer = (environment: Environment): string => `http://127.0.0.1:${environment.ports.identity}`
/** On this machine people type either name. */
export const loopbackOrigins = (port: number): readonly string[] => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]

/** @throws PF_CONFIG_INVALID for an origin that is neither TLS nor this machine: its cookies could be read on the way. */
export function identitySettings(environment: Environment): IdentitySettings {
  const { variables } = environment
  const origin = variables['PENFELD_ORIGIN']
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).origin !== origin)) {
    throw new PenfeldError('PF_CONFIG_INVALID', `PENFELD_ORIGIN is "${origin}", expected an origin such as https://energie.example.fr.`, { where: 'PENFELD_ORIGIN' })
  }
  requireTlsOrLoopback('PENFELD_ORIGIN', origin)
  const origins = origin === undefined ? loopbackOrigins(environment.portHttp) : [origin]
  const secure = origins[0]!.startsWith('https:')
  if (environment.demo) return { issuer: demoIssuer(environment), clientId: DEMO_CLIENT_ID, clientSecret: undefined, origins, secure }
  const issuer = variables['PENFELD_OIDC_ISSUER']
  if (issuer !== undefined && !URL.canParse(issuer)) throw new PenfeldError('PF_CONFIG_INVALID', `PENFELD_OIDC_ISSUER is "${issuer}", expected an address.`, { where: 'PENFELD_OIDC_ISSUER' })
  requireTlsOrLoopback('PENFELD_OIDC_ISSUER', issuer)
  return { issuer, clientId: variables['PENFELD_OIDC_CLIENT_ID'] ?? 'penfeld', clientSecret: readSecret('PENFELD_OIDC_CLIENT_SECRET', variables), origins, secure }
}

function requireTlsOrLoopback(name: string, address: string | undefined): void {
  if (address === undefined || address.startsWith('https://') || (address.startsWith('http://') && isLoopback(address))) return
  throw new PenfeldError('PF_CONFIG_INVALID', `${name} is "${address}": without TLS only an address of this machine is allowed.`, { where: name })
}
