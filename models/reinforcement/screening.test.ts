/** What screening leaves out, against every outage and every hour over the whole network. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchRatings } from '#models/contingency/year-count.ts'
import { buildGrid } from '#models/grid/network.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import type { ConstraintCase } from './constraint-case.ts'
import { constraintYear, type YearConstraints, type YearLoads } from './constraint-year.ts'
import { longRing, ringCase, ringLoads, seeded } from './long-ring.testkit.ts'
import type { Needs } from './needs.ts'

const HOURS = 240
const ROUNDING = 1e-7
/** Medium voltage carries the low-voltage losses of the normal state after an outage: so little of a limit may lie between. */
const DRAWN_TOGETHER = 0.001

interface Broken { readonly state: number; readonly hour: number; readonly element: number; readonly isLow: boolean; readonly beyond: number }

/** Everything beyond a limit after every outage in every hour. `beyond`: share of the limit; of a bus pu. */
function bruteForce(one: ConstraintCase, loads: YearLoads): Broken[] {
  const { whole, drawnGrid, elements } = one
  const branchCount = whole.branchFrom.length
  const { sets, setOfStep } = one.limitsAt(loads.at, loads.month).whole
  const found: Broken[] = []
  one.outages.forEach(({ switched }, o) => {
    const grid = buildGrid(switched.network, one.at, switched.options)
    expect(grid.busIds).toEqual(whole.busIds)
    const prepared = prepareLoadFlow(grid)
    sets.forEach((set, season) => {
      const hours = [...setOfStep.keys()].filter((hour) => setOfStep[hour] === season)
      const rows = (column: Float64Array) => Float64Array.from(hours.flatMap((hour) => [...column.subarray(hour * whole.busCount, (hour + 1) * whole.busCount)]))
      const flow = solveLoadFlow(prepared, { scenarios: hours.length, activeKw: rows(loads.activeKw), reactiveKvar: rows(loads.reactiveKvar) }, { wanted: { angles: false, currents: true, powers: true, totals: true, loadings: branchRatings(set, elements) } })
      hours.forEach((hour, k) => {
        expect(flow.settled[k]).toBe(1)
        for (let branch = 0; branch < branchCount; branch += 1) {
          const pct = flow.loadingPct[k * branchCount + branch]
          if (pct > 100 * (1 + ROUNDING)) found.push({ state: o + 1, hour, element: branch, isLow: !drawnGrid.branchIndex.has(elements.branchIds[branch]), beyond: pct / 100 - 1 })
        }
        for (let bus = 0; bus < whole.busCount; bus += 1) {
          if (grid.fed[bus] === 0) continue
          const pu = flow.voltagePu[k * whole.busCount + bus]
          const beyond = Math.max(set.lowestPu[bus] - pu, pu - set.highestPu[bus])
          if (beyond > ROUNDING) found.push({ state: o + 1, hour, element: branchCount + bus, isLow: !drawnGrid.busIndex.has(whole.busIds[bus]), beyond })
        }
      })
    })
  })
  return found
}

const keysOf = ({ state, hour, element }: Needs): Set<string> => new Set(Array.from(state, (of, k) => `${of} ${hour[k]} ${element[k]}`))
const isKnown = (keys: ReadonlySet<string>, { state, hour, element }: Broken): boolean => keys.has(`${state} ${hour} ${element}`) || keys.has(`0 ${hour} ${element}`)

/** Loads that bring some hours over the limits of the low voltage, of its voltage or of its currents, and leave most below. */
function randomLoads(network: ReturnType<typeof longRing>, seed: number, mostKw: number, leastKw: number, hours = HOURS): YearLoads {
  const random = seeded(seed)
  const level = Array.from({ length: hours }, () => random())
  return ringLoads(network, hours, (hour, bus) => (bus.includes('.J') ? leastKw + (mostKw - leastKw) * level[hour] * (0.6 + 0.4 * random()) : 0))
}

const judge = (year: YearConstraints, one: ConstraintCase, loads: YearLoads) => {
  const keys = keysOf(year.needs)
  const broken = bruteForce(one, loads)
  const byOutage = broken.filter(({ hour, element }) => !keys.has(`0 ${hour} ${element}`))
  return { byOutage, missed: broken.filter((of) => !isKnown(keys, of)) }
}

describe('screening of the low voltage', () => {
  it.each([
    { what: 'voltages too low', seed: 7, mostKw: 75, leastKw: 5, network: longRing({ mediumKm: 14, lowKm: 0.5 }) },
    { what: 'currents too large', seed: 11, mostKw: 110, leastKw: 10, network: longRing({ mediumKm: 6, lowKm: 0.05 }) },
    { what: 'voltages too high by production', seed: 13, mostKw: 5, leastKw: -75, network: longRing({ mediumKm: 10, lowKm: 0.25 }) },
  ])('misses nothing that an outage breaks: $what', ({ seed, mostKw, leastKw, network }) => {
    const loads = randomLoads(network, seed, mostKw, leastKw)
    const one = ringCase(network, loads, (bus) => (bus.includes('.J') ? 30 : 0))
    const year = constraintYear(one, loads)
    const { byOutage, missed } = judge(year, one, loads)
    expect(byOutage.filter(({ isLow }) => isLow).length).toBeGreaterThan(0)
    expect(missed.filter(({ isLow, beyond }) => isLow || beyond > DRAWN_TOGETHER)).toEqual([])
    expect(year.states.lowVoltageScreenedOut).toBeGreaterThan(0)
    expect(year.states.lowVoltageSolved).toBeGreaterThan(0)
    expect(year.states.notSettled).toBe(0)
    const screened = judge(constraintYear(one, loads, { screened: true }), one, loads)
    expect(screened.missed.filter(({ isLow, beyond }) => isLow || beyond > DRAWN_TOGETHER)).toEqual([])
  })
})

describe('hours after outages that the bound excludes', () => {
  /** Large customers at medium voltage beside small loads at low voltage. */
  const mediumLoads = (network: ReturnType<typeof longRing>, seed: number, mostKw: number): YearLoads => {
    const random = seeded(seed)
    const level = Array.from({ length: HOURS }, () => random())
    return ringLoads(network, HOURS, (hour, bus) => (bus.endsWith('.MV') && bus !== 'PS.MV' ? mostKw * level[hour] * (0.5 + 0.5 * random()) : bus.includes('.J') ? 5 * random() : 0))
  }

  it('leave the same needs behind, and no more are solved than may break something', () => {
    let [excluded, needed] = [0, 0]
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 2500, max: 6000 }), fc.constantFrom(2, 6, 12), (seed, mostKw, mediumKm) => {
      const network = longRing({ mediumKm, lowKm: 0.05 })
      const loads = mediumLoads(network, seed, mostKw)
      const one = ringCase(network, loads)
      const all = constraintYear(one, loads)
      const some = constraintYear(one, loads, { screened: true })
      expect(rowsOf(some.needs)).toEqual(rowsOf(all.needs))
      expect(some.unsupplied).toEqual(all.unsupplied)
      expect(some.states.outageScreenedOut).toBeGreaterThanOrEqual(all.states.outageScreenedOut)
      expect(some.states.outageSolved + some.states.outageScreenedOut).toBe(HOURS * one.outages.length)
      for (const column of ['hoursNormal', 'hoursOutage', 'mwhOutage', 'worstOutage'] as const) expect(some.counts[column]).toEqual(all.counts[column])
      excluded += some.states.outageScreenedOut - all.states.outageScreenedOut
      needed += all.needs.state.length
    }), { seed: 3, numRuns: 4 })
    expect(excluded).toBeGreaterThan(HOURS)
    expect(needed).toBeGreaterThan(HOURS)
  })

  it('are never those that do not settle: these are told as not settled, and nothing is found fine in them', () => {
    const network = longRing()
    const wild = 5
    const loads = ringLoads(network, 24, (hour, bus) => (bus.includes('.J') ? (hour < wild ? 20_000 : 2) : 0))
    const quiet = ringLoads(network, 24, (_, bus) => (bus.includes('.J') ? 2 : 0))
    const one = ringCase(network, quiet)
    const withSupply = one.outages.filter(({ grid }) => grid.sources.length > 0)
    const feeding = withSupply.filter(({ grid }) => one.stations.some(({ drawnBranch, drawnHighBus }) => grid.branchFrom[drawnBranch] >= 0 && grid.fed[drawnHighBus] === 1))
    expect(feeding.length).toBeGreaterThan(5)
    for (const screened of [false, true]) {
      const { states, needs } = constraintYear(one, loads, { screened })
      expect(states.notSettled).toBeGreaterThanOrEqual(wild * (1 + feeding.length))
      expect(states.lowVoltageSolved).toBe(wild * one.outages.length)
      expect([...needs.hour].filter((hour) => hour >= wild)).toEqual([])
      if (screened) expect(states.outageSolved).toBeGreaterThanOrEqual(wild * feeding.length)
    }
    expect(constraintYear(one, quiet, { screened: true }).states).toMatchObject({ notSettled: 0, outageSolved: 0, lowVoltageSolved: 0 })
  })
})

const rowsOf = ({ state, hour, element, excess, pct }: Needs): string[] => Array.from(state, (of, k) => `${of} ${hour[k]} ${element[k]} ${excess[k]} ${pct[k]}`).sort()
