import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { openEmbeddedStore } from '../embedded/index.ts'
import { startInfluxd, type Influxd } from '../influx/influxd.testkit.ts'
import { openReader, openWriter, storeFolder } from '../open.ts'
import type { TimeSeriesReader } from '../port.ts'

const main = join(import.meta.dirname, '../../main.ts')
const HOUR = 3_600_000
const T0 = Date.parse('2026-01-12T00:00:00Z')
const POINTS = 60
const folder = mkdtempSync(join(tmpdir(), 'penfeld-migrate-'))
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** The command as people give it. */
function penfeld(dataFolder: string, ...args: string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { env: { ...process.env, NODE_OPTIONS: '', PENFELD_DATA: dataFolder, INFLUX_URL: influxd.url }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { child, ended: new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output }))) }
}

/** History, live values recorded one by one, gaps, late values, revisions of revisions, a value revised to nothing. */
async function fill(place: string): Promise<void> {
  const store = await openEmbeddedStore(place, { timeZone: 'Europe/Paris', packSamples: 20_000 })
  const names = Array.from({ length: POINTS }, (_, index) => `point ${index}, phase=${index % 3}`)
  const ids = await store.register([...names, 'never a value'])
  for (const [index, point] of [...ids.subarray(0, POINTS)].entries()) {
    const count = 4_000
    await store.importSeries(point, {
      at: Float64Array.from({ length: count }, (_, row) => T0 - (count - row) * 600_000 - index), values: Float64Array.from({ length: count }, (_, row) => Math.sin(row + index) * 100),
      quality: Uint8Array.from({ length: count }, (_, row) => (row % 50 === 0 ? QUALITY.uncertain : QUALITY.measured)),
    }, { recordedAt: T0, source: 'import:history.csv' })
  }
  for (let second = 0; second < 500; second++) {
    const points = ids.subarray(0, POINTS).filter((_, index) => (second + index) % 7 !== 0)
    const recordedAt = T0 + second * 1_000 + 400
    await store.append({ pointIds: points, at: new Float64Array(points.length).fill(T0 + second * 1_000), values: Float64Array.from(points, (point) => (point * second) / 7), quality: new Uint8Array(points.length) }, { recordedAt, source: 'field' })
    if (second % 100 === 99) while (await store.maintain(50)) { /* to its end */ }
  }
  const revise = (point: number, second: number, value: number, hours: number, source: string, reason?: string) =>
    store.append({ pointIds: Int32Array.of(point), at: Float64Array.of(T0 + second * 1_000), values: Float64Array.of(value), quality: Uint8Array.of(Number.isNaN(value) ? QUALITY.missing : QUALITY.substituted) }, { recordedAt: T0 + hours * HOUR, source, ...(reason === undefined ? {} : { reason }) })
  for (let point = 1; point <= 20; point++) {
    await revise(point, 100, point, 1, 'late')
    await revise(point, 100, point + 0.5, 2, 'anne', 'wrong ratio')
    await revise(point, 101, NaN, 2, 'anne', 'meter was out')
  }
  await store.close()
}

/** Everything a reader can tell of a store. */
async function all(reader: TimeSeriesReader): Promise<unknown[][]> {
  const names = await reader.names()
  const series = await Promise.all(names.map(async (name, index) => {
    const { at, values, quality, recordedAt } = await reader.read(index + 1, 0, Infinity)
    const revisions = (await reader.revisions(index + 1, 0, Infinity)).map((one) => ({ ...one, recordedAt: Math.floor(one.recordedAt / 1_000) }))
    return [name, [...at], [...values], [...quality], [...recordedAt].map((time) => Math.floor(time / 1_000)), revisions, [...(await reader.read(index + 1, T0 + 90_000, T0 + 110_000, { asOf: T0 + HOUR })).values]]
  }))
  return series
}

test('a store is copied into InfluxDB and back, through a kill in the middle, with revisions and times of recording; sequence numbers go on', async () => {
  const data = join(folder, 'data')
  const embedded = storeFolder(data, 'measured', 'embedded')
  await fill(embedded)
  const settings = { dataFolder: data, timeZone: 'Europe/Paris' }
  const original = await openReader('measured', { ...settings, influxUrl: undefined })
  const told = await all(original)
  const revised = told.reduce((sum, [, , , , , revisions]) => sum + (revisions as unknown[]).length, 0)
  expect(revised).toBeGreaterThan(80)
  const head = await original.headSeq()
  await original.close()

  // While somebody writes nothing is copied.
  const writer = await openWriter('measured', { ...settings, influxUrl: undefined })
  expect(await penfeld(data, 'migrate-store', '--to', 'influx').ended).toMatchObject({ code: 75, output: expect.stringContaining('PF_STORE_LOCKED') as string })
  await writer.close()

  const progress = join(storeFolder(data, 'measured', 'influx'), 'migration.jsonl')
  const copied = () => (existsSync(progress) ? readFileSync(progress, 'utf8').trim().split('\n').filter((line) => line !== '').length : 0)
  const killed = penfeld(data, 'migrate-store', '--to', 'influx')
  await expect.poll(copied, { timeout: 60_000, interval: 5 }).toBeGreaterThan(5)
  killed.child.kill('SIGKILL')
  await killed.ended
  expect(copied()).toBeLessThan(POINTS)
  await expect(openWriter('measured', { ...settings, influxUrl: influxd.url })).rejects.toThrow('has not ended')

  const { code, output } = await penfeld(data, 'migrate-store', '--to', 'influx').ended
  expect(output).toMatch(/measured: 61 points, [\d,]+ values and (\d+) revisions, read back and equal; \d+ points were copied before\.\nderived: nothing is stored yet\./)
  expect(Number(/and (\d+) revisions/.exec(output)![1])).toBe(revised)
  expect(code).toBe(0)
  const copy = await openWriter('measured', { ...settings, influxUrl: influxd.url })
  expect(await all(copy)).toEqual(told)
  expect(await copy.headSeq()).toBeGreaterThanOrEqual(head)
  const added = await copy.append({ pointIds: Int32Array.of(1), at: Float64Array.of(T0 + 9 * HOUR), values: Float64Array.of(9), quality: new Uint8Array(1) }, { recordedAt: T0 + 9 * HOUR, source: 'field' })
  expect(added.seq).toBeGreaterThan(head)
  const told2 = await all(copy)
  await copy.close()

  // Back, into a folder that is not there any more.
  rmSync(embedded, { recursive: true })
  expect(await penfeld(data, 'migrate-store', '--to', 'embedded').ended).toMatchObject({ code: 0, output: expect.not.stringContaining('read back is not') as string })
  const back = await openReader('measured', { ...settings, influxUrl: undefined })
  expect(await all(back)).toEqual(told2)
  expect(await back.headSeq()).toBeGreaterThanOrEqual(added.seq)
  await back.close()
})

test('a store that would begin empty beside one with a past is not opened', async () => {
  const data = join(folder, 'beside')
  const settings = { dataFolder: data, timeZone: 'Europe/Paris' }
  await (await openWriter('measured', { ...settings, influxUrl: undefined })).close()
  await expect(openWriter('measured', { ...settings, influxUrl: influxd.url })).rejects.toThrow('PF_STORE_OTHER')
})
