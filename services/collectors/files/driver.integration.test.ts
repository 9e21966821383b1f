import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import type { Channel } from '../port.ts'
import { filesDriver } from './driver.ts'
import type { TableMapping } from './profile.ts'

const METERS = ['12345678900001', '12345678900002']
const channels = METERS.map((prm) => testChannel('meters', prm, { unit: 'W', column: 'load-curve' }))
const sourceAt = (folder: string): Source => ({ id: 'meters', protocol: 'files', url: `file:${folder}`, periodS: 60, staleAfterS: 300 })
const HALF_HOUR_MS = 1_800_000
const block = (prm: string, at: number, value: number | string) =>
  `Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n${prm};Courbe de charge;;;Energie active;Consommation;Brut;W;30\nHorodate;Valeur\n${new Date(at + HALF_HOUR_MS).toISOString()};${value}\n`

driverContract('files', async (folder) => {
  const inbox = join(folder, 'inbox')
  const away = join(folder, 'away')
  let number = 0
  return {
    factory: filesDriver, source: sourceAt(inbox), channels, stateFolder: join(folder, 'state'), gives: { time: true, quality: false, history: true },
    async startServer() {
      if (existsSync(away)) renameSync(away, inbox)
      else mkdirSync(inbox)
      return {
        publish(channel, at, value) {
          const name = String(number++).padStart(4, '0')
          writeFileSync(join(inbox, `.${name}.part`), block(METERS[channel], at, value))
          renameSync(join(inbox, `.${name}.part`), join(inbox, `${name}.csv`))
        },
        async stop() { renameSync(inbox, away) },
      }
    },
  }
})

test('a file is kept after it was taken; unknown meters and bad lines are counted and listed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-files-'))
  const rejected: string[] = []
  const values: number[] = []
  writeFileSync(join(folder, 'a.csv'), block(METERS[0], 0, 7) + block('99999999999999', 0, 1) + block(METERS[1], 0, 'seven'))
  writeFileSync(join(folder, 'b.csv'), 'nothing of use\n')
  const driver = await filesDriver.start({
    source: sourceAt(folder), channels, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => void values.push(...readings.values),
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => new Float64Array(2).fill(NaN), status: () => {},
  })
  onTestFinished(async () => {
    await driver.stop()
    await rm(folder, { recursive: true, force: true })
  })
  await expect.poll(() => readdirSync(join(folder, 'failed')).sort(), { timeout: 10_000 }).toEqual(['a.csv.faults.txt', 'b.csv', 'b.csv.faults.txt'])
  expect(readdirSync(join(folder, 'done'))).toEqual(['a.csv'])
  expect(values).toEqual([7])
  expect(rejected.sort()).toEqual(['bad-value 1', 'unknown-format 1', 'unknown-meter 1'])
  expect(readFileSync(join(folder, 'failed/a.csv.faults.txt'), 'utf8')).toBe('line 12: bad-value\nline 8: unknown-meter\n')
})

test('a file that cannot be read does not hold up the ones behind it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-files-'))
  const values: number[] = []
  const states: string[] = []
  mkdirSync(join(folder, 'a.csv'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'b.csv'))
  writeFileSync(join(folder, 'c.csv'), block(METERS[0], 0, 7))
  const driver = await filesDriver.start({
    source: sourceAt(folder), channels, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => void values.push(...readings.values),
    reject: () => {}, lastStoredAt: async () => new Float64Array(2).fill(NaN),
    status: (state, detail) => void states.push(`${state} ${detail}`),
  })
  onTestFinished(async () => {
    await driver.stop()
    await rm(folder, { recursive: true, force: true })
  })
  await expect.poll(() => values, { timeout: 5_000 }).toEqual([7])
  await expect.poll(() => states.at(-1), { timeout: 5_000 }).toMatch(/b\.csv/)
  rmSync(join(folder, 'a.csv'), { recursive: true })
  rmSync(join(folder, 'b.csv'))
  await expect.poll(() => states.at(-1), { timeout: 5_000 }).toBe('connected undefined')
})

/** Runs the driver over a folder; what it brought as `channel time value`. */
async function watch(folder: string, watched: readonly Channel[]) {
  const brought: string[] = []
  const rejected: string[] = []
  const driver = await filesDriver.start({
    source: sourceAt(folder), channels: watched, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => readings.channels.forEach((channel, row) => brought.push(`${channel} ${new Date(readings.at[row]).toISOString().slice(0, 16)} ${readings.values[row]}`)),
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => new Float64Array(watched.length).fill(NaN), status: () => {},
  })
  onTestFinished(async () => {
    await driver.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return { brought, rejected }
}

test('each form is recognised by itself: the grid operator, Green Button, tables of two profiles; each in the unit of its profile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-files-'))
  const heat: TableMapping = { layout: 'columns', time: { columns: ['Zeit'], format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' }, decimal: ',' }
  const water: TableMapping = { layout: 'long', time: { columns: ['t'], format: 'epoch-ms' }, meter: 'id', value: 'litres' }
  const mixed = [
    channels[0], testChannel('house', '5446AF3F', { unit: 'kW', column: 'load-curve' }),
    testChannel('heat', 'H1', { unit: 'kWh', scale: 10, column: 'Arbeit', table: heat }), { ...testChannel('water', 'w7', { unit: 'm3', scale: 0.001, column: 'value', table: water }), device: { id: 'w', source: 'water', profile: 'water', address: 'w7' } },
  ]
  expect(filesDriver.check(sourceAt(folder), mixed)).toEqual([])
  writeFileSync(join(folder, 'a.csv'), block(METERS[0], 0, 7))
  writeFileSync(join(folder, 'b.xml.gz'), gzipSync(readFileSync(join(import.meta.dirname, '../../../fixtures/recordings/green-button/test_usage_data_01.xml'))))
  writeFileSync(join(folder, 'H1_2026.csv'), 'Zeit;Arbeit\n01.07.2026 12:00;1,5\n')
  writeFileSync(join(folder, 'w.txt'), 't,id,litres\n0,w7,2500\n0,w8,1\n')
  const { brought, rejected } = await watch(folder, mixed)
  await expect.poll(() => readdirSync(join(folder, 'done')).sort(), { timeout: 20_000 }).toEqual(['H1_2026.csv', 'a.csv', 'b.xml.gz', 'w.txt'])
  expect(brought.filter((one) => !one.startsWith('1 '))).toEqual(['2 2026-07-01T10:00 15', '0 1970-01-01T00:00 7', '3 1970-01-01T00:00 2.5'])
  const house = brought.filter((one) => one.startsWith('1 '))
  expect([house.length, house[0]]).toEqual([96, '1 2012-03-01T05:00 1.128'])
  expect(rejected).toEqual(['unknown-meter 1'])
})

test('a file that is still written is left alone until it rests; the same one again brings the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-files-'))
  const path = join(folder, 'growing.csv')
  const { brought, rejected } = await watch(folder, channels)
  const head = block(METERS[0], 0, 1)
  writeFileSync(path, head)
  for (let row = 1; row <= 8; row++) {
    await pause(500)
    expect(existsSync(path)).toBe(true)
    // Cut in the middle of a line: taken now, it would be a wrong value.
    appendFileSync(path, `${new Date((row + 1) * HALF_HOUR_MS).toISOString()};4`)
    await pause(50)
    appendFileSync(path, '2\n')
  }
  await expect.poll(() => existsSync(join(folder, 'done/growing.csv')), { timeout: 20_000 }).toBe(true)
  const once = [...brought]
  expect(once.map((one) => one.split(' ')[2])).toEqual(['1', ...Array.from({ length: 8 }, () => '42')])
  copyFileSync(join(folder, 'done/growing.csv'), path)
  await expect.poll(() => brought.length, { timeout: 20_000 }).toBe(2 * once.length)
  expect(brought.slice(once.length)).toEqual(once)
  expect(rejected).toEqual([])
})
