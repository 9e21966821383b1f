import { expect, test } from 'vitest'
import type { DeliveryPoint, District, MeasurementPoint } from '#models/district/schema.ts'
import { dayAheadSeries, forecastSeries } from './forecast-series.ts'
import { issueForecasts } from './forecast.ts'
import { memoryStore } from './memory-store.testkit.ts'
import { evaluationPlan } from './plan.ts'
import type { DayAheadForecast } from './port.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { readMeans } from './step-inputs.ts'

const { district: small } = smallDistrict()
const HOUR = 3_600_000
const NOW = Date.parse('2026-03-10T00:10:00Z')

type Metered = Pick<DeliveryPoint, 'id' | 'carrier' | 'category'> & { points: Partial<MeasurementPoint>[] }
const heat: Partial<MeasurementPoint> = { id: 'p', quantity: 'thermal-power', unit: 'kW', kind: 'instant', stepS: 600 }
const volume: Partial<MeasurementPoint> = { id: 'v', quantity: 'volume', unit: 'm3', kind: 'register', stepS: 3600 }

/** The small district with more delivery points; ids of their measurement points are `DELIVERY-POINT.ID`. */
function districtWith(metered: readonly Metered[]): District {
  return {
    ...small, carriers: ['electricity', 'heat', 'gas', 'water'],
    deliveryPoints: [...small.deliveryPoints, ...metered.map(({ id, carrier, category }): DeliveryPoint => ({ id, carrier, category, site: 'homes', loadClass: carrier, holders: [] }))],
    measurementPoints: [...small.measurementPoints, ...metered.flatMap(({ id, carrier, points }) => points.map((point) => ({ carrier, sign: 1, resolution: 0.001, on: id, ...point, id: `${id}.${point.id}` }) as MeasurementPoint))],
  }
}
const many = (count: number, carrier: Metered['carrier'], category: Metered['category'], point: Partial<MeasurementPoint>): Metered[] => Array.from({ length: count }, (_, i) => ({ id: `${carrier}-${category}-${i}`, carrier, category, points: [point] }))
const otherSeries = (metered: readonly Metered[]) => {
  const district = districtWith(metered)
  return forecastSeries(district, evaluationPlan(district)).filter(({ carrier }) => carrier !== 'electricity').map(({ series, unit, others, power }) => [series, unit, 1 + (others?.length ?? 0), power.pointName])
}

test('heat, gas and water: the sum of what is metered, and each firm; a household only within a sum of many', () => {
  expect(otherSeries([...many(2, 'heat', 'professional', heat), ...many(12, 'water', 'residential', volume)])).toEqual([
    ['district-heat', 'kW', 2, 'heat-professional-0.p'], ['district-water', 'm3/h', 12, 'water-residential-0.v'], ['heat-professional-0', 'kW', 1, 'heat-professional-0.p'], ['heat-professional-1', 'kW', 1, 'heat-professional-1.p'],
  ])
  // Ten households, or one beside firms whose own figures are told: no sum, which less those would be theirs.
  expect(otherSeries(many(10, 'water', 'residential', volume))).toEqual([])
  expect(otherSeries(many(11, 'water', 'residential', volume)).map(([series]) => series)).toEqual(['district-water'])
  expect(otherSeries([...many(3, 'gas', 'professional', volume), ...many(1, 'gas', 'residential', volume)]).map(([series]) => series)).toEqual(['gas-professional-0', 'gas-professional-1', 'gas-professional-2'])
  expect(otherSeries(many(1, 'gas', 'professional', volume)).map(([series]) => series)).toEqual(['gas-professional-0'])
})

test('of several series the best tells: power before energy before volume, never a day\u2019s total, and of heat never the water that carried it', () => {
  const energy: Partial<MeasurementPoint> = { id: 'e', quantity: 'thermal-energy', unit: 'MWh', kind: 'register', stepS: 3600 }
  expect(otherSeries([{ id: 'h1', carrier: 'heat', category: 'public', points: [volume, energy, heat] }, { id: 'h2', carrier: 'heat', category: 'public', points: [volume, energy] }, { id: 'h3', carrier: 'heat', category: 'public', points: [volume] }, { id: 'h4', carrier: 'heat', category: 'public', points: [{ ...energy, stepS: 86_400 }] }]).map(([series, unit, , point]) => [series, unit, point])).toEqual([
    ['district-heat', 'kW', 'h1.p'], ['h1', 'kW', 'h1.p'], ['h2', 'kW', 'h2.e'],
  ])
  // Energy in one, volume in the other: no sum has a unit.
  expect(otherSeries([{ id: 'g1', carrier: 'gas', category: 'public', points: [{ ...energy, quantity: 'active-energy' }] }, { id: 'g2', carrier: 'gas', category: 'public', points: [volume] }]).map(([series, unit]) => [series, unit])).toEqual([['g1', 'kW'], ['g2', 'm3/h']])
})

test('a counter is told as its rate: of the hours in which it is read, in the unit of the series, as far as its readings had come', async () => {
  const district = districtWith([{ id: 'w', carrier: 'water', category: 'public', points: [{ ...volume, unit: 'L' }] }, { id: 'h', carrier: 'heat', category: 'public', points: [{ id: 'e', quantity: 'thermal-energy', unit: 'MWh', kind: 'interval', stepS: 3600 }] }])
  const { carriers } = evaluationPlan(district)
  const store = memoryStore()
  const [w, h] = await store.register(['w.v', 'h.e'])
  for (const [hour, litres] of [[0, 1_000], [1, 1_600], [2, 1_600], [3, 4_600]] as const) {
    await store.append({ pointIds: Int32Array.of(w!, h!), at: Float64Array.of(NOW + hour * HOUR, NOW + hour * HOUR), values: Float64Array.of(litres, 0.25), quality: new Uint8Array(2) }, { recordedAt: NOW + hour * HOUR + 60_000, source: 'test' })
  }
  const powers = carriers.map(({ power }) => power)
  const start = Math.floor(NOW / HOUR) * HOUR + HOUR
  const [water, energy] = await readMeans(store, powers, start, start + 2 * HOUR)
  // Readings at ten past: an hour has five sixths of one increase and one of the next.
  expect(Array.from(water!.values)).toEqual([...new Array(6).fill(expect.closeTo((5 * 0 + 0.6) / 6, 9)), ...new Array(6).fill(expect.closeTo((0 + 5 * 3) / 6, 9))])
  expect(energy!.values[1]).toBeCloseTo(250, 9)
  expect(water!.quality).toEqual(new Uint8Array(12))
  const [early] = await readMeans(store, powers, start, start + 2 * HOUR, { asOf: NOW + 2 * HOUR + 120_000 })
  expect(Array.from(early!.values).map(Number.isNaN)).toEqual([...new Array(6).fill(false), ...new Array(6).fill(true)])
})

test('a past that was kept by the hour has no gaps beside live values of ten minutes', async () => {
  const { carriers } = evaluationPlan(districtWith(many(1, 'heat', 'public', heat)))
  const store = memoryStore()
  const [id] = await store.register([carriers[0]!.power.pointName])
  const start = Math.floor(NOW / HOUR) * HOUR
  const at = Float64Array.of(start, start + HOUR, start + 2 * HOUR, start + 2 * HOUR + 600_000, start + 2 * HOUR + 1_200_000)
  await store.append({ pointIds: new Int32Array(5).fill(id!), at, values: Float64Array.of(10, 20, 30, 40, 50), quality: new Uint8Array(5) }, { recordedAt: NOW, source: 'test' })
  const [means] = await readMeans(store, carriers.map(({ power }) => power), start, start + 2.5 * HOUR)
  expect([...means!.values]).toEqual([...new Array(6).fill(10), ...new Array(6).fill(20), 30, 40, 50])
})

test('the sum of a carrier is issued as a sum, with its own band and unit; it is one of the series of the nightly fits', async () => {
  const district = districtWith(many(12, 'water', 'residential', volume))
  const plan = evaluationPlan(district)
  const store = memoryStore()
  const ids = await store.register(plan.carriers.map(({ power }) => power.pointName))
  const hours = 21 * 24
  const first = Math.floor(NOW / HOUR) * HOUR - hours * HOUR
  for (const [k, id] of ids.entries()) {
    let litres = 0
    const at = Float64Array.from({ length: hours + 1 }, (_, i) => first + i * HOUR)
    await store.append({ pointIds: new Int32Array(at.length).fill(id), at, values: at.map((_, i) => (litres += (0.5 + 0.1 * k) * (1 + Math.sin((2 * Math.PI * i) / 24)))), quality: new Uint8Array(at.length) }, { recordedAt: NOW - 60_000, source: 'test' })
  }
  const issued = await issueForecasts(store, district, plan, NOW)
  expect(issued.map(({ series }) => series)).toEqual(['district-water'])
  expect(dayAheadSeries(district, plan)).toContain('district-water')
  const [{ valuesKw, quantilesKw }] = issued as [(typeof issued)[number]]
  const mean = valuesKw.reduce((sum, value) => sum + value, 0) / valuesKw.length
  expect(mean).toBeCloseTo(12 * 0.5 + 0.1 * 66, 1)
  expect(Math.max(...valuesKw)).toBeCloseTo(2 * mean, 0)
  expect(quantilesKw[0]!.valuesKw.every((value, i) => value >= 0 && value <= valuesKw[i]! + 1e-9)).toBe(true)
})

test('a forecast of days that was made in another unit, before the meter became another one, is not in service', async () => {
  const district = districtWith(many(1, 'gas', 'professional', volume))
  const plan = evaluationPlan(district)
  const store = memoryStore()
  const [id] = await store.register([plan.carriers[0]!.power.pointName])
  const at = Float64Array.from({ length: 15 * 24 }, (_, i) => Math.floor(NOW / HOUR) * HOUR - (15 * 24 - 1 - i) * HOUR)
  await store.append({ pointIds: new Int32Array(at.length).fill(id!), at, values: at.map((_, i) => 2 * i), quality: new Uint8Array(at.length) }, { recordedAt: NOW - 60_000, source: 'test' })
  const days = (unit: 'kW' | 'm3/h'): DayAheadForecast => ({
    series: 'gas-professional-0', issuedAt: NOW - HOUR, from: Math.floor(NOW / HOUR) * HOUR - HOUR, stepS: 1800, forecaster: 'day-ahead', method: 'blend', reason: undefined, weather: 'usual', unit, valuesKw: new Float64Array(150).fill(20), quantilesKw: [], carried: new Float64Array(2), bound: 1,
  })
  const methodsOf = async (unit: 'kW' | 'm3/h') => (await issueForecasts(store, district, plan, NOW, [days(unit)])).map((one) => [one.method, one.unit, one.weather])
  expect(await methodsOf('m3/h')).toEqual([['blend', 'm3/h', 'usual']])
  expect(await methodsOf('kW')).toEqual([['seasonal-naive', 'm3/h', 'none']])
})

test('nothing of other carriers changes what is forecast of electricity', () => {
  const plan = evaluationPlan(small)
  expect(plan.carriers).toEqual([])
  const more = districtWith(many(2, 'heat', 'professional', heat))
  const electric = (district: District) => forecastSeries(district, evaluationPlan(district)).filter(({ carrier }) => carrier === 'electricity').map(({ series }) => series)
  expect(electric(more)).toEqual(electric(small))
})
