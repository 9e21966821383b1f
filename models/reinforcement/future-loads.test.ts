import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StudyScenario } from '#models/district/schema-study.ts'
import { SAMPLE_BUSES, sampleYear } from './base-year.testkit.ts'
import { prepareFutures } from './future-base.ts'
import { FUTURE_STEPS, futureLoads, type FutureYear } from './future-loads.ts'

const base = sampleYear()
const hours = base.at.length
const measured = prepareFutures(base, base.temperatureC, SAMPLE_BUSES)
const colder = prepareFutures(base, base.temperatureC.map((value) => value - 3), SAMPLE_BUSES)
const text = (word: string) => ({ fr: word, en: word })
const scenario = (more: Partial<StudyScenario> = {}): StudyScenario => ({ id: 's', name: text('s'), probability: 1, growthPct: {}, ...more })
const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0)
const step = (of: FutureYear, name: (typeof FUTURE_STEPS)[number]) => of.steps.find((one) => one.step === name)!
const rowSum = (of: FutureYear, hour: number) => sum(of.activeKw.slice(hour * 3, hour * 3 + 3))

const everything = scenario({
  growthPct: { 'dwelling': 1, 'office': { low: 0, likely: 1, high: 2 }, 'boundary-town': 2 },
  newBuildings: [{ node: 'B', year: 2030, count: 40, loadClass: 'dwelling-electric-heating', annualEnergyKwh: 3000, coldShare: 0.4, note: text('n') }],
  arrivals: [{ node: 'C', year: 2031, peakKw: 90, loadClass: 'office', note: text('n') }],
  electricVehicles: { vehicles: [{ year: 2026, amount: 10 }, { year: 2036, amount: { low: 60, likely: 110, high: 200 } }], annualEnergyKwh: 2000, chargerKw: 7.4, places: { home: 0.7, work: 0.2, public: 0.1 }, simultaneity: { home: 0.2, work: 0.2, public: 1 }, smartShare: 0.5, at: { A: 1, B: 3 } },
  heatPumps: { dwellings: [{ year: 2026, amount: 0 }, { year: 2036, amount: 30 }], annualHeatKwh: 9000, performance: [{ outsideC: -10, cop: 2 }, { outsideC: 10, cop: 4 }] },
  renovation: { share: [{ year: 2026, amount: 0 }, { year: 2036, amount: 0.5 }], savedColdShare: 0.4 },
  photovoltaics: { peakKw: [{ year: 2026, amount: 0 }, { year: 2036, amount: 100 }], annualKwhPerKw: 1100 },
  heatNetwork: { share: [{ year: 2030, amount: 0.2 }] },
})

describe('nothing changes', () => {
  test('the measured year comes back, bus by bus', () => {
    const same = futureLoads(measured, scenario(), 2040)
    expect(same.activeKw[5 * 3]).toBe(base.parts[0]!.powerKw[5])
    expect(same.activeKw[5 * 3 + 1]).toBe(base.parts[1]!.powerKw[5]! + base.parts[2]!.powerKw[5]!)
    expect(same.reactiveKvar[5 * 3]).toBe(base.parts[0]!.powerKw[5]! * 0.3)
    for (const { step: name, energyMwh } of same.steps) if (name !== 'measured') expect(energyMwh).toBe(0)
  })
})

describe('each step', () => {
  const of = futureLoads(colder, everything, 2036)

  test('is traced, and the steps add up to the total at every hour and to the columns of buses', () => {
    expect(of.steps.map((one) => one.step)).toEqual([...FUTURE_STEPS])
    expect(of.steps.reduce((total, { energyMwh }) => total + energyMwh, 0)).toBeCloseTo(of.energyMwh, 6)
    expect(of.steps.reduce((total, { atPeakKw }) => total + atPeakKw, 0)).toBeCloseTo(of.peakKw, 6)
    expect(of.totalKw[of.peakHour]).toBe(Math.max(...of.totalKw))
    for (const hour of [0, 17, 4000, of.peakHour, hours - 1]) expect(rowSum(of, hour)).toBeCloseTo(of.totalKw[hour]!, 8)
  })
  test('weather: the slope times the degrees below 16', () => {
    // January: 3 degrees colder, all slopes together 4 + 0.5 + 3 kW a degree.
    const cold = futureLoads(colder, scenario(), 2026)
    expect(cold.totalKw[3]! - measured.measuredKw[3]!).toBeCloseTo(7.5 * 3, 9)
    const july = 4408
    expect(base.temperatureC[july]).toBeGreaterThan(19)
    expect(cold.totalKw[july]).toBeCloseTo(measured.measuredKw[july]!, 9)
  })
  test('growth counts from the measured year', () => {
    const grown = futureLoads(measured, scenario({ growthPct: { 'dwelling': 2, 'boundary-town': 1 } }), 2036)
    expect(step(grown, 'growth').energyMwh).toBeCloseTo((sum(base.parts[0]!.powerKw) / 1000) * (1.02 ** 10 - 1), 6)
    expect(step(grown, 'boundary').energyMwh).toBeCloseTo((sum(base.parts[4]!.powerKw) / 1000) * (1.01 ** 10 - 1), 6)
  })
  test('a new building takes its energy in the measured weather, an arrival its peak', () => {
    const warm = futureLoads(measured, everything, 2036)
    expect(step(warm, 'new-buildings').energyMwh).toBeCloseTo(120, 6)
    const arrived = futureLoads(measured, scenario({ arrivals: everything.arrivals }), 2031)
    const kw = arrived.loadOf(['office'], [2])
    expect(Math.max(...kw)).toBeCloseTo(90, 9)
    expect(step(futureLoads(measured, everything, 2030), 'arrivals').energyMwh).toBe(0)
  })
  test('vehicles take their energy, heat pumps what the coefficient leaves, panels give', () => {
    expect(step(of, 'electric-vehicles').energyMwh).toBeCloseTo(110 * 2, 6)
    const pumps = step(of, 'heat-pumps').energyMwh
    expect(pumps).toBeGreaterThan((30 * 9) / 4)
    expect(pumps).toBeLessThan(((30 * 9) / 2) * 1.6)
    expect(step(of, 'photovoltaics').energyMwh).toBeCloseTo(-110, 6)
  })
  test('renovation and heat network take from the answer to cold, the second what the first has left', () => {
    const cold = sum(colder.coldC.map((degrees) => degrees * 4)) / 1000
    expect(step(of, 'renovation').energyMwh).toBeCloseTo(-0.2 * cold, 6)
    expect(step(of, 'heat-network').energyMwh).toBeCloseTo(-0.8 * 0.2 * cold, 6)
  })
  test('a range is taken at its end where that is asked for', () => {
    const low = futureLoads(colder, everything, 2036, { levels: new Map([['electricVehicles.vehicles', 'low'], ['growthPct.office', 'high']]) })
    expect(step(low, 'electric-vehicles').energyMwh).toBeCloseTo(60 * 2, 6)
    expect(step(low, 'growth').energyMwh).toBeGreaterThan(step(of, 'growth').energyMwh)
  })
  test('what an offer draws on is the load of its classes at its buses', () => {
    const ev = of.loadOf(['ev-charger'], [0])
    expect(sum(ev)).toBeCloseTo(110 * 2000 * 0.25, 4)
    expect(sum(of.loadOf(['dwelling-electric-heating', 'office', 'ev-charger', 'heat-pump', 'pv'], [1]))).toBeCloseTo(sum(of.activeKw.filter((_, i) => i % 3 === 1)), 3)
  })
  test('columns that are given are written over', () => {
    const again = futureLoads(colder, everything, 2036, { into: { activeKw: new Float64Array(hours * 3).fill(7), reactiveKvar: new Float64Array(hours * 3).fill(7) } })
    expect(again.activeKw).toEqual(of.activeKw)
    expect(again.reactiveKvar).toEqual(of.reactiveKvar)
  })
})

test('more of anything that draws never lowers an hour of the total', () => {
  const short = prepareFutures(sampleYear(24 * 14), sampleYear(24 * 14).temperatureC, SAMPLE_BUSES)
  fc.assert(fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 5, noNaN: true }), fc.integer({ min: 2026, max: 2050 }), (vehicles, dwellings, growth, year) => {
    const made = (extra: number) => futureLoads(short, scenario({
      growthPct: { dwelling: growth + extra },
      electricVehicles: { ...everything.electricVehicles!, smartShare: 0, vehicles: [{ year: 2026, amount: vehicles + 10 * extra }] },
      heatPumps: { ...everything.heatPumps!, dwellings: [{ year: 2026, amount: dwellings + 5 * extra }] },
    }), year)
    const [less, more] = [made(0), made(1)]
    less.totalKw.forEach((kw, hour) => expect(more.totalKw[hour]).toBeGreaterThanOrEqual(kw - 1e-9))
  }), { numRuns: 30 })
})

test('a bus that is not there is named', () => {
  expect(() => futureLoads(measured, scenario({ arrivals: [{ node: 'Z', year: 2026, peakKw: 1, loadClass: 'office', note: text('n') }] }), 2027)).toThrow(/PF_STUDY_NODE.*"Z"/)
})

describe('some hours', () => {
  test('have the loads that they have among all; those of the others are not known', () => {
    const all = futureLoads(colder, everything, 2035)
    const some = futureLoads(colder, everything, 2035, { hours: [3, 30], into: { activeKw: all.activeKw.slice(), reactiveKvar: all.reactiveKvar.slice() } })
    for (const hour of [3, 30]) {
      for (const column of ['activeKw', 'reactiveKvar'] as const) expect(some[column].slice(hour * 3, hour * 3 + 3)).toEqual(all[column].slice(hour * 3, hour * 3 + 3))
    }
    expect(some.activeKw.filter((kw) => !Number.isNaN(kw)).length).toBe(2 * 3)
    expect(some.reactiveKvar.filter((kvar) => !Number.isNaN(kvar)).length).toBe(2 * 3)
    expect(some.totalKw).toEqual(all.totalKw)
  })
})
