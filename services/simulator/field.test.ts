import { expect, test } from 'vitest'
import { loadMeasuredCurves } from './curves.ts'
import { createField } from './field.ts'
import type { Field } from './field.ts'
import { makeHistory } from './history.ts'
import { smallDistrict } from './small-district.ts'

const district = smallDistrict()
const curves = loadMeasuredCurves()
const field = createField(district, {}, curves)
const FROM = Date.parse('2026-01-05T00:00:00+01:00')
const TO = Date.parse('2026-02-02T09:00:00+01:00')
const series = (id: string, from = FROM, to = TO, of: Field = field) => of.series(of.find(id)!, from, to)

test('imported history, live values and a history read are the same numbers', async () => {
  const other = createField(district, {}, curves)
  let rows = 0
  const pointsSeen = new Set<string>()
  let newestFirst = true
  let lastMonthStart = Infinity
  for await (const chunk of makeHistory({ district, from: FROM, to: TO })) {
    const one = other.find(chunk.pointId)!
    const monthStart = chunk.at[0]
    if (monthStart > lastMonthStart + 3 * 86_400_000) newestFirst = false
    lastMonthStart = monthStart
    const read = other.series(one, chunk.at[0], chunk.at.at(-1)! + 1, TO)
    expect(read.at, chunk.pointId).toEqual(chunk.at)
    expect(read.values, chunk.pointId).toEqual(chunk.values)
    const places = [0, Math.floor(chunk.at.length / 2), chunk.at.length - 1]
    expect(places.map((place) => other.valueAt(one, chunk.at[place])), chunk.pointId).toEqual(places.map((place) => chunk.values[place]))
    expect(['measured', 'rescaled', 'composed']).toContain(chunk.provenance)
    rows += chunk.at.length
    pointsSeen.add(chunk.pointId)
  }
  expect(newestFirst).toBe(true)
  expect(pointsSeen.size).toBe(district.measurementPoints.length)
  expect(rows).toBeGreaterThan(25_000)
})

test('registers never fall, agree with the power, and begin anew with a changed meter', () => {
  const energy = series('elec.dp.bakery.e')
  const power = series('elec.dp.bakery.p')
  for (let row = 1; row < energy.at.length; row++) expect(energy.values[row]).toBeGreaterThanOrEqual(energy.values[row - 1])
  const risen = energy.values.at(-1)! - energy.values[0]
  const integrated = power.values.subarray(0, -1).reduce((sum, value) => sum + value / 6, 0)
  expect(risen / integrated - 1).toBeCloseTo(0, 2)
  const changed = series('elec.dp.shop.e', Date.parse('2026-01-14T10:20:00+01:00'), Date.parse('2026-01-14T10:41:00+01:00')).values
  expect(changed[0]).toBeGreaterThan(1_000)
  expect(changed[1]).toBe(0)
  expect(changed[2]).toBeGreaterThan(0)
})

test('a head is measured to its class: near the truth, never on it', () => {
  const { truth } = field
  const l1 = truth.network.lineSections.get('L1')!
  const errors: number[] = []
  const { at, values } = series('elec.hv.F1.p')
  at.forEach((instant, row) => {
    const { day, flow } = truth.at(instant)
    errors.push(values[row] / flow.fromKw[l1 * day.slots + Math.floor((instant - day.start) / 600_000)] - 1)
  })
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.01)
  expect(new Set(errors).size).toBeGreaterThan(at.length * 0.9)
})

test('production is negative in the document, chargers are charging when power flows', () => {
  expect(Math.max(...series('elec.pv.sun.p').values)).toBeLessThanOrEqual(0)
  expect(Math.min(...series('elec.pv.sun.p').values)).toBeLessThan(-5)
  const power = series('elec.ev.charger.p').values
  const state = series('elec.ev.charger.state').values
  expect(Math.max(...power)).toBeGreaterThan(2)
  power.forEach((kw, row) => expect(kw > 0).toBe(state[row] === 2))
})

test('a dwelling delivers the next morning, sometimes a day later, sometimes never, and nothing before its consent', () => {
  const { delivery } = field.find('elec.dp.home.load')!
  const { days } = field.truth
  const first = days.at(Date.parse('2024-01-01T12:00:00+01:00'))
  expect(delivery.deliveredAt(days.day(first.epochDay - 1))).toBe(Infinity)
  const delays = Array.from({ length: 700 }, (_, index) => {
    const day = days.day(first.epochDay + index)
    return (delivery.deliveredAt(day) - day.end) / 3_600_000
  })
  const share = (test: (hours: number) => boolean): number => delays.filter(test).length / delays.length
  expect(share((hours) => hours >= 5 && hours <= 9)).toBeGreaterThan(0.93)
  expect(share((hours) => hours > 24 && hours < 34)).toBeGreaterThan(0.01)
  expect(share((hours) => hours === Infinity)).toBeGreaterThan(0.002)
  const today = days.at(TO)
  expect(field.series(field.find('elec.dp.home.load')!, FROM, TO, today.start + 60_000).at.at(-1)).toBeLessThan(days.day(today.epochDay - 1).start)
})

test('swapped meters read each other', () => {
  const swapped = createField(district, { swappedMeters: ['shop', 'bakery'] }, curves)
  const at = Date.parse('2026-01-13T04:00:00+01:00')
  const read = (of: Field, id: string): number => of.valueAt(of.find(id)!, at)
  expect(read(swapped, 'elec.dp.shop.p')).toBeCloseTo(read(field, 'elec.dp.bakery.p'), 0)
  expect(read(swapped, 'elec.dp.bakery.p')).toBeCloseTo(read(field, 'elec.dp.shop.p'), 0)
})
