import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { filesDriver } from './driver.ts'

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
  expect(rejected.sort()).toEqual(['bad-value 1', 'row-without-block 1', 'unknown-meter 1'])
  expect(readFileSync(join(folder, 'failed/a.csv.faults.txt'), 'utf8')).toBe('line 12: bad-value\n')
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
