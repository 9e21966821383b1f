import { describe, expect, it } from 'vitest'
import { dayRowsMaker } from './day-rows.ts'
import { longRing, ringCase, ringLoads } from './long-ring.testkit.ts'
import { byHand, CABLE, twoBuses } from './two-buses.testkit.ts'

const KW_OF_HOUR = [1000, 3600, 4200]
const TAN_PHI = 0.2
const excessByHand = (kw: number, limitA: number = CABLE.winterA, hand = byHand(kw, TAN_PHI * kw)) => (kw + hand.lossesKw) * (1 - limitA / hand.currentA)

describe('a day of a radial cable', () => {
  const network = twoBuses()
  const loads = ringLoads(network, KW_OF_HOUR.length, (hour, bus) => (bus === 'P.MV' ? KW_OF_HOUR[hour] : 0), TAN_PHI)
  const one = ringCase(network, loads)
  const end = one.whole.busIndex.get('P.MV')!
  const start = one.whole.busIndex.get('PS.MV')!
  const customers = new Float64Array(one.whole.busCount)

  it('is beyond its limit, or has room, by the kilowatts that are found by hand', () => {
    const { rows, settled } = dayRowsMaker(one, { sized: [], networks: [], loads: [] }, customers).day(loads, 0, [0, 1, 2], ['L'])
    expect(settled).toBe(true)
    rows[0].excess.forEach((kw, hour) => expect(kw).toBeCloseTo(excessByHand(KW_OF_HOUR[hour]), 3))
    expect(rows[0].excess[0]).toBeLessThan(0)
  })

  it('is relieved by a kilowatt behind it and its losses, and not by one before it', () => {
    const sized = [{ option: 3, bus: end }, { option: 5, bus: start }]
    const { rows } = dayRowsMaker(one, { sized, networks: [], loads: [] }, customers).day(loads, 0, [0, 1, 2], ['L', 'P.MV'])
    const slope = (excessByHand(KW_OF_HOUR[2]) - ((kw: number, hand = byHand(kw, TAN_PHI * KW_OF_HOUR[2])) => (kw + hand.lossesKw) * (1 - CABLE.winterA / hand.currentA))(KW_OF_HOUR[2] - 5)) / 5
    expect(rows[0].perKw.get(3)).toBeCloseTo(slope, 3)
    expect(rows[0].perKw.get(3)).toBeGreaterThan(0.9)
    expect(rows[0].perKw.get(3)).toBeLessThan(1.1)
    expect([...rows[0].perKw.keys()]).toEqual([3])
    expect([rows[0].unit, rows[1].unit]).toEqual([undefined, 'pu'])
    expect(rows[1].perKw.get(3)).toBeCloseTo((CABLE.rOhm / 1000 / 20) / 20, 6)
  })

  it('is relieved by a second cable by what it then has room for', () => {
    const doubled = { option: 1, apply: (from: typeof network) => ({ ...from, lineSections: from.lineSections.map((section) => ({ ...section, parallel: 2 })) }) }
    const { rows } = dayRowsMaker(one, { sized: [], networks: [doubled], loads: [] }, customers).day(loads, 0, [0, 1, 2], ['L'])
    const relief = rows[0].built.get(1)!
    KW_OF_HOUR.forEach((kw, hour) => {
      // Half the impedance: nearly the same current, over a limit of twice as much.
      const { currentA, lossesKw } = byHand(kw, TAN_PHI * kw)
      const after = (kw + lossesKw / 2) * (1 - (2 * CABLE.winterA) / currentA)
      expect(Math.abs(relief[hour] - (excessByHand(kw) - after))).toBeLessThan(0.01 * (kw + 1000))
    })
  })

  it('is relieved by what an option takes away in each hour', () => {
    const hourly = [{ bus: end, kw: Float64Array.of(0, -100, -300) }]
    const { rows } = dayRowsMaker(one, { sized: [], networks: [], loads: [{ option: 2, hourly }] }, customers).day(loads, 0, [0, 1, 2], ['L'])
    const relief = rows[0].built.get(2)!
    expect(relief[0]).toBeCloseTo(0, 6)
    expect(relief[1]).toBeGreaterThan(95)
    expect(relief[1]).toBeLessThan(110)
    expect(relief[2]).toBeGreaterThan(285)
    expect(relief[2]).toBeLessThan(330)
  })

  it('is judged by the share of the rating that counts as the limit', () => {
    const { rows } = dayRowsMaker(ringCase(network, loads, () => 0, { limitLoadingPct: 80 }), { sized: [], networks: [], loads: [] }, customers, 80).day(loads, 0, [1], ['L'])
    expect(rows[0].excess[0]).toBeCloseTo(excessByHand(3600, 80), 3)
  })

  it('tells nothing of a day in which an hour does not settle', () => {
    const wild = ringLoads(network, 2, (hour, bus) => (bus === 'P.MV' ? [1000, 900_000][hour] : 0), TAN_PHI)
    expect(dayRowsMaker(one, { sized: [], networks: [], loads: [] }, customers).day(wild, 0, [0, 1], ['L'])).toEqual({ hours: [0, 1], settled: false, rows: [] })
  })
})

describe('a day of a ring after an outage', () => {
  const network = longRing({ mediumKm: 1 })
  const loads = ringLoads(network, 2, (_, bus) => (bus.endsWith('.MV') && bus !== 'PS.MV' ? 3200 : bus.includes('.J') ? 5 : 0), 0)
  const one = ringCase(network, loads)
  const customers = new Float64Array(one.whole.busCount)
  const busOf = (id: string) => one.whole.busIndex.get(id)!

  it('is relieved where the power now flows, and not where it did before', () => {
    const sized = [{ option: 0, bus: busOf('P01.D1.J1') }, { option: 1, bus: busOf('P04.D1.J1') }]
    const maker = dayRowsMaker(one, { sized, networks: [], loads: [] }, customers)
    const after = one.outages.findIndex(({ id }) => id === 'H1.S1') + 1
    const [normal, broken] = [0, after].map((state) => maker.day(loads, state, [0, 1], ['H1.S1', 'H2.S1']).rows)
    const relief = (row: typeof normal[number]) => [0, 1].map((option) => row.perKw.get(option) ?? 0)
    const around = (wanted: readonly number[], row: typeof normal[number]) => relief(row).forEach((value, option) => expect(Math.abs(value - wanted[option])).toBeLessThan(wanted[option] === 0 ? 0.01 : 0.1))
    around([1, 0], normal[0])
    around([0, 1], normal[1])
    around([0, 0], broken[0])
    around([1, 1], broken[1])
    expect(broken[0].excess.every((kw) => kw < 0)).toBe(true)
    expect(broken[1].excess[0]).toBeGreaterThan(normal[1].excess[0])
  })
})
