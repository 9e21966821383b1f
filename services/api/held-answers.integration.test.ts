import { request } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import { ROUTES } from './contract/routes.ts'
import { EXAMPLE_RELEASE, exampleDeps, type Example } from './example-deps.ts'
import { createHeldAnswers } from './plugins/held-answers.ts'

let example: Example
let app: FastifyInstance
let base: string
let asked: number
beforeEach(async () => {
  asked = 0
  example = exampleDeps({ requestsPerMinute: 8 })
  const { releases } = example.deps
  app = await buildApp({ ...example.deps, releases: { ...releases, latest: (kind) => (asked++, releases.latest(kind)) } })
  base = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await app.close()
  example.dispose()
})

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    request(`${base}${path}`, { method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => { body += text }).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    }).on('error', reject).end()
  })

test('a public answer is made once, and given to everybody with the same bytes and the same protection', async () => {
  const first = await ask(ROUTES.public.live)
  const others = await Promise.all(Array.from({ length: 20 }, () => ask(ROUTES.public.live, { cookie: 'sid=x' })))
  expect(asked).toBe(1)
  for (const { status, body, headers } of others) {
    expect({ status, body }).toEqual({ status: 200, body: first.body })
    for (const name of ['content-security-policy', 'etag', 'cache-control', 'content-type', 'x-content-type-options', 'vary']) expect(headers[name], name).toBe(first.headers[name])
    expect(headers['set-cookie']).toBeUndefined()
  }
  const again = await ask(ROUTES.public.live, { 'if-none-match': String(first.headers['etag']) })
  expect({ status: again.status, body: again.body, type: again.headers['content-type'] }).toEqual({ status: 304, body: '', type: undefined })
})

test('rows for a spreadsheet are not mixed up with the figures of a page', async () => {
  const json = await ask(ROUTES.public.live)
  const csv = await ask(ROUTES.public.live, { accept: 'text/csv' })
  expect(csv.body).toMatch(/^at,step_s/)
  expect((await ask(ROUTES.public.live)).body).toBe(json.body)
  expect((await ask(ROUTES.public.live, { accept: 'text/csv' })).body).toBe(csv.body)
})

test('what depends on who asks is never kept, nor a refusal', async () => {
  for (const path of [ROUTES.session.session, ROUTES.planner.network, '/api/nothing']) {
    const [one, two] = [await ask(path), await ask(path)]
    expect(one.headers['cache-control'] ?? '').not.toMatch(/^public/)
    expect(JSON.parse(one.body).requestId ?? 'one').not.toBe(JSON.parse(two.body).requestId ?? 'two')
  }
})

test('after its time an answer is asked for again, so that a newer release or a withdrawal is seen', async () => {
  let now = 0
  const answers = createHeldAnswers(() => now)
  const reply = { getHeaders: () => ({ 'content-type': 'a', etag: 'W/"1"' }), getHeader: () => 'W/"1"' } as never
  const incoming = { method: 'GET', url: '/x', headers: {} } as never
  answers.keep({ raw: { url: '/x' }, headers: {} } as never, reply, JSON.stringify(EXAMPLE_RELEASE))
  const sent: number[] = []
  const response = { writeHead: (status: number) => (sent.push(status), { end: () => undefined }) } as never
  expect(answers.answered(incoming, response)).toBe(true)
  now = 5_001
  expect(answers.answered(incoming, response)).toBe(false)
  expect(sent).toEqual([200])
  expect(answers.answered({ method: 'POST', url: '/x', headers: {} } as never, response)).toBe(false)
})

test('the memory is bounded', () => {
  const answers = createHeldAnswers(() => 0)
  const reply = { getHeaders: () => ({ etag: '1' }), getHeader: () => '1' } as never
  const big = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 100; i++) answers.keep({ raw: { url: `/${i}` }, headers: {} } as never, reply, big)
  const response = { writeHead: () => ({ end: () => undefined }) } as never
  const kept = Array.from({ length: 100 }, (_, i) => answers.answered({ method: 'GET', url: `/${i}`, headers: {} } as never, response))
  expect(kept.filter(Boolean)).toHaveLength(32)
  expect(kept.at(-1)).toBe(true)
})
