import { describe, expect, it } from 'vitest'
import { longRing, ringCase, ringLoads } from './long-ring.testkit.ts'
import { excesses, excessOf, flowOf, onBuses, stateGrid, type StateGrid } from './state-grid.ts'
import { byHand, CABLE, twoBuses } from './two-buses.testkit.ts'

const TAN_PHI = 0.2

const placed = (state: StateGrid, column: Float64Array, scenarios = 1): Float64Array => {
  const into = new Float64Array(scenarios * state.grid.busCount).fill(7)
  onBuses(state, column, 0, scenarios, into)
  return into
}

describe('a cable in a state', () => {
  const network = twoBuses()
  const loads = ringLoads(network, 1, (_, bus) => (bus === 'P.MV' ? 3600 : 0), TAN_PHI)
  const one = ringCase(network, loads)
  const state = stateGrid(one, network, 0, new Float64Array(one.whole.busCount))
  const flow = (kw: number) => {
    const { activeKw, reactiveKvar } = ringLoads(network, 1, (_, bus) => (bus === 'P.MV' ? kw : 0), TAN_PHI)
    return flowOf(state, placed(state, activeKw), placed(state, reactiveKvar), loads.at[0], 1)
  }

  it('is beyond its limit by what it carries too much, whichever way it flows', () => {
    for (const kw of [3600, -3600]) {
      const { currentA, lossesKw } = byHand(kw, TAN_PHI * kw)
      const carriedKw = Math.max(Math.abs(kw), Math.abs(kw + lossesKw))
      expect(excessOf(state, flow(kw), 'L', 0)).toBeCloseTo(carriedKw * (1 - CABLE.winterA / currentA), 3)
    }
  })

  it('has all the room of its limit where it carries nothing', () => {
    expect(excessOf(state, flow(0), 'L', 0)).toBeCloseTo(-Math.sqrt(3) * 20 * CABLE.winterA, 6)
  })

  it('is of a bus outside its band by pu, on either side', () => {
    expect(excessOf(state, flow(18_000), 'P.MV', 0)).toBeCloseTo(0.95 - byHand(18_000, TAN_PHI * 18_000).pu, 6)
    expect(excessOf(state, flow(-18_000), 'P.MV', 0)).toBeCloseTo(byHand(-18_000, -TAN_PHI * 18_000).pu - 1.05, 6)
    expect(excessOf(state, flow(1000), 'P.MV', 0)).toBeLessThan(0)
  })

  it('is not known where the state does not settle', () => {
    const wild = flow(900_000)
    expect([excessOf(state, wild, 'L', 0), excessOf(state, wild, 'P.MV', 0)]).toEqual([NaN, NaN])
  })
})

describe('a ring in a state', () => {
  const network = longRing()
  const loads = ringLoads(network, 1, (_, bus) => (bus.includes('.J') ? 20 : 0))
  const one = ringCase(network, loads)
  const customers = new Float64Array(one.whole.busCount)

  it('is switched as the outage has left it: what is out carries nothing, the rest is fed the other way', () => {
    const after = one.outages.findIndex(({ id }) => id === 'H1.S1') + 1
    const state = stateGrid(one, network, after, customers)
    const told = flowOf(state, placed(state, loads.activeKw), placed(state, loads.reactiveKvar), loads.at[0], 1)
    const carriedKw = (id: string) => Math.abs(told.flow.activeFromKw[state.grid.branchIndex.get(id)!])
    expect(excessOf(state, told, 'H1.S1', 0)).toBeCloseTo(-Math.sqrt(3) * 20 * 420, 6)
    expect(carriedKw('H2.S1')).toBeGreaterThan(16 * 20)
    expect(state.grid.fed[state.grid.busIndex.get('P01.D1.J2')!]).toBe(1)
  })

  it('puts loads on the buses of a changed network by name; what is not there any more is left out', () => {
    const shorter = { ...network, junctions: network.junctions.filter(({ id }) => id !== 'P01.D1.J2'), lineSections: network.lineSections.filter(({ id }) => id !== 'P01.D1.S2') }
    const state = stateGrid(one, shorter, 0, customers)
    const column = placed(state, loads.activeKw)
    expect(column.length).toBe(one.whole.busCount - 1)
    expect(column.reduce((sum, kw) => sum + kw, 0)).toBe(15 * 20)
    expect(column[state.grid.busIndex.get('P04.D2.J2')!]).toBe(20)
    expect(state.busOf[one.whole.busIndex.get('P01.D1.J2')!]).toBe(-1)
  })
  it('tells of many scenarios at once what it tells of each: also of one that does not settle', () => {
    const state = stateGrid(one, network, 0, customers)
    const many = ringLoads(network, 70, (hour, bus) => (bus.includes('.J') ? (hour === 68 ? 20_000 : hour) : 0))
    const told = excesses(state, many, loads.at[0], 1, ['H1.S1', 'P01.D1.J2', 'P01'])
    const all = flowOf(state, placed(state, many.activeKw, 70), placed(state, many.reactiveKvar, 70), loads.at[0], 1)
    ;['H1.S1', 'P01.D1.J2', 'P01'].forEach((id, e) => expect([...told[e]]).toEqual(Array.from({ length: 70 }, (_, k) => excessOf(state, all, id, k))))
    expect([...told[0].keys()].filter((k) => Number.isNaN(told[0][k]))).toEqual([68])
  })
})
