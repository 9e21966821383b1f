import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { acknowledged, batchOf, POINTS, STEP_MS } from '#services/store/embedded/kill-writer.testkit.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { countCalls, runTraced, WRITING_CALLS } from './lab/strace.ts'
import { POINTS_EACH, roundOf, ROUNDS, SOURCES } from './lab/waiting-writer.ts'

/** The writer of the embedded store, appending, packing, rolling up and joining blocks, with faults under its feet. */
const BATCHES = 120
/** Packs every ten batches: half of what is met then is packing. */
const PACK_SAMPLES = 200
const LIVES = 3
const victim = resolve(import.meta.dirname, '../../services/store/embedded/kill-writer.testkit.ts')
const folder = mkdtempSync(join(tmpdir(), 'penfeld-writer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const placeOf = (name: string | number) => ({ store: join(folder, String(name), 'store'), ledger: join(folder, `${name}.ledger`) })
const commandFor = ({ store, ledger }: { store: string; ledger: string }) => ['--disable-warning=ExperimentalWarning', victim, store, ledger, String(PACK_SAMPLES), String(BATCHES)]

/** Value of each (point, time) after batch `last`, later batches correcting earlier ones. */
function expectedAfter(last: number): { points: Map<number, number>[]; revised: number } {
  const points = Array.from({ length: POINTS + 1 }, () => new Map<number, number>())
  for (let number = 1; number <= last; number++) {
    const { pointIds, at, values } = batchOf(number)
    for (let row = 0; row < pointIds.length; row++) points[pointIds[row]].set(at[row], values[row])
  }
  return { points, revised: Math.floor(last / 5) }
}

/** Opens what a fault left behind: whole by SQLite's own check, and exactly the acknowledged batches or one more. */
async function check(store: string, ledger: string, packed: boolean): Promise<{ acknowledged: number; stored: number; ms: number }> {
  const begun = performance.now()
  const opened = await openEmbeddedStore(store, { timeZone: 'Europe/Paris', packSamples: PACK_SAMPLES })
  const ms = performance.now() - begun
  try {
    if (packed) while (await opened.maintain(500)) { /* to its end */ }
    const last = acknowledged(ledger)
    const newest = (await opened.latest(Int32Array.of(POINTS))).at[0]
    const whole = Number.isNaN(newest) ? 0 : newest / STEP_MS
    // The one under way may be stored without being acknowledged; nothing beyond it can be.
    expect([last, last + 1]).toContain(whole)
    const { points, revised } = expectedAfter(whole)
    let stored = 0
    for (let point = 1; point <= POINTS; point++) {
      const { at, values } = await opened.read(point, 0, (whole + 2) * STEP_MS)
      stored += at.length
      expect([point, at.length]).toEqual([point, points[point].size])
      at.forEach((time, row) => { if (values[row] !== points[point].get(time)) expect.fail(`point ${point} at ${time}: ${values[row]} instead of ${points[point].get(time)}`) })
    }
    if (whole > 0) expect((await opened.revisions(2, 0, (whole + 1) * STEP_MS)).filter(({ revision }) => revision === 1).length).toBe(revised)
    return { acknowledged: last, stored, ms }
  } finally {
    await opened.close()
    for (const name of ['journal', 'samples']) {
      const database = new DatabaseSync(join(store, `${name}.sqlite`))
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      database.close()
    }
  }
}

test.runIf(isAsked(8))('killed at the Nth call that changes the disk: the store opens, nothing acknowledged is lost or doubled', () => experiment(8, 'writer', async (run) => {
  const dry = placeOf('dry')
  const calls = await countCalls(process.execPath, commandFor(dry), join(folder, 'calls'))
  // In full every N up to 300 of the two calls that matter most, then all the rare ones.
  const rare = WRITING_CALLS.filter((call) => calls.get(call)! > 0 && calls.get(call)! < 30)
  const full = [...Array.from({ length: 300 }, (_, index) => [index % 2 === 0 ? 'fsync' : 'pwrite64', index + 1] as const), ...rare.flatMap((call) => Array.from({ length: calls.get(call)! }, (_, index) => [call, index + 1] as const))]
  const usable = WRITING_CALLS.filter((call) => calls.get(call)! > 0)
  const sampled = Array.from({ length: 30 }, () => {
    const call = run.random.pick(usable)
    return [call, 1 + run.random.below(Math.min(300, calls.get(call)!))] as const
  })
  const tally = new Map<string, number>()
  let [produced, stored] = [0, 0]
  for (const [index, [call, nth]] of counts(sampled, full).entries()) {
    const place = placeOf(Math.floor(index / LIVES))
    const end = await runTraced(process.execPath, commandFor(place), call, `signal=KILL:when=${nth}`)
    // One that made fewer of these calls than the first one ended by itself: no fault then.
    if (end.signal === 'SIGKILL') {
      run.fault()
      tally.set(call, (tally.get(call) ?? 0) + 1)
    } else expect([call, nth, end.code, end.output]).toEqual([call, nth, 0, ''])
    // Now and then packed to its end, so that what was half packed comes out too.
    const found = await check(place.store, place.ledger, index % 4 === 3).catch((failure: unknown) => { throw new Error(`after ${call} number ${nth}: ${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure }) })
    run.recovered(found.ms)
    if (index % LIVES === LIVES - 1) {
      produced += found.acknowledged * POINTS
      stored += found.stored
      rmSync(join(folder, String(Math.floor(index / LIVES))), { recursive: true })
    }
  }
  run.values({ produced, stored })
  for (const [call, kills] of tally) run.measure(`killed at ${call}`, kills)
  expect([...tally.values()].reduce((sum, kills) => sum + kills, 0)).toBeGreaterThan(counts(20, 250))
}))

test.runIf(isAsked(10))('fsync that answers EIO: the batch is refused, the store takes no more, and a new process has all that was acknowledged', () => experiment(10, 'writer', async (run) => {
  // The first few belong to the making of the file.
  const places = counts([8, 40], [6, 8, 13, 21, 34, 55, 70, 89, 100, 110])
  let stored = 0
  for (const always of [false, true]) {
    for (const nth of places) {
      const place = placeOf(`eio-${always}-${nth}`)
      // The log of the journal alone: its sync is what an acknowledgement stands on.
      const end = await runTraced(process.execPath, commandFor(place), 'fsync', `error=EIO:when=${nth}${always ? '+' : ''}`, join(place.store, 'journal.sqlite-wal'))
      run.fault()
      const refused = Number(/refused (\d+): PenfeldError: PF_STORE_FAILED/.exec(end.output)?.[1])
      expect(end).toMatchObject({ code: 75 })
      expect(end.output).toContain('again "refused PenfeldError: PF_STORE_FAILED')
      expect(refused).toBe(acknowledged(place.ledger) + 1)
      const found = await check(place.store, place.ledger, true)
      run.recovered(found.ms)
      stored += found.stored
      // And it goes on.
      const again = await runTraced(process.execPath, commandFor(place), 'unlink', 'delay_enter=0:when=1')
      expect(again).toMatchObject({ code: 0, output: '' })
    }
  }
  run.values({ stored })
}))

test.runIf(isAsked(11))('no room, now and then: what several sources gave in one commit is taken back whole and taken later', () => experiment(11, 'writer', async (run) => {
  for (const [file, first, last] of [['journal', 25, 32], ['journal', 60, 61], ['samples', 26, 46]] as const) {
    const store = join(folder, `full-${file}-${first}`)
    const writer = join(import.meta.dirname, 'lab/waiting-writer.ts')
    const end = await runTraced(process.execPath, ['--disable-warning=ExperimentalWarning', writer, store], 'pwrite64', `error=ENOSPC:when=${first}..${last}`, join(store, `${file}.sqlite-wal`))
    expect(end).toMatchObject({ code: 0, output: expect.stringContaining('full') })
    const { full, known } = JSON.parse(end.output) as { full: number; known: number }
    run.fault(full)
    expect(full).toBeGreaterThan(0)
    // Nothing was ever taken twice by the sources, so nothing may be taken for known.
    expect(known).toBe(0)
    const reader = await openEmbeddedStore(store, { timeZone: 'Europe/Paris' })
    for (let source = 0; source < SOURCES; source++) {
      for (let row = 0; row < POINTS_EACH; row++) {
        const { at, values } = await reader.read(1 + source * POINTS_EACH + row, 0, Infinity)
        expect([...at]).toEqual(Array.from({ length: ROUNDS }, (_, round) => (round + 1) * 1_000))
        expect([...values]).toEqual(Array.from({ length: ROUNDS }, (_, round) => roundOf(source, round + 1).values[row]))
      }
    }
    await reader.close()
  }
}))
