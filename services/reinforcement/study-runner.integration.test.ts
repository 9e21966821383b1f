import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import type { StudyRun, StudyRunner } from './port.ts'
import { smallAsk, smallFrozen, smallLoaded, SMALL_NOW, smallStudy } from './small-study.testkit.ts'
import { openStudyRunner } from './study-runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-studies-'))
const loaded = smallLoaded()
const nothing = smallAsk(smallStudy({ fromYear: 2030 }), 'quick')
let runner: StudyRunner
let frozen: FrozenYear
beforeAll(async () => {
  const { timeZone } = loaded.district
  await (await openEmbeddedStore(join(folder, 'measured'), { timeZone })).close()
  runner = openStudyRunner({ loaded, stores: { dataFolder: folder, influxUrl: undefined, timeZone } }, manualClock(SMALL_NOW))
  frozen = await smallFrozen(loaded)
})
afterAll(async () => {
  await runner.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function ended(runId: string): Promise<StudyRun | undefined> {
  for (;;) {
    const run = runner.told(runId)
    if (run?.status !== 'running') return run
    await wait(20)
  }
}

it('runs a study over the measured year of the store, and tells what it stands on', async () => {
  const runId = runner.begin(nothing)
  expect(runner.told(runId)).toMatchObject({ status: 'running' })
  const run = await ended(runId)
  if (run?.status !== 'done') throw new Error(JSON.stringify(run))
  expect(run.result.answer.kind).toBe('nothing-needed')
  expect(run.result.computedAt).toBe(new Date(SMALL_NOW).toISOString())
  // Nothing was measured: what is declared is drawn level, and the result says so.
  expect(run.result.base.measuredHours).toBe(0)
  expect(run.result.base.flatClasses).toContain('dwelling')
  expect(run.frozen.hours).toBe(8760)
})

it('runs a study over the frozen year and the district that it is given', async () => {
  const run = await ended(runner.begin(nothing, frozen, { ...loaded.district, name: { fr: 'autrefois', en: 'once' } }))
  expect(run).toMatchObject({ status: 'done', result: { district: { name: { en: 'once' } }, base: { flatClasses: [] } } })
})

it('tells of a run that fails, and runs the next', async () => {
  const broken = { ...nothing, study: { ...nothing.study, scenarios: nothing.study.scenarios.map((scenario) => ({ ...scenario, arrivals: [{ node: 'nowhere', year: 2028, peakKw: 10, loadClass: 'dwelling', note: { fr: '', en: '' } }] })) } }
  const run = await ended(runner.begin(broken, frozen))
  expect(run).toEqual({ status: 'failed', problem: expect.stringContaining('PF_STUDY_NODE') })
  expect(await ended(runner.begin(nothing, frozen))).toMatchObject({ status: 'done' })
})

it('cancels a run, takes no more than may wait, and takes them again when these have ended', async () => {
  const runs = Array.from({ length: 4 }, () => runner.begin(smallAsk(smallStudy({ arrivalKw: 120 })), frozen))
  expect(() => runner.begin(nothing, frozen)).toThrow(/PF_STUDY_BUSY/)
  for (const runId of runs) runner.cancel(runId)
  expect(runs.map((runId) => runner.told(runId))).toEqual(runs.map(() => ({ status: 'cancelled' })))
  expect(await ended(runner.begin(nothing, frozen))).toMatchObject({ status: 'done' })
  expect(runs.map((runId) => runner.told(runId)?.status)).toEqual(runs.map(() => 'cancelled'))
})

it('knows nothing of a run that was never begun', () => {
  expect(runner.told('never')).toBeUndefined()
  expect(() => runner.cancel('never')).not.toThrow()
})
