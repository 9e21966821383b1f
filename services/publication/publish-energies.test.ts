import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { localMonthStart } from '#models/units/local-months.ts'
import { highsSolver } from '#services/compute/highs.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { energyReleases } from './energy-releases.ts'
import { measuredPublisher } from './measured-source.ts'
import { publishEnergies, type EnergyPublisher } from './publish-energies.ts'
import { openRegisterReader } from './register.ts'
import { openReleaseStore, type ReleaseStore } from './release-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const JANUARY = Date.parse('2025-12-31T23:00:00Z')
const HISTORY_FROM = JANUARY - 40 * DAY
const HISTORY_TO = JANUARY + 20 * DAY
/** Silent for a day and a half in January. */
const SILENT = { point: 'elec.dp.dp2.p', from: JANUARY + 5 * DAY, to: JANUARY + 6.5 * DAY }
let place: string
let releases: ReleaseStore
let publisher: EnergyPublisher

/** Eight metered homes of 4 to 6 kW by the hour; one of them changes hands on the 10th. */
const loaded = (() => {
  const { district, ...rest } = smallDistrict()
  const few = { minHolders: 3, minDeliveryPoints: 3, monthlyMinPoints: 3, dailyMinPoints: 3, dayWindowMinPoints: 3, monthWindowMinPoints: 3, pPct: 1, intervalPct: 1, imputedPct: 20 }
  const changed: District = {
    ...district,
    measurementPoints: district.measurementPoints.map((point) => ({ ...point, stepS: 3600 })),
    deliveryPoints: district.deliveryPoints.map((point) => (point.id !== 'dp4' ? point : { ...point, holders: [{ validFrom: '2020-01-01T00:00:00Z', validTo: '2026-01-09T23:00:00Z', holder: 'holder4' }, { validFrom: '2026-01-09T23:00:00Z', holder: 'holder1' }] })),
    publicationRules: [{ ...district.publicationRules[0]!, roundingPct: 0.0001, disclosure: few }],
  }
  return { ...rest, district: changed }
})()
const powerKw = (point: number, at: number): number => 5 + 0.2 * (point % 5) + (new Date(at).getUTCHours() % 3) * 0.1

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-energies-'))
  releases = openReleaseStore(join(place, 'releases.sqlite'))
  const measured = memoryStore()
  const plan = evaluationPlan(loaded.district)
  const names = plan.loads.flatMap(({ power }) => (power === undefined ? [] : [power.pointName]))
  const ids = await measured.register(names)
  for (const [i, name] of names.entries()) {
    const at = Float64Array.from({ length: (HISTORY_TO - HISTORY_FROM) / HOUR }, (_, hour) => HISTORY_FROM + hour * HOUR).filter((time) => name !== SILENT.point || time < SILENT.from || time >= SILENT.to)
    await measured.importSeries(ids[i]!, { at, values: at.map((time) => powerKw(i, time)), quality: new Uint8Array(at.length) }, { recordedAt: HISTORY_TO, source: 'test' })
  }
  const parts = measuredPublisher(measured, loaded, plan, await highsSolver())
  publisher = { releases, timeZone: loaded.district.timeZone, decide: (task) => energyReleases(parts, task), keep: async () => undefined }
})
afterAll(async () => {
  await releases.close()
  rmSync(place, { recursive: true })
})

async function publishAll(now: number): Promise<number> {
  let released = 0
  for (;;) {
    const outcome = await publishEnergies(publisher, 'electricity', now)
    released += outcome.released
    if (!outcome.isMore) return released
  }
}

test('days are released two days later, once, from a cohort that stays', async () => {
  const now = JANUARY + 16 * DAY + 6 * HOUR
  expect(await publishAll(now)).toBeGreaterThan(0)
  expect(await publishAll(now)).toBe(0)
  const days = (await releases.between('energy-daily', JANUARY, now)).filter(({ at }) => at >= JANUARY)
  expect(days.map(({ at }) => (at - JANUARY) / DAY)).toEqual(Array.from({ length: 15 }, (_, i) => i))
  const truth = (at: number) => Array.from({ length: 24 }, (_, hour) => Array.from({ length: 8 }, (_, point) => powerKw(point, at + hour * HOUR)).reduce((a, b) => a + b)).reduce((a, b) => a + b)
  // The day in which a meter was silent and those after somebody left are made up from their own past.
  for (const { at, body } of days) expect(body.cells.find(({ cell }) => cell === 'district')!.energy! / truth(at)).toBeCloseTo(1, 2)
  expect(days[0]!.body.unit).toBe('kWh')

  const register = openRegisterReader(join(place, 'releases.sqlite'))
  const [quarter] = (await register.quarters()).filter(({ from }) => from === JANUARY)
  expect(quarter!.cells.find(({ cell }) => cell === 'district')!.timeClass).toBe('hourly')
  expect(releases.quarters.quarter('electricity', JANUARY)!.members.map(({ holderId }) => holderId)).toEqual(['holder0', 'holder10', 'holder12', 'holder14', 'holder2', 'holder4', 'holder6', 'holder8'])
  const entries = await register.entries({ kind: 'energy-daily', limit: 3 })
  expect(entries[0]!.certificate).toMatchObject({ holders: 8, cohortSha256: quarter!.cohortSha256 })
  expect(JSON.stringify([quarter, await releases.document(entries[0]!.head.releaseId)])).not.toContain('holder1')
  await register.close()
})

test('hours leave after 31 days, the day stays; the month comes on the third', async () => {
  const curves = await releases.between('curve-daily', JANUARY, JANUARY + 20 * DAY)
  expect(curves[0]!.body.cells[0]).toMatchObject({ cell: 'district', stepS: 3600 })
  expect(curves[0]!.body.cells[0]!.energies).toHaveLength(24)
  const february = localMonthStart(JANUARY, 'Europe/Paris', 1)
  await publishAll(february + 2 * DAY + 6 * HOUR - 1)
  // Nobody was measured when the quarter before began, so it has no month.
  expect(await releases.latest('energy-monthly')).toBeUndefined()
  await publishAll(february + 2 * DAY + 6 * HOUR)
  expect(await releases.latest('energy-monthly')).toMatchObject({ at: JANUARY, stepS: 31 * 86_400 })
  expect(await releases.document(curves[0]!.releaseId)).toBeUndefined()
  expect((await releases.head(curves[0]!.releaseId))!).toMatchObject({ withdrawn: true, sha256: curves[0]!.sha256 })
  expect((await releases.between('energy-daily', JANUARY, JANUARY + DAY))).toHaveLength(1)
  expect(await releases.firstBrokenLink()).toBeUndefined()
})

test('who was in a cohort is forgotten after the next quarter, what was shown of it is not', () => {
  const quarter = releases.quarters.quarter('electricity', JANUARY)!
  const later = [1, 2].map((quarters) => localMonthStart(JANUARY, 'Europe/Paris', 3 * quarters))
  for (const from of later) releases.quarters.keep({ ...quarter, from })
  expect(releases.quarters.quarter('electricity', JANUARY)).toBeUndefined()
  expect(releases.quarters.isEmpty('electricity', JANUARY)).toBe(false)
  expect(releases.quarters.quarter('electricity', later[0]!)).toEqual({ ...quarter, from: later[0] })
  releases.quarters.keep({ ...quarter, from: later[0]!, members: [] })
  expect(releases.quarters.quarter('electricity', later[0]!)!.members).toHaveLength(8)
})
