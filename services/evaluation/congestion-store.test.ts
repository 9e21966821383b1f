import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BASIS } from '#models/forecast/trajectories.ts'
import { inTransaction } from '#services/sqlite/in-transaction.ts'
import type { CongestionIssue } from './congestion-forecast.ts'
import { lastReliability, latestForecastIssue, openCongestionReader, saveReliability, savingCongestion } from './congestion-store.ts'
import { openRunStore } from './run-store.ts'
import { BAND_LEVELS } from './trailing-band.ts'

const HOUR = 3_600_000
const HEADS = ['S1', 'S9']
const issue = (issuedAt: number, steps = 4): CongestionIssue => {
  const elements = ['S1', 'S9', 'T1']
  const column = (value: number) => Float32Array.from({ length: elements.length * steps }, (_, i) => (i === 1 ? NaN : value))
  return {
    issuedAt, districtVersion: 'v1', from: issuedAt, stepS: 1800, steps, scenarios: 200, pastIssues: 30, measuredSeries: 4, assumedSeries: 1, unsettledShare: 0.005, thresholdsPct: [80, 100], elements,
    basis: Uint8Array.of(BASIS.measured, BASIS.assumed, BASIS.measured), probability: [column(0.125), column(0.005)], energyAboveKwh: [column(1.5), column(0)], unknownShare: column(0.25),
    loadingPct: [column(10), column(50), column(85)], durationMs: 12,
    heads: HEADS.map((section) => ({
      section, ratingKw: 1024, thresholds: [{ name: 'watch', kw: 820, probability: column(0.5).subarray(0, steps) }, { name: 'limit', kw: 1024, probability: column(0).subarray(0, steps) }],
      quantilesKw: BAND_LEVELS.map((level, k) => ({ level, valuesKw: new Float64Array(steps).fill(512 + k * 16) })),
    })),
    districtKw: [{ level: 0.5, valuesKw: Float64Array.from({ length: steps }, (_, t) => (t === 2 ? NaN : 900.25 + t)) }],
  }
}

test('an issue comes back as it was, the newest ones of all elements and the heads of every one', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-congestion-'))
  const file = join(place, 'runs.sqlite')
  const reader = openCongestionReader(file)
  expect([await reader.latestCongestion(), await reader.headIssues(0, Infinity), await reader.reliability()]).toEqual([undefined, [], []])
  const store = openRunStore(file)
  expect(latestForecastIssue(store.database)).toBeUndefined()
  const save = (one: CongestionIssue) => inTransaction(store.database, savingCongestion(store.database, one))
  for (let k = 1; k <= 30; k += 1) save(issue(k * HOUR))
  save({ ...issue(30 * HOUR), scenarios: 7 })
  expect(await reader.latestCongestion()).toEqual(issue(30 * HOUR))
  expect(await reader.latestIssuedAt()).toBe(30 * HOUR)
  expect(store.database.prepare('SELECT count(*) AS kept, min(issued_at) AS oldest FROM congestion').get()).toEqual({ kept: 24, oldest: 7 * HOUR })
  const heads = await reader.headIssues(HOUR, 3 * HOUR)
  expect(heads.map(({ issuedAt, section }) => [issuedAt, section])).toEqual([[HOUR, 'S1'], [HOUR, 'S9'], [2 * HOUR, 'S1'], [2 * HOUR, 'S9']])
  const { quantilesKw: _notKept, ...first } = issue(HOUR).heads[0]!
  expect(heads[0]).toEqual({ issuedAt: HOUR, from: HOUR, stepS: 1800, ...first })
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})

test('a year of hourly issues at the heads stays small', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-congestion-'))
  const store = openRunStore(join(place, 'runs.sqlite'))
  // Shares of 200 scenarios that change with every step, as they hardly ever do.
  const wild = (k: number) => Float32Array.from({ length: 144 }, (_, t) => ((t * (37 + k)) % 201) / 200)
  const { heads, ...rest } = issue(HOUR, 144)
  inTransaction(store.database, savingCongestion(store.database, { ...rest, heads: heads.map((head) => ({ ...head, thresholds: [0, 1, 2, 3].map((k) => ({ ...head.thresholds[0]!, probability: wild(k) })) })) }))
  const { size } = store.database.prepare('SELECT sum(length(body) + length(told)) AS size FROM congestion_head').get() as { size: number }
  expect(size * 8_760).toBeLessThan(30e6)
  await store.close()
  rmSync(place, { recursive: true })
})

test('of reports the newest stands, and an empty one is known to be empty', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-congestion-'))
  const file = join(place, 'runs.sqlite')
  const store = openRunStore(file)
  const reader = openCongestionReader(file)
  expect(lastReliability(store.database)).toBeUndefined()
  saveReliability(store.database, 5, [])
  expect(lastReliability(store.database)).toEqual({ at: 5, isEmpty: true })
  const report = { kind: 'back-cast' as const, from: 1, to: 2, issues: 3, heads: [], curves: [] }
  saveReliability(store.database, 6, [report])
  expect([lastReliability(store.database), await reader.reliability()]).toEqual([{ at: 6, isEmpty: false }, [report]])
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})
