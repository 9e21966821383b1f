import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider, type Configuration } from 'oidc-provider'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { RoleContext, RunningRole } from '#services/config/role.ts'
import { SAMPLE_PEOPLE } from './sample-people.ts'
import { DEMO_CLIENT_ID, demoIssuer, identitySettings, isLoopback } from './settings.ts'
import { signInPage, signInPageHeaders } from './sign-in-page.ts'

const INTERACTION = /^\/interaction\/([A-Za-z0-9_-]{1,100})$/
const LONGEST_BODY = 2_000

/**
 * A real OpenID Connect provider with invented people and no passwords, in a process of its own. It refuses to start
 * anywhere but in the demonstration on this machine.
 */
export async function startIdentityDemo({ environment, log }: RoleContext): Promise<RunningRole> {
  const { origins } = identitySettings(environment)
  if (!environment.demo || !origins.every(isLoopback)) {
    throw new PenfeldError('PF_CONFIG_INVALID', 'The demonstration sign-in has no passwords and runs only with --demo on an address of this machine.', { where: 'PENFELD_DEMO' })
  }
  const provider = new Provider(demoIssuer(environment), await providerSettings(origins))
  provider.on('server_error', (_context, error: Error) => log.error({ error: error.message }, 'identity provider failed'))
  const oidcHandler = provider.callback()
  const server = createServer((request, response) => {
    const uid = INTERACTION.exec(request.url ?? '')?.[1]
    if (uid === undefined) {
      void oidcHandler(request, response)
      return
    }
    interact(provider, uid, origins, request, response).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'sign-in interaction failed')
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
      response.end('This sign-in has expired; start again. / Cette connexion a expiré ; recommencez.')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(environment.ports.identity, '127.0.0.1', resolve)
  })
  return {
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function interact(provider: Provider, uid: string, origins: readonly string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  await provider.interactionDetails(request, response) // throws unless this browser began it
  if (request.method === 'POST') {
    const subject = new URLSearchParams(await bodyOf(request)).get('subject') ?? ''
    if (!SAMPLE_PEOPLE.some((person) => person.subject === subject)) throw new Error('unknown person')
    await provider.interactionFinished(request, response, { login: { accountId: subject, remember: false } }, { mergeWithLastSubmission: false })
    return
  }
  const language = (request.headers['accept-language'] ?? 'fr').trimStart().toLowerCase().startsWith('en') ? 'en' : 'fr'
  response.writeHead(200, signInPageHeaders(origins))
  response.end(signInPage(`/interaction/${uid}`, language))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > LONGEST_BODY) throw new Error('the form is too long')
  }
  return body
}

async function providerSettings(origins: readonly string[]): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    clients: [{
      client_id: DEMO_CLIENT_ID,
      // A public client: PKCE protects the code, and two processes need not share a secret.
      token_endpoint_auth_method: 'none',
      redirect_uris: origins.map((origin) => `${origin}/api/session/callback`),
      grant_types: ['authorization_code'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], profile: ['name'] },
    // It asks who one is at every sign-in, so that there is no session here to sign out of.
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    // Nobody has to consent to what one's own service asks for.
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client!.clientId, accountId: context.oidc.session!.accountId! })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    findAccount: (_context, subject) => {
      const person = SAMPLE_PEOPLE.find((one) => one.subject === subject)
      return person && { accountId: subject, claims: () => ({ sub: subject, name: person.name }) }
    },
  }
}
