/** Requests as the documentation of each generation says (pages are named in dialect.ts), compared whole, against a local HTTP server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { batchOf } from '../contract.ts'
import { InfluxClient } from './client.ts'
import { dialectOf } from './dialect.ts'
import { startFront, type Front, type FrontAnswer, type FrontRequest } from './front.testkit.ts'
import { readInfluxSettings } from './settings.ts'
import { openInfluxStore } from './store.ts'

let front: Front
afterEach(() => front.close())

const json = (body: unknown, status = 200): FrontAnswer => ({ status, body: JSON.stringify(body) })
const EMPTY = json({ results: [{ statement_id: 0 }] })
/** What the tests compare: headers that matter alone. */
const said = ({ method, path, headers, body }: FrontRequest) => ({
  request: `${method} ${path}`, body: headers['content-type'] === 'application/x-www-form-urlencoded' ? Object.fromEntries(new URLSearchParams(body)) : body,
  authorization: headers.authorization, type: headers['content-type'], encoding: headers['content-encoding'],
})
async function client(version: string, variables: Record<string, string>, answers: (request: FrontRequest) => FrontAnswer | undefined): Promise<InfluxClient> {
  front = await startFront()
  front.answer = (request) => (request.path === '/ping' ? { status: 204, headers: { 'X-Influxdb-Version': version } } : answers(request))
  return new InfluxClient(readInfluxSettings(front.url, variables))
}
const LINES = 'measured,point=p value=1.5,quality=0i,recordedAt=1768176000i 1768176000000\n'
const write = (one: InfluxClient) => one.write(new Uint8Array(Buffer.from(LINES)), 5_000)

test('1.x: database made by InfluxQL, basic authorisation, /write and /query in milliseconds', async () => {
  const one = await client('1.8.10', { INFLUX_TOKEN: 'penfeld:secret' }, ({ path }) => (path.startsWith('/write') ? { status: 204 } : EMPTY))
  expect(await write(one)).toEqual({ kind: 'taken' })
  await one.query('SELECT value FROM "measured"')
  const authorization = 'Basic cGVuZmVsZDpzZWNyZXQ='
  const form = 'application/x-www-form-urlencoded'
  expect(front.requests.map(said)).toEqual([
    { request: 'GET /ping', body: '' },
    { request: 'POST /query', body: { q: 'CREATE DATABASE "penfeld"' }, authorization, type: form },
    { request: 'POST /write?db=penfeld&precision=ms', body: LINES, authorization, type: 'text/plain; charset=utf-8', encoding: 'gzip' },
    { request: 'POST /query?db=penfeld&epoch=ms', body: { q: 'SELECT value FROM "measured"' }, authorization, type: form },
  ])
  one.close()
})

test('2.x: bucket and its mapping are made once, Token authorisation, /api/v2/write and InfluxQL at /query', async () => {
  const one = await client('v2.7.12', { INFLUX_TOKEN: 'abc', INFLUX_ORG: 'La Défense', INFLUX_DATABASE: 'measures' }, ({ method, path }) => {
    if (path.startsWith('/api/v2/orgs')) return json({ orgs: [{ id: '0a' }] })
    if (path.startsWith('/api/v2/buckets')) return method === 'GET' ? json({ buckets: [] }) : json({ id: 'b1', name: 'measures' }, 201)
    if (path.startsWith('/api/v2/dbrps')) return method === 'GET' ? json({ content: [] }) : json({ id: 'd1' }, 201)
    return path.startsWith('/api/v2/write') ? { status: 204 } : EMPTY
  })
  expect(await write(one)).toEqual({ kind: 'taken' })
  expect(await write(one)).toEqual({ kind: 'taken' })
  await one.query('SELECT value FROM "measured"')
  const authorization = 'Token abc'
  const lines = { request: 'POST /api/v2/write?org=La+D%C3%A9fense&bucket=measures&precision=ms', body: LINES, authorization, type: 'text/plain; charset=utf-8', encoding: 'gzip' }
  expect(front.requests.map(said)).toEqual([
    { request: 'GET /ping', body: '', authorization: 'Bearer abc' },
    { request: 'GET /api/v2/orgs?org=La+D%C3%A9fense', body: '', authorization },
    { request: 'GET /api/v2/buckets?orgID=0a&name=measures', body: '', authorization },
    { request: 'POST /api/v2/buckets', body: '{"orgID":"0a","name":"measures","retentionRules":[]}', authorization, type: 'application/json' },
    { request: 'GET /api/v2/dbrps?orgID=0a&bucketID=b1&db=measures', body: '', authorization },
    { request: 'POST /api/v2/dbrps', body: '{"bucketID":"b1","database":"measures","default":true,"orgID":"0a","retention_policy":"autogen"}', authorization, type: 'application/json' },
    lines, lines,
    { request: 'POST /query?db=measures&epoch=ms', body: { q: 'SELECT value FROM "measured"' }, authorization, type: 'application/x-www-form-urlencoded' },
  ])
  one.close()
})

test('2.x: what is there is left as it is; an organisation that is not there is named', async () => {
  const there = await client('v2.7.12', { INFLUX_TOKEN: 'abc', INFLUX_ORG: 'o' }, ({ path }) => {
    if (path.startsWith('/api/v2/orgs')) return json({ orgs: [{ id: '0a' }] })
    if (path.startsWith('/api/v2/buckets')) return json({ buckets: [{ id: 'b0', name: 'penfeld-old' }, { id: 'b1', name: 'penfeld' }] })
    return path.startsWith('/api/v2/dbrps') ? json({ content: [{ database: 'penfeld' }] }) : { status: 204 }
  })
  await there.prepare()
  expect(front.requests.filter(({ method }) => method === 'POST')).toEqual([])
  there.close()
  await front.close()
  const nobody = await client('v2.7.12', { INFLUX_TOKEN: 'abc', INFLUX_ORG: 'nobody' }, () => json({ code: 'not found', message: 'organization name "nobody" not found' }, 404))
  await expect(nobody.prepare()).rejects.toThrow('There is no organisation "nobody" (INFLUX_ORG)')
  nobody.close()
})

test('3: database made by its own API, Bearer authorisation, /api/v3/write_lp after the write-ahead log, InfluxQL at /query', async () => {
  const one = await client('3.4.1', { INFLUX_TOKEN: 'apiv3_x' }, ({ path }) => (path.startsWith('/api/v3/write_lp') ? { status: 204 } : path.startsWith('/api/v3/configure') ? { status: 200 } : EMPTY))
  expect(await write(one)).toEqual({ kind: 'taken' })
  await one.query('SELECT value FROM "measured"')
  const authorization = 'Bearer apiv3_x'
  expect(front.requests.map(said)).toEqual([
    { request: 'GET /ping', body: '', authorization },
    { request: 'POST /api/v3/configure/database', body: '{"db":"penfeld"}', authorization, type: 'application/json' },
    { request: 'POST /api/v3/write_lp?db=penfeld&precision=millisecond&accept_partial=true&no_sync=false', body: LINES, authorization, type: 'text/plain; charset=utf-8', encoding: 'gzip' },
    { request: 'POST /query?db=penfeld&epoch=ms', body: { q: 'SELECT value FROM "measured"' }, authorization, type: 'application/x-www-form-urlencoded' },
  ])
  one.close()
})

test('3: a partial write names its lines: they go apart, the rest is sent once more for its 204', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-dialect-'))
  front = await startFront()
  front.answer = ({ path, body }) => {
    if (path === '/ping') return { status: 200, headers: { 'X-Influxdb-Version': '3.4.1' } }
    if (path.startsWith('/query')) return EMPTY
    if (!path.startsWith('/api/v3/write_lp')) return { status: 409 }
    const place = body.split('\n').findIndex((line) => line.includes('value=13,'))
    return place < 0 ? { status: 204 } : json({ error: 'partial write of line protocol occurred', data: [{ original_line: 'value=13', line_number: place + 1, error_message: 'unlucky' }] }, 400)
  }
  const store = await openInfluxStore(folder, { timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(front.url, {}) })
  const [point] = await store.register(['p'])
  await store.append(batchOf([[point, 1_000, 12], [point, 2_000, 13], [point, 3_000, 14]]), { recordedAt: 4_000, source: 'test' })
  await store.forwarded()
  expect(store.quarantined().map(({ at, value, why }) => [at, value, why])).toEqual([[2_000, 13, 'unlucky']])
  const writes = front.requests.filter(({ path }) => path.startsWith('/api/v3/write_lp')).map(({ body }) => body.match(/value=\d+/g))
  expect(writes).toEqual([['value=12', 'value=13', 'value=14'], ['value=12', 'value=14']])
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('every answer is told apart: taken, refused, denied, too large, later', async () => {
  let answer: FrontAnswer = { status: 204 }
  const one = await client('1.6.7~rc0', {}, ({ path }) => (path.startsWith('/write') ? answer : EMPTY))
  const given = async (next: FrontAnswer) => {
    answer = next
    return write(one)
  }
  expect(await given({ status: 204 })).toEqual({ kind: 'taken' })
  // 200 is not the answer of a write: something else stands there.
  expect(await given({ status: 200 })).toMatchObject({ kind: 'later' })
  expect(await given(json({ error: 'unable to parse' }, 400))).toEqual({ kind: 'refused', why: '400 unable to parse', lines: undefined })
  expect(await given(json({ code: 'unprocessable entity', message: 'outside retention' }, 422))).toEqual({ kind: 'refused', why: '422 outside retention', lines: undefined })
  expect(await given({ status: 413 })).toMatchObject({ kind: 'too-large' })
  expect(await given(json({ error: 'authorization failed' }, 401))).toEqual({ kind: 'denied', why: '401 authorization failed' })
  expect(await given({ status: 403 })).toMatchObject({ kind: 'denied' })
  expect(await given({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({ kind: 'later', afterMs: 7_000 })
  expect(await given({ status: 503 })).toMatchObject({ kind: 'later', afterMs: undefined })
  // 404: the database was taken away; it is made again before the next write.
  const before = front.requests.length
  expect(await given({ status: 404, body: '{"error":"database not found"}' })).toMatchObject({ kind: 'later' })
  await given({ status: 204 })
  expect(front.requests.slice(before).map(({ path }) => path)).toEqual(['/write?db=penfeld&precision=ms', '/query', '/write?db=penfeld&precision=ms'])
  one.close()
})

test('the generation comes from the server, or from INFLUX_DIALECT; anything else is said', async () => {
  expect(['1.6.7~rc0', '1.8.10-c1.8.10', 'v2.7.6', '3.4.1', 'v4.0.0', undefined].map((version) => dialectOf(version)?.name)).toEqual(['1', '1', '2', '3', undefined, undefined])
  const told = await client('', { INFLUX_DIALECT: '2' }, () => undefined)
  expect((await told.dialect()).name).toBe('2')
  expect(front.requests).toEqual([])
  told.close()
  const other = new InfluxClient(readInfluxSettings(front.url, {}))
  await expect(other.dialect()).rejects.toThrow('does not say that it is an InfluxDB')
  other.close()
  expect(() => readInfluxSettings('http://x', { INFLUX_DIALECT: '4' })).toThrow('PF_CONFIG_INVALID')
})
