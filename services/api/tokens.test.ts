import type { FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '#services/telemetry/logger.ts'
import { scrub } from '#services/telemetry/secrets.ts'
import { buildApp } from './app.ts'
import { ROUTES, address } from './contract/routes.ts'
import type { MadeToken, Tokens, TokenView } from './contract/tokens.ts'
import { HANDOVER, exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let administrator: { cookie: string; csrfToken: string; personId: number }
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000, log: createLogger('test', 'silent') })
  app = await buildApp(example.deps)
  administrator = example.signIn('admin', ['administrator'])
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const post = (url: string, payload: object = {}) => app.inject({ method: 'POST', url, headers: { cookie: administrator.cookie, 'x-csrf-token': administrator.csrfToken }, payload })
const make = async (...scopes: string[]) => JSON.parse((await post(ROUTES.administrator.tokens, { name: `for ${scopes.join(' ')}`, scopes, expiresAt: Date.now() + 86_400_000 })).body) as MadeToken
const as = (secret: string, url: string, init: { method?: 'GET' | 'POST' | 'DELETE'; payload?: string | object; headers?: Record<string, string> } = {}) =>
  app.inject({ method: init.method ?? 'GET', url, payload: init.payload, headers: { authorization: `Bearer ${secret}`, ...init.headers } })
const codeOf = ({ statusCode, body }: { statusCode: number; body: string }) => [statusCode, statusCode < 300 ? '' : JSON.parse(body).code]

test('a token is told once, kept as a sum, listed by its first characters', async () => {
  const { token, secret } = await make('planner:read')
  expect(secret).toMatch(/^pfd_[A-Za-z0-9_-]{43}$/)
  expect(token).toMatchObject({ prefix: secret.slice(0, 10), scopes: ['planner:read'], state: 'valid', createdBy: 'admin', usedAt: null })
  const { tokens } = JSON.parse((await app.inject({ url: ROUTES.administrator.tokens, headers: { cookie: administrator.cookie } })).body) as Tokens
  expect(tokens[0]).toEqual(token)
  for (const file of ['tokens.sqlite', 'tokens.sqlite-wal', 'audit.sqlite', 'audit.sqlite-wal']) expect(readFileSync(join(example.deps.district.folder, file), 'latin1')).not.toContain(secret.slice(10))
})

test('it opens the addresses of its scopes, to read, and nothing else', async () => {
  const [planner, operator, imports] = [(await make('planner:read')).secret, (await make('operator:read')).secret, (await make('imports:write')).secret]
  expect((await as(planner, ROUTES.planner.network)).statusCode).toBe(200)
  expect((await as(operator, ROUTES.operator.sources)).statusCode).toBe(200)
  expect((await as(operator, ROUTES.operator.imports)).statusCode).toBe(200)
  const upload = (secret: string) => as(secret, address(ROUTES.operator.imports, {}, { name: 'a.csv' }), { method: 'POST', payload: 'timestamp,point,value\n', headers: { 'content-type': 'application/octet-stream' } })
  // No page of another site sends this header: there is no token of a session to be checked.
  expect((await upload(imports)).statusCode).toBe(202)
  const refused: (readonly [string, string, ('GET' | 'POST' | 'DELETE')?])[] = [
    [planner, ROUTES.operator.sources], [operator, ROUTES.planner.network], [imports, ROUTES.operator.sources], [planner, ROUTES.planner.reinforcementRuns, 'POST'], [operator, ROUTES.operator.edits, 'POST'], [operator, ROUTES.operator.imports, 'POST'],
    [planner, ROUTES.planner.stream], [planner, address(ROUTES.planner.deliveryPointLoadCurve, { id: 'dp-a' }, { from: HANDOVER, to: HANDOVER + 3_600_000, reason: 'a machine has none' })],
    ...[planner, operator, imports].flatMap((secret) => [ROUTES.merchant.deliveryPoints, ROUTES.dataOfficer.audit, ROUTES.administrator.tokens].map((path) => [secret, path] as const)),
    [planner, ROUTES.administrator.tokens, 'POST'],
  ]
  for (const [secret, url, method] of refused) expect({ url, answer: codeOf(await as(secret, url, { method })) }).toEqual({ url, answer: [403, 'PF_TOKEN_SCOPE'] })
  // It is nobody's session, and needs none where everybody may read.
  expect(JSON.parse((await as(planner, ROUTES.session.session)).body)).toMatchObject({ signedIn: false, csrfToken: null })
  expect((await as(planner, ROUTES.public.live)).statusCode).toBe(200)
})

test('a token beside a cookie is a token: what the person may do is not lent to it', async () => {
  const { secret } = await make('planner:read')
  const { cookie } = example.signIn('operator', ['operator'])
  expect(codeOf(await as(secret, ROUTES.operator.sources, { headers: { cookie } }))).toEqual([403, 'PF_TOKEN_SCOPE'])
})

test('unknown, malformed, expired and revoked tokens answer alike, at once', async () => {
  const { token, secret } = await make('planner:read')
  const { secret: expired } = example.deps.tokens.make({ name: 'short', scopes: ['planner:read'], expiresAt: Date.now() + 5, createdBy: 'x' })
  expect((await as(secret, ROUTES.planner.network)).statusCode).toBe(200)
  expect(JSON.parse((await post(address(ROUTES.administrator.tokenRevocation, { id: String(token.tokenId) }))).body) as TokenView).toMatchObject({ state: 'revoked', revokedBy: 'admin' })
  while (Date.now() < example.deps.tokens.list()[0]!.expiresAt) await new Promise((resolve) => setImmediate(resolve))
  const plain = (body: string) => ({ ...JSON.parse(body), requestId: '' })
  const bodies = await Promise.all([secret, expired, `pfd_${'A'.repeat(43)}`, 'x', `${secret}x`].map(async (one) => plain((await as(one, ROUTES.planner.network)).body)))
  for (const body of bodies) expect(body).toEqual({ ...bodies[0], code: 'PF_TOKEN_REFUSED', status: 401 })
  expect((await post(address(ROUTES.administrator.tokenRevocation, { id: '999' }))).statusCode).toBe(404)
})

test('a token in an address is refused everywhere, and stands in no text that leaves', async () => {
  const { secret } = await make('planner:read')
  for (const url of [`${ROUTES.planner.network}?token=${secret}`, `${ROUTES.public.live}?x=${secret}`, `/${secret}`, `${ROUTES.planner.network}?t=${secret.replaceAll('_', '%5F').replace('p', '%70')}`]) {
    const { statusCode, body } = await app.inject({ url, headers: { authorization: `Bearer ${secret}` } })
    expect([statusCode, JSON.parse(body).code]).toEqual([400, 'PF_TOKEN_IN_URL'])
    expect(body).not.toContain(secret)
  }
  expect(scrub(`GET /x?token=${secret} failed`)).toBe('GET /x?token=[secret] failed')
})

test.each([
  [{ expiresAt: Date.now() + 366 * 86_400_000 + 60_000 }, 'PF_REQUEST_INVALID'],
  [{ expiresAt: Date.now() - 1 }, 'PF_REQUEST_INVALID'],
  [{ scopes: [] }, 'PF_REQUEST_INVALID'],
  [{ scopes: ['planner:read', 'planner:read'] }, 'PF_REQUEST_INVALID'],
  [{ scopes: ['administrator:write'] }, 'PF_REQUEST_INVALID'],
  [{ name: '   ' }, 'PF_REQUEST_INVALID'],
])('%j is refused', async (changes, code) => {
  expect(codeOf(await post(ROUTES.administrator.tokens, { name: 'a machine', scopes: ['planner:read'], expiresAt: Date.now() + 86_400_000, ...changes }))).toEqual([400, code])
})

test('making, using and revoking one is in the audit log; only an administrator with a page of ours makes one', async () => {
  const { token, secret } = await make('operator:read')
  for (let k = 0; k < 2; k += 1) await as(secret, ROUTES.operator.jobs)
  await as(secret, ROUTES.operator.forecastDrifts)
  await post(address(ROUTES.administrator.tokenRevocation, { id: String(token.tokenId) }))
  const told = example.deps.audit.list({ actor: String(token.tokenId), limit: 10 }).map(({ kind, act }) => [kind, act])
  expect(told).toEqual([['reading', ROUTES.operator.forecastDrifts], ['token-used', `GET ${ROUTES.operator.forecastDrifts}`], ['token-used', `GET ${ROUTES.operator.jobs}`]])
  expect(example.deps.audit.list({ subject: String(token.tokenId), limit: 10 }).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['token-revoked', 'token-made']))
  expect(codeOf(await app.inject({ method: 'POST', url: ROUTES.administrator.tokens, headers: { cookie: administrator.cookie }, payload: {} }))).toEqual([403, 'PF_CSRF'])
  for (const role of ['resident', 'merchant', 'planner', 'operator', 'data-officer'] as const) expect((await app.inject({ url: ROUTES.administrator.tokens, headers: { cookie: example.signIn(`t-${role}`, [role]).cookie } })).statusCode).toBe(403)
})
