import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { finding, type SeriesFinding } from '#models/load-curve/finding.ts'
import { openMeterFindings, saveMeterFindings, type FindingGroup, type MeterFindingsReader } from './meter-findings.ts'
import { openRunStore, type RunFileStore } from './run-store.ts'

const HOUR = 3_600_000
let folder: string
let runs: RunFileStore
let reader: MeterFindingsReader

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-findings-'))
  reader = openMeterFindings(join(folder, 'runs.sqlite'))
})
afterEach(async () => {
  await reader.close()
  await runs.close()
  rmSync(folder, { recursive: true })
})
const save = (from: number, to: number, findings: SeriesFinding[], now = to, group: FindingGroup = 'steps', days: { day: number; steps: number; measured: number; uncertain: number; substituted: number; missing: number }[] = []) =>
  saveMeterFindings(runs.database, [{ point: 'p', group, from, to, findings, days }], now)
const all = () => reader.findings({ from: 0, to: Infinity })

test('a finding keeps its id from pass to pass, grows over the border of a window, and is kept as gone when nothing of it is left', async () => {
  expect(await reader.isReady()).toBe(false)
  expect(await all()).toEqual([])
  runs = openRunStore(join(folder, 'runs.sqlite'))
  save(0, 24 * HOUR, [finding('missing', 20 * HOUR, 24 * HOUR, { steps: 4 }), finding('spike', 3 * HOUR, 4 * HOUR, { value: 9 })])
  const [gap, spike] = await all()
  expect([gap!.kind, spike!.kind]).toEqual(['missing', 'spike'])
  // The next window sees only the second half of the gap.
  save(24 * HOUR, 48 * HOUR, [finding('missing', 24 * HOUR, 27 * HOUR, { steps: 3 })])
  expect(await all()).toMatchObject([{ findingId: gap!.findingId, from: 20 * HOUR, to: 27 * HOUR }, { findingId: spike!.findingId }])
  // Late values fill the first day: what the second saw stays.
  save(0, 24 * HOUR, [])
  save(24 * HOUR, 48 * HOUR, [])
  expect(await all()).toEqual([])
  expect((await reader.finding(spike!.findingId))?.goneAt).toBe(24 * HOUR)
  save(0, 24 * HOUR, [finding('spike', 3 * HOUR, 4 * HOUR, { value: 9 })])
  expect(await all()).toMatchObject([{ findingId: spike!.findingId, goneAt: null }])
})

test('the daily checks and the hourly ones do not take each other\'s findings away, and what lies outside a window is left alone', async () => {
  runs = openRunStore(join(folder, 'runs.sqlite'))
  save(0, 24 * HOUR, [finding('flatline', 2 * HOUR, 9 * HOUR, {})])
  save(0, 24 * HOUR, [{ ...finding('swapped', 0, 24 * HOUR, { days: 3 }), other: 'q' }], 1, 'habits')
  save(0, 24 * HOUR, [finding('flatline', 2 * HOUR, 9 * HOUR, {})])
  save(48 * HOUR, 72 * HOUR, [], 1, 'habits')
  expect((await all()).map(({ kind, other }) => [kind, other])).toEqual([['flatline', undefined], ['swapped', 'q']])
  expect(await reader.findings({ from: 0, to: HOUR, kind: 'swapped', point: 'p' })).toHaveLength(1)
  expect(await reader.findings({ from: 0, to: HOUR, point: 'nobody' })).toEqual([])
})

test('the quality of a day is that of the last pass', async () => {
  runs = openRunStore(join(folder, 'runs.sqlite'))
  const day = { day: 0, steps: 24, measured: 20, uncertain: 0, substituted: 0, missing: 4 }
  save(0, 24 * HOUR, [], 1, 'steps', [day])
  save(0, 24 * HOUR, [], 2, 'steps', [{ ...day, substituted: 4, missing: 0 }])
  expect(await reader.dayQualities(0, HOUR)).toEqual([{ ...day, point: 'p', substituted: 4, missing: 0 }])
  expect(await reader.dayQualities(0, HOUR, 'q')).toEqual([])
})
