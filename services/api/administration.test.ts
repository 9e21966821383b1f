import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RoleName } from '#services/directory/port.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { WRONG_CODES_A_PERSON } from '#services/directory/codes-port.ts'
import { buildApp } from './app.ts'
import type { AccessHolders, AccessPeople, Letter } from './contract/administrator.ts'
import type { MadeCode, OwnAccess, Redeemed } from './contract/own-access.ts'
import { ROUTES, address } from './contract/routes.ts'
import { FRESH_MS } from './contract/session.ts'
import { HANDOVER, exampleDeps, type Example } from './example-deps.ts'

const DAY_MS = 86_400_000
type Who = { cookie: string; csrfToken: string; personId: number }

let example: Example
let app: FastifyInstance
let now: number
let administrator: Who
let newcomer: Who
let counted = 0
/** Somebody the other tests do not know. */
const somebody = (role: RoleName, holder?: string): Who => example.signIn(`${role}-${++counted}`, [role], holder)
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000, clock: { ...manualClock(0), now: () => now } })
  app = await buildApp(example.deps)
  administrator = example.signIn('soazig', ['administrator'])
})
beforeEach(() => {
  now = HANDOVER + 2 * DAY_MS + DAY_MS / 2
  newcomer = somebody('resident')
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, who?: Who, payload?: object) => {
  const answer = await app.inject({ method, url, headers: who === undefined ? {} : { cookie: who.cookie, 'x-csrf-token': who.csrfToken }, ...(payload === undefined ? {} : { payload }) })
  return { status: answer.statusCode, body: JSON.parse(answer.body) as unknown, code: (JSON.parse(answer.body) as { code?: string }).code, cookie: answer.cookies.find(({ name }) => name === 'sid')?.value }
}
const letterTo = async (holder: string, deliveryPoint: string) => (await ask('POST', ROUTES.administrator.letters, administrator, { holder, deliveryPoint })).body as Letter
/** Redeems a code and goes on with the new session. */
async function redeem(who: Who, code: string): Promise<Who> {
  const { status, body, cookie } = await ask('POST', ROUTES.session.code, who, { code })
  expect(status).toBe(200)
  return { ...who, cookie: `sid=${cookie}`, csrfToken: (body as Redeemed).csrfToken }
}
const curve = (who: Who, id: string) => ask('GET', address(ROUTES.merchant.loadCurve, { id }, { from: HANDOVER - DAY_MS, to: HANDOVER + DAY_MS }), who)
const timesOf = (body: unknown) => (body as { powerKw: { at: number[] } }).powerKw.at
const own = async (who: Who) => (await ask('GET', ROUTES.session.access, who)).body as OwnAccess

const { people, person, roles, signOut, links, link, holders, letters, code } = ROUTES.administrator
const READS = [people, holders]
const ACTS = (id: string): [('POST' | 'DELETE'), string, object?][] => [
  ['POST', address(roles, { id }), { roles: ['planner'] }], ['POST', address(signOut, { id })], ['POST', address(links, { id }), { holder: 'holder-a' }],
  ['POST', letters, { holder: 'holder-a', deliveryPoint: 'dp-a' }], ['DELETE', address(link, { id: '1' })], ['DELETE', address(code, { id: '1' })], ['DELETE', address(person, { id })],
]

describe('what an administrator does', () => {
  test('is for administrators alone', async () => {
    const acts = ACTS(String(newcomer.personId))
    for (const who of [undefined, newcomer, somebody('merchant', 'holder-a'), somebody('planner'), somebody('operator'), somebody('data-officer')]) {
      const expected = who === undefined ? 401 : 403
      for (const url of READS) expect({ url, status: (await ask('GET', url, who)).status }).toEqual({ url, status: expected })
      for (const [method, url, payload] of acts) expect({ url, status: (await ask(method, url, who, payload)).status }).toEqual({ url, status: expected })
    }
    expect(example.directory.principal(newcomer.personId)).toMatchObject({ roles: ['resident'], holders: [] })
  })

  test('needs a sign-in that is minutes old; looking does not', async () => {
    const begun = await example.directory.sessions.begin({ personId: administrator.personId, authenticatedAt: Date.now() - FRESH_MS - 1_000 })
    const stale = { ...administrator, cookie: `sid=${begun.sessionId}`, csrfToken: begun.csrfToken }
    expect((await ask('GET', people, stale)).status).toBe(200)
    for (const [method, url, payload] of ACTS(String(newcomer.personId))) {
      const { status, code: problem } = await ask(method, url, stale, payload)
      expect({ url, status, problem }).toEqual({ url, status: 401, problem: 'PF_SIGN_IN_AGAIN' })
    }
  })

  test('shows people, roles and links, and no figure; a link gives an administrator nothing to read', async () => {
    const shop = somebody('merchant', 'holder-a')
    const { body } = await ask('GET', people, administrator)
    const shown = (body as AccessPeople).people
    expect(shown.find(({ personId }) => personId === shop.personId)).toMatchObject({ roles: ['merchant'], isSelf: false, links: [{ holder: { holder: 'holder-a', name: 'A', places: ['=Bakery'] }, origin: 'enrolled' }] })
    expect(shown.find(({ name }) => name === 'soazig')).toMatchObject({ isSelf: true })
    expect(JSON.stringify(body)).not.toMatch(/kwh|kw\b|powerKw|meanPower/i)
    const both = example.signIn('both', ['administrator', 'merchant'], 'holder-a')
    expect((await curve(both, 'dp-a')).status).toBe(404)
    expect((await curve(administrator, 'dp-a')).status).toBe(403)
    example.directory.setRoles(both.personId, [])
  })

  test('changes no rights of their own, and leaves one administrator', async () => {
    for (const [method, url, payload] of ACTS(String(administrator.personId)).filter(([, url]) => url.includes('/people/'))) {
      expect((await ask(method, url, administrator, payload)).code).toBe('PF_OWN_RIGHTS')
    }
    expect((await ask('DELETE', ROUTES.session.account, administrator)).code).toBe('PF_LAST_ADMINISTRATOR')
    expect((await ask('POST', address(roles, { id: String(newcomer.personId) }), administrator, { roles: ['administrator', 'planner'] })).code).toBe('PF_ROLES_CONFLICT')
    expect((await ask('POST', address(roles, { id: String(newcomer.personId) }), administrator, { roles: ['root'] })).code).toBe('PF_REQUEST_INVALID')
    for (const [method, url, payload] of ACTS('999999').filter(([, url]) => url.includes('/people/'))) expect((await ask(method, url, administrator, payload)).status).toBe(404)
  })

  test('takes a role away at once, gives one, and signs somebody out', async () => {
    const planner = somebody('planner')
    expect((await ask('GET', ROUTES.planner.network, planner)).status).toBe(200)
    expect((await ask('POST', address(roles, { id: String(planner.personId) }), administrator, { roles: ['operator'] })).status).toBe(200)
    expect((await ask('GET', ROUTES.planner.network, planner)).status).toBe(401)
    const again = somebody('planner')
    await ask('POST', address(signOut, { id: String(again.personId) }), administrator)
    expect((await ask('GET', ROUTES.planner.network, again)).status).toBe(401)
  })

  test('grants a link until a day and ends it at once', async () => {
    const shop = somebody('merchant')
    const grant = (payload: object) => ask('POST', address(links, { id: String(shop.personId) }), administrator, payload)
    expect((await grant({ holder: 'nobody' })).status).toBe(404)
    expect((await grant({ holder: 'holder-a', endsAt: Date.now() - 1 })).code).toBe('PF_REQUEST_INVALID')
    expect((await grant({ holder: 'holder-a', endsAt: Date.now() + DAY_MS })).status).toBe(200)
    expect((await curve(shop, 'dp-a')).status).toBe(200)
    const [granted] = (await own(shop)).links
    expect(granted).toMatchObject({ origin: 'administrator', grantedByName: 'soazig', endsAt: expect.any(Number) })
    expect((await ask('DELETE', address(link, { id: String(granted!.linkId) }), administrator)).status).toBe(200)
    expect((await curve(shop, 'dp-a')).status).toBe(404)
    expect((await ask('DELETE', address(link, { id: String(granted!.linkId) }), administrator)).status).toBe(404)
  })

  test('finds holders by name, place and number, without accents', async () => {
    const found = async (search: string) => ((await ask('GET', address(holders, {}, { search }), administrator)).body as AccessHolders).holders.map(({ holder }) => holder)
    expect((await found('')).slice(0, 3)).toEqual(['holder-a', 'holder-b', 'holder-former'])
    expect(await found('BÜTCHER')).toEqual(['holder-b'])
    expect(await found('nowhere')).toEqual([])
  })
})

describe('a letter', () => {
  test('brings a newcomer to the own figures, under a new session, and to nobody else’s', async () => {
    const letter = await letterTo('holder-a', 'dp-a')
    expect(letter.fr.steps.join(' ')).toContain('/acces/moi')
    expect(JSON.stringify([letter.fr, letter.en])).not.toContain(letter.code)
    const elsewhere = await example.directory.sessions.begin({ personId: newcomer.personId, authenticatedAt: Date.now() })
    const shop = await redeem(newcomer, letter.code.toLowerCase())
    expect(shop.cookie).not.toBe(newcomer.cookie)
    for (const cookie of [newcomer.cookie, `sid=${elsewhere.sessionId}`]) expect((await ask('GET', ROUTES.session.access, { ...newcomer, cookie })).status).toBe(401)
    expect(example.directory.principal(shop.personId)!.roles).toEqual(['merchant', 'resident'])
    expect((await own(shop)).links).toMatchObject([{ origin: 'letter', grantedByName: 'soazig', holder: { holder: 'holder-a' } }])
    // The former tenant's day is not there, though the code says "from the beginning".
    const times = timesOf((await curve(shop, 'dp-a')).body)
    expect([times.length, Math.min(...times)]).toEqual([144, HANDOVER])
    expect((await curve(shop, 'dp-b')).status).toBe(404)
    expect((await ask('POST', ROUTES.session.code, somebody('resident'), { code: letter.code })).code).toBe('PF_CODE_REFUSED')
  })

  test('to one who has left is not made, and one made before opens nothing to whoever found it', async () => {
    now = HANDOVER - DAY_MS
    const old = await letterTo('holder-former', 'dp-a')
    now = HANDOVER + DAY_MS
    expect((await ask('POST', ROUTES.session.code, newcomer, { code: old.code })).code).toBe('PF_CODE_REFUSED')
    expect((await ask('POST', letters, administrator, { holder: 'holder-former', deliveryPoint: 'dp-a' })).status).toBe(404)
    expect((await ask('POST', letters, administrator, { holder: 'holder-a', deliveryPoint: 'dp-b' })).status).toBe(404)
    expect((await own(newcomer)).links).toEqual([])
  })

  test('is not for the one who made it, nor for an administrator, and can be withdrawn', async () => {
    const letter = await letterTo('holder-b', 'dp-b')
    expect((await ask('POST', ROUTES.session.code, administrator, { code: letter.code })).code).toBe('PF_ROLES_CONFLICT')
    expect((await ask('GET', people, administrator)).body).toMatchObject({ codes: expect.arrayContaining([expect.objectContaining({ codeId: letter.codeId, kind: 'letter', holder: expect.objectContaining({ holder: 'holder-b' }) })]) })
    expect((await ask('DELETE', address(code, { id: String(letter.codeId) }), administrator)).status).toBe(200)
    expect((await ask('POST', ROUTES.session.code, newcomer, { code: letter.code })).code).toBe('PF_CODE_REFUSED')
  })

  test('guessed at, stops answering, and an administrator sees that somebody guesses', async () => {
    const refused = async () => ((await ask('GET', people, administrator)).body as AccessPeople).refusedCodes
    const before = await refused()
    for (let i = 0; i < WRONG_CODES_A_PERSON; i += 1) expect((await ask('POST', ROUTES.session.code, newcomer, { code: `0000-0000-0000-000${i}` })).status).toBe(403)
    const { status, code: problem } = await ask('POST', ROUTES.session.code, newcomer, { code: '0000-0000-0000-0009' })
    expect([status, problem]).toEqual([429, 'PF_TOO_MANY_CODES'])
    expect((await refused()) - before).toBe(WRONG_CODES_A_PERSON)
  })
})

describe('a delegation', () => {
  const accountantOf = async (shop: Who, endsAt = Date.now() + DAY_MS) => {
    const { linkId } = (await own(shop)).links[0]!
    const made = (await ask('POST', ROUTES.session.delegations, shop, { linkId, endsAt })).body as MadeCode
    return { made, linkId, accountant: await redeem(somebody('resident'), made.code) }
  }
  test('lets an accountant read until its day, and is taken back at once', async () => {
    const shop = somebody('merchant', 'holder-a')
    const { accountant } = await accountantOf(shop)
    expect(Math.min(...timesOf((await curve(accountant, 'dp-a')).body))).toBe(HANDOVER)
    const { delegations } = await own(shop)
    expect(delegations).toMatchObject([{ personName: example.directory.principal(accountant.personId)!.name, origin: 'delegation', grantedByName: example.directory.principal(shop.personId)!.name, endsAt: expect.any(Number) }])
    expect((await ask('DELETE', address(ROUTES.session.delegation, { id: String(delegations[0]!.linkId) }), newcomer)).status).toBe(404)
    expect((await ask('DELETE', address(ROUTES.session.delegation, { id: String(delegations[0]!.linkId) }), shop)).status).toBe(200)
    expect((await curve(accountant, 'dp-a')).status).toBe(404)
  })

  test('is not passed on, not made from what is foreign, and ends within a year', async () => {
    const shop = somebody('merchant', 'holder-a')
    const { accountant, linkId } = await accountantOf(shop)
    const delegated = (await own(accountant)).links[0]!.linkId
    const delegate = (who: Who, id: number, endsAt: number) => ask('POST', ROUTES.session.delegations, who, { linkId: id, endsAt })
    expect((await delegate(accountant, delegated, Date.now() + DAY_MS)).status).toBe(404)
    expect((await delegate(newcomer, linkId, Date.now() + DAY_MS)).status).toBe(404)
    for (const endsAt of [Date.now() - 1, Date.now() + 400 * DAY_MS]) expect((await delegate(shop, linkId, endsAt)).code).toBe('PF_REQUEST_INVALID')
  })

  test('that nobody has used can be withdrawn by its maker alone', async () => {
    const shop = somebody('merchant', 'holder-a')
    const { linkId } = (await own(shop)).links[0]!
    const made = (await ask('POST', ROUTES.session.delegations, shop, { linkId, endsAt: Date.now() + DAY_MS })).body as MadeCode
    expect((await own(shop)).codes).toMatchObject([{ codeId: made.codeId }])
    expect((await ask('POST', ROUTES.session.code, shop, { code: made.code })).code).toBe('PF_CODE_REFUSED')
    expect((await ask('DELETE', address(ROUTES.session.ownCode, { id: String(made.codeId) }), newcomer)).status).toBe(404)
    expect((await ask('DELETE', address(ROUTES.session.ownCode, { id: String(made.codeId) }), shop)).status).toBe(200)
    expect((await ask('POST', ROUTES.session.code, newcomer, { code: made.code })).code).toBe('PF_CODE_REFUSED')
  })

  test('is gone with the account it came from', async () => {
    const shop = somebody('merchant', 'holder-a')
    const { accountant } = await accountantOf(shop)
    const { name } = example.directory.principal(shop.personId)!
    expect((await ask('DELETE', ROUTES.session.account, shop)).status).toBe(200)
    expect((await ask('GET', ROUTES.session.access, shop)).status).toBe(401)
    expect((await curve(accountant, 'dp-a')).status).toBe(404)
    expect(example.directory.wasRemoved(shop.personId, 'test', name)).toBe(true)
  })
})

test('over TLS the new session of a redeemed code travels in a cookie of this host alone, and a plain one opens nothing', async () => {
  const secure = exampleDeps({ secure: true, requestsPerMinute: 100_000 })
  const overTls = await buildApp(secure.deps)
  try {
    const boss = secure.signIn('boss', ['administrator'])
    const visitor = secure.signIn('visitor', ['resident'])
    const { code: text } = secure.directory.codes.make({ kind: 'letter', holder: 'holder-a', deliveryPoint: 'dp-a', parentLink: null, from: 0, linkEndsAt: Infinity, madeBy: boss.personId })
    const enter = (cookie: string) => overTls.inject({ method: 'POST', url: ROUTES.session.code, headers: { cookie, 'x-csrf-token': visitor.csrfToken }, payload: { code: text } })
    expect((await enter(visitor.cookie)).statusCode).toBe(401)
    const entered = await enter(`__Host-${visitor.cookie}`)
    expect(entered.statusCode).toBe(200)
    expect(entered.headers['set-cookie']).toMatch(/^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  } finally {
    await overTls.close()
    secure.dispose()
  }
})

test('own access is for who is signed in, and unsafe methods need the token', async () => {
  const acts: [('POST' | 'DELETE'), string, object?][] = [
    ['POST', ROUTES.session.code, { code: 'x' }], ['POST', ROUTES.session.delegations, { linkId: 1, endsAt: Date.now() }], ['DELETE', address(ROUTES.session.delegation, { id: '1' })],
    ['DELETE', address(ROUTES.session.ownCode, { id: '1' })], ['DELETE', ROUTES.session.account],
  ]
  expect((await ask('GET', ROUTES.session.access)).status).toBe(401)
  for (const [method, url, payload] of acts) {
    expect((await ask(method, url, undefined, payload)).status).toBe(401)
    expect((await ask(method, url, { ...newcomer, csrfToken: 'of another page' }, payload)).code).toBe('PF_CSRF')
  }
})
