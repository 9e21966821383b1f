import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFront, type Front } from '#services/store/influx/front.testkit.ts'
import { startInfluxd, type Influxd } from '#services/store/influx/influxd.testkit.ts'
import { openInfluxReader, openInfluxStore, readInfluxSettings } from '#services/store/influx/index.ts'
import type { SampleBatch, TimeSeriesReader } from '#services/store/port.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-influx-fault-'))
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})
const optionsFor = (url: string, database: string) => ({ timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(url, { INFLUX_DATABASE: database }) })
/** A reader of another machine: it has no journal and sees what InfluxDB has. */
const elsewhere = (database: string) => openInfluxReader(join(folder, `nowhere-${database}`), optionsFor(influxd.url, database))

/** Every value given must be at the server, bit for bit, and nothing else. */
async function compare(reader: TimeSeriesReader, names: readonly string[], given: readonly Map<number, number>[]): Promise<{ stored: number; lost: number; different: number; invented: number }> {
  const found = { stored: 0, lost: 0, different: 0, invented: 0 }
  // A machine without the journal learns of new names little by little.
  await expect.poll(async () => (await reader.lookup(names)).includes(-1), { timeout: 30_000 }).toBe(false)
  const ids = await reader.lookup(names)
  await reader.readMany(ids, 0, Infinity, (index, { at, values }) => {
    const expected = given[index]
    for (let place = 0; place < at.length; place++) {
      if (!expected.has(at[place])) found.invented++
      else if (Object.is(expected.get(at[place]), values[place])) found.stored++
      else found.different++
    }
    found.lost += expected.size - at.length
  })
  return found
}

const STEP_MS = 1_000
test.runIf(isAsked(13))('InfluxDB is killed for two hours of values: nothing is lost, the backlog drains beside fresh values', async () => {
  await experiment(13, 'store in InfluxDB', async (run) => {
    const points = counts(200, 1_000)
    const outageS = 7_200
    const database = 'experiment13'
    const options = optionsFor(influxd.url, database)
    const place = join(folder, 'store13')
    let store = await openInfluxStore(place, { ...options, longestPauseMs: 1_000, recentSamples: 200_000 })
    const names = Array.from({ length: points }, (_, index) => `feeder ${index},p=1`)
    const ids = await store.register(names)
    const given = names.map(() => new Map<number, number>())
    const begin = Date.parse('2026-01-12T00:00:00Z')
    let second = 0
    let produced = 0
    const give = async (seconds: number): Promise<number> => {
      const rows = seconds * points
      const batch: SampleBatch = { pointIds: new Int32Array(rows), at: new Float64Array(rows), values: new Float64Array(rows), quality: new Uint8Array(rows) }
      for (let row = 0; row < rows; row++) {
        const point = row % points
        batch.pointIds[row] = ids[point]
        batch.at[row] = begin + (second + Math.floor(row / points)) * STEP_MS
        batch.values[row] = run.random.next() * 1_000
        given[point].set(batch.at[row], batch.values[row])
      }
      second += seconds
      produced += rows
      await store.append(batch, { recordedAt: begin + second * STEP_MS, source: 'field' })
      return batch.at[rows - 1]
    }
    for (let round = 0; round < 20; round++) await give(10)
    await influxd.kill()
    run.fault()
    while (second < 200 + outageS / 2) await give(10)
    // In the middle of it our own process starts anew as well.
    await store.close()
    store = await openInfluxStore(place, { ...options, longestPauseMs: 1_000, recentSamples: 200_000 })
    while (second < 200 + outageS) await give(10)
    const backlog = store.status()
    expect(backlog.state).toBe('away')
    expect(backlog.backlogEntries).toBeGreaterThan(700)

    // Values go on: each tick a second of the field, ten times a second. How old is the newest that InfluxDB has?
    const reader = await elsewhere(database)
    const allOfOutage = store.forwarded()
    await influxd.start()
    const restartedMs = performance.now()
    const givenAtMs = new Map<number, number>()
    const ages: number[] = []
    let liveValues = 0
    let drained = false
    const living = (async () => {
      while (!drained) {
        const next = pause(100)
        const at = await give(1)
        givenAtMs.set(at, performance.now())
        liveValues += points
        await next
      }
    })()
    const watching = (async () => {
      let watched = 0
      while (!drained) {
        await pause(100)
        const [id] = await reader.lookup([names[points - 1]])
        const [at] = id < 0 ? [NaN] : (await reader.latest(Int32Array.of(id))).at
        if (!(at > watched)) continue
        watched = at
        // The oldest live value that is not there yet says how late live values are.
        const missing = [...givenAtMs].find(([time]) => time > at)
        if (givenAtMs.has(at)) ages.push(performance.now() - (missing?.[1] ?? performance.now()))
      }
    })()
    const fromBacklog = backlog.backlogEntries
    await allOfOutage
    const drainS = (performance.now() - restartedMs) / 1_000
    drained = true
    await Promise.all([living, watching])
    run.recovered(drainS * 1_000)
    await store.forwarded()
    const result = await compare(reader, names, given)
    const status = store.status()
    const drainRate = (outageS * points) / drainS
    const liveRate = liveValues / drainS
    run.values({ produced, stored: result.stored, deduplicated: 0, quarantined: status.quarantined, dropped: 0 })
    run.measure('drainPerS', drainRate)
    run.measure('livePerS', liveRate)
    run.measure('freshnessMaxMs', Math.max(...ages))
    run.measure('backlogEntries', fromBacklog)
    expect(result).toEqual({ stored: produced, lost: 0, different: 0, invented: 0 })
    expect(status.quarantined).toBe(0)
    expect(drainRate).toBeGreaterThan(3 * liveRate)
    expect(ages.length).toBeGreaterThan(0)
    expect(Math.max(...ages)).toBeLessThan(10_000)
    await Promise.all([store.close(), reader.close()])
  })
}, counts(300_000, 1_200_000))

test.runIf(isAsked(14))('InfluxDB refuses a line, is busy, asks to wait, is slow: only the refused lines are put apart, and come in later', async () => {
  await experiment(14, 'store in InfluxDB', async (run) => {
    const points = 2_000
    const front: Front = await startFront(influxd.url)
    const database = 'experiment14'
    const requestTimeoutMs = counts(700, 15_000)
    const store = await openInfluxStore(join(folder, 'store14'), { ...optionsFor(front.url, database), longestPauseMs: 200, requestTimeoutMs })
    const names = Array.from({ length: points }, (_, index) => `p${index}`)
    const ids = await store.register(names)
    const given = names.map(() => new Map<number, number>())
    const begin = Date.parse('2026-01-12T00:00:00Z')
    let second = 0
    const give = () => {
      const at = begin + second++ * STEP_MS
      const values = Float64Array.from(ids, () => run.random.next())
      names.forEach((_, index) => given[index].set(at, values[index]))
      return store.append({ pointIds: ids, at: new Float64Array(points).fill(at), values, quality: new Uint8Array(points) }, { recordedAt: at, source: 'field' })
    }
    const isWrite = (path: string) => path.startsWith('/write')
    await give()
    await store.forwarded()

    // One refused line of two thousand, then five.
    let poisonPoints: readonly number[] = []
    front.answer = ({ path, body }) => (isWrite(path) && poisonPoints.some((point) => body.includes(`point=p${point} `)) ? { status: 400, body: '{"error":"partial write: not for this line"}' } : undefined)
    const perLine: number[] = []
    for (const some of [[777], [0, 500, 501, 1_300, 1_999]]) {
      poisonPoints = some
      const before = front.requests.length
      await give()
      await store.forwarded()
      run.fault(some.length)
      perLine.push((front.requests.slice(before).filter(({ path }) => isWrite(path)).length - 1) / some.length)
    }
    poisonPoints = []
    const apart = store.quarantined()
    expect(apart.map(({ pointId, at }) => `${names[pointId - 1]} ${(at - begin) / STEP_MS}`).sort()).toEqual(['p0 2', 'p1300 2', 'p1999 2', 'p500 2', 'p501 2', 'p777 1'])
    expect(apart.every(({ why }) => why.includes('not for this line'))).toBe(true)
    // Halving to one of two thousand is 11 requests, the line alone one more, the rest at the end one more, and for the first a sound line.
    for (const requests of perLine) expect(requests).toBeLessThanOrEqual(Math.ceil(Math.log2(points)) + 3)
    run.measure('requestsPerPoisonLine', Math.max(...perLine))

    // Busy, asked to wait, slow beyond patience: each for two requests, nothing of it is the lines' fault.
    for (const answer of [{ status: 503 }, { status: 429, headers: { 'retry-after': '1' } }, { status: 500, body: '{"error":"timeout"}' }, { status: 0, delayMs: requestTimeoutMs + counts(300, 15_000) }]) {
      let times = 2
      front.answer = ({ path }) => (isWrite(path) && times-- > 0 ? answer : undefined)
      const begunMs = performance.now()
      await give()
      await expect.poll(() => store.status().state, { timeout: 60_000, interval: 5 }).toBe('away')
      await store.forwarded()
      run.fault(2)
      run.recovered(performance.now() - begunMs)
      expect(store.status()).toMatchObject({ state: 'well', backlogEntries: 0, quarantined: 6 })
      if (answer.status === 429) expect(performance.now() - begunMs).toBeGreaterThan(1_900)
    }
    // A server that refuses every line has a fault of its own: nothing is put apart, and it is said.
    front.answer = ({ path }) => (isWrite(path) ? { status: 400, body: '{"error":"no lines today"}' } : undefined)
    const held = give()
    await held
    await expect.poll(() => store.status().state, { timeout: 30_000, interval: 5 }).toBe('denied')
    expect(store.status()).toMatchObject({ quarantined: 6, backlogEntries: 1, lastError: expect.stringContaining('no lines today') as string })
    front.answer = () => undefined
    await store.close()

    const again = await openInfluxStore(join(folder, 'store14'), optionsFor(front.url, database))
    await again.forwarded()
    const reader = await elsewhere(database)
    expect(await compare(reader, names, given)).toEqual({ stored: second * points - 6, lost: 6, different: 0, invented: 0 })
    expect(await again.retryQuarantined()).toEqual({ taken: 6, refused: 0 })
    const result = await compare(reader, names, given)
    run.values({ produced: second * points, stored: result.stored, deduplicated: 0, quarantined: 6, dropped: 0 })
    expect(result).toEqual({ stored: second * points, lost: 0, different: 0, invented: 0 })
    expect(again.quarantined()).toEqual([])
    await Promise.all([again.close(), reader.close(), front.close()])
  })
}, counts(300_000, 1_200_000))
