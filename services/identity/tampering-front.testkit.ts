import { createServer, request as ask, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK, type JWTPayload } from 'jose'
import { Provider, type Configuration } from 'oidc-provider'
import { freePort } from './browser.testkit.ts'

export interface Answer { status: number; type: string; body: string }
/** Changes what the provider answered at one of its endpoints on the way to us. */
export type Tamper = (answer: Answer, path: string) => Answer | Promise<Answer>

export interface TamperedProvider {
  readonly issuer: string
  readonly publicKey: JWK
  /** Key sets that were asked for so far. */
  keySets(): number
  /** Parameters of the newest authorization request. */
  asked(): URLSearchParams
  /** For the next sign-ins; undefined: nothing is changed. */
  tamper(how: Tamper | undefined): void
  /** Who signs in next, and what is known of them. */
  person(subject: string, claims?: Readonly<Record<string, string>>): void
  /** The same token with other claims (undefined: without) and another header, signed by the provider's key or another. */
  resign(token: string, claims: Readonly<Record<string, unknown>>, options?: { header?: Record<string, unknown>; key?: CryptoKey }): Promise<string>
  close(): Promise<void>
}

export const OUR_CLIENT = 'penfeld-test'
export const OUR_SECRET = 'not a secret of anybody'
/** Signs its answers as the French providers do. */
export const SIGNED_CLIENT = { client_secret: OUR_SECRET, token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256', userinfo_signed_response_alg: 'ES256' } as const
const KID = 'first'

/** A real oidc-provider that signs everything and lets in whom the test names, behind a proxy that changes its answers. */
export async function startTamperedProvider(clients: readonly object[]): Promise<TamperedProvider> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'ES256', use: 'sig' }
  let who: { subject: string; claims: Readonly<Record<string, string>> } = { subject: 'somebody', claims: {} }
  let how: Tamper | undefined
  let keySets = 0
  let asked = new URLSearchParams()

  const issuer = `http://127.0.0.1:${await freePort()}`
  const provider = new Provider(issuer, settings({ ...(await exportJWK(privateKey)), kid: KID, alg: 'ES256', use: 'sig' }, clients, () => who.claims))
  const handle = provider.callback()
  const inner = createServer((request, response) => {
    if (!(request.url ?? '').startsWith('/interaction/')) return void handle(request, response)
    void provider.interactionFinished(request, response, { login: { accountId: who.subject, acr: 'eidas1', remember: false } }, { mergeWithLastSubmission: false })
  })
  await listen(inner, 0)
  const target = (inner.address() as AddressInfo).port

  const front = createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    if (url.pathname === '/jwks') keySets += 1
    if (url.pathname === '/auth') asked = url.searchParams
    void pass(request, response, target, async (answer) => (how === undefined ? answer : how(answer, url.pathname)))
  })
  await listen(front, Number(new URL(issuer).port))
  return {
    issuer, publicKey: jwk,
    keySets: () => keySets,
    asked: () => asked,
    tamper: (next) => { how = next },
    person: (subject, claims = {}) => { who = { subject, claims } },
    async resign(token, claims, { header = {}, key = privateKey } = {}) {
      const all: JWTPayload = { ...decodeJwt(token), ...claims }
      for (const [name, value] of Object.entries(claims)) if (value === undefined) delete all[name]
      const { alg: _alg, ...rest } = decodeProtectedHeader(token)
      return new SignJWT(all).setProtectedHeader({ ...rest, alg: 'ES256', ...header }).sign(key)
    },
    async close() {
      for (const server of [front, inner]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

const listen = (server: Server, port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))

async function pass(request: IncomingMessage, response: ServerResponse, port: number, change: (answer: Answer) => Promise<Answer>): Promise<void> {
  const body = await read(request)
  const { status, headers, text } = await new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const onward = ask({ host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      read(answer).then((all) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, text: all }), reject)
    })
    onward.on('error', reject)
    onward.end(body)
  })
  const changed = await change({ status, type: String(headers['content-type'] ?? ''), body: text })
  const { 'content-length': _length, 'transfer-encoding': _coding, ...rest } = headers
  response.writeHead(changed.status, { ...rest, ...(changed.type === '' ? {} : { 'content-type': changed.type }) })
  response.end(changed.body)
}

async function read(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message) text += String(chunk)
  return text
}

function settings(key: JWK, clients: readonly object[], claims: () => Readonly<Record<string, string>>): Configuration {
  return {
    clients: clients.map((client) => ({ grant_types: ['authorization_code'], response_types: ['code'], ...client })),
    jwks: { keys: [key] },
    cookies: { keys: ['of a test'] },
    acrValues: ['eidas1'],
    claims: { acr: null, auth_time: null, openid: ['sub'], given_name: ['given_name'], usual_name: ['usual_name'], siret: ['siret'] },
    features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true }, claimsParameter: { enabled: true } },
    pkce: { required: (_context: unknown, client: { clientId: string }) => client.clientId !== 'residents' },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client!.clientId, accountId: context.oidc.session!.accountId! })
      grant.addOIDCScope('openid given_name usual_name siret')
      await grant.save()
      return grant
    },
    findAccount: (_context, subject) => ({ accountId: subject, claims: () => ({ sub: subject, ...claims() }) }),
  }
}
