/** What strangers send: every field of every route, with everything of the list. The answer is a problem that says where, never a failure of ours and never slow. */
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import { apiRoutes, isStream, queryFor, urlOf } from './every-route.testkit.ts'
import { exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let session: ReturnType<typeof everyRole>
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 1_000_000 })
  app = await buildApp(example.deps)
  session = everyRole()
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const everyRole = () => example.signIn('all', ['resident', 'merchant', 'planner', 'operator', 'data-officer', 'administrator'], 'holder-a')
const send = (method: string, url: string, payload?: string, headers: Record<string, string> = {}) => {
  // What is written may end the session.
  if (method !== 'GET') session = everyRole()
  const { cookie, csrfToken } = session
  return app.inject({ method: method as NonNullable<InjectOptions['method']>, url, headers: { cookie, 'x-csrf-token': csrfToken, ...headers }, ...(payload === undefined ? {} : { payload }) })
}

const TEXTS = [
  '..', '../../etc/passwd', '%2e%2e%2f', '%00', '\0', 'a'.repeat(10_000), '3f2b8c1e-0d2a-4a55-9a3e-1b2c3d4e5f60', '__proto__', 'constructor', '1e309', '-0', 'NaN', 'Infinity', '{}', '[]', 'null',
  "' OR 1=1 --", '"; DROP TABLE release; --', '=HYPERLINK("http://x")', '<script>alert(1)</script>', '🙂', '\u202edp-a', 'dp\u200b-a', 'dр-a', '\ud800', '\ufeffdp-a', 'dp-a\r\nset-cookie: a=b',
]
/** Years 1 and 275760, an hour that does not exist and one that is there twice, a leap second, a time without a zone, turned round. */
const TIMES = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '8640000000000001', '-62135596800000', '2026-03-29T02:30:00', '2026-10-25T02:30:00', '2016-12-31T23:59:60Z', '253402300799999', '1e18', ' 1', '0x10']
const A_FIELD = 10
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const BODIES = [
  '', '{', 'null', '[]', '0', '"text"', '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}', '{"a":1,"a":2}', '\ufeff{}', '{"a":1e309}', '{"a":-0}', '{"a":NaN}', '{"text":"\\ud800"}', '{"text":"\\u202e"}',
  deep(10_000), `{"title":"${'x'.repeat(60_000)}"}`, JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, i]))),
]

/** A problem as the registry has it; what was sent may be right for the route, or unknown there. */
const isAnswer = (statusCode: number, body: string, contentType: unknown): boolean => {
  if (statusCode < 400) return true
  if (statusCode >= 500 && !body.includes('PF_IDENTITY_UNAVAILABLE')) return false
  if (!String(contentType).includes('application/problem+json')) return false
  const problem = JSON.parse(body) as { code?: string; remedy?: string; detail?: string }
  return /^PF_/.test(problem.code ?? '') && problem.remedy !== '' && (problem.detail?.length ?? 0) < 2_000 && !/ at .*\.ts:\d+|node_modules|SQLITE/.test(body)
}

test('in the address', async () => {
  for (const route of apiRoutes(app).filter(({ url }) => url.includes(':id'))) {
    for (const text of TEXTS) {
      let encoded: string
      try {
        encoded = encodeURIComponent(text)
      } catch {
        encoded = '%ED%A0%80'
      }
      const url = urlOf(route, 'ID').replace('ID', encoded)
      const { statusCode, body, headers } = await send(route.methods[0]!, url, route.takesBody ? '{}' : undefined, route.takesBody ? { 'content-type': 'application/json' } : {})
      expect(isAnswer(statusCode, body, headers['content-type']), `${route.methods[0]} ${route.url} ${JSON.stringify(text.slice(0, 40))}: ${statusCode} ${body.slice(0, 300)}`).toBe(true)
      expect(headers['set-cookie'], route.url).toBeUndefined()
    }
  }
})

test('in the query: each field, twice, unknown, and of the wrong kind', async () => {
  const got = apiRoutes(app).filter((route) => route.methods[0] === 'GET' && !isStream(route))
  const list = [...TEXTS.filter((one) => one.length < 200), ...TIMES]
  let asked = 0
  for (const route of got) {
    const fields = Object.keys(((route.querystring ?? {}) as { properties?: object }).properties ?? {})
    for (const field of [...fields, 'unknown']) {
      // A part of the list for each field, the next part for the next one: over all fields every text is sent many times.
      for (const text of Array.from({ length: A_FIELD }, () => list[asked++ % list.length]!)) {
        const query = { ...queryFor(route, 'dp-a'), [field]: text }
        const { statusCode, body, headers } = await send('GET', urlOf(route, 'dp-a', query))
        expect(isAnswer(statusCode, body, headers['content-type']), `${route.url}?${field}=${JSON.stringify(text)}: ${statusCode} ${body.slice(0, 300)}`).toBe(true)
      }
      const twice = `${urlOf(route, 'dp-a')}${urlOf(route, 'dp-a').includes('?') ? '&' : '?'}${field}=1&${field}=2`
      expect(isAnswer(...await statusOf(twice)), twice).toBe(true)
    }
  }
  expect(asked).toBeGreaterThan(10 * list.length)
})

test('a number without end in any field that takes a number', async () => {
  let asked = 0
  for (const route of apiRoutes(app).filter(({ methods }) => methods[0] === 'GET')) {
    const { properties = {} } = (route.querystring ?? {}) as { properties?: Record<string, { type?: unknown }> }
    for (const field of Object.keys(properties).filter((name) => ['number', 'integer'].includes(String(properties[name]!.type)))) {
      for (const text of ['1e309', '-1e309', 'Infinity']) {
        const { statusCode, body } = await send('GET', urlOf(route, 'dp-a', { ...queryFor(route, 'dp-a'), [field]: text }))
        expect({ statusCode, field: (JSON.parse(body) as { field?: string }).field }, route.url).toEqual({ statusCode: 400, field: `querystring.${field}` })
        asked += 1
      }
    }
  }
  expect(asked).toBeGreaterThan(30)
})

async function statusOf(url: string): Promise<[number, string, unknown]> {
  const { statusCode, body, headers } = await send('GET', url)
  return [statusCode, body, headers['content-type']]
}

test('in the body', async () => {
  let posted = 0
  for (const route of apiRoutes(app).filter(({ takesBody }) => takesBody)) {
    for (const payload of BODIES) {
      const { statusCode, body, headers } = await send(route.methods[0]!, urlOf(route, 'dp-a'), payload, { 'content-type': 'application/json' })
      expect(isAnswer(statusCode, body, headers['content-type']), `${route.url} ${payload.slice(0, 60)}: ${statusCode} ${body.slice(0, 300)}`).toBe(true)
      if (payload.includes('__proto__') || payload.startsWith('[[')) expect(statusCode, `${route.url} ${payload.slice(0, 30)}`).toBe(400)
      posted += 1
    }
    for (const contentType of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', '']) {
      const { statusCode } = await send(route.methods[0]!, urlOf(route, 'dp-a'), 'a=1', { 'content-type': contentType })
      expect(statusCode, `${route.url} as ${contentType}`).toBeGreaterThanOrEqual(400)
    }
  }
  expect(posted).toBeGreaterThan(50)
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

test('a body larger than the limit is refused before it is read', async () => {
  const route = apiRoutes(app).find(({ takesBody }) => takesBody)!
  expect((await send(route.methods[0]!, urlOf(route, 'dp-a'), `"${'x'.repeat(70_000)}"`, { 'content-type': 'application/json' })).statusCode).toBe(413)
})

test.each([
  ['x-http-method-override', 'DELETE'], ['x-original-url', '/api/operator/sources'], ['x-rewrite-url', '/api/operator/sources'], ['x-forwarded-for', '10.0.0.1'], ['x-forwarded-host', 'evil.example'], ['x-forwarded-proto', 'https'],
  ['host', 'evil.example'], ['if-none-match', '*'], ['if-none-match', `"${'a'.repeat(5_000)}"`], ['range', 'bytes=0-1,5-9'], ['accept', `${'text/csv,'.repeat(500)}*/*`], ['accept-encoding', 'gzip;q=nan'], ['origin', 'null'],
])('a header %s with %.30s changes nothing', async (name, value) => {
  const url = apiRoutes(app).find(({ url }) => url === '/api/public/district')!.url
  const [plain, headed] = [await app.inject(url), await app.inject({ url, headers: { [name]: value } })]
  expect([200, 304]).toContain(headed.statusCode)
  if (headed.statusCode === 200 && !(headed.headers['content-type'] ?? '').includes('csv')) expect(headed.body).toBe(plain.body)
  expect(headed.headers['access-control-allow-origin']).toBe(plain.headers['access-control-allow-origin'])
  expect(JSON.stringify(headed.headers)).not.toContain('evil.example')
})
