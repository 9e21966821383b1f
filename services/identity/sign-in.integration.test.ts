import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '#services/api/app.ts'
import { EXAMPLE_DISTRICT, exampleDeps, type Example } from '#services/api/example-deps.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment, type Environment } from '#services/config/environment.ts'
import type { RoleContext, RunningRole } from '#services/config/role.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { browser, freePort, type Browser } from './browser.testkit.ts'
import { startIdentityDemo } from './demo-provider.ts'
import { enrolSamplePeople } from './enrol-sample-people.ts'
import { createRelyingParty } from './relying-party.ts'
import { SAMPLE_PEOPLE } from './sample-people.ts'
import { identitySettings } from './settings.ts'

let folder: string
let environment: Environment
let provider: RunningRole
let example: Example
let app: FastifyInstance
let base: string

const contextOf = (of: Environment): RoleContext => ({
  environment: of, district: { district: EXAMPLE_DISTRICT, version: 'v', folder }, clock: manualClock(0), log: silentLogger, say: () => undefined,
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-identity-'))
  const [http, identity] = await Promise.all([freePort(), freePort()])
  environment = readEnvironment({ PENFELD_DEMO: '1', PENFELD_PORT: String(http), PENFELD_IDENTITY_PORT: String(identity), PENFELD_DATA: folder })
  provider = await startIdentityDemo(contextOf(environment))
  const settings = identitySettings(environment)
  example = exampleDeps({ relyingParty: createRelyingParty(settings.providers), origins: settings.origins, requestsPerMinute: 100_000 })
  enrolSamplePeople(example.directory, EXAMPLE_DISTRICT, settings.providers[0]!.issuer)
  app = await buildApp(example.deps)
  await app.listen({ host: '127.0.0.1', port: http })
  base = `http://127.0.0.1:${http}`
})
afterAll(async () => {
  await app.close()
  await provider.stop()
  example.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** From the sign-in link to the address of our callback, not yet visited. */
async function toCallback(visitor: Browser, subject: string, returnTo = ''): Promise<string> {
  const start = `${base}/api/session/sign-in${returnTo === '' ? '' : `?returnTo=${encodeURIComponent(returnTo)}`}`
  const form = await visitor.follow(await visitor.go(start), start, (url) => url.includes('/interaction/'))
  const page = await visitor.go(form)
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/)
  const html = await page.text()
  for (const { name } of SAMPLE_PEOPLE) expect(html).toContain(name)
  const chosen = await visitor.go(form, { method: 'POST', body: new URLSearchParams({ subject }) })
  return visitor.follow(chosen, form, (url) => url.startsWith(`${base}/api/session/callback`))
}

test('a planner signs in with the real provider, reads the network and signs out', async () => {
  const visitor = browser()
  const callback = await toCallback(visitor, 'demo-anne', '/planification?element=L1')
  const landed = await visitor.go(callback)
  expect(landed.status).toBe(303)
  expect(landed.headers.get('location')).toBe(`${base}/planification?element=L1`)
  expect(landed.headers.getSetCookie().find((line) => line.startsWith('sid='))).toMatch(/HttpOnly.*SameSite=Lax/)

  const session = (await (await visitor.go(`${base}/api/session`)).json()) as { csrfToken: string }
  expect(session).toMatchObject({ signedIn: true, name: 'Anne Le Goff', roles: ['planner'], home: '/planification' })
  expect((await visitor.go(`${base}/api/planner/network`)).status).toBe(200)
  expect((await visitor.go(`${base}/api/operator/sources`)).status).toBe(403)

  const out = await visitor.go(`${base}/api/session/sign-out`, { method: 'POST', headers: { 'x-csrf-token': session.csrfToken } })
  expect(out.status).toBe(200)
  expect((await visitor.go(`${base}/api/planner/network`)).status).toBe(401)
})

test('without a place to return to, everybody lands at home', async () => {
  const visitor = browser()
  const landed = await visitor.go(await toCallback(visitor, 'demo-yann'))
  expect(landed.headers.get('location')).toBe(`${base}/exploitation`)
})

test('a session planted before sign-in opens nothing after it', async () => {
  const visitor = browser()
  await visitor.go(await toCallback(visitor, 'demo-anne'))
  const first = visitor.cookie('sid')!
  await visitor.go(await toCallback(visitor, 'demo-anne'))
  expect(visitor.cookie('sid')).not.toBe(first)
  expect((await fetch(`${base}/api/planner/network`, { headers: { cookie: `sid=${first}` } })).status).toBe(401)
})

test.each([
  ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
  ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
  ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
  ['no code', (url: URL) => url.searchParams.delete('code')],
  ['an error', (url: URL) => { url.searchParams.delete('code'); url.searchParams.set('error', 'access_denied') }],
])('an answer with %s is refused', async (_what, tamper) => {
  const visitor = browser()
  const url = new URL(await toCallback(visitor, 'demo-anne'))
  tamper(url)
  const response = await visitor.go(url.href)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'PF_SIGN_IN_REFUSED' })
  expect(visitor.cookie('sid')).toBeUndefined()
})

test('an answer is good once, and only in the browser that asked', async () => {
  const visitor = browser()
  const callback = await toCallback(visitor, 'demo-anne')
  expect((await browser().go(callback)).status).toBe(400)
  expect((await visitor.go(callback)).status).toBe(303)
  expect((await visitor.go(callback)).status).toBe(400)
})

test('the provider takes nobody who is not on its list', async () => {
  const visitor = browser()
  const start = `${base}/api/session/sign-in`
  const form = await visitor.follow(await visitor.go(start), start, (url) => url.includes('/interaction/'))
  expect((await visitor.go(form, { method: 'POST', body: new URLSearchParams({ subject: 'root' }) })).status).toBe(400)
})

test('the provider without passwords starts nowhere but in the demonstration on this machine', async () => {
  const variables = { PENFELD_IDENTITY_PORT: String(await freePort()), PENFELD_DATA: folder }
  await expect(startIdentityDemo(contextOf(readEnvironment(variables)))).rejects.toThrow(/PF_CONFIG_INVALID/)
  await expect(startIdentityDemo(contextOf(readEnvironment({ ...variables, PENFELD_DEMO: '1', PENFELD_ORIGIN: 'https://energie.example.fr' })))).rejects.toThrow(/PF_CONFIG_INVALID/)
})

test('plain HTTP is for this machine only; over TLS cookies carry the host prefix', () => {
  const settings = (variables: Record<string, string>) => identitySettings(readEnvironment(variables))
  expect(() => settings({ PENFELD_ORIGIN: 'http://energie.example.fr' })).toThrow(/PF_CONFIG_INVALID/)
  expect(() => settings({ PENFELD_ORIGIN: 'http://127.0.0.1.example.fr' })).toThrow(/PF_CONFIG_INVALID/)
  expect(() => settings({ PENFELD_OIDC_ISSUER: 'http://idp.example.fr' })).toThrow(/PF_CONFIG_INVALID/)
  expect(settings({ PENFELD_ORIGIN: 'https://energie.example.fr' }).secure).toBe(true)
  expect(settings({}).secure).toBe(false)
})
