/** The least-cost choice with the solver it is used with; `models/` has none. */
import { describe, expect, it } from 'vitest'
import { choose } from '#models/reinforcement/choice.ts'
import type { Choice } from '#models/reinforcement/choice-problem.ts'
import { day, option, problem, row } from './choice.testkit.ts'
import { highsSolver } from './highs.ts'

const solve = await highsSolver()
const amounts = (choice: Choice): Record<number, number[]> => Object.fromEntries(choice.chosen.map(({ option: index, amount }) => [index, [...amount].map((each) => Math.round(each * 1e6) / 1e6)]))
const exact = { gap: 0 }

describe('a battery behind a line of 1000 kW', () => {
  // Two busbars and a line between them. 800 kW are drawn at the far end, and 1200, 1300, 1200 from 18 to 21 h: beyond the limit by
  // 200 + 300 + 200 = 700 kWh, 300 kW at most. 200 kW of room in the 21 other hours.
  const excess = Array.from({ length: 24 }, (_, hour) => [-200, 200, 300, 200][[18, 19, 20].indexOf(hour) + 1])
  const battery = (hours: number) => option('battery', { kind: 'sized', mostKw: 2000, once: [500], storage: { hours, efficiency: 0.8 } })

  it('of two hours is as large as its energy asks: 700 kWh / 2 h = 350 kW', () => {
    const choice = choose(problem([battery(2)], [day([row(excess, { 0: 1 })], { 0: 2000 })]), solve)
    expect(choice.status).toBe('optimal')
    expect(amounts(choice)).toEqual({ 0: [350] })
    expect(choice.expectedEur).toBeCloseTo(350 * 500, 3)
  })

  it('of four hours is as large as its power asks: 300 kW', () => {
    expect(amounts(choose(problem([battery(4)], [day([row(excess, { 0: 1 })], { 0: 2000 })]), solve))).toEqual({ 0: [300] })
  })

  it('relieves 0.5 kW for one: twice the size', () => {
    expect(amounts(choose(problem([battery(4)], [day([row(excess, { 0: 0.5 })], { 0: 2000 })]), solve))).toEqual({ 0: [600] })
  })

  it('needs room to be charged: 700 / 0.8 = 875 kWh, and 21 hours with 41 kW of room hold only 861', () => {
    const tight = (room: number) => excess.map((kw) => kw < 0 ? -room : kw)
    const choice = choose(problem([battery(4)], [day([row(tight(41), { 0: 1 })], { 0: 2000 })]), solve)
    expect(choice.status).toBe('infeasible')
    // 0.8 x 861 = 688.8 of 700 kWh: 11.2 are missing in some hour, though a battery of 2000 kW could give any of them.
    expect(choice.unmet).toEqual([{ element: 'line', state: 'N', year: 2030, scenario: 'likely', missing: expect.closeTo(11.2, 3), label: 'cold', cause: 'together' }])
    // With 42 kW of room it is just enough: 882.
    expect(amounts(choose(problem([battery(4)], [day([row(tight(42), { 0: 1 })], { 0: 2000 })]), solve))).toEqual({ 0: [300] })
  })

  it('takes up what photovoltaics feed in beyond the limit, and gives it back before the next day', () => {
    // 100 kW too much towards the network from 12 to 14 h: charging relieves. 200 kWh x 0.5 stay; 100 kWh / 1 h = 100 kW.
    const feed = Array.from({ length: 24 }, (_, hour) => hour === 12 || hour === 13 ? 100 : -500)
    const poor = option('battery', { kind: 'sized', mostKw: 2000, once: [500], storage: { hours: 1, efficiency: 0.5 } })
    expect(amounts(choose(problem([poor], [day([row(feed, { 0: -1 })], { 0: 2000 })]), solve))).toEqual({ 0: [100] })
  })
})

describe('contracts', () => {
  const contract = (more: object = {}) => option('contract', { kind: 'sized', mostKw: 1000, yearly: [10], activation: [100], ...more })

  it('what comes back is added to the hours after: 40 % of 100 kW over 2 hours is 20 kW more in each', () => {
    const rebound = { share: 0.4, withinH: 2 }
    // The next hour is 10 kW below its limit: 20 kW more ask for 10 kW there, of which 2 kW come back in each of the two after.
    const cost = (room: number) => choose(problem([contract({ rebound })], [day([row([100, -10, -room, -50, -50], { 0: 1 })], { 0: 1000 }, { weight: 1000 })]), solve, exact)
    // Room for 20 + 2 kW: held 100 kW x 10 EUR + (100 + 10) MWh x 100 EUR
    expect(cost(22).expectedEur).toBeCloseTo(1000 + 11_000, 3)
    // 1 kW less of room: 1 kW more is called.
    expect(cost(21).expectedEur).toBeCloseTo(1000 + 11_100, 3)
  })

  it('what comes back after midnight meets the first hours of a like day', () => {
    const choice = choose(problem([contract({ rebound: { share: 1, withinH: 1 } })], [day([row([-30, -200, 100], { 0: 1 })], { 0: 1000 })]), solve, exact)
    // 100 kW come back where 30 kW of room are: 70 kW more are called there, and come back where there is room for them.
    expect(choice.expectedEur).toBeCloseTo(100 * 10 + 170 / 1000 * 100, 6)
  })

  it('hours a year are counted as energy over the power held, weighted', () => {
    // 50 kW over 3 hours on 10 days: 1500 kWh a year. 20 hours a year ask for 75 kW, 30 hours for the 50 kW of the peak.
    const held = (hoursAYear: number) => amounts(choose(problem([contract({ hoursAYear })], [day([row([50, 50, 50, -100], { 0: 1 })], { 0: 1000 }, { weight: 10 })]), solve, exact))
    expect(held(20)).toEqual({ 0: [75] })
    expect(held(30)).toEqual({ 0: [50] })
  })

  it('an activation is held as long as it may', () => {
    const choice = choose(problem([contract({ mostHoursAnActivation: 2 })], [day([row([50, 50, 50], { 0: 1 })], { 0: 1000 })]), solve, exact)
    expect(amounts(choice)).toEqual({ 0: [75] })
  })

  it('goes up and down with the years, and a battery only up', () => {
    const years = [2030, 2031, 2032]
    const days = [20, 80, 30].map((kw, year) => day([row([kw, -1000], { 0: 1 })], { 0: 1000 }, { year }))
    expect(amounts(choose(problem([option('contract', { kind: 'sized', mostKw: 1000, yearly: [10] }, 3)], days, { years }), solve, exact))).toEqual({ 0: [20, 80, 30] })
    const battery = option('battery', { kind: 'sized', mostKw: 1000, once: [500, 480, 460], storage: { hours: 1, efficiency: 1 } }, 3)
    const choice = choose(problem([battery], days, { years }), solve, exact)
    expect(amounts(choice)).toEqual({ 0: [20, 80, 80] })
    expect(choice.expectedEur).toBeCloseTo(20 * 500 + 60 * 480, 3)
  })

  it('where energy not served has a price, it is bought when it is cheaper', () => {
    const choose2 = (eur: number) => choose(problem([contract()], [day([row([50, -10], { 0: 1 })], { 0: 1000 }, { weight: 2 })], { notServedEur: Float64Array.of(eur) }), solve, exact)
    // 0.1 MWh: 500 + 10 EUR by contract
    expect(choose2(5000)).toMatchObject({ expectedEur: expect.closeTo(500, 6), chosen: [] })
    expect(choose2(5000).notServedMwhOfScenario[0]).toBeCloseTo(0.1, 9)
    expect(choose2(5200)).toMatchObject({ expectedEur: expect.closeTo(510, 6) })
    expect(choose2(5200).notServedMwhOfScenario[0]).toBeCloseTo(0, 9)
  })

  it('no price buys a voltage', () => {
    const voltage = { ...row([0.01, -1], { 0: 0.0001 }, {}, 'B1'), unit: 'pu' as const }
    const choice = choose(problem([contract()], [day([voltage], { 0: 60 })], { notServedEur: Float64Array.of(0) }), solve, exact)
    expect(choice.unmet).toEqual([expect.objectContaining({ element: 'B1', missing: expect.closeTo(0.004, 6), cause: 'too-little' })])
  })
})

describe('works and units', () => {
  it('waits with what is cheaper later, as long as a contract is cheaper than the wait costs', () => {
    // Waiting saves 45 EUR from 2030 to 2031 and 40 to 2032; holding 2, 5 and 900 kW for a year costs 20, 50 and 9000.
    const cable = option('cable', { kind: 'built', once: [1000, 955, 915] }, 3)
    const contract = option('contract', { kind: 'sized', mostKw: 1000, yearly: [10] }, 3)
    const days = [2, 5, 900].map((kw, year) => day([row([kw], { 1: 1 }, { 0: 1500 })], { 1: 1000 }, { year }))
    const choice = choose(problem([cable, contract], days, { years: [2030, 2031, 2032] }), solve, exact)
    expect(amounts(choice)).toEqual({ 0: [0, 1, 1], 1: [2, 0, 0] })
    expect(choice.expectedEur).toBeCloseTo(975, 6)
  })

  it('takes one of a group, whole units where they are few, parts where they are many', () => {
    const one = option('one', { kind: 'built', once: [10], group: 'cable' })
    const other = option('other', { kind: 'built', once: [12], group: 'cable' })
    const few = option('programme', { kind: 'units', mostUnits: 3, once: [30] })
    const many = option('kWp', { kind: 'units', mostUnits: 300, once: [40] })
    // 100 kW: one and other would do for 22, but not together; other relieves 60, 40 are left: two programmes at 25 kW each, or one and 0.6 kWp at 25.
    const built = { 0: 50, 1: 60, 2: 25, 3: 25 }
    expect(amounts(choose(problem([one, other, few], [day([row([100], {}, { 0: 50, 1: 60, 2: 25 })])]), solve, exact))).toEqual({ 0: [1], 2: [2] })
    expect(amounts(choose(problem([one, other, few, many], [day([row([100], {}, built)])]), solve, exact))).toEqual({ 1: [1], 2: [1], 3: [0.6] })
  })

  it('a group of a contract and a cable: never in the same year', () => {
    const cable = option('cable', { kind: 'built', once: [100], group: 'g' })
    const contract = option('contract', { kind: 'sized', mostKw: 100, yearly: [1], group: 'g' })
    const choice = choose(problem([cable, contract], [day([row([60], { 1: 1 }, { 0: 50 })], { 1: 40 })]), solve, exact)
    expect(choice.unmet[0]).toMatchObject({ missing: expect.closeTo(10, 6), cause: 'together' })
  })

  it('what is not there yet helps nobody: said with the largest first, and why', () => {
    const cable = option('cable', { kind: 'built', once: [1], firstYear: 1 }, 2)
    const days = [day([row([5], {}, { 0: 50 }, 'A'), row([9], {}, { 0: 8 }, 'B')]), day([row([5], {}, { 0: 50 }, 'A'), row([9], {}, { 0: 8 }, 'B')], {}, { year: 1, state: 'A out', label: 'mild' })]
    expect(choose(problem([cable], days, { years: [2030, 2031] }), solve, exact)).toMatchObject({
      status: 'infeasible',
      unmet: [
        { element: 'B', state: 'N', year: 2030, scenario: 'likely', missing: 9, label: 'cold', cause: 'no-option' },
        { element: 'A', state: 'N', year: 2030, missing: 5, cause: 'no-option' },
        { element: 'B', state: 'A out', year: 2031, missing: 1, label: 'mild', cause: 'too-little' },
      ],
    })
  })
})

describe('scenarios', () => {
  // High (0.1): 100 kW beyond; low (0.9): 0. A cable costs 60. Without it, 1 EUR a kW (1000 EUR/MWh) is paid in the high scenario.
  const cable = option('cable', { kind: 'built', once: [60] })
  const callable = option('call', { kind: 'sized', mostKw: 100, activation: [1000] })
  const scenarios = [{ id: 'low', probability: 0.9 }, { id: 'high', probability: 0.1 }]
  const days = [day([row([-50], { 1: 1 }, { 0: 500 })], { 1: 100 }), day([row([100], { 1: 1 }, { 0: 500 })], { 1: 100 }, { scenario: 1 })]

  it('expected cost: 0.1 x 100 = 10 EUR is less than 60', () => {
    const choice = choose(problem([cable, callable], days, { scenarios }), solve, exact)
    expect(choice.chosen.map(({ option: index }) => index)).toEqual([1])
    expect([...choice.eurOfScenario]).toEqual([0, expect.closeTo(100, 6)])
    expect(choice.expectedEur).toBeCloseTo(10, 6)
    expect(choice.worstRegretEur).toBeNaN()
  })

  it('regret: the best is 0 and 60; without the cable 40 is regretted in the high scenario, with it 60 in the low one', () => {
    const bestEur = Float64Array.of(0, 60)
    const choice = choose(problem([cable, callable], days, { scenarios, objective: { kind: 'regret', bestEur } }), solve, exact)
    expect(choice.worstRegretEur).toBeCloseTo(40, 6)
    expect(amounts(choice)[0]).toBeUndefined()
    // At 30 EUR the cable is regretted less: 30 in the low scenario against 100 - 30 = 70.
    const cheap = option('cable', { kind: 'built', once: [30] })
    const turned = choose(problem([cheap, callable], days, { scenarios, objective: { kind: 'regret', bestEur: Float64Array.of(0, 30) } }), solve, exact)
    expect(turned.worstRegretEur).toBeCloseTo(30, 6)
    expect(amounts(turned)[0]).toEqual([1])
  })
})

describe('what was not computed', () => {
  const cable = option('cable', { kind: 'built', once: [60] })
  it('is refused, and never reads as kept, free or endless', () => {
    expect(() => choose(problem([cable], [day([row([NaN], {}, { 0: 5 })])]), solve)).toThrow('PF_STUDY_EXCESS_UNKNOWN')
    expect(() => choose(problem([cable], [day([row([1], {}, { 0: NaN })])]), solve)).toThrow('PF_STUDY_EXCESS_UNKNOWN')
    expect(() => choose(problem([option('cable', { kind: 'built', once: [NaN] })], []), solve)).toThrow('PF_STUDY_OPTION_UNPRICED')
    expect(() => choose(problem([option('kWp', { kind: 'units' })], []), solve)).toThrow('PF_STUDY_OPTION_UNBOUNDED')
  })

  it('nothing beyond a limit costs nothing', () => {
    expect(choose(problem([cable], [day([row([-1], {}, { 0: 5 })])]), solve)).toMatchObject({ status: 'optimal', chosen: [], expectedEur: 0, unmet: [] })
  })
})
