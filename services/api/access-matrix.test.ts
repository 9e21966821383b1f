/** Every route that is declared, for everybody who may ask, with every kind of id: made from the table of routes, so that a new one is tested as it is added. */
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RoleName } from '#services/directory/port.ts'
import { buildApp } from './app.ts'
import { apiRoutes, isStream, KW_OF_A, KW_OF_B, MARKS_OF_A, MARKS_OF_B, MARKS_OF_FORMER, queryFor, urlOf, withMarks } from './every-route.testkit.ts'
import { exampleDeps, type Example } from './example-deps.ts'
import type { DeclaredRoute } from './plugins/access.ts'

interface Asker {
  /** Of a session of its own for each question, as some of them end it. */
  readonly session: () => { readonly cookie: string | undefined; readonly csrfToken: string }
  /** Undefined: signed in as nobody. */
  readonly roles: readonly RoleName[] | undefined
  /** What must not stand in any answer to this one. */
  readonly hidden: readonly string[]
}

let example: Example
let app: FastifyInstance
const askers = new Map<string, Asker>()
const NAMES = ['anonymous', 'forged', 'revoked', 'ended', 'holder A', 'holder B', 'former holder', 'resident without a link', 'planner', 'operator', 'data officer', 'administrator'] as const
const IDS = { own: 'dp-a', foreign: 'dp-b', unknown: 'dp-x', element: 'L1', malformed: "..%00' OR 1=1--" } as const

beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 1_000_000 })
  app = await buildApp(withMarks(example.deps))
  const signed = (subject: string, roles: readonly RoleName[], hidden: readonly string[], holder?: string): Asker => ({ session: () => example.signIn(subject, roles, holder), roles, hidden })
  const everything = [...MARKS_OF_A, ...MARKS_OF_B, ...MARKS_OF_FORMER]
  const nobody = (cookie: string | undefined): Asker => ({ session: () => ({ cookie, csrfToken: '' }), roles: undefined, hidden: everything })
  const revoked = example.signIn('revoked', ['planner', 'operator', 'merchant'], 'holder-a')
  await example.directory.sessions.revoke(revoked.personId)
  const ended = example.signIn('ended', ['planner', 'operator', 'merchant'], 'holder-a')
  await example.directory.sessions.end(ended.cookie.replace('sid=', ''))
  askers.set('anonymous', nobody(undefined)).set('forged', nobody(`sid=${'A'.repeat(43)}`)).set('revoked', nobody(revoked.cookie)).set('ended', nobody(ended.cookie))
  askers.set('holder A', signed('a', ['merchant'], [...MARKS_OF_B, ...MARKS_OF_FORMER], 'holder-a'))
  askers.set('holder B', signed('b', ['merchant'], [...MARKS_OF_A, ...MARKS_OF_FORMER], 'holder-b'))
  askers.set('former holder', signed('former', ['merchant'], [...MARKS_OF_A, ...MARKS_OF_B], 'holder-former'))
  askers.set('resident without a link', signed('r', ['resident'], everything))
  askers.set('planner', signed('p', ['planner'], [...MARKS_OF_FORMER]))
  askers.set('operator', signed('o', ['operator'], [String(KW_OF_A), String(KW_OF_B)]))
  askers.set('data officer', signed('d', ['data-officer'], [String(KW_OF_A), String(KW_OF_B)]))
  askers.set('administrator', signed('s', ['administrator'], [String(KW_OF_A), String(KW_OF_B)]))
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const ask = (route: DeclaredRoute, method: string, id: string, { session }: Asker) => {
  const { cookie, csrfToken } = session()
  return app.inject({
    method: method as NonNullable<InjectOptions['method']>, url: urlOf(route, id),
    headers: { ...(cookie === undefined ? {} : { cookie }), 'x-csrf-token': csrfToken },
    ...(route.takesBody ? { payload: {} } : {}),
  })
}
/** The role a route asks for; undefined: everybody gets an answer. */
const roleOf = ({ access }: DeclaredRoute): RoleName | undefined => (typeof access === 'object' && 'role' in access ? access.role : undefined)
const mayUse = ({ roles }: Asker, role: RoleName | undefined): boolean => role === undefined || roles?.includes(role) === true

describe.each(NAMES)('%s', (name) => {
  test.each(Object.entries(IDS))('gets no foreign byte from any route with an id that is %s', async (_, id) => {
    const asker = askers.get(name)!
    let asked = 0
    for (const route of apiRoutes(app)) {
      const role = roleOf(route)
      const allowed = mayUse(asker, role)
      if (isStream(route) && allowed) continue // stays open: see streams.integration.test.ts
      for (const method of route.methods.filter((one) => one !== 'HEAD')) {
        // An id that was sent comes back only in what refuses it, and says nothing that the asker did not say.
        const { statusCode, body } = await ask(route, method, id, asker)
        const sent = JSON.stringify({ id, query: queryFor(route, id) })
        asked += 1
        expect(statusCode < 500 || body.includes('PF_IDENTITY_UNAVAILABLE'), `${method} ${route.url}: ${body}`).toBe(true)
        if (!allowed) expect(statusCode, `${method} ${route.url}`).toBe(asker.roles === undefined ? 401 : 403)
        for (const mark of asker.hidden) if (!sent.includes(mark)) expect(body, `${method} ${route.url}`).not.toContain(mark)
      }
    }
    expect(asked).toBeGreaterThan(40)
  })
})

test('methods that no route declares are refused, and carry nothing', async () => {
  const urls = new Map<string, DeclaredRoute[]>()
  for (const route of apiRoutes(app)) urls.set(route.url, [...(urls.get(route.url) ?? []), route])
  for (const [url, routes] of urls) {
    const declared = routes.flatMap(({ methods }) => methods)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((one) => !declared.includes(one))) {
      const { statusCode, body } = await ask({ ...routes[0]!, takesBody: false }, method, 'dp-b', askers.get('holder A')!)
      expect([404, 405], `${method} ${url}`).toContain(statusCode)
      for (const mark of MARKS_OF_B.slice(1)) expect(body).not.toContain(mark)
    }
  }
})

test('what is foreign and what does not exist answer alike, to the byte', async () => {
  const holder = askers.get('holder A')!
  const plain = (body: string) => body.replace(/"requestId":"[^"]*"/, '')
  let compared = 0
  for (const route of apiRoutes(app).filter((one) => one.url.includes(':id') && mayUse(holder, roleOf(one)) && roleOf(one) !== undefined)) {
    for (const method of route.methods.filter((one) => one !== 'HEAD')) {
      const [foreign, unknown] = [await ask(route, method, 'dp-b', holder), await ask(route, method, 'dp-x', holder)]
      expect(foreign.statusCode, route.url).toBe(unknown.statusCode)
      expect(plain(foreign.body).replaceAll('dp-b', 'dp-x'), route.url).toBe(plain(unknown.body))
      expect(Object.keys(foreign.headers).sort()).toEqual(Object.keys(unknown.headers).sort())
      compared += 1
    }
  }
  expect(compared).toBeGreaterThanOrEqual(3)
})

test('the marks are in the answers of those they belong to: a matrix that finds nothing would find nothing anywhere', async () => {
  const loadCurve = apiRoutes(app).find(({ url }) => url.startsWith('/api/merchant/') && url.endsWith('/load-curve'))!
  expect((await ask(loadCurve, 'GET', 'dp-a', askers.get('holder A')!)).body).toContain(String(KW_OF_A))
  expect((await ask(loadCurve, 'GET', 'dp-b', askers.get('holder B')!)).body).toContain(String(KW_OF_B))
})

test('every declared route stands in the document of the API, and nothing else does', async () => {
  const document = JSON.parse((await app.inject('/api/openapi.json')).body) as { paths: Record<string, Record<string, unknown>> }
  const inDocument = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{([^}]+)\}/g, ':$1')}`))
  const served = apiRoutes(app).filter(({ url }) => url !== '/api/openapi.json').flatMap(({ url, methods }) => methods.filter((one) => one !== 'HEAD').map((method) => `${method} ${url}`))
  expect(inDocument.filter((one) => one.includes(' /api/')).sort()).toEqual([...new Set(served)].sort())
})
