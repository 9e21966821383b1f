import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { YearLoads } from './constraint-year.ts'
import { longRing, ringCase, ringLoads, seeded } from './long-ring.testkit.ts'
import { nearHours } from './near-hours.ts'

const network = longRing()
const loadsOf = (hours: number, kwOf: (hour: number) => number, deliversIn = -1): YearLoads => ringLoads(network, hours, (hour, bus) => (bus.includes('.J') ? (hour === deliversIn ? -1 : 1) * kwOf(hour) : 0))
const one = ringCase(network, loadsOf(1, () => 20))
const station = (hours: number, pu: number) => new Float64Array(hours * one.stations.length).fill(pu)
const near = (loads: YearLoads, lowest = station(loads.at.length, 0.99), highest = station(loads.at.length, 1.03)) => [...nearHours(one, loads, one.limitsAt(loads.at, loads.month).whole, lowest, highest)]

describe('hours near a limit at low voltage', () => {
  it('are none while little is drawn, and those alone in which much is', () => {
    expect(near(loadsOf(60, () => 1))).toEqual(new Array(60).fill(0))
    const some = near(loadsOf(60, (hour) => (hour === 7 || hour === 55 ? 500 : 1)))
    expect([...some.keys()].filter((hour) => some[hour] === 1)).toEqual([7, 55])
  })

  it('are those of a station whose voltage is too low, too high or not known', () => {
    for (const [pu, which] of [[0.7, 'lowest'], [1.3, 'highest'], [NaN, 'lowest'], [NaN, 'highest']] as const) {
      const voltages = { lowest: station(50, 0.99), highest: station(50, 1.03) }
      voltages[which][30 * one.stations.length + 2] = pu
      const told = near(loadsOf(50, () => 1), voltages.lowest, voltages.highest)
      expect([...told.keys()].filter((hour) => told[hour] === 1)).toEqual([30])
    }
  })

  it('are those of loads that are not known', () => {
    const told = near(loadsOf(50, (hour) => (hour === 30 ? NaN : 1)))
    expect([...told.keys()].filter((hour) => told[hour] === 1)).toEqual([30])
  })

  it('are the same looked at together as one by one', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 10, max: 150 }), (seed, mostKw) => {
      const random = seeded(seed)
      const kw = Array.from({ length: 40 }, () => mostKw * random())
      const delivers = Math.floor(40 * random())
      const oneByOne = kw.map((_, hour) => near(loadsOf(1, () => kw[hour], delivers === hour ? 0 : -1))[0])
      expect(near(loadsOf(40, (hour) => kw[hour], delivers))).toEqual(oneByOne)
    }), { numRuns: 20 })
  })
})
