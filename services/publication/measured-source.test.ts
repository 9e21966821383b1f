import { expect, test } from 'vitest'
import type { DeliveryPoint, District, MeasurementPoint } from '#models/district/schema.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { measuredSource, publishedCarriers } from './measured-source.ts'

const HOUR = 3_600_000
const AT = Date.parse('2026-01-11T23:00:00Z')
const since = '2020-01-01T00:00:00Z'
const small = smallDistrict().district
const delivery = (id: string, carrier: DeliveryPoint['carrier'], more: Partial<DeliveryPoint>): DeliveryPoint => ({ id, carrier, site: 'homes', category: 'professional', loadClass: 'x', holders: [{ validFrom: since, validTo: new Date(AT).toISOString(), holder: 'old' }, { validFrom: new Date(AT).toISOString(), holder: 'town' }], ...more })
const point = (id: string, on: string, more: Partial<MeasurementPoint>): MeasurementPoint => ({ id, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 3600, sign: 1, resolution: 0.001, on, ...more })
const district: District = {
  ...small, carriers: ['electricity', 'production', 'water'],
  holders: [...small.holders, { id: 'old', kind: 'business' }, { id: 'town', kind: 'public-body' }],
  deliveryPoints: [...small.deliveryPoints, delivery('sun', 'production', { node: small.deliveryPoints[0]!.node!, ratedPowerKw: 40 }), delivery('tap', 'water', {})],
  measurementPoints: [...small.measurementPoints, point('sun.p', 'sun', { carrier: 'production' }), point('tap.v', 'tap', { carrier: 'water', quantity: 'volume', unit: 'm3', kind: 'register' })],
}

test('energies of each carrier by hours: production is told positive, a counter by its rise, what is not measured is not there', async () => {
  const measured = memoryStore()
  const plan = evaluationPlan(district)
  const source = measuredSource(measured, district, plan)
  expect(publishedCarriers(plan)).toEqual(['electricity', 'production', 'water'])
  expect(['electricity', 'production', 'water', 'heat'].map((carrier) => source.unitOf(carrier as 'water'))).toEqual(['kWh', 'kWh', 'm3', undefined])
  const names = ['sun.p', 'tap.v']
  const ids = await measured.register(names)
  const at = Float64Array.from({ length: 6 }, (_, i) => AT + i * HOUR)
  await measured.importSeries(ids[0]!, { at, values: Float64Array.of(-10, 0.2, -30, -30, -30, -30), quality: new Uint8Array(6) }, { recordedAt: AT, source: 'test' })
  await measured.importSeries(ids[1]!, { at, values: Float64Array.of(100, 101.5, 103, 103, 104, 104), quality: new Uint8Array(6) }, { recordedAt: AT, source: 'test' })
  const sun = await source.energies('production', ['sun'], AT, AT + 3 * HOUR)
  expect([...sun.at]).toEqual([AT, AT + HOUR, AT + 2 * HOUR])
  // What flows to the plant at night is no production.
  expect([...sun.energies]).toEqual([10, 0, 30])
  expect([...(await source.energies('water', ['tap', 'unknown'], AT, AT + 3 * HOUR)).energies]).toEqual([1.5, NaN, 1.5, NaN, 0, NaN])
})

test('holders are those of the instant, with what is known of their contract', async () => {
  const source = measuredSource(memoryStore(), district, evaluationPlan(district))
  const holderOf = async (at: number) => source.holders('production', at)
  expect(await holderOf(AT - 1)).toEqual([{ holderId: 'old', isPublic: false, deliveryPoints: [{ id: 'sun', zone: 'z', category: 'professional', highestKwhPerHour: 40, isLarge: false }] }])
  expect((await holderOf(AT)).map(({ holderId, isPublic }) => [holderId, isPublic])).toEqual([['town', true]])
  expect(source.tenures('sun').map(({ holderId, from, to }) => [holderId, from, to])).toEqual([['old', Date.parse(since), AT], ['town', AT, Infinity]])
  expect((await source.holders('electricity', AT)).length).toBe(8)
})
