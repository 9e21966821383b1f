import { describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { energyAfterOutage } from './after-outage.ts'
import { clockDrift } from './clock-drift.ts'
import { shiftedDays } from './day-shift.ts'
import { loadCalendar } from './day-type.ts'
import { countByKind } from './finding.ts'
import { dayQualities, missingSpans } from './gaps.ts'
import { measuredCurves } from './measured-curves.testkit.ts'
import { ownProfile } from './own-profile.ts'
import { registerFindings } from './register-findings.ts'
import { registerToIntervals } from './registers.ts'
import { stoppedMeter } from './standstill.ts'
import { sumCheck } from './sum-check.ts'
import { swappedMeters } from './swapped-meters.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PAST = 28 * 24
const RECENT = 7 * 24
const curves = measuredCurves()

/** Five weeks of a measured curve every two weeks: four of past, one to be judged. */
function* fiveWeeks(all = curves, every = 2 * RECENT) {
  for (const { name, values, at } of all) {
    for (let start = 0; start + PAST + RECENT <= values.length; start += every) {
      const window = { at: at.slice(start, start + PAST + RECENT), values: values.slice(start, start + PAST + RECENT) }
      yield { name, ...window, firstAt: window.at[0]!, calendar: loadCalendar(window.at, 'UTC'), hourBefore: values[start + PAST - 1]! }
    }
  }
}

describe('on measured curves', () => {
  test('a week that comes an hour late is found in half the cases, and hardly ever where nothing was done', () => {
    let weeks = 0
    let untouched = 0
    let late = 0
    for (const { values, firstAt, calendar } of fiveWeeks()) {
      const profile = ownProfile(values, calendar, 3600, 0, PAST)
      weeks += 1
      untouched += Math.min(1, shiftedDays(values, firstAt, calendar, profile, PAST).length)
      const shifted = values.slice()
      shifted.copyWithin(PAST, PAST - 1, values.length - 1)
      late += Math.min(1, shiftedDays(shifted, firstAt, calendar, profile, PAST).filter(({ evidence }) => evidence['shiftMinutes'] === 60).length)
    }
    expect(weeks).toBeGreaterThan(1000)
    expect(late / weeks).toBeGreaterThan(0.5)
    // Most of what is left are clock changes of the sites themselves, and one week in which ten of eleven Cambridge buildings come late at once.
    expect(untouched / weeks).toBeLessThan(0.03)
  })

  test('two exchanged meters are found in most pairs, never the wrong two, and none where none were exchanged', () => {
    let pairs = 0
    let right = 0
    let wrong = 0
    for (const site of [/^ucam_.*electricity/, /^(Robin|Fox|Rat)_/, /^dma/]) {
      const set = curves.filter(({ name }) => site.test(name))
      for (let start = 0; start + PAST + RECENT <= set[0]!.values.length; start += 8 * RECENT) {
        const calendar = loadCalendar(set[0]!.at.slice(start, start + PAST + RECENT), 'UTC')
        const base = set.map(({ values }) => values.slice(start, start + PAST + RECENT))
        const found = (columns: Float64Array[]) => swappedMeters(columns.map((values, k) => ({ pointId: set[k]!.name, values, profile: ownProfile(values, calendar, 3600, 0, PAST) })), 0, calendar, PAST)
        expect(found(base)).toEqual([])
        for (let a = 0; a < set.length; a += 1) {
          for (let b = a + 1; b < set.length; b += 1) {
            const since = PAST + 48
            const columns = base.map((values) => values.slice())
            columns[a]!.set(base[b]!.subarray(since), since)
            columns[b]!.set(base[a]!.subarray(since), since)
            const told = found(columns)
            pairs += 1
            const hit = told.some(({ point, other }) => point === set[a]!.name && other === set[b]!.name)
            if (hit) right += 1
            wrong += told.length / 2 - (hit ? 1 : 0)
          }
        }
      }
    }
    expect(right / pairs).toBeGreaterThan(0.65)
    expect(wrong).toBe(0)
  }, 60_000)

  test('the energy of a silence that comes in its first hour is found, a silence alone is not', () => {
    let weeks = 0
    let caught = 0
    let alone = 0
    for (const { values, firstAt, calendar } of fiveWeeks()) {
      const profile = ownProfile(values, calendar, 3600, 0, PAST)
      const silent = values.slice()
      const lost = silent.subarray(PAST + 30, PAST + 38).reduce((sum, value) => sum + value, 0)
      silent.fill(NaN, PAST + 30, PAST + 38)
      weeks += 1
      alone += energyAfterOutage(silent, firstAt, 3600, calendar, profile, PAST).length
      silent[PAST + 38] += lost
      const [told] = energyAfterOutage(silent, firstAt, 3600, calendar, profile, PAST)
      if (told?.evidence['gapSteps'] === 8 && told.from === firstAt + (PAST + 30) * HOUR) caught += 1
    }
    expect(caught / weeks).toBeGreaterThan(0.9)
    expect(alone / weeks).toBeLessThan(0.01)
  })

  test('a meter that stops is found where use was never 0, and nothing is said of sites that rest', () => {
    for (const { values, firstAt } of fiveWeeks(curves, 8 * RECENT)) {
      expect(stoppedMeter(values, firstAt, 3600, PAST)).toEqual([])
      const stopped = values.slice().fill(0, PAST + 24, PAST + 96)
      const found = stoppedMeter(stopped, firstAt, 3600, PAST)
      const zeros = values.subarray(0, PAST).filter((value) => value === 0).length
      if (zeros === 0) expect(found).toMatchObject([{ kind: 'stopped', from: firstAt + (PAST + 24) * HOUR, to: firstAt + (PAST + 96) * HOUR }])
      if (zeros > 0.01 * PAST) expect(found).toEqual([])
    }
  })
})

test('gaps are told with their lengths, the open end is none, and the quality of a day adds up', () => {
  const values = Float64Array.from({ length: 12 * 24 }, (_, i) => (i >= 30 && i < 33 ? NaN : i >= 100 && i < 180 ? NaN : i >= 280 ? NaN : 5))
  expect(missingSpans(values, 0, 3600)).toMatchObject([
    { kind: 'missing', severity: 'doubt', from: 30 * HOUR, to: 33 * HOUR, evidence: { steps: 3, hours: 3 } },
    { kind: 'missing', severity: 'fault', evidence: { steps: 80 } },
  ])
  const at = Float64Array.from(values, (_, i) => i * HOUR)
  const quality = Uint8Array.from(values, (value, i) => (Number.isNaN(value) ? QUALITY.missing : i === 25 ? QUALITY.uncertain : i < 30 && i > 27 ? QUALITY.substituted : QUALITY.measured))
  const days = dayQualities(at, values, quality, [DAY, 2 * DAY, 2 * DAY + 23 * HOUR])
  expect(days).toEqual([
    { day: DAY, steps: 24, measured: 18, uncertain: 1, substituted: 2, missing: 3 },
    { day: 2 * DAY, steps: 23, measured: 23, uncertain: 0, substituted: 0, missing: 0 },
  ])
})

describe('a register', () => {
  const rules = { digits: 6, maxPerHour: 50, resolution: 0.01, meterChanges: [] }
  const told = (values: number[], more = {}) => {
    const readings = { at: Float64Array.from(values, (_, i) => i * HOUR), values: Float64Array.from(values), quality: new Uint8Array(values.length) }
    return registerFindings(readings, registerToIntervals(readings, { ...rules, ...more }, 0, (values.length - 1) * HOUR, 3600).faults)
  }
  const counting = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + 5 * i)

  test('that jumps to another level and counts on there is a meter changed without notice', () => {
    expect(told([...counting(500_000, 10), ...counting(20_300, 10)])).toMatchObject([{ kind: 'meter-change-unannounced', severity: 'fault', from: 9 * HOUR, to: 10 * HOUR, evidence: { before: 500_045, after: 20_300 } }])
    expect(told([...counting(500, 10), ...counting(70_000, 10)])).toMatchObject([{ kind: 'meter-change-unannounced' }])
  })

  test('that jumps at the very end may yet be a wrong reading, and what was announced or begins anew has its own name', () => {
    expect(told([...counting(500_000, 10), ...counting(20_300, 3)])).toMatchObject([{ kind: 'negative-jump' }])
    expect(told([...counting(500_000, 10), ...counting(20_300, 10)], { meterChanges: [9.5 * HOUR] })).toMatchObject([{ kind: 'meter-change', severity: 'note' }])
    expect(countByKind([...told([...counting(500_000, 10), ...counting(3, 10)]), ...told([...counting(999_980, 10).map((value) => value % 1e6)])])).toEqual({ reset: 1, rollover: 1 })
  })

  test('gives a step the worst quality of its readings', () => {
    const quality = Uint8Array.of(0, 0, QUALITY.substituted, QUALITY.uncertain)
    const { intervals } = registerToIntervals({ at: Float64Array.of(0, HOUR, 2 * HOUR, 3 * HOUR), values: Float64Array.of(1, 2, 3, 4), quality }, rules, 0, 3 * HOUR, 3600)
    expect([...intervals.quality]).toEqual([QUALITY.measured, QUALITY.substituted, QUALITY.uncertain])
  })
})

describe('register against curve', () => {
  const steps = Float64Array.from({ length: 5 * 48 }, (_, i) => 0.3 + (i % 7) / 10)
  const sums = Array.from({ length: 6 }, (_, day) => steps.subarray(0, day * 48).reduce((sum, value) => sum + value, 0))
  const readings = (values: number[]) => ({ at: Float64Array.from(values, (_, day) => day * DAY), values: Float64Array.from(values), quality: new Uint8Array(values.length) })

  test('a day that rounds otherwise agrees, a day that lost three kWh does not', () => {
    const shown = sums.map((sum) => Math.floor(1000 + sum))
    expect(sumCheck(readings(shown), steps, 0, 1800, 1)).toEqual({ findings: [], compared: 5 })
    const lost = shown.map((value, day) => (day >= 3 ? value + 3 : value))
    const { findings } = sumCheck(readings(lost), steps, 0, 1800, 1)
    expect(findings).toMatchObject([{ kind: 'sum-check', from: 2 * DAY, to: 3 * DAY, evidence: { tolerance: 2 } }])
    expect(Math.abs(findings[0]!.evidence['difference']! - 3)).toBeLessThan(1.01)
  })

  test('a day with a missing step is not compared', () => {
    const gapped = steps.slice().fill(NaN, 60, 61)
    expect(sumCheck(readings(sums.map((sum) => Math.floor(sum))), gapped, 0, 1800, 1).compared).toBe(4)
  })
})

describe('the clock of a device', () => {
  const STEP = 600_000
  const at = Float64Array.from({ length: 10 * 144 }, (_, i) => i * STEP)
  /** Arrival after 0.5 to 30 s on the way, to the second. */
  const arrival = (offsetS: (day: number) => number) => at.map((time, i) => Math.round((time + 1000 * (0.5 + ((i * 37) % 60) / 2 + offsetS(time / DAY))) / 1000) * 1000)

  test('that runs slow or fast by seconds a day is found with its rate, whatever the way costs', () => {
    expect(clockDrift(at, arrival((day) => 4 * day))).toMatchObject([{ kind: 'clock-drift', severity: 'doubt', evidence: { days: 10 } }])
    const [fast] = clockDrift(at, arrival((day) => -30 * day))
    expect(fast!.severity).toBe('fault')
    expect(fast!.evidence['secondsPerDay']).toBeCloseTo(-30, 0)
  })

  test('that is right, or wrong by the same all the time, or corrected once, does not drift', () => {
    expect(clockDrift(at, arrival(() => 0))).toEqual([])
    expect(clockDrift(at, arrival(() => 400))).toEqual([])
    expect(clockDrift(at, arrival((day) => (day < 5 ? 120 : 0)))).toEqual([])
    // History that came in one import.
    expect(clockDrift(at, at.map(() => 20 * DAY))).toEqual([])
  })
})
