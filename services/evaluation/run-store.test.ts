import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NetworkState, RunHead, RunLayout } from './port.ts'
import { openRunReader, openRunStore } from './run-store.ts'

const layout: RunLayout = { lineSections: ['S1', 'S2', 'S3'], transformers: ['T1'], buses: ['B1', 'B2'] }
const STEP = 600_000

function state(at: number, level: number): NetworkState {
  const column = (length: number) => Float32Array.from({ length }, (_, i) => level + i / 8)
  return {
    at, settled: true,
    sectionCurrentA: column(3), sectionLoadingPct: Float32Array.of(level, NaN, 3), sectionPowerKw: column(3),
    transformerLoadKva: column(1), transformerLoadingPct: column(1), busVoltagePu: column(2), busLoadKw: column(2),
    sectionQuality: Uint8Array.of(0, 6, 3), transformerQuality: Uint8Array.of(3),
    lossesKw: level / 3, districtKw: level, boundaryKw: 2 * level, unmeteredKw: 0.1, residualKw: NaN,
  }
}
const head = (from: number, to: number, inputSeq: number): Omit<RunHead, 'runId'> => ({
  kind: 'estimate', issuedAt: to, from, to, stepS: 600, districtVersion: 'v1', engine: 'test', inputSeq, closurePct: 0.01, residualPct: NaN, durationMs: 4,
})

test('states come back bit for bit, the newest run of each step first, and a reader waits for the file', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const file = join(place, 'runs.sqlite')
  const reader = openRunReader(file)
  expect(await reader.latest('estimate')).toBeUndefined()
  expect(await reader.states('estimate', 0, Infinity)).toEqual([])

  const store = openRunStore(file)
  await store.saveLayout('v1', layout)
  const first = await store.save(head(0, 2 * STEP, 5), [state(0, 10), state(STEP, 20)])
  const second = await store.save(head(STEP, 2 * STEP, 9), [state(STEP, 25)])

  expect(await reader.states('estimate', 0, 10 * STEP)).toEqual([state(0, 10), state(STEP, 25)])
  expect(await reader.statesOf(first)).toEqual([state(0, 10), state(STEP, 20)])
  expect(await reader.latest('estimate')).toEqual({ runId: second, ...head(STEP, 2 * STEP, 9) })
  expect(await reader.layout('v1')).toEqual(layout)
  expect(await reader.states('forecast', 0, 10 * STEP)).toEqual([])
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})

test('a forecast as issued is never overwritten', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const store = openRunStore(join(place, 'runs.sqlite'))
  const issued = (issuedAt: number, value: number) => ({ series: 'district', issuedAt, from: issuedAt, stepS: 600, forecaster: 'seasonal-naive', valuesKw: Float64Array.of(value, NaN) })
  await store.saveForecasts([issued(1000, 1), issued(2000, 2)])
  await store.saveForecasts([issued(2000, 99)])
  expect(await store.latestForecast('district')).toEqual(issued(2000, 2))
  expect(await store.forecasts('district', 0, 2000)).toEqual([issued(1000, 1)])
  expect(await store.latestForecast('T9')).toBeUndefined()
  await store.close()
  rmSync(place, { recursive: true })
})
