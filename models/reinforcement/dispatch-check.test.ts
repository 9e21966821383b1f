import { describe, expect, it } from 'vitest'
import { solveLoadFlow, prepareLoadFlow } from '#models/load-flow/load-flow.ts'
import { constraintYear, type YearLoads } from './constraint-year.ts'
import { type DispatchOutcome, dispatchState, type ReadyContract } from './dispatch-check.ts'
import { longRing, ringCase, ringLoads } from './long-ring.testkit.ts'
import { stateGrid } from './state-grid.ts'

/** Two dark hours beyond the limit of one low-voltage section on each of two days; power factor 1, so that amperes follow from kilowatts. */
const HOURS = 72
const network = longRing({ mediumKm: 1, lowKm: 0.05 })
const CUSTOMERS = 0
const END = 'P01.D1.J2'
/** The first section carries a little more, through J1. */
const SECTION = 'P01.D1.S1'
const loadsWith = (kwAt: (hour: number) => number, else_ = 5): YearLoads => ringLoads(network, HOURS, (hour, bus) => (bus === END ? kwAt(hour) : bus.includes('.J') ? else_ : 0), 0)
const evenings = (hour: number): number => (hour === 18 || hour === 19 ? 230 : hour === 42 ? 217 : 40)
const localDay = Uint16Array.from({ length: HOURS }, (_, hour) => Math.floor(hour / 24))

const loads = loadsWith(evenings)
const one = ringCase(network, loads, () => CUSTOMERS)
const busOf = (id: string) => one.whole.busIndex.get(id)!
const noCustomers = new Float64Array(one.whole.busCount)

const contract = (option: number, kw: number, more: Partial<ReadyContract> = {}): ReadyContract =>
  ({ option, bus: busOf(END), kw, hoursAYear: 200, mostHoursAnActivation: 24, rebound: { share: 0, withinH: 1 }, activationEurPerMwh: 100, ...more })

function dispatch(of: YearLoads, contracts: readonly ReadyContract[], state = 0): DispatchOutcome {
  const year = constraintYear(one, of)
  const { needs } = year
  const ids = [...one.elements.branchIds, ...one.whole.busIds]
  const wanted = [...needs.state.keys()].filter((k) => needs.state[k] === state).map((k) => ({ hour: needs.hour[k], element: ids[needs.element[k]], excess: needs.excess[k], pct: needs.pct[k] }))
  return dispatchState(one, stateGrid(one, network, state, noCustomers), of, localDay, wanted, contracts, state === 0)
}

/** Current of the section in an hour with so much less drawn at its end, by a load flow of its own. */
function amperes(of: YearLoads, hour: number, lessKw: number): number {
  const { busCount } = one.whole
  const activeKw = of.activeKw.slice(hour * busCount, (hour + 1) * busCount)
  activeKw[busOf(END)] -= lessKw
  const flow = solveLoadFlow(prepareLoadFlow(one.whole), { scenarios: 1, activeKw, reactiveKvar: new Float64Array(busCount) })
  return Math.max(flow.currentFromA[one.whole.branchIndex.get(SECTION)!], flow.currentToA[one.whole.branchIndex.get(SECTION)!])
}

/** Hours and the worst hour in which an element remains; undefined: it does not. */
const leftOf = ({ remaining }: DispatchOutcome, element = SECTION) => {
  const found = remaining.find((one) => one.element === element)
  return found === undefined ? undefined : [found.hours, found.worstHour]
}

describe('contracts that are called', () => {
  it('keep the limit by just enough, as a load flow of its own finds', () => {
    const single = loadsWith((hour) => (hour === 18 ? 230 : 40))
    expect(amperes(single, 18, 0)).toBeGreaterThan(300)
    const told = dispatch(single, [contract(7, 80)])
    expect(told.remaining).toEqual([])
    const kw = told.activatedKwh.get(7)!
    expect(told.activatedHours.get(7)).toBe(1)
    expect(amperes(single, 18, kw)).toBeLessThanOrEqual(300)
    expect(amperes(single, 18, kw - 2)).toBeGreaterThan(300)
    expect(told.linearErrorPct).toBeLessThan(2)
  })

  it('are called in the order of their price, each only up to what it holds ready', () => {
    const { activatedKwh, remaining } = dispatch(loads, [contract(0, 60, { activationEurPerMwh: 300 }), contract(1, 10, { activationEurPerMwh: 50 })])
    expect(remaining).toEqual([])
    expect(activatedKwh.get(1)).toBeCloseTo(3 * 10, 6)
    expect(activatedKwh.get(0)).toBeGreaterThan(10)
  })

  it('are not called where they do not relieve', () => {
    const told = dispatch(loads, [contract(0, 60, { bus: busOf('P04.D1.J2') })])
    expect(told.activatedKwh.get(0)).toBe(0)
    expect(leftOf(told)).toEqual([3, 18])
  })

  it('give no more than is there in an hour', () => {
    const availableKw = Float64Array.from({ length: HOURS }, (_, hour) => (hour === 42 ? 0 : 80))
    expect(leftOf(dispatch(loads, [contract(0, 80, { availableKw })]))).toEqual([1, 42])
  })

  it('keep the hours of a year and of an activation, and what is beyond them remains', () => {
    expect(dispatch(loads, [contract(0, 80)]).remaining).toEqual([])
    const year = dispatch(loads, [contract(0, 40, { hoursAYear: 1 })])
    expect(year.activatedKwh.get(0)).toBeLessThanOrEqual(40 + 1e-9)
    // What is left of the budget is spent in the second hour, nothing in the third.
    expect(leftOf(year)).toEqual([2, 42])
    const day = dispatch(loads, [contract(0, 40, { mostHoursAnActivation: 1 })])
    expect(leftOf(day)).toEqual([1, 19])
  })

  it('need not keep the hours of a year after an outage, which lasts a day', () => {
    const wanted = [18, 19].map((hour) => ({ hour, element: SECTION, excess: 24, pct: 111 }))
    const call = (isNormal: boolean) => dispatchState(one, stateGrid(one, network, 0, noCustomers), loads, localDay, wanted, [contract(0, 40, { hoursAYear: 0 })], isNormal)
    expect(call(true).remaining).toMatchObject([{ hours: 2 }])
    expect(call(false).remaining).toEqual([])
  })

  it('of a battery give what it holds, and it is charged again in quiet hours, which are checked', () => {
    const storage = { hours: 1, efficiency: 0.8 }
    expect(leftOf(dispatch(loads, [contract(0, 40, { storage })]))).toEqual([1, 19])
    const enough = dispatch(loads, [contract(0, 80, { storage })])
    expect(enough.remaining).toEqual([])
    expect(enough.solvedHours).toBeGreaterThan(3 + 8)
  })

  it('leave what no contract relieves, also where others are called elsewhere', () => {
    const two = ringLoads(network, HOURS, (hour, bus) => (bus === END ? evenings(hour) : bus === 'P04.D2.J2' ? (hour === 30 ? 240 : 30) : bus.includes('.J') ? 5 : 0), 0)
    const told = dispatch(two, [contract(0, 80)])
    expect(told.activatedKwh.get(0)).toBeGreaterThan(0)
    expect(told.remaining.map(({ element }) => element).sort()).toEqual(['P04.D2.S1', 'P04.D2.S2'])
    expect(leftOf(told, 'P04.D2.S1')).toEqual([1, 30])
  })

  it('bring energy back, and the hours into which it comes are checked', () => {
    const tight = loadsWith((hour) => (hour === 18 ? 230 : hour === 19 ? 204 : 40))
    expect(amperes(tight, 19, 0)).toBeLessThan(300)
    const once = { rebound: { share: 1, withinH: 1 }, hoursAYear: 1, kw: 30 }
    expect(dispatch(tight, [contract(0, 30, { rebound: { share: 0, withinH: 1 }, hoursAYear: 1 })]).remaining).toEqual([])
    expect(leftOf(dispatch(tight, [contract(0, 30, once)]))).toEqual([1, 19])
    expect(dispatch(tight, [contract(0, 60, { rebound: { share: 1, withinH: 1 } })]).remaining).toEqual([])
  })

  it('cannot make good an hour that does not settle', () => {
    const wanted = [{ hour: 18, element: SECTION, excess: 24, pct: 111 }]
    const wild = loadsWith((hour) => (hour === 18 ? 230 : hour === 19 ? 900_000 : 40))
    const { remaining } = dispatchState(one, stateGrid(one, network, 0, noCustomers), wild, localDay, wanted, [contract(0, 80, { rebound: { share: 0.5, withinH: 1 } })], true)
    expect(remaining.map(({ element }) => element)).toContain('not-solved')
  })
})
