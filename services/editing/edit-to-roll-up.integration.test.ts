import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import type { RunningRole } from '#services/config/role.ts'
import { openMeterFindings } from '#services/evaluation/meter-findings.ts'
import { openRunReader } from '#services/evaluation/run-store.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { startWork } from '#services/jobs/role.ts'
import { openReleaseReader } from '#services/publication/release-store.ts'
import { openEmbeddedReader } from '#services/store/embedded/reader.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'
import type { TimeSeriesReader, TimeSeriesStore } from '#services/store/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openAppliedEdits } from './applied-edits.ts'
import { createEditApplier } from './apply-edits.ts'
import { createKeptEdits } from './kept-edits.ts'
import { openEditLedger } from './ledger.ts'
import type { NewEdit } from './port.ts'

const STEP = 600_000
const HOUR = 3_600_000
const ORIGIN = Date.parse('2026-01-28T09:00:00Z')
const DAYS = 30
const loaded = smallDistrict()
const { district } = loaded
const settings = { timeZone: district.timeZone }
const TRANSFORMER = 'elec.tr.P01.T1.p'
const REGISTER = 'elec.dp.dp0.e'

let folder: string
let measured: TimeSeriesStore
let role: RunningRole | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-edit-'))
  measured = await openEmbeddedStore(join(folder, 'measured'), settings)
})
afterEach(async () => {
  await role?.stop()
  await measured.close()
  rmSync(folder, { recursive: true })
})

const truth = (name: string, at: number): number =>
  name.startsWith('elec.hv') ? 210 : name.startsWith('elec.tr') ? 100 : name.endsWith('.e') ? 100_000 + ((at - ORIGIN) / HOUR) * 5 : 5

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('an edit goes through collect and the journal to the energy, the virtual meter, the state and their roll-ups; releases and issued forecasts stay', async () => {
  const names = district.measurementPoints.map(({ id }) => id)
  const ids = await measured.register(names)
  const at = Float64Array.from({ length: DAYS * 144 + 1 }, (_, i) => ORIGIN + (i - DAYS * 144) * STEP)
  for (const [i, name] of names.entries()) await measured.importSeries(ids[i]!, { at, values: at.map((time) => truth(name, time)), quality: new Uint8Array(at.length) }, { recordedAt: ORIGIN, source: 'import:test' })
  while (await measured.maintain(500));

  const clock = createClock(`${new Date(ORIGIN + 5 * 60_000).toISOString()},1`, Date.now())
  role = await startWork({ environment: readEnvironment({ PENFELD_DATA: folder }), district: loaded, clock, log: silentLogger, say: () => {} })
  const runs = openRunReader(join(folder, 'runs.sqlite'))
  const releases = openReleaseReader(join(folder, 'releases.sqlite'))
  const findings = openMeterFindings(join(folder, 'runs.sqlite'))
  const derived = await openEmbeddedReader(join(folder, 'derived'), settings)
  const step = async (name: string, time: number) => {
    const [id] = await derived.lookup([name])
    if (!(id! > 0)) return undefined
    const series = await derived.read(id!, time, time + STEP)
    return series.at.length === 0 ? undefined : { value: series.values[0]!, quality: series.quality[0]! }
  }
  const hour = async (reader: TimeSeriesReader, name: string, time: number) => (await reader.rollup((await reader.lookup([name]))[0]!, 'hour', time, time + HOUR))
  await until(() => releases.latest('district-live'))
  await until(() => runs.latestForecast('district'))
  // The hour of the edit lies between the releases that are out, far from the open step.
  const edited = ORIGIN - 3 * HOUR
  await until(async () => (await step(`validated:${REGISTER}`, edited + 6 * STEP))?.value !== undefined && (await step('virtual:district.power', edited))?.value !== undefined)
  const released = await releases.between('district-live', 0, Infinity)
  const forecast = await runs.latestForecast('district')
  const [stateBefore] = await runs.states('estimate', edited, edited + STEP)
  expect((await hour(derived, `validated:${REGISTER}`, edited)).sum[0]).toBeCloseTo(5, 6)
  expect((await hour(derived, 'virtual:district.power', edited)).mean[0]).toBeCloseTo(400, 6)

  const ledger = openEditLedger(join(folder, 'edits.sqlite'))
  const applied = openAppliedEdits(join(folder, 'applied.sqlite'))
  const { applyWaiting } = createEditApplier({ ledger, applied, store: measured, kept: createKeptEdits(applied, (wanted) => measured.lookup(wanted)), district, clock, log: silentLogger })
  const edit = (more: Partial<NewEdit>): NewEdit => ({ editId: 'first', kind: 'set-value', point: TRANSFORMER, from: edited, to: edited + HOUR, reason: 'wrong ratio', value: 160, findingId: null, undoes: null, personId: 1, person: 'Yann', ...more })
  ledger.add(edit({}), clock.now())
  // A reading at the end of the hour: half a kWh moves from the next hour into this one.
  const end = edited + HOUR
  ledger.add(edit({ editId: 'second', point: REGISTER, from: end, to: end + STEP, value: truth(REGISTER, end) + 0.5 }), clock.now())
  expect(await applyWaiting()).toBe(2)

  expect(await until(async () => (await step('virtual:district.power', edited))?.value === 460 && step('virtual:district.power', edited))).toEqual({ value: 460, quality: QUALITY.substituted })
  await until(async () => Math.abs((await hour(derived, `validated:${REGISTER}`, edited)).sum[0]! - 5.5) < 1e-6)
  expect((await hour(derived, `validated:${REGISTER}`, end)).sum[0]).toBeCloseTo(4.5, 6)
  expect((await step(`validated:${REGISTER}`, end - STEP))!.quality).toBe(QUALITY.substituted)
  await until(async () => Math.abs((await hour(derived, 'virtual:district.power', edited)).mean[0]! - 460) < 1e-6)
  const stateAfter = await until(async () => { const [state] = await runs.states('estimate', edited, edited + STEP); return state!.transformerLoadKva[0]! > stateBefore!.transformerLoadKva[0]! + 20 && state })
  expect(stateAfter.settled).toBe(true)
  const day = await until(async () => (await findings.dayQualities(ORIGIN - 86_400_000, ORIGIN + HOUR, REGISTER)).find(({ substituted }) => substituted > 0))
  expect(day).toMatchObject({ point: REGISTER, substituted: 1, missing: 0 })

  // Marked bad, the formula has no value any more; taken back, everything is as it was.
  ledger.add(edit({ editId: 'third', kind: 'mark-bad', value: null }), clock.now())
  await applyWaiting()
  await until(async () => (await step('virtual:district.power', edited))?.quality === QUALITY.missing)
  for (const [editId, undoes, point] of [['fourth', 'third', TRANSFORMER], ['fifth', 'first', TRANSFORMER], ['sixth', 'second', REGISTER]] as const) ledger.add(edit({ editId, kind: 'undo', undoes, point, value: null }), clock.now())
  await applyWaiting()
  await until(async () => Math.abs((await hour(derived, 'virtual:district.power', edited)).mean[0]! - 400) < 1e-6)
  await until(async () => Math.abs((await hour(derived, `validated:${REGISTER}`, edited)).sum[0]! - 5) < 1e-6)

  expect((await measured.revisions((await measured.lookup([TRANSFORMER]))[0]!, edited, edited + STEP)).map(({ value, quality, source, reason }) => [value, quality, source, reason])).toEqual([
    [100, QUALITY.measured, 'first received', null],
    [160, QUALITY.substituted, 'person:1', 'wrong ratio (edit first)'],
    [160, QUALITY.bad, 'person:1', 'wrong ratio (edit third)'],
    [160, QUALITY.substituted, 'person:1', 'wrong ratio (edit fourth)'],
    [100, QUALITY.measured, 'person:1', 'wrong ratio (edit fifth)'],
  ])
  const releasedAfter = await releases.between('district-live', 0, Infinity)
  expect(releasedAfter.slice(0, released.length)).toEqual(released)
  expect(await runs.forecastsIssuedAt(forecast!.issuedAt)).toContainEqual(forecast)
  ledger.close()
  applied.close()
  await Promise.all([runs.close(), releases.close(), findings.close(), derived.close()])
}, 120_000)
