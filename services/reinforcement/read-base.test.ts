import { describe, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { baseYearOf } from '#models/reinforcement/frozen-to-base.ts'
import { assumedClasses, flatClasses, type FrozenYear } from '#models/reinforcement/frozen-year.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { packFrozen, unpackFrozen } from './frozen-file.ts'
import { readBase } from './read-base.ts'

const HOUR_MS = 3_600_000
const FROM = Date.parse('2026-01-14T00:00:00Z')
const HOURS = 24
const UNTIL = FROM + HOURS * HOUR_MS

/** Sixteen dwellings at four stations, of which all or half may be read, panels of the town, and the rest of the town. */
function district({ everybody }: { everybody: boolean }) {
  const loaded = smallDistrict()
  const { district } = loaded
  district.network.boundaryLoads.push({ id: 'TOWN', name: 'town', node: 'P02.MV', loadClass: 'town', annualEnergyKwh: 876_000, powerFactor: 1 })
  district.holders.push({ id: 'city', kind: 'public-body' })
  district.deliveryPoints.push({ id: 'roof', carrier: 'production', site: 'homes', category: 'public', node: 'P01.D1.J1', annualEnergyKwh: 8760, loadClass: 'pv', holders: [{ validFrom: '2020-01-01T00:00:00Z', holder: 'city' }] })
  const like = district.measurementPoints.find(({ id }) => id === 'elec.dp.dp0.p')!
  if (everybody) for (let i = 1; i < 16; i += 2) district.measurementPoints.push({ ...like, id: `elec.dp.dp${i}.p`, on: `dp${i}` })
  district.measurementPoints.push({ ...like, id: 'weather.temperature', carrier: 'weather', quantity: 'temperature', unit: 'degC', on: 'weather' })
  district.weather = { source: 'test', temperaturePoint: 'weather.temperature' }
  return loaded
}

async function read(everybody: boolean, measured: Readonly<Record<string, (hour: number) => number>>): Promise<FrozenYear> {
  const loaded = district({ everybody })
  const store = memoryStore()
  for (const [name, kw] of Object.entries(measured)) {
    const [id] = await store.register([name])
    const values = Float64Array.from({ length: HOURS }, (_, hour) => kw(hour))
    await store.importSeries(id!, { at: values.map((_, hour) => FROM + hour * HOUR_MS), values, quality: new Uint8Array(HOURS) }, { recordedAt: UNTIL, source: 'test' })
  }
  return readBase({ loaded, plan: evaluationPlan(loaded.district), typical: new Map(), measured: store }, gridOf(loaded), UNTIL, HOURS)
}
const gridOf = (loaded: ReturnType<typeof district>) => buildGrid(loaded.district.network, FROM)
const grid = gridOf(district({ everybody: true }))
const allMeters = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`elec.dp.dp${i}.p`, (hour: number) => 1 + i / 16 + (hour === i ? 3 : 0)]))

describe('with a store', () => {
  test('sixteen measured households are one cell, and what all of them drew is in it', async () => {
    const frozen = await read(true, { ...allMeters, 'elec.hv.H1.p': () => 200, 'elec.hv.H2.p': () => 50, 'weather.temperature': (hour) => hour / 2 })
    expect(frozen.cells.filter(({ kind }) => kind === 'class').map(({ id, holders, measuredShare }) => [id, holders, measuredShare])).toEqual([['class:dwelling', 16, 1]])
    const drawn = 16 + 120 / 16
    expect(frozen.cells.find(({ kind }) => kind === 'class')!.powerKw[3]).toBeCloseTo(drawn + 3, 4)
    // Four households below each transformer are too few: the four transformers are summed.
    expect(frozen.sums).toHaveLength(1)
    // The heads carried 250 kW; the rest of the town is what they carried beyond the district and its losses of 3 %; at night panels give nothing.
    const base = baseYearOf(frozen, grid)
    const town = base.parts.find(({ loadClass }) => loadClass === 'town')!
    expect(town.powerKw[2]).toBeCloseTo(250 - (drawn + 3) * 1.03, 3)
    expect([frozen.measuredHours, frozen.temperatureSource]).toEqual([24, 'measured'])
    expect(frozen.temperatureC[13]).toBe(6.5)
    expect(frozen.temperatureHistory!.temperatureC.filter((value) => !Number.isNaN(value))).toHaveLength(1)
  })

  test('transformers that were measured carry it, hour by hour', async () => {
    const carried = Object.fromEntries(grid.transformerIds.map((id, i) => [`elec.tr.${id}.p`, (hour: number) => 20 + i + hour]))
    const base = baseYearOf(await read(true, { ...allMeters, ...carried }), grid)
    const dwellings = base.parts.filter(({ loadClass }) => loadClass === 'dwelling')
    expect(dwellings.reduce((sum, { powerKw }) => sum + powerKw[4]!, 0)).toBeCloseTo((4 * 24 + 6) * 0.985, 3)
  })

  test('eight measured households are too few: what they drew is not kept, and the study says that it stands on declared energy', async () => {
    const some = Object.fromEntries(Object.entries(allMeters).filter((_, i) => i % 2 === 0))
    const frozen = await read(false, some)
    const cell = frozen.cells.find(({ kind }) => kind === 'class')!
    expect([cell.measuredShare, cell.powerKw[0], cell.powerKw[4]]).toEqual([0, 16 * 5, 16 * 5])
    expect([flatClasses(frozen), assumedClasses(frozen)]).toEqual([['dwelling', 'town'], ['pv']])
  })

  test('what was frozen is read back to the last bit, and so is the year that studies are made from', async () => {
    const frozen = await read(true, { ...allMeters, 'elec.hv.H1.p': () => 200, 'elec.hv.H2.p': () => 50, 'weather.temperature': (hour) => hour / 3 })
    const again = unpackFrozen(packFrozen(frozen), 'test')
    expect(again).toEqual(frozen)
    expect(baseYearOf(again, grid)).toEqual(baseYearOf(frozen, grid))
    expect(packFrozen(again)).toEqual(packFrozen(frozen))
  })
})

test('without a store the declared energies are drawn level, panels by the sun, and a mild oceanic year stands in for the weather', async () => {
  const loaded = district({ everybody: true })
  const frozen = await readBase({ loaded, plan: evaluationPlan(loaded.district), typical: new Map() }, gridOf(loaded), UNTIL, HOURS)
  expect([frozen.temperatureSource, frozen.measuredHours, flatClasses(frozen), assumedClasses(frozen)]).toEqual(['assumed', 0, ['dwelling', 'town'], ['pv']])
  expect(frozen.cells.find(({ loadClass }) => loadClass === 'town')!.powerKw[5]).toBe(100)
  const roof = frozen.cells.find(({ loadClass }) => loadClass === 'pv')!
  expect([roof.kind, roof.powerKw[0]]).toEqual(['public', 0])
  expect(roof.powerKw[12]).toBeLessThan(-2)
  expect(frozen.temperatureC.every((value) => value > 0 && value < 12)).toBe(true)
})

test.each([
  ['not packed', Buffer.from('{}')],
  ['cut short', packFrozen(await read(true, allMeters)).subarray(0, 100)],
])('a file that is %s is refused', (_, bytes) => {
  expect(() => unpackFrozen(bytes, 'study-1')).toThrow(/PF_STUDY_FROZEN_INVALID \[study-1\]/)
})
