import { parquetReadObjects } from 'hyparquet'
import { Parser } from 'n3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { openSigningKey } from '#services/hosts/signing-key.ts'
import { isReleaseSigned } from '#services/publication/document.ts'
import { openRegisterReader } from '#services/publication/register.ts'
import { openReleaseReader, openReleaseStore, type NewRelease } from '#services/publication/release-store.ts'
import { openWithdrawalDesk } from '#services/publication/withdrawals.ts'
import { buildApp } from './app.ts'
import { address, ROUTES } from './contract/routes.ts'
import { EXAMPLE_DAY, exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
const json = async (url: string) => JSON.parse((await get(url)).body)

test('a release has immutable bytes with a strong tag; withdrawn it is gone with one wording', async () => {
  const url = address(ROUTES.public.release, { id: '1' })
  const { statusCode, headers, body } = await get(url)
  expect(statusCode).toBe(200)
  expect(headers).toMatchObject({ etag: `"${EXAMPLE_DAY.sha256}"`, 'cache-control': 'public, max-age=86400, immutable', 'content-type': 'application/json; charset=utf-8' })
  expect(JSON.parse(body)).toMatchObject({ format: 'penfeld-release-2', releaseId: 1, kind: 'energy-daily', figures: { unit: 'kWh' } })
  expect((await get(url, { 'if-none-match': String(headers.etag) })).statusCode).toBe(304)
  expect((await get(address(ROUTES.public.release, { id: '99' }))).statusCode).toBe(404)

  example.publish({ ...EXAMPLE_DAY, releaseId: 4, at: EXAMPLE_DAY.at - 86_400_000, withdrawn: true })
  const gone = await get(address(ROUTES.public.release, { id: '4' }))
  expect(gone.statusCode).toBe(410)
  expect(JSON.parse(gone.body)).toMatchObject({ code: 'PF_RELEASE_WITHDRAWN', detail: 'This release is no longer public.' })
  const { releases, nextBefore } = await json(`${ROUTES.public.releases}?limit=2`)
  expect(releases.map((one: { releaseId: number; withdrawn: boolean }) => [one.releaseId, one.withdrawn])).toEqual([[4, true], [3, false]])
  expect(nextBefore).toBe(3)
  expect((await json(`${ROUTES.public.releases}?limit=2&before=3`)).releases.map((one: { releaseId: number }) => one.releaseId)).toEqual([2, 1])
})

test('energies come in columns of cells, as JSON and as rows; a withheld figure is null and says no reason', async () => {
  const query = { carrier: 'electricity', step: 'day', from: EXAMPLE_DAY.at, to: EXAMPLE_DAY.at + 86_400_000 }
  const url = address(ROUTES.public.energies, {}, query)
  const body = await json(url)
  expect(body).toMatchObject({ unit: 'kWh', at: [EXAMPLE_DAY.at], releaseIds: [1] })
  expect(body.cells).toEqual([
    { cell: 'district', name: { fr: 'Exemple', en: 'Example' }, energies: [12_300], indexes: [null] },
    { cell: 'zone:quay', name: { fr: 'Quai', en: 'Quay' }, energies: [null], indexes: [null] },
  ])
  const csv = (await get(`${url}&format=csv`)).body
  expect(csv.split('\r\n').slice(0, 3)).toEqual(['start,end,cell,energy,unit,index,release', '2026-01-10T23:00:00.000Z,2026-01-11T23:00:00.000Z,district,12300,kWh,,1', '2026-01-10T23:00:00.000Z,2026-01-11T23:00:00.000Z,zone:quay,,kWh,,1'])
  const curves = await json(address(ROUTES.public.curves, {}, { carrier: 'electricity', from: query.from, to: query.to }))
  expect(curves.days[0].cells[1]).toEqual({ cell: 'zone:quay', stepS: null, energies: null })
  expect((await get(address(ROUTES.public.energies, {}, { ...query, to: query.from + 401 * 86_400_000 }))).statusCode).toBe(400)
  for (const path of Object.values(ROUTES.public)) if (!path.includes(':') && !path.endsWith('/stream')) expect((await get(path)).body).not.toContain('dominant-holder')
})

test('the catalogue parses as Turtle and as JSON-LD and says the same; every file it names is there', async () => {
  const turtle = new Parser().parse((await get(ROUTES.public.catalogTurtle)).body)
  const dcat = (name: string) => `http://www.w3.org/ns/dcat#${name}`
  const objects = (predicate: string) => turtle.filter((quad) => quad.predicate.value === predicate).map((quad) => quad.object.value)
  const datasets = objects(dcat('dataset'))
  expect(datasets.map((iri) => iri.split('/').at(-1))).toEqual(['district-live-electricity', 'energy-daily-electricity', 'curve-daily-electricity', 'energy-monthly-electricity'])
  expect(new Set(objects('http://purl.org/dc/terms/license'))).toEqual(new Set(['https://www.etalab.gouv.fr/licence-ouverte-open-licence']))
  const files = objects(dcat('downloadURL'))
  expect(files).toHaveLength(datasets.length * 3)
  for (const file of [...files, ...objects('http://purl.org/dc/terms/conformsTo')]) expect((await get(new URL(file).pathname)).statusCode, file).toBe(200)

  const { '@context': context, '@graph': graph } = await json(ROUTES.public.catalogJsonLd)
  expect(context.dcat).toBe('http://www.w3.org/ns/dcat#')
  const count = (graph as Record<string, unknown>[]).reduce((sum, one) => sum + Object.entries(one).reduce((more, [key, value]) => more + (key === '@id' ? 0 : Array.isArray(value) ? value.length : 1), 0), 0)
  expect(count).toBe(turtle.length)
})

test('the files of a data set say the same in three formats, in the columns of its dictionary', async () => {
  const file = (ending: string) => get(address(ROUTES.public.dataset, { id: `energy-daily-electricity.${ending}` }))
  const rows = JSON.parse((await file('json')).body) as Record<string, unknown>[]
  expect(rows).toHaveLength(2)
  const schema = JSON.parse((await file('schema.json')).body)
  const names = schema.fields.map(({ name }: { name: string }) => name)
  expect(Object.keys(rows[0]!)).toEqual(names)
  const [header, first] = (await file('csv')).body.split('\r\n')
  expect(header).toBe(names.join(','))
  expect(first!.split(',')).toEqual(names.map((name: string) => String(rows[0]![name] ?? '')))
  const { rawPayload } = await file('parquet')
  const read = await parquetReadObjects({ file: rawPayload.buffer.slice(rawPayload.byteOffset, rawPayload.byteOffset + rawPayload.length) as ArrayBuffer })
  expect(read.map((row) => ({ ...row, start: (row['start'] as Date).toISOString(), end: (row['end'] as Date).toISOString() }))).toEqual(rows)
  for (const unknown of ['energy-daily-heat.csv', 'energy-daily-electricity.schema.csv', 'nothing-here.json']) expect((await get(address(ROUTES.public.dataset, { id: unknown }))).statusCode).toBe(404)
})

test('feed, keys and rules', async () => {
  const feed = (await get(ROUTES.public.feed)).body
  expect(feed).toContain('<feed xmlns="http://www.w3.org/2005/Atom"')
  expect(feed.match(/<entry>/g)!.length).toBeGreaterThanOrEqual(3)
  expect(await json(ROUTES.public.key)).toEqual({ algorithm: 'Ed25519', encoding: 'base64url', keys: [] })
  const { rules, kinds } = await json(ROUTES.public.methodology)
  expect(rules[0]).toMatchObject({ minHolders: 11, disclosure: { minHolders: 11, pPct: 20, intervalPct: 20 } })
  expect(kinds.map(({ kind, windowDays }: { kind: string; windowDays: number | null }) => [kind, windowDays])).toEqual([['district-live', 31], ['energy-daily', null], ['curve-daily', 31], ['energy-monthly', null]])
})

test('the data officer sees reasons, takes a release back once, and it is written down who did', async () => {
  const { cookie, csrfToken, personId } = example.signIn('officer', ['data-officer'])
  const view = JSON.parse((await app.inject({ url: ROUTES.dataOfficer.releases, headers: { cookie } })).body)
  expect(view.quarters[0].cells[1]).toEqual({ cell: 'zone:quay', name: { fr: 'Quai', en: 'Quay' }, finest: 'none', held: [{ step: 'daily', reason: 'dominant-holder' }, { step: 'monthly', reason: 'dominant-holder' }] })
  expect(view.releases.at(-1)).toMatchObject({ releaseId: 1, held: [{ cell: 'zone:quay', reason: 'dominant-holder' }], certificate: { holders: 24 } })
  expect(new Date(view.nextRunAt).toISOString()).toBe('2026-01-15T05:00:00.000Z')
  const withdraw = (id: string, reason = 'wrong meter') => app.inject({ method: 'POST', url: address(ROUTES.dataOfficer.withdrawal, { id }), headers: { cookie, 'x-csrf-token': csrfToken }, payload: { reason } })
  expect((await withdraw('1', 'x')).statusCode).toBe(400)
  expect((await withdraw('77')).statusCode).toBe(404)
  expect((await withdraw('1')).statusCode).toBe(202)
  expect((await withdraw('1')).statusCode).toBe(410)
  expect(example.deps.withdrawals.has(1)).toBe(true)
  expect(example.directory.accesses('release:1')).toMatchObject([{ personId, route: ROUTES.dataOfficer.withdrawal }])
})

test('a release that is taken back is gone for the public at once, before work has carried it out', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-withdrawn-'))
  const store = openReleaseStore(join(place, 'releases.sqlite'), openSigningKey(place, 'releases'))
  const body = { unit: 'kWh', to: 1, cells: [] } as unknown as Extract<NewRelease, { kind: 'energy-daily' }>['body']
  const certificate = { rulesFrom: 'r', cohortSha256: 'c', holders: 20, cellsShown: 0, cellsHeld: 0, derivableSums: 0, intervalsChecked: 0, narrowestShare: null }
  await store.publish({ kind: 'energy-daily', carrier: 'electricity', at: EXAMPLE_DAY.at, stepS: 86_400, publishedAt: EXAMPLE_DAY.publishedAt, rules: 'r', districtVersion: 'v', certificate, held: [], shown: 'cells', body })
  const withdrawals = openWithdrawalDesk(join(place, 'withdrawals.sqlite'))
  const releases = openReleaseReader(join(place, 'releases.sqlite'), (id) => withdrawals.has(id))
  const register = openRegisterReader(join(place, 'releases.sqlite'))
  const real = exampleDeps({ releases, register, withdrawals })
  const service = await buildApp(real.deps)
  const officer = real.signIn('officer', ['data-officer'])
  const status = async () => (await service.inject(address(ROUTES.public.release, { id: '1' }))).statusCode
  expect(await status()).toBe(200)
  const { statusCode } = await service.inject({ method: 'POST', url: address(ROUTES.dataOfficer.withdrawal, { id: '1' }), headers: { cookie: officer.cookie, 'x-csrf-token': officer.csrfToken }, payload: { reason: 'wrong meter' } })
  expect(statusCode).toBe(202)
  expect(await status()).toBe(410)
  const [head] = JSON.parse((await service.inject(ROUTES.public.releases)).body).releases
  expect(head).toMatchObject({ releaseId: 1, withdrawn: true })
  expect(isReleaseSigned(head.sha256, head.publicKey, head.signature)).toBe(true)
  const csv = await service.inject(address(ROUTES.public.dataset, { id: 'energy-daily-electricity.csv' }))
  expect(csv.body.trim().split('\r\n')).toHaveLength(1)
  await service.close()
  await Promise.all([releases.close(), register.close(), store.close()])
  withdrawals.close()
  real.dispose()
  rmSync(place, { recursive: true })
})
