import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MeasurementPoint } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { SampleBatch } from '#services/store/port.ts'
import { Counters } from './counters.ts'
import { judge, pointRule, withoutNoise } from './judge.ts'
import { createSink } from './sink.ts'

const NOW = Date.parse('2026-01-12T18:00:00Z')
const point = (more: Partial<MeasurementPoint> = {}): MeasurementPoint => ({
  id: 'elec.dp.bakery.p', carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 10, sign: 1, resolution: 0.001, on: 'bakery', ...more,
})
const rule = (more: Partial<MeasurementPoint> = {}, unit = 'W', ratio = 1) => pointRule({ point: point(more), profileChannel: { unit } }, 7, ratio)
const readings = (rows: [value: number, at?: number, quality?: number][], receivedAt = NOW) => ({
  channels: new Int32Array(rows.length), values: Float64Array.from(rows, (row) => row[0]), at: Float64Array.from(rows, (row) => row[1] ?? NOW), quality: Uint8Array.from(rows, (row) => row[2] ?? 0), receivedAt,
})

test('unit, sign and ratio of the meter, without noise in the last digits', () => {
  expect(judge(readings([[12_345]]), [rule()], NOW, 1).batch.values[0]).toBe(12.345)
  expect(judge(readings([[4_200]]), [rule({ sign: -1 })], NOW, 1).batch.values[0]).toBe(-4.2)
  expect(judge(readings([[1.5]]), [rule({}, 'kW', 40)], NOW, 1).batch.values[0]).toBe(60)
  expect(() => rule({}, 'kWh')).toThrow(/PF_UNIT_INCOMPATIBLE/)
})

test('only noise goes: a digit finer than the resolution stays', () => {
  expect(withoutNoise(57 * 0.01, 2)).toBe(0.57)
  expect(withoutNoise(0.5712, 2)).toBe(0.5712)
  expect(withoutNoise(NaN, 2)).toBeNaN()
})

test('a value without a time of its own has the time of arrival; a missing one keeps a quality and is never zero', () => {
  const { batch } = judge(readings([[1_000, NaN], [NaN, NOW - 1, QUALITY.measured], [NaN, NOW - 2, QUALITY.missing]]), [rule()], NOW, 1)
  expect([...batch.at]).toEqual([NOW, NOW - 1, NOW - 2])
  expect([...batch.values]).toEqual([1, NaN, NaN])
  expect([...batch.quality]).toEqual([QUALITY.measured, QUALITY.bad, QUALITY.missing])
})

test('clocks that are wrong and values that cannot be are put apart with their reason', () => {
  const { batch, quarantined } = judge(readings([[1_000], [1_000, 0], [1_000, NOW + 3_600_000], [9e9], [Infinity], [2_000]]), [rule({ max: 500 })], NOW, 1)
  expect([...batch.values]).toEqual([1, 2])
  expect(quarantined.reasons).toEqual(['clock_suspect', 'clock_suspect', 'implausible', 'implausible'])
})

test('a value ahead of the clock is one of a point that holds forecasts, up to as far as the point says', () => {
  const ahead = readings([[1_000, NOW + 23 * 3_600_000], [2_000, NOW + 25 * 3_600_000]])
  expect(judge(ahead, [rule({ forecastHours: 24 })], NOW, 1)).toMatchObject({ batch: { values: Float64Array.of(1) }, quarantined: { reasons: ['clock_suspect'] } })
  expect(judge(ahead, [rule()], NOW, 1).quarantined.reasons).toEqual(['clock_suspect', 'clock_suspect'])
})

test('at speed 600 a reading that took seconds on its way is not suspect, in either direction', () => {
  for (const speed of [60, 600, 3_600]) {
    const { quarantined } = judge(readings([[1, NOW + 4_000 * speed], [1, NOW - 60_000 * speed]]), [rule()], NOW, speed)
    expect(quarantined.reasons).toEqual([])
  }
})

test('everything produced is stored, known, revised, quarantined or dropped: nothing is lost in silence', async () => {
  const reading = fc.tuple(
    fc.oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.constantFrom(NaN, Infinity, 1e300)),
    fc.oneof(fc.integer({ min: NOW - 1_000, max: NOW + 1_000 }), fc.constantFrom(NaN, 0, NOW + 1e12, -1e15, Infinity)),
    fc.integer({ min: 0, max: 6 }),
  )
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.array(reading, { maxLength: 20 }), fc.nat({ max: 5 }))), async (steps) => {
    const seen = new Map<number, number>()
    const append = async (batch: SampleBatch) => {
      const result = { stored: 0, deduplicated: 0, revised: 0, seq: 1 }
      batch.at.forEach((at, index) => {
        const kind = !seen.has(at) ? 'stored' : Object.is(seen.get(at), batch.values[index]) ? 'deduplicated' : 'revised'
        result[kind]++
        seen.set(at, batch.values[index])
      })
      return result
    }
    const counters = new Counters()
    let apart = 0
    const sink = createSink({ sourceId: 'buildings', rules: [rule({ max: 900 })], store: { append }, clock: { now: () => NOW, speed: 1, realMsUntil: () => 0 }, counters, quarantine: (_source, rows) => { apart += rows.at.length } })
    let produced = 0
    for (const step of steps) {
      produced += typeof step === 'number' ? step : step.length
      if (typeof step === 'number') sink.reject('malformed', step)
      else await sink.deliver(readings(step))
    }
    const [counts] = new Counters(counters.all()).all()
    if (counts === undefined) {
      expect(produced).toBe(0)
      return
    }
    const sum = (reasons: Readonly<Record<string, number>>) => Object.values(reasons).reduce((total, count) => total + count, 0)
    expect(counts.produced).toBe(produced)
    expect(counts.stored + counts.deduplicated + counts.revised + sum(counts.quarantined) + sum(counts.dropped)).toBe(produced)
    expect(sum(counts.quarantined)).toBe(apart)
    expect(counts.stored).toBe(seen.size)
  }))
})

test('when the journal fails nothing is counted, so that the driver delivers again', async () => {
  const counters = new Counters()
  const sink = createSink({ sourceId: 's', rules: [rule()], store: { append: async () => { throw new Error('disk full') } }, clock: { now: () => NOW, speed: 1, realMsUntil: () => 0 }, counters, quarantine: () => {} })
  await expect(sink.deliver(readings([[1]]))).rejects.toThrow('disk full')
  expect(counters.all()).toEqual([])
  expect(sink.newestAt).toBeNaN()
})
