import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXPERIMENTS } from './experiments.ts'
import type { ExperimentResult } from './lab/report.ts'
import { faultsPage, newestOf, PAGE, readResults, RESULTS } from './table.ts'

const result = (more: Partial<ExperimentResult>): ExperimentResult => ({
  experiment: 7, part: 'service', form: 'small', pass: true, seed: 7, faults: 20, produced: 1_234, stored: 1_230, deduplicated: 4, quarantined: null, dropped: 0,
  recoveryMs: { p50: 900, p99: 1_500, max: 1_500 }, seconds: 31.5, measured: {}, at: '2026-11-28T04:00:00.000Z', machine: '2 x test', ...more,
})

test('the page in docs is made of the committed results: node infra/fault/table.ts', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(faultsPage(newestOf(readResults(RESULTS))))
})

test('the newest run of each part and form is told, a failed one as failed, what was not run as not run', () => {
  const newest = newestOf([result({ pass: false, failure: 'old' }), result({}), result({ form: 'full', pass: false, failure: 'a | b' })])
  expect(newest.map(({ form, pass }) => [form, pass])).toEqual([['full', false], ['small', true]])
  const page = faultsPage(newest)
  expect(page).toContain('small: holds (service); full: **failed** (service)')
  expect(page).toContain('1,230 stored, 4 deduplicated, 0 dropped | 900 ms / 1.5 s / 1.5 s')
  expect(faultsPage([result({}), result({ part: 'writer' }), result({ form: 'full' })])).toContain('small: holds; full: holds, not run: writer')
  expect(page).toContain('**failed**: a / b')
  expect(page).toContain('not run: left to SQLite')
})

test('each experiment stands once in the list', () => {
  expect(EXPERIMENTS.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1))
})
