import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localDayStart } from '#models/units/local-time.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import type { RunningRole } from '#services/config/role.ts'
import { openCongestionReader } from '#services/evaluation/congestion-store.ts'
import { openFindingsReader } from '#services/evaluation/findings.ts'
import { openRunReader } from '#services/evaluation/run-store.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { openReleaseReader } from '#services/publication/release-store.ts'
import { openEmbeddedReader } from '#services/store/embedded/reader.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { redisUnderTest, type RedisUnderTest } from './bullmq/redis.testkit.ts'
import { openJobStatus } from './open.ts'
import { startWork } from './role.ts'

const STEP = 600_000
const ORIGIN = Date.parse('2026-01-28T09:00:00Z')
const DAYS = 30
const loaded = smallDistrict()
const { district } = loaded
const store = { timeZone: district.timeZone }

let folder: string
let measured: TimeSeriesStore
let role: RunningRole | undefined
let redis: RedisUnderTest | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-role-'))
  measured = await openEmbeddedStore(join(folder, 'measured'), store)
})
afterEach(async () => {
  await role?.stop()
  role = undefined
  await redis?.end()
  redis = undefined
  await measured.close()
  rmSync(folder, { recursive: true })
})

/** What each point says: a wave over the day, registers that count it. */
function truth(name: string, at: number): number {
  const wave = 1 + 0.3 * Math.sin((2 * Math.PI * at) / 86_400_000)
  if (name.startsWith('elec.hv')) return 210 * wave
  if (name.startsWith('elec.tr')) return 100 * wave
  if (name.endsWith('.e')) return ((at - ORIGIN) / 3_600_000) * 5 + 100_000
  return 5 * wave
}

async function importHistory(): Promise<void> {
  const names = district.measurementPoints.map(({ id }) => id)
  const ids = await measured.register(names)
  const at = Float64Array.from({ length: DAYS * 144 + 1 }, (_, i) => ORIGIN + (i - DAYS * 144) * STEP)
  for (const [i, name] of names.entries()) {
    await measured.importSeries(ids[i]!, { at, values: at.map((time) => truth(name, time)), quality: new Uint8Array(at.length) }, { recordedAt: ORIGIN, source: 'import:test' })
  }
  while (await measured.maintain(500));
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test.each(['a file', 'Redis'])('jobs in %s: from stored values to states, forecasts, energies and a release, and a late value mends a state', async (kept) => {
  if (kept === 'Redis') redis = await redisUnderTest()
  const environment = readEnvironment({ PENFELD_DATA: folder, REDIS_URL: redis?.url })
  const said: string[] = []
  await importHistory()
  // Real time from an origin in the past: nothing is measured after it, so only the marks of late values ask for more.
  const clock = createClock(new Date(ORIGIN + 5 * 60_000).toISOString() + ',1', Date.now())
  const start = () => startWork({ environment, district: loaded, clock, log: silentLogger, say: (message) => { said.push(message) } })
  role = await start()
  const runs = openRunReader(join(folder, 'runs.sqlite'))
  const first = await until(() => runs.latest('estimate'))
  expect(first.to).toBe(ORIGIN)
  expect(first.closurePct).toBeLessThan(0.1)
  const states = await runs.states('estimate', ORIGIN - 144 * STEP, ORIGIN)
  expect(states).toHaveLength(144)
  expect(states.every(({ settled }) => settled)).toBe(true)

  const ahead = await until(() => runs.latest('forecast'))
  expect(ahead.to - ahead.from).toBe(288 * STEP)
  // The first that was issued: that of the days may have come meanwhile.
  const [district48h] = await runs.forecasts('district', 0, Infinity)
  expect(district48h!.valuesKw[0]).toBeCloseTo(4 * truth('elec.tr', district48h!.from), 3)

  // A month is too short for a fit: the mean of days alike answers, asked for once at the first start, and is issued at once.
  const days = await until(async () => (await runs.dayAheadForecasts(ORIGIN, Infinity)).find(({ series }) => series === 'dp0'))
  expect(days).toMatchObject({ method: 'similar-day', reason: 'history-short', from: localDayStart(ORIGIN, district.timeZone), stepS: 1800 })
  const corrected = await until(async () => { const one = await runs.latestForecast('district'); return one?.method === 'similar-day' && one })
  expect(corrected.valuesKw[0]).toBeCloseTo(4 * truth('elec.tr', corrected.from), 0)

  // What is issued is drawn together and goes through the load flow; a month by the rule of days alike knows four weeks of errors.
  const congestion = openCongestionReader(join(folder, 'runs.sqlite'))
  const drawn = await until(async () => { const one = await congestion.latestCongestion(); return one !== undefined && one.issuedAt >= corrected.issuedAt && one })
  expect(drawn).toMatchObject({ districtVersion: loaded.version, stepS: 1800, scenarios: 200, unsettledShare: 0, steps: 144, thresholdsPct: [80, 100] })
  expect(drawn.pastIssues).toBeGreaterThanOrEqual(20)
  expect([drawn.measuredSeries, drawn.assumedSeries]).toEqual([15, 0])
  expect(drawn.elements).toEqual([...district.network.lineSections, ...district.network.transformers].map(({ id }) => id))
  const transformer = drawn.elements.indexOf('P01.T1') * drawn.steps
  expect(drawn.loadingPct[1]![transformer]! / ((100 * truth('elec.tr', drawn.from + STEP)) / 630 / 0.95)).toBeCloseTo(1, 1)
  expect(drawn.probability[0]![transformer]).toBe(0)
  expect(drawn.heads.map(({ section, thresholds }) => [section, thresholds.map(({ name }) => name)])).toEqual(['H1.S1', 'H2.S1'].map((section) => [section, ['watch', 'limit', 'high', 'usual']]))

  const releases = openReleaseReader(join(folder, 'releases.sqlite'))
  const release = await until(() => releases.latest('district-live'))
  expect(release.publishedAt).toBeGreaterThanOrEqual(release.at + 3_600_000)
  expect(release.body.meanPowerKw).toBeGreaterThan(0)

  // Eight homes are too few for anybody to see their energy: the day is released all the same, and says nothing.
  const lastDue = localDayStart(ORIGIN, district.timeZone) - 2 * 86_400_000
  const day = await until(async () => { const one = await releases.latest('energy-daily'); return one?.at === lastDue && one })
  expect(day).toMatchObject({ carrier: 'electricity', body: { unit: 'kWh', cells: [{ cell: 'district', energy: null, index: null }] } })
  expect(day.signature).toMatch(/^[\w-]{86}$/)

  const findings = openFindingsReader(join(folder, 'runs.sqlite'))
  expect((await until(() => findings.firmImport(loaded.version, 'winter'))).firmImportKw).toBeGreaterThan(0)

  const derived = await openEmbeddedReader(join(folder, 'derived'), store)
  const energyOf = async (name: string, from: number) => {
    const [id] = await derived.lookup([name])
    return id! > 0 ? (await derived.read(id!, from, from + STEP)).values[0] : undefined
  }
  expect(await until(() => energyOf('validated:elec.dp.dp0.e', ORIGIN - 10 * 86_400_000))).toBeCloseTo(5 / 6, 6)
  expect(await until(() => energyOf('virtual:district.power', ORIGIN - 6 * STEP))).toBeCloseTo(4 * truth('elec.tr', ORIGIN - 6 * STEP), 6)

  const names = ['elec.tr.P01.T1.p', 'elec.hv.H1.p']
  const at = ORIGIN - 20 * STEP
  await measured.append({ pointIds: await measured.lookup(names), at: new Float64Array(2).fill(at), values: Float64Array.of(200, 350), quality: new Uint8Array(2) }, { recordedAt: clock.now(), source: 'network' })
  const mended = await until(async () => {
    const [state] = await runs.states('estimate', at, at + STEP)
    return state!.transformerLoadKva[0]! > 190 && state
  })
  expect(mended.transformerQuality[0]).toBe(0)

  const jobs = openJobStatus(environment)
  const kinds = await jobs.kinds()
  expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['congest', 'evaluate', 'evaluate-ahead', 'forecast', 'forecast-days', 'publish', 'publish-energies', 'roll-up', 'validate']))
  expect(kinds.find(({ kind }) => kind === 'evaluate')).toMatchObject({ waiting: 0, running: 0, failed: 0 })

  // Stopped and started again: nothing that was done is done again.
  await role.stop()
  const before = (await runs.latest('estimate'))!.runId
  role = await start()
  await until(async () => (await jobs.kinds()).every(({ waiting, running }) => waiting + running === 0))
  expect((await runs.latest('estimate'))!.runId).toBe(before)
  expect(said.join('\n')).toContain(kept === 'Redis' ? `jobs are kept on Redis at ${redis!.url}` : 'jobs are kept in a file')
  await Promise.all([runs.close(), congestion.close(), releases.close(), findings.close(), derived.close(), jobs.close()])
})
