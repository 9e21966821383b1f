import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchOf } from '../contract.ts'
import { eraseLocally } from './erase-local.ts'
import { startInfluxd, type Influxd } from './influxd.testkit.ts'
import { readInfluxSettings } from './settings.ts'
import { openInfluxReader, openInfluxStore } from './store.ts'

const T0 = Date.parse('2026-01-12T00:00:00Z')
const CANARY = 5_318.246813579113
const bytes = Buffer.from(Float64Array.of(CANARY).buffer)
const folder = mkdtempSync(join(tmpdir(), 'penfeld-influx-erase-'))
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})
const filesWithCanary = (place: string) => readdirSync(place).filter((name) => [bytes, Buffer.from(bytes).reverse()].some((pattern) => readFileSync(join(place, name)).includes(pattern)))

test('at the server and in the files before it, also of values that were on their way; a server that is away is not said to have forgotten', async () => {
  const place = join(folder, 'store')
  const options = { timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(influxd.url, { INFLUX_DATABASE: 'erase' }), longestPauseMs: 100 }
  const store = await openInfluxStore(place, options)
  const [mine, other] = await store.register(['mine', 'other'])
  for (let i = 0; i < 20; i++) await store.append(batchOf([[mine!, T0 + i * 1_000, CANARY], [other!, T0 + i * 1_000, i]]), { recordedAt: T0, source: 's' })
  await store.append(batchOf([[mine!, T0, 1]]), { recordedAt: T0, source: 'anne', reason: 'r' })
  await store.append(batchOf([[mine!, T0, CANARY]]), { recordedAt: T0, source: 'anne', reason: 'r' })
  expect(filesWithCanary(place)).not.toEqual([])
  // Twenty values, and of the first one the one it was and two others.
  expect(await store.erase(Int32Array.of(mine!), T0 - 1, T0 + 60_000)).toBe(23)
  expect(filesWithCanary(place)).toEqual([])
  const server = await openInfluxReader(join(folder, 'nowhere'), options)
  const [theirMine, theirOther] = await server.lookup(['mine', 'other'])
  expect([(await server.read(theirMine!, 0, Infinity)).at.length, (await server.read(theirOther!, 0, Infinity)).at.length]).toEqual([0, 20])
  await server.close()
  await store.close()

  const away = await openInfluxStore(place, { ...options, settings: readInfluxSettings('http://127.0.0.1:9', { INFLUX_DATABASE: 'erase', INFLUX_DIALECT: '1' }) })
  await away.append(batchOf([[mine!, T0 + 90_000, CANARY]]), { recordedAt: T0, source: 's' })
  await expect(away.erase(Int32Array.of(mine!), T0, T0 + 100_000)).rejects.toThrow(/PF_STORE_UNAVAILABLE/)
  expect(filesWithCanary(place)).not.toEqual([])
  await away.close()
  // After a restore, when nobody writes.
  await eraseLocally(place, ['mine', 'unheard-of'], T0, T0 + 100_000)
  expect(filesWithCanary(place)).toEqual([])
}, 40_000)

test('a generation that deletes no single values says so', async () => {
  const { DIALECTS } = await import('./dialect.ts')
  const settings = readInfluxSettings('http://127.0.0.1:9', { INFLUX_DATABASE: 'd', INFLUX_ORG: 'o', INFLUX_TOKEN: 't' })
  const range = { measurement: 'measured', point: 'p"q', from: T0, to: T0 + 1_000 }
  expect(DIALECTS[3].erase(settings, range)).toBeUndefined()
  const { path, body } = DIALECTS[2].erase(settings, range)!
  expect(path).toBe('/api/v2/delete?org=o&bucket=d')
  expect(JSON.parse(String(body))).toEqual({ start: '2026-01-12T00:00:00.000Z', stop: '2026-01-12T00:00:00.999999999Z', predicate: '_measurement="measured" AND point="p\\"q"' })
})
