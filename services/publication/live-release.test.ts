import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { openRunReader } from '#services/evaluation/run-store.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { publishLive, type LiveSources } from './live-release.ts'
import { openReleaseStore, type ReleaseStore } from './release-store.ts'

const STEP = 600_000
const AT = Date.parse('2026-01-14T09:00:00Z')
const PUBLIC = AT + 6 * STEP
let place: string
let releases: ReleaseStore

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-live-'))
  releases = openReleaseStore(join(place, 'releases.sqlite'))
})
afterEach(async () => {
  await releases.close()
  rmSync(place, { recursive: true })
})

/** Heads at 40 kW each, the eight metered delivery points at 5 kW (or as told). */
async function sources(change: (district: District) => District = (district) => district, meterKw: Record<string, number> = {}): Promise<LiveSources> {
  const { district: original, version } = smallDistrict()
  const district = change(original)
  const plan = evaluationPlan(district)
  const measured = memoryStore()
  const values: Record<string, number> = { 'elec.hv.H1.p': 40.4, 'elec.hv.H2.p': 40.4 }
  for (const { power } of plan.loads) if (power !== undefined) values[power.pointName] = meterKw[power.pointName] ?? 5
  const ids = await measured.register(Object.keys(values))
  for (let step = 0; step < 3; step += 1) {
    await measured.append({ pointIds: ids, at: new Float64Array(ids.length).fill(AT + step * STEP), values: Float64Array.from(Object.values(values)), quality: new Uint8Array(ids.length) }, { recordedAt: AT, source: 'network' })
  }
  return { measured, runs: openRunReader(join(place, 'runs.sqlite')), district, districtVersion: version, plan, firmImportKw: () => 200 }
}
const rule = (change: Partial<District['publicationRules'][number]>) => (district: District): District => ({ ...district, publicationRules: [{ ...district.publicationRules[0]!, ...change }] })

test('the sum of the heads is published once, late and rounded', async () => {
  const all = await sources()
  expect((await publishLive(releases, all, AT, PUBLIC)).publish).toBe(true)
  await publishLive(releases, all, AT, PUBLIC + STEP)
  expect(await releases.between('district-live', 0, Infinity)).toMatchObject([
    { at: AT, stepS: 1800, publishedAt: PUBLIC, body: { meanPowerKw: 81, loadingPct: 41, firmImportKw: 200, headroomKw: 119 } },
  ])
})

test('too early nothing is written at all', async () => {
  expect(await publishLive(releases, await sources(), AT, PUBLIC - 1)).toMatchObject({ publish: false, reason: 'too-early' })
  expect(await releases.headId()).toBe(0)
})

test.each([
  ['too few holders', 'too-few-holders', rule({ minHolders: 17 }), {}],
  ['too few delivery points', 'too-few-delivery-points', rule({ minDeliveryPoints: 17 }), {}],
  ['one holder too large', 'dominant-holder', undefined, { 'elec.dp.dp0.p': 30 }],
  ['public holders behind whom nobody can hide', 'too-few-holders', (district: District): District => ({ ...district, holders: district.holders.map((one, i) => (i < 10 ? { ...one, kind: 'public-body' } : one)) }), {}],
  ['one holder behind many meters', 'dominant-holder', (district: District): District => ({ ...district, deliveryPoints: district.deliveryPoints.map((one) => ({ ...one, holders: district.deliveryPoints[0]!.holders })), publicationRules: [{ ...district.publicationRules[0]!, minHolders: 1 }] }), {}],
] as const)('%s: withheld, and the public sees no reason', async (_, reason, change, meterKw) => {
  expect(await publishLive(releases, await sources(change, meterKw), AT, PUBLIC)).toMatchObject({ publish: false, reason })
  const release = (await releases.latest('district-live'))!
  expect(release.body).toEqual({ meanPowerKw: null, loadingPct: null, firmImportKw: null, headroomKw: null })
  expect(JSON.stringify(release)).not.toContain(reason)
})

test('what is older than the window leaves the public, its hash stays', async () => {
  await publishLive(releases, await sources(), AT, PUBLIC)
  await publishLive(releases, await sources(), AT + 3 * STEP, PUBLIC + 32 * 86_400_000)
  expect(await releases.between('district-live', 0, Infinity)).toEqual([])
  expect(await releases.headId()).toBe(2)
  expect(await releases.firstBrokenLink()).toBeUndefined()
})
