import { createHmac, generateKeyPairSync } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { exportJWK, generateKeyPair, type CryptoKey } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { buildApp } from '#services/api/app.ts'
import { EXAMPLE_DISTRICT, exampleDeps, type Example } from '#services/api/example-deps.ts'
import { browser, freePort, type Browser } from './browser.testkit.ts'
import { PROFILES } from './profiles/registry.ts'
import { createRelyingParty } from './relying-party.ts'
import { OUR_CLIENT, OUR_SECRET, SIGNED_CLIENT, startTamperedProvider, type Answer, type Tamper, type TamperedProvider } from './tampering-front.testkit.ts'

const [SIRET_A, SIRET_B] = ['00000000100011', '00000000200011']
const DISTRICT: District = { ...EXAMPLE_DISTRICT, holders: EXAMPLE_DISTRICT.holders.map((holder) => (holder.id === 'holder-a' ? { ...holder, siret: SIRET_A } : holder.id === 'holder-b' ? { ...holder, siret: SIRET_B } : holder)) }

let provider: TamperedProvider
let example: Example
let app: FastifyInstance
let base: string
let foreign: CryptoKey
let rsa: CryptoKey
beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const back = (provider: string) => `${base}/api/session/callback${provider}`
  provider = await startTamperedProvider([
    { ...SIGNED_CLIENT, client_id: OUR_CLIENT, redirect_uris: [back('/proconnect')], post_logout_redirect_uris: [`${base}/api/session/signed-out`] },
    { ...SIGNED_CLIENT, client_id: 'residents', redirect_uris: [back('/franceconnect')] },
    { client_id: 'with-a-key', redirect_uris: [back('')], token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES256', jwks: { keys: [key.publicKey.export({ format: 'jwk' })] } },
  ])
  foreign = (await generateKeyPair('ES256')).privateKey
  rsa = (await generateKeyPair('RS256')).privateKey
  const { issuer } = provider
  const relyingParty = createRelyingParty([
    { issuer, clientId: OUR_CLIENT, clientSecret: OUR_SECRET, profile: { ...PROFILES.proconnect, signingAlg: 'ES256' } },
    { issuer, clientId: 'residents', clientSecret: OUR_SECRET, profile: PROFILES.franceconnect },
    { issuer, clientId: 'with-a-key', clientKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, profile: PROFILES.standard },
  ])
  example = exampleDeps({ relyingParty, origins: [base], district: { district: DISTRICT, version: 'v', folder: '' }, requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  await app.listen({ host: '127.0.0.1', port })
})
afterAll(async () => {
  await app.close()
  await provider.close()
  example.dispose()
})
let visitor: Browser
beforeEach(() => {
  visitor = browser()
  provider.person('anne', { given_name: 'Anne', usual_name: 'Le Goff', siret: SIRET_A })
})
afterEach(() => {
  provider.tamper(undefined)
  vi.useRealTimers()
})

const start = (more: string, by: string) => `${base}/api/session/sign-in?provider=${by}${more}`
/** From the sign-in link to the address of our callback, not yet visited. */
const toCallback = async (who: Browser = visitor, more = '', by = 'proconnect'): Promise<string> => who.follow(await who.go(start(more, by)), start(more, by), (url) => url.startsWith(`${base}/api/session/callback`))
const signIn = async (who: Browser = visitor, more = '', by = 'proconnect') => who.go(await toCallback(who, more, by))
const sessionOf = async (who: Browser) => (await (await who.go(`${base}/api/session`)).json()) as { signedIn: boolean; name: string; roles: string[]; csrfToken: string; home: string }

async function expectRefused(response: Response, who: Browser = visitor): Promise<void> {
  expect({ status: response.status, code: ((await response.json()) as { code: string }).code }).toEqual({ status: 400, code: 'PF_SIGN_IN_REFUSED' })
  expect(who.cookie('sid')).toBeUndefined()
  expect((await sessionOf(who)).signedIn).toBe(false)
}

const b64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const parts = (token: string) => token.split('.') as [string, string, string]
const claimsIn = (token: string) => JSON.parse(Buffer.from(parts(token)[1], 'base64url').toString()) as Record<string, unknown>
/** The classic one: the public key, which everybody knows, taken for a shared secret. */
const hs256 = (token: string): string => {
  const signed = `${b64({ alg: 'HS256', kid: 'first' })}.${parts(token)[1]}`
  return `${signed}.${createHmac('sha256', JSON.stringify(provider.publicKey)).update(signed).digest('base64url')}`
}
const unsigned = (token: string): string => `${b64({ alg: 'none' })}.${parts(token)[1]}.`
const withPayload = (token: string, claims: object): string => `${parts(token)[0]}.${b64({ ...claimsIn(token), ...claims })}.${parts(token)[2]}`

type ChangeToken = (token: string) => string | undefined | Promise<string | undefined>
const atToken = (change: ChangeToken): Tamper => async (answer, path) => {
  if (path !== '/token') return answer
  const body = JSON.parse(answer.body) as { id_token?: string }
  const changed = await change(body.id_token!)
  return { ...answer, body: JSON.stringify({ ...body, id_token: changed }) }
}
const atUserinfo = (change: (answer: Answer) => Answer | Promise<Answer>): Tamper => async (answer, path) => (path === '/me' ? change(answer) : answer)
const userinfo = (change: ChangeToken): Tamper => atUserinfo(async (answer) => ({ ...answer, body: (await change(answer.body))! }))
const seconds = () => Math.floor(Date.now() / 1000)
const LOGOUT_EVENT = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }

/** The answer of the token endpoint. */
const ID_TOKENS: readonly [string, ChangeToken][] = [
  ['no signature and alg none', unsigned],
  ['HS256 with the public key as the secret', hs256],
  ['the signature cut off', (token) => `${parts(token)[0]}.${parts(token)[1]}.`],
  ['the signature of another key under the same kid', (token) => provider.resign(token, {}, { key: foreign })],
  ['an unknown kid', (token) => provider.resign(token, {}, { key: foreign, header: { kid: 'unknown' } })],
  ['another algorithm than agreed', (token) => provider.resign(token, {}, { key: rsa, header: { alg: 'RS256' } })],
  ['a subject changed after signing', (token) => withPayload(token, { sub: 'root' })],
  ['another issuer', (token) => provider.resign(token, { iss: 'https://evil.example' })],
  ['another audience', (token) => provider.resign(token, { aud: 'somebody-else' })],
  ['no audience', (token) => provider.resign(token, { aud: undefined })],
  ['a second audience and no azp', (token) => provider.resign(token, { aud: [OUR_CLIENT, 'somebody-else'] })],
  ['azp of another client', (token) => provider.resign(token, { azp: 'somebody-else' })],
  ['another nonce', (token) => provider.resign(token, { nonce: 'x'.repeat(43) })],
  ['no nonce', (token) => provider.resign(token, { nonce: undefined })],
  ['an end that has passed', (token) => provider.resign(token, { exp: seconds() - 300, iat: seconds() - 600 })],
  ['no end', (token) => provider.resign(token, { exp: undefined })],
  ['a beginning in the future', (token) => provider.resign(token, { nbf: seconds() + 600 })],
  ['no subject', (token) => provider.resign(token, { sub: undefined })],
  ['a level too low', (token) => provider.resign(token, { acr: 'eidas0' })],
  ['no level', (token) => provider.resign(token, { acr: undefined })],
  ['an invented level', (token) => provider.resign(token, { acr: 'eidas9' })],
  ['a logout token in its place', (token) => provider.resign(token, { ...LOGOUT_EVENT, nonce: undefined }, { header: { typ: 'logout+jwt' } })],
  ['a logout token that carries the nonce', (token) => provider.resign(token, LOGOUT_EVENT)],
  ['a token of another type', (token) => provider.resign(token, {}, { header: { typ: 'at+jwt' } })],
  ['no id_token', () => undefined],
]
const USERINFOS: readonly [string, Tamper][] = [
  ['plain JSON', atUserinfo((answer) => ({ ...answer, type: 'application/json', body: JSON.stringify(claimsIn(answer.body)) }))],
  ['no signature and alg none', userinfo(unsigned)],
  ['the signature cut off', userinfo((token) => `${parts(token)[0]}.${parts(token)[1]}.`)],
  ['HS256 with the public key as the secret', userinfo(hs256)],
  ['the signature of another key', userinfo((token) => provider.resign(token, {}, { key: foreign }))],
  ['another subject', userinfo((token) => provider.resign(token, { sub: 'root' }))],
  ['another SIRET, changed after signing', userinfo((token) => withPayload(token, { siret: SIRET_B }))],
  ['the audience of another client', userinfo((token) => provider.resign(token, { aud: 'somebody-else' }))],
  ['no audience', userinfo((token) => provider.resign(token, { aud: undefined }))],
  ['another issuer', userinfo((token) => provider.resign(token, { iss: 'https://evil.example' }))],
  ['a fault', atUserinfo((answer) => ({ ...answer, status: 500, type: 'application/json', body: '{}' }))],
]
const CALLBACKS: readonly [string, (url: URL) => void][] = [
  ['another state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
  ['no state', (url) => url.searchParams.delete('state')],
  ['another code', (url) => url.searchParams.set('code', 'x'.repeat(43))],
  ['no code', (url) => url.searchParams.delete('code')],
  ['the name of another issuer', (url) => url.searchParams.set('iss', 'https://evil.example')],
  ['the path of another provider', (url) => { url.pathname = '/api/session/callback/franceconnect' }],
  ['the path of no named provider', (url) => { url.pathname = '/api/session/callback' }],
  ['login_required, as a silent sign-in gets it', (url) => { url.searchParams.delete('code'); url.searchParams.set('error', 'login_required') }],
  ['access_denied', (url) => { url.searchParams.delete('code'); url.searchParams.set('error', 'access_denied') }],
]

test('nothing changed: the person is let in, and only parameters that the provider takes were sent', async () => {
  expect((await signIn()).status).toBe(303)
  expect(await sessionOf(visitor)).toMatchObject({ signedIn: true, name: 'Anne Le Goff', roles: ['merchant', 'resident'] })
  const asked = provider.asked()
  expect(asked.get('acr_values')).toBe('eidas1')
  expect(asked.get('code_challenge_method')).toBe('S256')
  expect(Math.min(asked.get('state')!.length, asked.get('nonce')!.length)).toBeGreaterThanOrEqual(32)
  expect([...asked.keys()].filter((name) => !PROFILES.proconnect.parameters!.includes(name))).toEqual([])
})

test('the same tokens signed once more pass: what is refused below is refused for its change', async () => {
  provider.tamper(async (answer, path) => (path === '/me' ? { ...answer, body: await provider.resign(answer.body, {}) } : atToken((token) => provider.resign(token, {}))(answer, path)))
  expect((await signIn()).status).toBe(303)
})

test('a resident nobody knows comes in without PKCE and without a name, has no link, and lands where the code is asked for', async () => {
  provider.person('pairwise-number-123456', { given_name: 'Never', usual_name: 'Asked' })
  const landed = await signIn(visitor, '', 'franceconnect')
  expect(landed.headers.get('location')).toBe(`${base}/acces/moi`)
  expect(await sessionOf(visitor)).toMatchObject({ name: 'FranceConnect …123456', roles: ['resident'], home: '/acces/moi' })
  const asked = provider.asked()
  expect([...asked.keys()].filter((name) => !PROFILES.franceconnect.parameters!.includes(name))).toEqual([])
  expect([asked.get('scope'), asked.get('acr_values'), asked.has('code_challenge')]).toEqual(['openid', 'eidas1', false])
})

test('a provider that keeps to the standard: a key of ours signs for us, and a fresh sign-in is asked for by max_age', async () => {
  provider.person('yann')
  expect((await signIn(visitor, '&fresh=true', 'standard')).status).toBe(303)
  expect(provider.asked().get('max_age')).toBe('900')
  expect(await sessionOf(visitor)).toMatchObject({ signedIn: true, name: 'Compte …yann' })
})

test('with several providers the page lets people choose, and nothing else is a provider', async () => {
  const response = await visitor.go(`${base}/api/session/sign-in?returnTo=%2Fcommerce`)
  expect([response.status, response.headers.get('location')]).toEqual([302, '/connexion?returnTo=%2Fcommerce'])
  const { providers } = (await (await visitor.go(`${base}/api/session/providers`)).json()) as { providers: { provider: string }[] }
  expect(providers.map((one) => one.provider)).toEqual(['proconnect', 'franceconnect', 'standard'])
  expect((await visitor.go(`${base}/api/session/sign-in?provider=evil`)).status).toBe(400)
})

describe('refused, with no session begun:', () => {
  test.each(ID_TOKENS)('an id_token with %s', async (_what, change) => {
    provider.tamper(atToken(change))
    await expectRefused(await signIn())
  })
  test.each(USERINFOS)('a userinfo with %s', async (_what, tamper) => {
    provider.tamper(tamper)
    await expectRefused(await signIn())
  })
  test.each(CALLBACKS)('a callback with %s', async (_what, change) => {
    const url = new URL(await toCallback())
    change(url)
    await expectRefused(await visitor.go(url.href))
  })

  test('the id_token of an earlier sign-in', async () => {
    let earlier = ''
    provider.tamper(atToken((token) => (earlier = token)))
    await signIn(browser())
    provider.tamper(atToken(() => earlier))
    await expectRefused(await signIn())
  })

  test('a code that was used, in a sign-in of its own', async () => {
    const first = new URL(await toCallback(browser()))
    const url = new URL(await toCallback())
    url.searchParams.set('code', first.searchParams.get('code')!)
    await expectRefused(await visitor.go(url.href))
  })

  test('an answer that another browser asked for, with and without a sign-in under way', async () => {
    const others = await toCallback(browser())
    await expectRefused(await visitor.go(others))
    await toCallback()
    await expectRefused(await visitor.go(others))
  })

  test('an answer with two states is not even looked at', async () => {
    const response = await visitor.go(`${await toCallback()}&state=x`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'PF_REQUEST_INVALID' })
    expect(visitor.cookie('sid')).toBeUndefined()
  })

  test('an answer a second time', async () => {
    const callback = await toCallback()
    expect((await visitor.go(callback)).status).toBe(303)
    expect((await visitor.go(callback)).status).toBe(400)
  })

  test.each([['is old', { auth_time: seconds() - 7_200 }], ['is not told', { auth_time: undefined }]])('a sign-in that must be fresh, where the time of it %s', async (_what, claims) => {
    provider.tamper(atToken((token) => provider.resign(token, claims)))
    await expectRefused(await signIn(visitor, '&fresh=true'))
    expect(provider.asked().get('prompt')).toBe('login')
    expect(provider.asked().has('max_age')).toBe(false)
  })
})

test('a fresh sign-in passes when the provider says so, and a page is told of a refusal in words', async () => {
  expect((await signIn(visitor, '&fresh=true')).status).toBe(303)
  const callback = new URL(await toCallback())
  callback.searchParams.set('error', 'access_denied')
  const response = await visitor.go(callback.href, { headers: { accept: 'text/html' } })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/connexion?refused=PF_SIGN_IN_REFUSED'])
})

test('unknown keys by the dozen do not make us ask for keys by the dozen', async () => {
  await signIn(browser())
  const before = provider.keySets()
  provider.tamper(atToken((token) => provider.resign(token, {}, { key: foreign, header: { kid: `flood-${Math.random()}` } })))
  for (let i = 0; i < 8; i += 1) await expectRefused(await signIn(browser()))
  expect(provider.keySets() - before).toBeLessThanOrEqual(1)
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%09/evil.example\t', '/..//evil.example', 'javascript:alert(1)', '/a\r\nset-cookie: sid=x'])('%j is no place to return to', async (returnTo) => {
  const landed = await signIn(visitor, `&returnTo=${encodeURIComponent(returnTo)}`)
  expect(landed.status).toBe(303)
  expect(landed.headers.get('location')).toBe(`${base}/commerce`)
})

describe('the SIRET', () => {
  const linksOf = () => {
    const personId = example.directory.personId(provider.issuer, 'anne')!
    return example.directory.links.of(personId).map(({ holder, origin }) => [holder, origin])
  }
  test('is looked at anew at every sign-in: a new employer, none, and one that is no SIRET', async () => {
    await signIn()
    expect(linksOf()).toEqual([['holder-a', 'siret']])
    const own = example.directory.links.of(example.directory.personId(provider.issuer, 'anne')!)[0]!
    const friend = example.signIn('accountant', ['merchant']).personId
    example.directory.links.add({ personId: friend, holder: 'holder-a', from: 0, to: Infinity, origin: 'delegation', grantedBy: own.personId, endsAt: Infinity, parentLink: own.linkId })
    provider.person('anne', { siret: SIRET_B })
    await signIn(browser())
    expect(linksOf()).toEqual([['holder-b', 'siret']])
    // The first browser is still signed in, and has lost the former shop; so has who had it from there.
    expect((await visitor.go(`${base}/api/merchant/delivery-points/dp-a/summary`)).status).toBe(404)
    expect(example.directory.links.of(friend)).toEqual([])
    for (const claims of [{}, { siret: `${SIRET_A} ` }] as Record<string, string>[]) {
      provider.person('anne', claims)
      await signIn(browser())
      expect(linksOf()).toEqual([])
    }
  })

  test('in the id_token alone links nothing', async () => {
    provider.person('anne', {})
    provider.tamper(atToken((token) => provider.resign(token, { siret: SIRET_A })))
    await signIn()
    expect(linksOf()).toEqual([])
  })
})

describe('signing out', () => {
  const signOut = async (who: Browser) => {
    const { csrfToken } = await sessionOf(who)
    return (await (await who.go(`${base}/api/session/sign-out`, { method: 'POST', headers: { 'x-csrf-token': csrfToken } })).json()) as { endSessionUrl: string | null }
  }
  test('goes on at the provider with the own id_token, and comes back with the own state alone', async () => {
    const other = browser()
    await signIn()
    provider.person('bruno', {})
    await signIn(other)
    const { endSessionUrl } = await signOut(visitor)
    const url = new URL(endSessionUrl!)
    expect(claimsIn(url.searchParams.get('id_token_hint')!)['sub']).toBe('anne')
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${base}/api/session/signed-out`)
    expect(url.searchParams.get('state')!.length).toBeGreaterThanOrEqual(32)
    // The provider takes it as it is.
    expect((await visitor.go(url.href)).status).toBe(200)
    expect((await sessionOf(visitor)).signedIn).toBe(false)
    expect((await sessionOf(other)).signedIn).toBe(true)
    const back = (state: string) => `${base}/api/session/signed-out?state=${state}`
    await expectRefused(await visitor.go(back('x'.repeat(43))))
    await expect((await other.go(back(url.searchParams.get('state')!))).status).toBe(400)
    expect((await visitor.go(back(url.searchParams.get('state')!))).headers.get('location')).toBe('/quartier')
  })

  test('without a session there is no id_token to show', async () => {
    const response = await visitor.go(`${base}/api/session/sign-out`, { method: 'POST' })
    expect(await response.json()).toMatchObject({ signedIn: false, endSessionUrl: null })
  })
})

/** The last one: from here on the provider's first key is forgotten. */
test('rotated keys are found, and the former one is nobody’s any more', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const rotated = { ...(await exportJWK(publicKey)), kid: 'second', alg: 'ES256', use: 'sig' }
  const sign = (token: string) => provider.resign(token, {}, { key: privateKey, header: { kid: 'second' } })
  provider.tamper(async (answer, path) => {
    if (path === '/jwks') return { ...answer, body: JSON.stringify({ keys: [rotated] }) }
    if (path === '/me') return { ...answer, body: await sign(answer.body) }
    return atToken(sign)(answer, path)
  })
  // The key set may be asked for again a minute after the last time.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  expect((await signIn()).status).toBe(303)
  provider.tamper(atToken((token) => provider.resign(token, {})))
  await expectRefused(await signIn(browser()), browser())
})
