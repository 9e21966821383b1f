import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { registerToIntervals, type RegisterRules } from './registers.ts'

const STEP_S = 600
const STEP = STEP_S * 1000
const rules: RegisterRules = { digits: 5, maxPerHour: 60, resolution: 0.01, meterChanges: [] }

const readings = (values: number[], every = STEP, from = 0) => ({
  at: Float64Array.from(values, (_, i) => from + i * every),
  values: Float64Array.from(values),
  quality: Uint8Array.from(values, (value) => (Number.isNaN(value) ? QUALITY.missing : QUALITY.measured)),
})

/** A counter that shows the running sum of the uses, rolling over at 10^5. */
const counter = (uses: number[], start: number) => uses.reduce((shown, use) => [...shown, (shown.at(-1)! + use) % 1e5], [start])

test('what goes into a counter comes out of its readings, over rollovers too', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 60 }), fc.double({ min: 0, max: 99_999, noNaN: true }), (uses, start) => {
    const { intervals, knownTotals } = registerToIntervals(readings(counter(uses, start)), rules, 0, uses.length * STEP, STEP_S)
    expect(knownTotals).toEqual([])
    uses.forEach((use, i) => expect(intervals.energy[i]).toBeCloseTo(use, 6))
    expect([...intervals.quality]).toEqual(uses.map(() => QUALITY.measured))
  }))
})

test('readings at any times give the same energy over the covered steps', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1000, max: STEP }), { minLength: 30, maxLength: 90 }), (pauses) => {
    const at = pauses.reduce((times, pause) => [...times, times.at(-1)! + pause], [0])
    // A constant 6 kW: the register is known at every time.
    const series = { at: Float64Array.from(at), values: Float64Array.from(at, (time) => (6 * time) / 3_600_000), quality: new Uint8Array(at.length) }
    const to = Math.floor(at.at(-1)! / STEP) * STEP
    const { intervals } = registerToIntervals(series, rules, 0, to, STEP_S)
    for (const energy of intervals.energy) expect(energy).toBeCloseTo(1, 9)
  }))
})

describe('departures from plain counting', () => {
  const run = (values: number[], more: Partial<RegisterRules> = {}) => registerToIntervals(readings(values), { ...rules, ...more }, 0, (values.length - 1) * STEP, STEP_S)

  test('a reset loses one step and says so', () => {
    const { intervals, faults } = run([500, 502, 1, 3, 5])
    expect([...intervals.energy]).toEqual([2, NaN, 2, 2])
    expect(faults).toEqual([{ at: 2 * STEP, kind: 'reset', before: 502, after: 1 }])
  })

  test('no difference is taken across a meter change, even a plausible one', () => {
    const { intervals, faults } = run([500, 502, 503, 505], { meterChanges: [1.5 * STEP] })
    expect([...intervals.energy]).toEqual([2, NaN, 2])
    expect(faults.map(({ kind }) => kind)).toEqual(['meter-change'])
  })

  test('one wrong reading between two good ones is left out and its time becomes a known total', () => {
    const { intervals, faults, knownTotals } = run([500, 502, 80_000, 506, 508])
    expect([...intervals.energy]).toEqual([2, NaN, NaN, 2])
    expect(faults.map(({ kind }) => kind)).toEqual(['outlier'])
    expect(knownTotals).toEqual([{ from: STEP, to: 3 * STEP, energy: 4 }])
  })

  test('a lasting jump is not counted as use, up or down', () => {
    expect(run([500, 502, 9000, 9002]).faults.map(({ kind }) => kind)).toEqual(['implausible-jump'])
    expect(run([9000, 9002, 500, 502]).faults.map(({ kind }) => kind)).toEqual(['negative-jump'])
    expect([...run([9000, 9002, 500, 502]).intervals.energy]).toEqual([2, NaN, 2])
  })

  test('a fall within the resolution is no use, not a fault', () => {
    const { intervals, faults } = run([500, 500.01, 500, 500])
    expect(intervals.energy[1]).toBe(0)
    expect(faults).toEqual([])
  })

  test('a silence keeps its energy as a total and spreads nothing', () => {
    const { intervals, knownTotals } = run([500, 502, NaN, NaN, 514, 515])
    expect([...intervals.energy]).toEqual([2, NaN, NaN, NaN, 1])
    expect(knownTotals).toEqual([{ from: STEP, to: 4 * STEP, energy: 12 }])
    const even = run([500, 502, NaN, NaN, 514, 515], { spreadUpToS: 1800 })
    expect([...even.intervals.energy]).toEqual([2, 4, 4, 4, 1])
    expect([...even.intervals.quality]).toEqual([0, 2, 2, 2, 0])
    expect(even.knownTotals).toEqual([])
  })
})
