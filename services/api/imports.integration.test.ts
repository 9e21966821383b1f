import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openImportDesk } from '#services/ingest/import-desk.ts'
import { watchImportInbox } from '#services/ingest/import-inbox.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { buildApp } from './app.ts'
import type { OperatorImport, OperatorImports } from './contract/operator.ts'
import { ROUTES } from './contract/routes.ts'
import { EXAMPLE_DISTRICT, exampleDeps, type Example } from './example-deps.ts'

const LIMIT = 300_000
let folder: string
let example: Example
let app: Awaited<ReturnType<typeof buildApp>>
let store: TimeSeriesStore
let collect: ReturnType<typeof watchImportInbox> | undefined
let origin: string
let operator: { cookie: string; csrfToken: string }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-imports-'))
  example = exampleDeps({ imports: openImportDesk(join(folder, 'inbox'), LIMIT), requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
  operator = example.signIn('o', ['operator'])
  store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
})
afterEach(async () => {
  await app.close()
  await collect?.stop()
  collect = undefined
  await store.close()
  example.dispose()
  rmSync(folder, { recursive: true })
})

const startCollect = () => {
  collect = watchImportInbox({ folder: join(folder, 'inbox'), store, district: EXAMPLE_DISTRICT, clock: manualClock(Date.UTC(2026, 0, 14)), log: silentLogger })
}
const upload = (name: string, content: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${origin}${ROUTES.operator.imports}?name=${encodeURIComponent(name)}`, { method: 'POST', body: content, headers: { cookie: operator.cookie, 'x-csrf-token': operator.csrfToken, 'content-type': 'application/octet-stream', ...headers } })
const list = async () => ((await (await fetch(`${origin}${ROUTES.operator.imports}`, { headers: { cookie: operator.cookie } })).json()) as OperatorImports).imports
const tidy = (rows: number) => `timestamp,point,value\n${Array.from({ length: rows }, (_, row) => `${new Date(Date.UTC(2026, 0, 1) + row * 600_000).toISOString()},elec.dp.dp-a.p,${row}`).join('\n')}\n`

test('a file goes through the inbox into the store; the operator sees its counts and the lines that were refused', async () => {
  const response = await upload('../../Relevé janvier.CSV', `${tidy(3)}yesterday,elec.dp.dp-a.p,1\n2026-01-01T00:00:00Z,nobody,1\n`)
  expect(response.status).toBe(202)
  const waiting = (await response.json()) as OperatorImport
  expect(waiting).toMatchObject({ name: 'Releve_janvier.csv', state: 'waiting', stored: 0 })
  expect(await list()).toEqual([waiting])
  startCollect()
  await expect.poll(async () => (await list())[0].state, { timeout: 20_000 }).toBe('done')
  expect((await list())[0]).toMatchObject({ importId: waiting.importId, stored: 3, deduplicated: 0, revised: 0, refused: [{ reason: 'bad-time', count: 1, lines: [5] }, { reason: 'unknown-point', count: 1, lines: [6] }], error: null, sizeBytes: waiting.sizeBytes })
  const [id] = await store.lookup(['elec.dp.dp-a.p'])
  expect([...(await store.read(id, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2))).values]).toEqual([0, 1, 2])
  // The same file once more changes nothing; an unreadable one says why.
  await upload('again.csv.gz', gzipSync(tidy(3)))
  await upload('other.txt', 'of no known form')
  await expect.poll(async () => (await list()).map(({ state }) => state).sort(), { timeout: 20_000 }).toEqual(['done', 'done', 'failed'])
  expect((await list()).find(({ name }) => name === 'again.csv.gz')).toMatchObject({ stored: 0, deduplicated: 3 })
  expect((await list()).find(({ name }) => name === 'other.txt')!.error).toMatch(/^PF_IMPORT_FORMAT_UNKNOWN: It begins with/)
  expect(readdirSync(join(folder, 'inbox/failed'))).toHaveLength(1)
})

test('only an operator, only with the token of our own page, only a file of a known ending, only as bytes, only so large', async () => {
  const planner = example.signIn('p', ['planner'])
  const codeOf = async (response: Response) => `${response.status} ${((await response.json()) as { code: string }).code}`
  expect(await codeOf(await upload('a.csv', tidy(1), { cookie: '' }))).toBe('401 PF_SIGN_IN_REQUIRED')
  expect(await codeOf(await upload('a.csv', tidy(1), { cookie: planner.cookie, 'x-csrf-token': planner.csrfToken }))).toBe('403 PF_ROLE_REQUIRED')
  expect(await codeOf(await upload('a.csv', tidy(1), { 'x-csrf-token': 'no' }))).toBe('403 PF_CSRF')
  expect(await codeOf(await upload('a.csv', tidy(1), { 'sec-fetch-site': 'cross-site' }))).toBe('403 PF_CSRF')
  expect(await codeOf(await upload('a.exe', tidy(1)))).toBe('400 PF_IMPORT_NAME_INVALID')
  expect(await codeOf(await upload('a.csv', tidy(1), { 'content-type': 'text/csv' }))).toBe('415 PF_REQUEST_INVALID')
  expect(await codeOf(await upload('a.csv', '{}', { 'content-type': 'application/json' }))).toBe('400 PF_REQUEST_INVALID')
  expect(await codeOf(await upload('a.csv', new Uint8Array(LIMIT + 1)))).toBe('413 PF_IMPORT_TOO_LARGE')
  // Without its length: cut off where it becomes too large, and nothing of it stays.
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
  const sent = fetch(`${origin}${ROUTES.operator.imports}?name=a.csv`, { method: 'POST', body: endless, duplex: 'half', headers: { cookie: operator.cookie, 'x-csrf-token': operator.csrfToken, 'content-type': 'application/octet-stream' } } as RequestInit)
  expect(await sent.then((response) => response.status, () => 'cut')).toSatisfy((answer: unknown) => answer === 413 || answer === 'cut')
  const left = () => (existsSync(join(folder, 'inbox')) ? readdirSync(join(folder, 'inbox')) : [])
  await expect.poll(left, { timeout: 5_000 }).toEqual([])
  expect(await list()).toEqual([])
})

test('a queue that is full says so, and old reports go', async () => {
  for (let number = 0; number < 20; number++) expect((await upload(`${number}.csv`, tidy(1))).status).toBe(202)
  expect((await upload('one-more.csv', tidy(1))).status).toBe(503)
  startCollect()
  await expect.poll(async () => (await list()).filter(({ state }) => state === 'done').length, { timeout: 30_000 }).toBe(20)
  for (let number = 0; number < 60; number++) writeFileSync(join(folder, `inbox/${String(number).padStart(13, '0')}-00000000-old.csv.report.json`), JSON.stringify({ share: 1, done: true }))
  expect((await upload('new.csv', tidy(1))).status).toBe(202)
  expect(readdirSync(join(folder, 'inbox')).filter((name) => name.endsWith('.report.json')).length).toBeLessThanOrEqual(50)
})

test('the report on disk is what collect wrote', async () => {
  await upload('a.csv', tidy(2))
  startCollect()
  await expect.poll(async () => (await list())[0].state, { timeout: 20_000 }).toBe('done')
  const [file] = readdirSync(join(folder, 'inbox')).filter((name) => name.endsWith('.report.json'))
  expect(JSON.parse(readFileSync(join(folder, 'inbox', file), 'utf8'))).toEqual({ share: 1, done: true, report: { stored: 2, deduplicated: 0, revised: 0, refused: {} } })
})
