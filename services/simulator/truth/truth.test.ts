import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadMeasuredCurves } from '../curves.ts'
import { smallDistrict } from '../small-district.ts'
import { createTruth } from './truth.ts'
import type { TruthDay } from './truth.ts'

const district = smallDistrict()
const curves = loadMeasuredCurves()
const DAY_MS = 86_400_000
const epochDay = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS
const truth = createTruth(district, curves)
const powerOf = ({ power, day }: TruthDay, id: string): Float64Array => power.subarray(truth.indexOf(id)! * day.slots, (truth.indexOf(id)! + 1) * day.slots)
const energy = (power: Float64Array): number => power.reduce((sum, value) => sum + value, 0) / 6

test('the field asks none of the models it is there to check', () => {
  const files = globSync(join(import.meta.dirname, '..', '**/*.ts'))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const imports = [...readFileSync(file, 'utf8').matchAll(/from '(#models\/[^']+)'/g)].map(([, path]) => path)
    expect(imports.filter((path) => !/^#models\/(units|errors|district)\//.test(path)), file).toEqual([])
  }
})

test('over two measured years every point draws its annual energy to 1 %, and each year alone within 10 %', () => {
  for (const [index, { annualEnergyKwh = 0, id }] of district.deliveryPoints.entries()) {
    const year = (from: string, count: number): number => {
      let sum = 0
      for (let day = 0; day < count; day++) sum += truth.points[index].amountOn(truth.days.day(epochDay(from) + day))
      return (sum * 365.25) / count
    }
    expect(Math.abs(year('2024-01-01', 731) / annualEnergyKwh - 1), id).toBeLessThan(0.01)
    for (const first of ['2024-01-01', '2025-01-01', '2026-01-01']) expect(Math.abs(year(first, 365) / annualEnergyKwh - 1), `${id} ${first}`).toBeLessThan(0.1)
  }
})

test.each(['2026-01-13', '2026-03-29', '2026-10-25'])('the slots of %s add up to the amount the registers count', (date) => {
  const one = truth.on(epochDay(date))
  for (const point of truth.points) {
    const power = powerOf(one, point.id)
    expect(Math.min(...power), point.id).toBeGreaterThanOrEqual(0)
    expect(energy(power), point.id).toBeCloseTo(point.amountOn(one.day), 6)
    expect(point.amountBefore(truth.days.day(one.day.epochDay + 1)) - point.amountBefore(one.day), point.id).toBeCloseTo(energy(power), 5)
  }
})

test('a day is the same to the last bit whatever was asked before, and another with another seed', () => {
  const again = createTruth(district, curves)
  again.on(epochDay('2025-06-03'))
  const [first, second] = [truth.on(epochDay('2026-01-13')), again.on(epochDay('2026-01-13'))]
  expect(second.power).toEqual(first.power)
  expect(second.flow).toEqual(first.flow)
  expect(createTruth(district, curves, { seed: 2 }).on(epochDay('2026-01-13')).power).not.toEqual(first.power)
})

test('loads have the habits of what they stand for', () => {
  const weekday = truth.on(epochDay('2026-01-13'))
  const sunday = truth.on(epochDay('2026-01-18'))
  const at = (one: TruthDay, id: string, hour: number): number => powerOf(one, id).subarray(hour * 6, hour * 6 + 6).reduce((sum, value) => sum + value / 6, 0)
  expect(at(weekday, 'bakery', 4)).toBeGreaterThan(2 * at(weekday, 'bakery', 22))
  expect(at(weekday, 'shop', 14)).toBeGreaterThan(2 * at(weekday, 'shop', 3))
  expect(energy(powerOf(sunday, 'shop'))).toBeLessThan(0.7 * energy(powerOf(weekday, 'shop')))
  expect(at(weekday, 'lamp', 13)).toBe(0)
  expect(at(weekday, 'lamp', 20)).toBeGreaterThan(0)
  expect(at(weekday, 'sun', 2)).toBe(0)
  const mean = (month: string, id: string): number => Array.from({ length: 28 }, (_, day) => energy(powerOf(truth.on(epochDay(`${month}-01`) + day), id))).reduce((a, b) => a + b) / 28
  expect(mean('2026-07', 'sun')).toBeGreaterThan(2.5 * mean('2026-01', 'sun'))
  expect(Math.max(...Array.from({ length: 30 }, (_, day) => Math.max(...powerOf(truth.on(epochDay('2026-06-01') + day), 'sun'))))).toBeLessThanOrEqual(33)
  expect(mean('2026-01', 'heated')).toBeGreaterThan(2 * mean('2026-07', 'heated'))
})

test('what leaves the transformer is what meters count, the unmetered share, and the losses of the cable', () => {
  let metered = 0
  let given = 0
  for (let day = 0; day < 60; day++) {
    const one = truth.on(epochDay('2026-01-20') + day)
    for (const point of truth.points) if (point.node !== undefined) metered += (point.produces ? -1 : 1) * energy(powerOf(one, point.id))
    const { flow } = one
    const l2 = truth.network.lineSections.get('L2')!
    for (let slot = 0; slot < flow.steps; slot++) given += flow.toKw[l2 * flow.steps + slot] / 6
  }
  expect(given / metered - 1).toBeGreaterThan(0.017)
  expect(given / metered - 1).toBeLessThan(0.03)
})

test('a planted loss is in the network and in no meter; an open switch leaves the street dark', () => {
  const planted = createTruth(district, curves, { plantedLoss: { feeder: 'F2', sharePct: 3 } })
  const [honest, robbed] = [truth.on(epochDay('2026-01-13')), planted.on(epochDay('2026-01-13'))]
  expect(robbed.power).toEqual(honest.power)
  const sum = ({ flow }: TruthDay): number => energy(flow.toKw.subarray(0, flow.steps * 2).subarray(flow.steps))
  expect(sum(robbed) / sum(honest) - 1).toBeGreaterThan(0.025)
  const outage = truth.on(epochDay('2026-01-15'))
  const dark = truth.network.buses.get('J2')! * outage.day.slots
  expect([53, 54, 59, 60].map((slot) => outage.flow.voltagePu[dark + slot] > 0.9)).toEqual([true, false, false, true])
})
