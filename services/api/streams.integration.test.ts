import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { buildApp } from './app.ts'
import { ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_DAY, EXAMPLE_RELEASE, exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let base: string
beforeEach(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  await app.listen({ host: '127.0.0.1', port: 0 })
  base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await app.close()
  example.dispose()
})

interface Received { event: string; body: never }

/** A reader of one stream over a real socket. */
async function open(path: string, cookie = '') {
  const abort = new AbortController()
  const response = await fetch(base + path, { headers: { cookie, accept: 'text/event-stream' }, signal: abort.signal })
  let text = ''
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  return {
    response,
    /** The next event of the name; undefined when the stream has ended. */
    async next(name: string): Promise<Received | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const block = text.slice(0, end)
          text = text.slice(end + 2)
          const event = /^event: (.*)$/m.exec(block)?.[1]
          if (event === name) return { event, body: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as never }
          continue
        }
        const { done, value } = await reader.read()
        if (done) return undefined
        text += decoder.decode(value, { stream: true })
      }
    },
    close: () => abort.abort(),
  }
}

const batch = (value: number) => ({ pointIds: Int32Array.of(1, 2), at: Float64Array.of(1e12 + value, 1e12 + value), values: Float64Array.of(value, 99), quality: Uint8Array.of(QUALITY.measured, QUALITY.measured) })

test('a shop sees its newest value at once, then what arrives, and nothing of its neighbour', async () => {
  const { cookie } = example.signIn('a', ['merchant'], 'holder-a')
  const stream = await open(address(ROUTES.merchant.stream, {}, { deliveryPoint: 'dp-a' }), cookie)
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
  expect(stream.response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await stream.next('value'))!.body).toMatchObject({ points: ['elec.dp.dp-a.p'], values: [5] })
  // The first look at the journal only notes where it stands.
  await new Promise((resolve) => setTimeout(resolve, 700))
  example.append({ ...batch(12), at: Float64Array.of(2e12, 2e12) })
  expect((await stream.next('value'))!.body).toMatchObject({ points: ['elec.dp.dp-a.p'], values: [12], at: [2e12], quality: ['measured'] })
  stream.close()
})

test('everybody sees releases, and only releases', async () => {
  const stream = await open(ROUTES.public.stream)
  expect((await stream.next('release'))!.body).toMatchObject({ releaseId: 3 })
  example.append(batch(1))
  example.publish({ ...EXAMPLE_RELEASE, releaseId: 4 })
  expect((await stream.next('release'))!.body).toMatchObject({ releaseId: 4, meanPowerKw: 880 })
  expect((await stream.next('publication'))!.body).toMatchObject({ releaseId: 4, kind: 'district-live' })
  example.publish({ ...EXAMPLE_DAY, releaseId: 5, at: EXAMPLE_DAY.at + 86_400_000 })
  expect((await stream.next('publication'))!.body).toMatchObject({ releaseId: 5, kind: 'energy-daily', carrier: 'electricity' })
  stream.close()
})

test('a planner hears of runs, an operator of sources', async () => {
  const planner = await open(ROUTES.planner.stream, example.signIn('p', ['planner']).cookie)
  expect((await planner.next('run'))!.body).toMatchObject({ runId: 7, kind: 'estimate' })
  expect((await planner.next('value'))!.body).toMatchObject({ points: ['elec.dp.F1.p', 'elec.dp.T1.p'] })
  planner.close()
  const operator = await open(ROUTES.operator.stream, example.signIn('o', ['operator']).cookie)
  expect((await operator.next('sources'))!.body).toMatchObject({ sources: [{ sourceId: 'buildings' }] })
  operator.close()
})

/** What the rule says. */
const GONE_WITHIN_MS = 5_000

test('every stream ends with the right to it: session, role or link', async () => {
  const [shop, planner, operator] = [example.signIn('a', ['merchant'], 'holder-a'), example.signIn('p', ['planner']), example.signIn('o', ['operator'])]
  const [roleless, removed] = [example.signIn('r', ['planner']), example.signIn('gone', ['operator'])]
  const ofShop = address(ROUTES.merchant.stream, {}, { deliveryPoint: 'dp-a' })
  const streams = await Promise.all([
    open(ofShop, shop.cookie), open(ROUTES.planner.stream, planner.cookie), open(ROUTES.operator.stream, operator.cookie), open(ROUTES.planner.stream, roleless.cookie), open(ROUTES.operator.stream, removed.cookie),
  ])
  expect(streams.map(({ response }) => response.status)).toEqual([200, 200, 200, 200, 200])
  const { directory } = example
  directory.links.end(directory.links.of(shop.personId)[0]!.linkId, null)
  await Promise.all([planner, operator].map(({ personId }) => directory.sessions.revoke(personId)))
  directory.setRoles(roleless.personId, ['operator'])
  await directory.remove(removed.personId)
  const late = new Promise((resolve) => setTimeout(resolve, GONE_WITHIN_MS, 'still open'))
  const ended = await Promise.all(streams.map((stream) => Promise.race([stream.next('never'), late])))
  expect(ended).toEqual([undefined, undefined, undefined, undefined, undefined])
})

test('a stream whose right cannot be looked up ends', async () => {
  const { cookie } = example.signIn('o', ['operator'])
  const stream = await open(ROUTES.operator.stream, cookie)
  const { sessions } = example.directory
  const find = sessions.find.bind(sessions)
  sessions.find = () => new Promise(() => undefined) // as a server that hangs
  const late = new Promise((resolve) => setTimeout(resolve, GONE_WITHIN_MS, 'still open'))
  expect(await Promise.race([stream.next('never'), late])).toBeUndefined()
  sessions.find = find
})

test('streams of one session are counted, and closing one makes room', async () => {
  const { cookie } = example.signIn('o', ['operator'])
  const streams = []
  for (let i = 0; i < 8; i += 1) streams.push(await open(ROUTES.operator.stream, cookie))
  const refused = await fetch(base + ROUTES.operator.stream, { headers: { cookie } })
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'PF_TOO_MANY_STREAMS' })
  streams[0]!.close()
  await expect.poll(async () => {
    const again = await open(ROUTES.operator.stream, cookie)
    streams.push(again)
    return again.response.status
  }, { timeout: 5_000 }).toBe(200)
  for (const stream of streams) stream.close()
})

test('stopping the service ends open streams instead of waiting for them', async () => {
  const stream = await open(ROUTES.public.stream)
  await stream.next('release')
  const ended = stream.next('never').catch(() => undefined)
  await app.close()
  expect(await ended).toBeUndefined()
})
