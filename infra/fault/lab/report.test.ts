import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { experiment, percentiles, type ExperimentResult } from './report.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-report-'))
vi.stubEnv('PENFELD_FAULT_REPORT', folder)
vi.stubEnv('PENFELD_FAULT_SEED', '99')
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

test('a run is reported, passed or failed, with its seed', async () => {
  await experiment(7, 'one', (run) => {
    run.fault(3)
    run.recovered(40)
    run.values({ produced: 10, stored: 10 })
    run.measure('slowestMs', 1 / 3)
  })
  await expect(experiment(7, 'two', () => { throw new Error('lost one') })).rejects.toThrow('lost one')
  const [passed, failed] = readFileSync(join(folder, 'results.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as ExperimentResult)
  expect(passed).toMatchObject({ experiment: 7, part: 'one', pass: true, seed: 99, faults: 3, produced: 10, dropped: null, recoveryMs: { p50: 40, p99: 40, max: 40 }, measured: { slowestMs: 0.333333 } })
  expect(failed).toMatchObject({ part: 'two', pass: false, failure: 'lost one' })
})

test('percentiles are values that occurred', () => {
  expect(percentiles(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ p50: 50, p99: 99, max: 100 })
  expect(percentiles([])).toBeNull()
})
