import { describe, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { localParts } from '#models/units/local-time.ts'
import { CONSTANT_PROFILE, connectionProfiles, districtConnectionStudy } from './connection-study.ts'
import { memoryStore } from './memory-store.testkit.ts'
import { evaluationPlan } from './plan.ts'
import { switchedDistrict } from './small-district.testkit.ts'
import { studyHours, type StudyParts } from './study-hours.ts'

const HOUR_MS = 3_600_000
const FROM = Date.parse('2026-01-14T00:00:00Z')
const HOURS = 24

async function small(changes: (store: ReturnType<typeof memoryStore>) => Promise<unknown> = async () => undefined) {
  const loaded = switchedDistrict()
  loaded.district.network.boundaryLoads.push({ id: 'TOWN', name: 'town', node: 'P02.MV', loadClass: 'town', annualEnergyKwh: 876_000, powerFactor: 1 })
  const measured = memoryStore()
  await changes(measured)
  const parts: StudyParts = { loaded, plan: evaluationPlan(loaded.district), typical: new Map(), measured }
  const grid = buildGrid(loaded.district.network, FROM)
  return { parts, grid, hours: await studyHours(parts, grid, FROM, FROM + HOURS * HOUR_MS) }
}

const importConstant = async (store: ReturnType<typeof memoryStore>, name: string, kw: number, hours = HOURS) => {
  const [id] = await store.register([name])
  const at = Float64Array.from({ length: hours * 6 }, (_, k) => FROM + k * 600_000)
  await store.importSeries(id!, { at, values: at.map(() => kw), quality: new Uint8Array(at.length) }, { recordedAt: FROM, source: 'test' })
}

describe('hours of a study', () => {
  test('loads follow their class where nothing is measured, and the meter where one is', async () => {
    const { grid, hours } = await small((store) => importConstant(store, 'elec.dp.dp0.p', 12, 6))
    const bus = grid.busIndex.get('P01.D1.J1')!
    expect(hours.loads.activeKw[bus]).toBeCloseTo(12, 9)
    // 43,800 kWh a year are 5 kW, and a power factor of 0.95 is a tangent of 0.329.
    expect(hours.loads.activeKw[6 * grid.busCount + bus]).toBeCloseTo(5, 9)
    expect(hours.loads.reactiveKvar[6 * grid.busCount + bus]).toBeCloseTo(5 * Math.tan(Math.acos(0.95)), 9)
    expect([hours.measuredHours, hours.customersByBus[bus]]).toEqual([0, 1])
    expect(hours.month[0]).toBe(localParts(FROM, 'Europe/Paris').month)
  })

  test('the rest of the town is what the heads carry beyond the district, and never negative', async () => {
    const { grid, hours } = await small(async (store) => {
      await importConstant(store, 'elec.hv.H1.p', 120, 12)
      await importConstant(store, 'elec.hv.H2.p', 40, 12)
    })
    const town = grid.busIndex.get('P02.MV')!
    expect(hours.measuredHours).toBe(12)
    // 160 kW at the heads less 16 delivery points of 5 kW and 3 % of them.
    expect(hours.loads.activeKw[town]).toBeCloseTo(160 - 80 * 1.03, 6)
    expect(hours.loads.activeKw[12 * grid.busCount + town]).toBeCloseTo(100, 6)
    const idle = await small(async (store) => {
      await importConstant(store, 'elec.hv.H1.p', 10)
      await importConstant(store, 'elec.hv.H2.p', 10)
    })
    expect(idle.hours.loads.activeKw[town]).toBe(0)
  })
})

describe('connection study of a district', () => {
  const ask = { node: 'P01.D1.J2', kva: 30, profile: CONSTANT_PROFILE, tanPhi: 0.3 }

  test('every medium-voltage section is an outage, and hourly loads are lifted by the customers behind them', async () => {
    const { parts, hours } = await small()
    const study = districtConnectionStudy(parts, hours, ask, {})
    expect(study.outages.map((one) => one.caseId)).toEqual(['H1.S1', 'R1', 'R2', 'R3', 'H2.S1'])
    expect(study).toMatchObject({ holds: true, fitsFirmKva: 30, peakFactor: 2.14, measuredHours: 0 })
    expect(study.sources.map((one) => one.sure)).toContain('computed')
  })

  test('more than the cable carries is answered with what fits and with remedies, with a price only where there is one', async () => {
    const { parts, hours } = await small()
    const told: number[] = []
    const study = districtConnectionStudy(parts, hours, { ...ask, kva: 300 }, {}, (share) => told.push(share))
    expect(study.holds).toBe(false)
    expect(study.binding?.margin.kind).toBe('current')
    expect(study.fitsKva).toBeGreaterThan(100)
    expect(study.fitsKva).toBeLessThan(300)
    expect(study.remedies.find((one) => one.kind === 'flexible')?.price).toMatchObject({ priced: false })
    expect(told.at(-1)).toBe(1)
    expect(told).toEqual([...told].sort((a, b) => a - b))
  })

  test('profiles are the classes of the district; others, and unknown places, are refused by name', async () => {
    const { parts, hours } = await small()
    expect(connectionProfiles(parts)).toEqual([CONSTANT_PROFILE, 'dwelling'])
    expect(() => districtConnectionStudy(parts, hours, { ...ask, profile: 'castle' }, {})).toThrow(/castle/)
    expect(() => districtConnectionStudy(parts, hours, { ...ask, node: 'P99' }, {})).toThrow(/P99/)
    expect(districtConnectionStudy(parts, hours, { ...ask, profile: 'dwelling' }, {}).holds).toBe(true)
  })
})
