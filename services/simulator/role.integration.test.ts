import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ModbusClient from 'modbus-serial'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { loadDistrict } from '#services/config/load-district.ts'
import type { RunningRole } from '#services/config/role.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { createField } from './field.ts'
import { startSimulate } from './role.ts'

interface LedgerView {
  sources: Record<string, number>
  latest: Record<string, { at: number; value: number; quality: number }>
}

const freePort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

const folder = await mkdtemp(join(tmpdir(), 'penfeld-field-'))
const [opcua, modbus, mqtt, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
const variables = {
  PENFELD_DATA: folder, PENFELD_OPCUA_PORT: String(opcua), PENFELD_MODBUS_PORT: String(modbus), PENFELD_MQTT_PORT: String(mqtt), PENFELD_FIELD_CONTROL_PORT: String(control),
}
const environment = readEnvironment(variables)
const district = await loadDistrict(environment.districtFolder, variables)
const clock = createClock('2026-01-13T09:30:00Z,600', Date.now())
let role: RunningRole

const ask = async (path: string, method = 'GET'): Promise<Response> => await fetch(`http://127.0.0.1:${control}${path}`, { method })
const ledger = async (): Promise<LedgerView> => (await (await ask('/ledger')).json()) as LedgerView

beforeAll(async () => {
  role = await startSimulate({ environment, district, clock, log: silentLogger, say: () => {} })
})
afterAll(async () => {
  await role.stop()
  await rm(folder, { recursive: true, maxRetries: 3 })
})

test('a meter read over Modbus shows what the ledger says, and that is what the field says of that instant', async () => {
  const device = district.district.devices.find(({ profile }) => profile === 'shop-meter')!
  const point = district.district.measurementPoints.find(({ feed }) => feed?.device === device.id && feed.channel === 'p')!
  const client = new ModbusClient.default()
  await client.connectTCP('127.0.0.1', { port: modbus })
  client.setID(Number(device.address))
  const { buffer } = await client.readHoldingRegisters(0, 102)
  client.close(() => {})
  const field = createField(district.district)
  const deviceTime = buffer.readUInt32BE(200) * 1_000
  expect(clock.now() - deviceTime).toBeLessThan(3_600_000)
  expect(buffer.readInt32BE(0) / 1_000).toBeCloseTo(field.valueAt(field.find(point.id)!, deviceTime), 3)
  expect((await ledger()).latest[point.id].at).toBeGreaterThanOrEqual(deviceTime)
})

test('every ten minutes of a charger reach a subscriber at speed 600', async () => {
  const device = district.district.devices.find(({ profile }) => profile === 'ev-charger')!
  const client = await connectAsync(`mqtt://127.0.0.1:${mqtt}`)
  const times: number[] = []
  const heard = new Promise<void>((resolve) => client.on('message', (_topic, payload) => {
    const at = Date.parse((JSON.parse(payload.toString()) as { ts: string }).ts)
    // Between two boundaries a charger also tells its present value when it is asked often enough.
    if (at % 600_000 === 0) times.push(at)
    if (times.length === 4) resolve()
  }))
  await client.subscribeAsync(String(device.address), { qos: 1 })
  await heard
  await client.endAsync()
  expect(times.slice(1).map((at, index) => at - times[index])).toEqual([600_000, 600_000, 600_000])
})

test('faults are switched by hand: silence stops one source and no other', async () => {
  expect((await ask('/faults/mqtt/silence', 'POST')).status).toBe(200)
  const before = (await ledger()).sources
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  const after = (await ledger()).sources
  expect(after['city']).toBe(before['city'])
  expect(after['buildings']).toBeGreaterThan(before['buildings'])
  expect((await ask('/faults/mqtt/none', 'POST')).status).toBe(200)
  expect((await ask('/faults/mqtt/explode', 'POST')).status).toBe(404)
})

test('the files of yesterday lie in the inbox, whole, with stamps at the end of the interval', async () => {
  const inbox = join(folder, 'inbox', 'meters')
  await expect.poll(async () => (await readdir(inbox).catch(() => [])).filter((name) => name.startsWith('enedis-2026-01-12') && !name.includes('retard')).length, { timeout: 10_000 }).toBe(12)
  expect((await readdir(inbox)).filter((name) => name.endsWith('.part'))).toEqual([])
  const text = await readFile(join(inbox, (await readdir(inbox)).find((name) => name.startsWith('enedis-2026-01-12'))!), 'utf8')
  const lines = text.split('\n')
  expect(lines[0]).toBe('Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes')
  expect(lines[1]).toMatch(/^\d{14};Courbe de charge;12\/01\/2026;13\/01\/2026;.*;W;30$/)
  expect(lines[3]).toMatch(/^2026-01-12T00:30:00\+01:00;\d+$/)
  expect(lines[3 + 47]).toMatch(/^2026-01-13T00:00:00\+01:00;\d+$/)
})

test('the truth balances: what the source gives is what is drawn and lost', async () => {
  const truth = (await (await ask('/truth?at=2026-01-13T18:00:00Z')).json()) as { sourceKw: Record<string, number>; branches: Record<string, { fromKw: number }> }
  const heads = district.district.network.feeders.filter(({ busbar }) => busbar === district.district.network.sources[0].node).map(({ lineSections }) => lineSections[0])
  const drawn = heads.reduce((sum, id) => {
    const section = district.district.network.lineSections.find((one) => one.id === id)!
    const branch = truth.branches[id] as { fromKw: number; toKw?: number }
    return sum + (section.from === district.district.network.sources[0].node ? branch.fromKw : -(branch.toKw ?? NaN))
  }, 0)
  expect(drawn).toBeCloseTo(Object.values(truth.sourceKw)[0], 3)
})
