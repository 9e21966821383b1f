import { describe, expect, it } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { constraintYear, takeHours } from './constraint-year.ts'
import { longRing, ringCase, ringLoads, seeded } from './long-ring.testkit.ts'
import { byHand, CABLE, twoBuses } from './two-buses.testkit.ts'

const KW_OF_HOUR = [1000, 3600, 4200, 2000, 3900, 3450]
const TAN_PHI = 0.2

describe('the year of a cable and what hangs at its end', () => {
  const network = twoBuses()
  const loads = ringLoads(network, KW_OF_HOUR.length, (hour, bus) => (bus === 'P.MV' ? KW_OF_HOUR[hour] : 0), TAN_PHI)
  const one = ringCase(network, loads)
  const year = constraintYear(one, loads)
  const hand = KW_OF_HOUR.map((kw) => byHand(kw, TAN_PHI * kw))
  const cable = one.whole.branchIndex.get('L')!
  const end = one.whole.branchFrom.length + one.whole.busIndex.get('P.MV')!

  it('has the hours, the energy and the peak that are found by hand', () => {
    const beyond = hand.flatMap(({ currentA, lossesKw }, hour) => (currentA > CABLE.winterA ? [{ hour, pct: (100 * currentA) / CABLE.winterA, excessKw: (KW_OF_HOUR[hour] + lossesKw) * (1 - CABLE.winterA / currentA) }] : []))
    expect(beyond.map(({ hour }) => hour)).toEqual([1, 2, 4, 5])
    expect(year.counts.hoursNormal[cable]).toBe(beyond.length)
    expect(year.counts.mwhNormal[cable]).toBeCloseTo(beyond.reduce((sum, { excessKw }) => sum + excessKw, 0) / 1000, 5)
    expect(year.counts.peak[cable]).toBeCloseTo(100 * hand[2].currentA / CABLE.winterA, 4)
    expect([year.counts.peakState[cable], year.counts.peakHour[cable]]).toEqual([0, 2])
    const { state, hour, element, excess, pct } = year.needs
    const ofCable = [...element.keys()].filter((k) => element[k] === cable)
    expect(ofCable.map((k) => [state[k], hour[k]])).toEqual(beyond.map((each) => [0, each.hour]))
    ofCable.forEach((k, b) => {
      expect(excess[k]).toBeCloseTo(beyond[b].excessKw, 2)
      expect(pct[k]).toBeCloseTo(beyond[b].pct, 3)
    })
  })

  it('has the losses and the energy that are found by hand', () => {
    expect(year.lossesMwh).toBeCloseTo(hand.reduce((sum, { lossesKw }) => sum + lossesKw, 0) / 1000, 6)
    expect(year.energyMwh).toBeCloseTo(KW_OF_HOUR.reduce((sum, kw) => sum + kw, 0) / 1000, 6)
  })

  it('names voltages outside the band with the voltage itself, and no energy', () => {
    const far = ringLoads(network, 2, (hour, bus) => (bus === 'P.MV' ? [2000, 18_000][hour] : 0), TAN_PHI)
    const { counts, needs } = constraintYear(ringCase(network, far), far)
    const { pu } = byHand(18_000, TAN_PHI * 18_000)
    expect(pu).toBeLessThan(0.95)
    expect([counts.hoursNormal[end], counts.mwhNormal[end]]).toEqual([1, 0])
    expect(counts.peak[end]).toBeCloseTo(pu, 6)
    const k = needs.element.indexOf(end)
    expect([needs.hour[k], needs.state[k], needs.pct[k]]).toEqual([1, 0, NaN])
    expect(needs.excess[k]).toBeCloseTo(pu, 5)
  })

  it('names outages that leave load without supply, with its largest power', () => {
    expect(one.outages.filter(({ firm }) => firm).map(({ id }) => id)).toContain('L')
    expect(year.unsupplied.find(({ outage }) => outage === 'L')).toEqual({ outage: 'L', peakKw: Math.max(...KW_OF_HOUR) })
  })

  it('counts an hour that does not settle as not settled, and no voltage, loss or energy of it', () => {
    const wild = ringLoads(network, 2, (hour, bus) => (bus === 'P.MV' ? [2000, 900_000][hour] : 0), TAN_PHI)
    const { states, lossesMwh, energyMwh, counts } = constraintYear(ringCase(network, wild), wild)
    expect(states.notSettled).toBeGreaterThanOrEqual(1)
    expect(lossesMwh).toBeCloseTo(byHand(2000, 400).lossesKw / 1000, 6)
    expect(energyMwh).toBeCloseTo(2, 6)
    expect(counts.peak[cable]).toBeCloseTo(100 * byHand(2000, 400).currentA / CABLE.winterA, 4)
  })
})

describe('the year of a ring', () => {
  const network = longRing()
  const random = seeded(5)
  const loads = ringLoads(network, 72, (_, bus) => (bus.includes('.J') ? 10 + 40 * random() : 0))
  const one = ringCase(network, loads)

  it('loses what a plain load flow of every hour loses', () => {
    const { losses, energy } = plain()
    const { lossesMwh, energyMwh, states } = constraintYear(one, loads)
    expect(lossesMwh).toBeCloseTo(losses, 9)
    expect(energyMwh).toBeCloseTo(energy, 9)
    expect(states).toMatchObject({ normalSolved: 72, notSettled: 0 })
  })

  it('needs nothing after an outage for what is already beyond its limit in that hour', () => {
    const heavy = ringLoads(network, 4, (hour, bus) => (bus === 'P01.D1.J2' ? [20, 300, 300, 20][hour] : bus.includes('.J') ? 5 : 0))
    const { needs, counts } = constraintYear(ringCase(network, heavy), heavy)
    const section = one.whole.branchIndex.get('P01.D1.S1')!
    const of = [...needs.element.keys()].filter((k) => needs.element[k] === section)
    expect(of.map((k) => [needs.state[k], needs.hour[k]])).toEqual([[0, 1], [0, 2]])
    expect(counts.hoursNormal[section]).toBe(2)
  })

  function plain() {
    const flow = solveLoadFlow(prepareLoadFlow(buildGrid(network, one.at)), { scenarios: 72, activeKw: loads.activeKw, reactiveKvar: loads.reactiveKvar })
    const sum = (column: Float64Array) => column.reduce((total, kw) => total + kw, 0) / 1000
    return { losses: sum(flow.lossesKw), energy: sum(flow.loadKw) }
  }
})

describe('the outage of an element', () => {
  it('is that with the most hours, and of equal ones that with the most energy', () => {
    const { counts } = constraintYear(ringCase(twoBuses(), ringLoads(twoBuses(), 1, () => 0)), ringLoads(twoBuses(), 1, () => 0))
    for (const [hours, mwh, state] of [[3, 1, 1], [3, 2, 2], [2, 9, 3], [3, 2, 4]]) takeHours(counts, 0, hours, mwh, state)
    expect([counts.hoursOutage[0], counts.mwhOutage[0], counts.worstOutage[0]]).toEqual([3, 2, 2])
  })
})
