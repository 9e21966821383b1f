/**
 * The embedded store beside a plain SQLite row table, in the same run.
 *   npm run bench:store -- [--json] [--quick]
 * The series are the demonstration's own history, as it is stored (`services/simulator/history.ts`).
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { loadDistrict } from '#services/config/load-district.ts'
import { makeHistory } from '#services/simulator/history.ts'
import { openEmbeddedReader, openEmbeddedStore } from '#services/store/embedded/index.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { RowTable } from './row-table.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
const STEP_MS = 600_000
const TO = Date.parse('2026-02-01T00:00:00Z')
const YEAR_SERIES = 500
const POINTS_LATEST = 14_000
const LIVE_POINTS = 1_400
const folder = mkdtempSync(join(tmpdir(), 'penfeld-bench-store-'))
const zone = { timeZone: 'Europe/Paris' }

function print(name: string, value: number, unit: string, aim = 'shown', holds = true): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'store', case: name, value, unit, aim, holds })}\n`)
  else process.stdout.write(`${aim === 'shown' ? '    ' : holds ? 'ok  ' : 'FAIL'} ${name.padEnd(74)} ${Number(value.toPrecision(4))} ${unit}${aim === 'shown' ? '' : ` (aim ${aim})`}\n`)
}
const seconds = async (action: () => unknown): Promise<number> => {
  const begun = performance.now()
  await action()
  return (performance.now() - begun) / 1000
}
const quantile = (times: number[], share: number) => times.sort((left, right) => left - right)[Math.min(times.length - 1, Math.floor(times.length * share))]
async function median(rounds: number, action: (round: number) => unknown): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push((await seconds(() => action(round))) * 1000)
  return quantile(times, 0.5)
}
const settle = async (store: TimeSeriesStore) => { while (await store.maintain(1_000)) { /* to its end */ } }

/** The demonstration's history: import, size, and whether every bit comes back. */
async function benchHistory(): Promise<number> {
  const { district } = await loadDistrict(join(import.meta.dirname, '../../../fixtures/districts/capucins'), process.env)
  const series: { name: string; at: Float64Array; values: Float64Array; quality: Uint8Array }[] = []
  for await (const { pointId, at, values, quality } of makeHistory({ district, from: TO - (quick ? 20 : 120) * DAY_MS, to: TO })) series.push({ name: pointId, at, values, quality })
  const samples = series.reduce((sum, { at }) => sum + at.length, 0)

  const store = await openEmbeddedStore(join(folder, 'history'), zone)
  const ids = await store.register(series.map(({ name }) => name))
  const provenance = { recordedAt: TO, source: 'bench' }
  const importing = await seconds(async () => {
    for (let start = 0; start < series.length; start += 64) {
      await Promise.all(series.slice(start, start + 64).map((one, index) => store.importSeries(ids[start + index], one, provenance)))
    }
  })
  const rolling = await seconds(() => settle(store))

  // The row table gets a part of the same values: it slows down as it grows, so a part flatters it.
  const rows = new RowTable(join(folder, 'history-rows.sqlite'))
  let rowSamples = 0
  const inserting = await seconds(() => {
    for (const [index, { at, values }] of series.entries()) {
      if (rowSamples > (quick ? 700_000 : 2_500_000)) break
      rows.insert(new Int32Array(at.length).fill(ids[index]), at, values)
      rowSamples += at.length
    }
  })
  rows.close()
  const ratio = samples / importing / (rowSamples / inserting)
  print('history import', samples / importing / 1e6, 'M points/s')
  print('history import with hourly roll-ups to their end', samples / (importing + rolling) / 1e6, 'M points/s')
  print('row table, one transaction a series', rowSamples / inserting / 1e6, 'M points/s')
  print('history import against the row table', ratio, 'times', '>= 20', ratio >= 20)

  let differing = 0
  for (const [index, one] of series.entries()) {
    const read = await store.read(ids[index], one.at[0], one.at[one.at.length - 1] + 1)
    if (read.at.length !== one.at.length) differing++
    else for (let row = 0; row < read.at.length; row++) if (!Object.is(read.values[row], one.values[row]) || read.at[row] !== one.at[row] || read.quality[row] !== one.quality[row]) differing++
  }
  await store.close()
  const database = new DatabaseSync(join(folder, 'history/samples.sqlite'), { readOnly: true })
  const { bytes } = database.prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'blocks'").get() as { bytes: number }
  database.close()
  print(`bytes a point, the whole block table with keys and free space, ${(samples / 1e6).toFixed(1)} M points`, bytes / samples, 'bytes', '<= 3.2', bytes / samples <= 3.2)
  print('values that did not come back bit for bit', differing, 'values', '0', differing === 0)
  print('bytes a point of the row table', statSync(join(folder, 'history-rows.sqlite')).size / rowSamples, 'bytes')
  return samples
}

async function benchLive(): Promise<void> {
  const store = await openEmbeddedStore(join(folder, 'live'), zone)
  const ids = await store.register(Array.from({ length: LIVE_POINTS }, (_, index) => `p${index}`))
  const rows = new RowTable(join(folder, 'live-rows.sqlite'))
  const batches = quick ? 300 : 2_000
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < batches; round++) {
    const at = new Float64Array(LIVE_POINTS).fill(TO + round * 5_000)
    const values = Float64Array.from({ length: LIVE_POINTS }, (_, index) => ((index * 13 + round * 7) % 1_000) / 10)
    ours.push((await seconds(() => store.append({ pointIds: ids, at, values, quality: new Uint8Array(LIVE_POINTS) }, { recordedAt: TO, source: 'bench' }))) * 1000)
    if (round < batches / 4) theirs.push((await seconds(() => rows.insert(ids, at, values))) * 1000)
  }
  await store.close()
  rows.close()
  print('live insert of 1,400 points, safe on disk, p50', quantile(ours, 0.5), 'ms')
  print('live insert of 1,400 points, safe on disk, p99', quantile(ours, 0.99), 'ms')
  print('live insert', (LIVE_POINTS * 1000) / (ours.reduce((sum, time) => sum + time, 0) / ours.length) / 1e3, 'k points/s')
  print('live insert against the row table, p50', quantile(theirs, 0.5) / quantile(ours, 0.5), 'times')
}

async function benchQueries(): Promise<void> {
  const store = await openEmbeddedStore(join(folder, 'year'), zone)
  const ids = await store.register(Array.from({ length: YEAR_SERIES }, (_, index) => `p${index}`))
  const count = YEAR_MS / STEP_MS
  const at = Float64Array.from({ length: count }, (_, index) => TO - YEAR_MS + index * STEP_MS)
  const seriesOf = (seed: number) => Float64Array.from(at, (_, index) => Math.round(200 + 150 * Math.sin((index + seed) / 23) + 40 * Math.sin(index * seed)) / 10)
  const rows = new RowTable(join(folder, 'year-rows.sqlite'))
  const rowSeries = quick ? 10 : 40
  for (const [index, id] of ids.entries()) {
    const values = seriesOf(index + 1)
    await store.importSeries(id, { at, values, quality: new Uint8Array(count) }, { recordedAt: TO, source: 'bench' })
    if (index < rowSeries) rows.insert(new Int32Array(count).fill(id), at, values)
  }
  await settle(store)

  const one = await median(200, (round) => store.read(ids[round % YEAR_SERIES], TO - YEAR_MS, TO))
  const oneRow = await median(20, (round) => rows.read(ids[round % rowSeries], TO - YEAR_MS, TO))
  print('one series for a year (10-minute step)', one, 'ms', '<= 3', one <= 3)
  print('one series for a year, against the row table', oneRow / one, 'times')
  const sum = await median(quick ? 9 : 31, () => store.sumOfMeans(ids, 'hour', TO - YEAR_MS, TO))
  const sumRow = (await median(2, () => rows.sumByHour(TO - YEAR_MS, TO))) * (YEAR_SERIES / rowSeries)
  print('sum of 500 series by hour for a year, from roll-ups', sum, 'ms', '<= 50', sum <= 50)
  print(`sum of 500 series by hour for a year, against the row table (${rowSeries} series, scaled up)`, sumRow / sum, 'times')
  rows.close()
  await store.close()
}

async function benchLatest(): Promise<void> {
  const store = await openEmbeddedStore(join(folder, 'latest'), zone)
  const ids = await store.register(Array.from({ length: POINTS_LATEST }, (_, index) => `p${index}`))
  const rows = new RowTable(join(folder, 'latest-rows.sqlite'))
  for (let round = 0; round < 30; round++) {
    const batch = { pointIds: ids, at: new Float64Array(POINTS_LATEST).fill(TO + round * 10_000), values: new Float64Array(POINTS_LATEST).fill(round / 10), quality: new Uint8Array(POINTS_LATEST) }
    await store.append(batch, { recordedAt: TO, source: 'bench' })
    rows.insert(ids, batch.at, batch.values)
  }
  const reader = await openEmbeddedReader(join(folder, 'latest'), zone)
  const ours = await median(30, () => reader.latest(ids))
  const theirs = await median(10, () => rows.latest())
  print('latest of 14,000 points, in another process’s place', ours, 'ms')
  print('latest of 14,000 points, against the row table (30 values a point)', theirs / ours, 'times')
  await reader.close()
  await store.close()
  rows.close()
}

try {
  await benchHistory()
  await benchLive()
  await benchQueries()
  await benchLatest()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
