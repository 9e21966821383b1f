import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { evaluate, evaluateAhead, type EvaluationParts } from '#services/evaluation/evaluate.ts'
import { issueForecasts } from '#services/evaluation/forecast.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { runLayout } from '#services/evaluation/network-states.ts'
import { createNetworkSolver } from '#services/evaluation/network-solver.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { openRunReader, openRunStore, type RunFileStore } from '#services/evaluation/run-store.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { validatedPoints } from '#services/evaluation/validate.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { followJournal } from './follow-journal.ts'
import { runOnce, type Workers } from './lanes.ts'
import type { SchedulingQueue } from './port.ts'
import { askWhatIsDue, timetable } from './timetable.ts'
import { consecutive } from './workers.ts'

const STEP = 600_000
const START = Date.parse('2026-01-14T09:00:00Z')
const loaded = smallDistrict()
const plan = evaluationPlan(loaded.district)
const validated = validatedPoints(loaded.district)
const heads = ['elec.hv.H1.p', 'elec.hv.H2.p']
const transformers = loaded.district.network.transformers.map(({ id }) => `elec.tr.${id}.p`)

let place: string
let queue: SchedulingQueue
let runs: RunFileStore
let store: ReturnType<typeof memoryStore>
const clock = manualClock(START)
const parts = (): EvaluationParts => ({ loaded, plan, solver: createNetworkSolver(loaded.district, plan), typical: new Map(), measured: store })

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-work-'))
  clock.set(START)
  queue = openJobQueue(join(place, 'jobs.sqlite'), clock)
  runs = openRunStore(join(place, 'runs.sqlite'))
  store = memoryStore()
  await runs.saveLayout(loaded.version, runLayout(loaded.district))
})
afterEach(async () => {
  await queue.close()
  await runs.close()
  rmSync(place, { recursive: true })
})

/** Writes one value for each name at a time. */
async function write(at: number, values: Record<string, number>): Promise<void> {
  const names = Object.keys(values)
  const pointIds = await store.register(names)
  await store.append({ pointIds, at: new Float64Array(names.length).fill(at), values: Float64Array.from(Object.values(values)), quality: new Uint8Array(names.length) }, { recordedAt: clock.now(), source: 'network' })
}
const sensors = (kw: number) => ({ ...Object.fromEntries(heads.map((name) => [name, 2 * kw + 2])), ...Object.fromEntries(transformers.map((name) => [name, kw])) })
const schedules = timetable(clock, 1800, 'Europe/Paris').filter(({ kind }) => kind === 'evaluate').map((one) => ({ ...one, mostMissed: 6 }))
const workers = (): Workers => ({
  evaluate: {
    mostAtOnce: 144,
    async run(jobs, { keep, commit }) {
      for (const { from, to } of consecutive(jobs, STEP)) {
        const { head, states } = await evaluate(parts(), from, to, { issuedAt: clock.now(), inputSeq: await store.headSeq() })
        await keep()
        commit(jobs.filter(({ period }) => period >= from && period < to), runs.saving(head, states))
      }
    },
  },
})
const work = async () => {
  let done = 0
  while (await runOnce({ queue, effects: runs.effects, workers: workers(), log: silentLogger }, ['evaluate'])) done += 1
  return done
}

test('what the sensors measure is what the state says, and a late value is evaluated again, once', async () => {
  const follower = followJournal({ queue, measured: store, district: loaded.district, plan, validated, log: silentLogger })
  await follower.follow()
  // One transformer is silent in the third step.
  for (let step = 0; step < 6; step += 1) {
    const values: Record<string, number> = sensors(100 + step)
    if (step === 2) delete values[transformers[1]!]
    await write(START + step * STEP, values)
  }
  clock.set(START + 6 * STEP + 60_000)
  await follower.follow()
  await askWhatIsDue(queue, schedules, store, clock.now())
  expect(await work()).toBe(1)

  const before = await runs.states('estimate', START, START + 6 * STEP)
  expect(before.map(({ settled }) => settled)).toEqual(new Array(6).fill(true))
  before.forEach((state, step) => {
    if (step === 2) return
      expect(state.transformerLoadKva[0]! * 0.95).toBeCloseTo(100 + step, -1)
    const headsKw = 2 * (2 * (100 + step) + 2)
    expect(Math.abs(state.districtKw - headsKw) / headsKw).toBeLessThan(0.005)
  })
  expect(before[2]!.transformerQuality[1]).toBe(3)
  expect(before[1]!.transformerQuality[1]).toBe(0)
  const head = (await runs.latest('estimate'))!
  expect(head.closurePct).toBeLessThan(0.1)

  clock.set(clock.now() + 30_000)
  const late = { [transformers[1]!]: 160, [heads[0]!]: 264 }
  await write(START + 2 * STEP, late)
  await follower.follow()
  await askWhatIsDue(queue, schedules, store, clock.now())
  expect(await work()).toBe(1)
  const after = await runs.states('estimate', START, START + 6 * STEP)
  expect(after[2]!.transformerQuality[1]).toBe(0)
  expect(after[2]!.transformerLoadKva[1]! * 0.95).toBeCloseTo(160, -1)
  expect([after[0], after[1], after[3]]).toEqual([before[0], before[1], before[3]])
  const again = (await runs.latest('estimate'))!
  expect(again).toMatchObject({ from: START + 2 * STEP, to: START + 3 * STEP, inputSeq: head.inputSeq + 1 })
  expect(again.runId).toBeGreaterThan(head.runId)

  // The same values once more are no news.
  await write(START + 2 * STEP, late)
  await follower.follow()
  expect(await work()).toBe(0)
})

test('work that was asked for survives a killed process, and what was down for too long is named', async () => {
  await write(START, sensors(100))
  clock.set(START + STEP + 60_000)
  await askWhatIsDue(queue, schedules, store, clock.now())
  await queue.claim(['evaluate'])
  await queue.close()
  queue = openJobQueue(join(place, 'jobs.sqlite'), clock)
  await work()
  expect(await runs.states('estimate', START, START + STEP)).toHaveLength(1)

  clock.set(START + 20 * STEP + 60_000)
  await askWhatIsDue(queue, schedules, store, clock.now())
  const [status] = await queue.kinds()
  expect(status).toMatchObject({ waiting: 6, failed: 1 })
  expect(status!.lastError).toContain('13 steps from 2026-01-14T09:10:00.000Z')
})

test('a forecast knows nothing recorded after its issue, and its evaluation goes the same way', async () => {
  for (let step = -8 * 144; step < 0; step += 6) {
    clock.set(START + step * STEP)
    for (let k = 0; k < 6; k += 1) await write(START + (step + k) * STEP, sensors(100))
  }
  clock.set(START + 35 * 60_000)
  // A correction of last week that comes after the issue.
  await write(START - 7 * 144 * STEP + 6 * STEP, { [transformers[0]!]: 900 })
  const issued = await issueForecasts(store, loaded.district, plan, START)
  const first = issued.find(({ series }) => series === loaded.district.network.transformers[0]!.id)!
  expect(first.from).toBe(START)
  expect(new Set(first.valuesKw)).toEqual(new Set([100]))
  // Eight days of history: last week's value, and nobody can do better yet.
  expect(first).toMatchObject({ method: 'seasonal-naive', reason: 'history-short' })
  expect(first.quantilesKw.map(({ level }) => level)).toEqual([0.05, 0.25, 0.5, 0.75, 0.95])
  expect(first.quantilesKw[4]!.valuesKw[5]).toBeCloseTo(100, 3)
  const later = await issueForecasts(store, loaded.district, plan, START + 40 * 60_000)
  expect(later.find(({ series }) => series === first.series)!.valuesKw[2]).toBe(900)
  const total = issued.find(({ series }) => series === 'district')!
  expect(total.valuesKw[5]).toBe(400)
  expect(total.quantilesKw[0]!.valuesKw[5]).toBeCloseTo(400, 3)

  const { head, states } = await evaluateAhead(parts(), issued, { issuedAt: START, inputSeq: 1 })
  expect(states).toHaveLength(288)
  expect(head).toMatchObject({ kind: 'forecast', from: START, to: START + 288 * STEP })
  expect(states[10]!.transformerQuality[0]).toBe(4)
  expect(states[10]!.transformerLoadKva[0]! * 0.95).toBeCloseTo(100, -1)
  const reader = openRunReader(join(place, 'runs.sqlite'))
  await runs.save(head, states)
  expect(await reader.states('forecast', START, START + STEP)).toHaveLength(1)
  await reader.close()
}, 60_000)
