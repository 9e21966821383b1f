import { describe, expect, it } from 'vitest'
import { type FutureCounts, outlooks, type OutlookElement, spread } from './outlook.ts'

const STATES = ['N', 'L1', 'L2']
const element = (index: number, kind: OutlookElement['kind'], id = `E${index}`): OutlookElement => ({ index, id, name: id, kind, level: 'medium', group: 'F', limit: 100, limitUnit: kind === 'bus' ? 'pu' : 'A' })
const hourOf = (hour: number) => `hour ${hour}`

interface Told { readonly year: number; readonly probability: number; readonly normalH?: number; readonly outageH?: number; readonly normalMwh?: number; readonly outageMwh?: number; readonly peak: number; readonly state?: number; readonly hour?: number }
const future = ({ year, probability, normalH = 0, outageH = 0, normalMwh = 0, outageMwh = 0, peak, state = 0, hour = -1 }: Told): FutureCounts =>
  ({ year, probability, hoursNormal: [normalH], hoursOutage: [outageH], mwhNormal: [normalMwh], mwhOutage: [outageMwh], peak: [peak], peakState: [state], peakHour: [hour] })

describe('the outlook of an element', () => {
  const futures = [
    future({ year: 2030, probability: 0.3, peak: 70 }), future({ year: 2030, probability: 0.7, peak: 90, state: 1, hour: 5 }),
    future({ year: 2031, probability: 0.3, normalH: 4, normalMwh: 1, peak: 110, hour: 7 }), future({ year: 2031, probability: 0.7, peak: 95, state: 2, hour: 8 }),
    future({ year: 2032, probability: 0.3, normalH: 10, outageH: 40, normalMwh: 3, outageMwh: 2, peak: 130, state: 2, hour: 9 }), future({ year: 2032, probability: 0.7, outageH: 20, outageMwh: 1, peak: 105, state: 1, hour: 3 }),
  ]
  const [one] = outlooks([element(0, 'section')], futures, STATES, hourOf)

  it('has its probabilities by year, and the first years that are possible and likely', () => {
    expect(one.years.map(({ year }) => year)).toEqual([2030, 2031, 2032])
    expect(one.years.map(({ probability }) => probability)).toEqual([0, 0.3, 1])
    expect(one.years.map(({ probabilityNormal }) => probabilityNormal)).toEqual([0, 0.3, 0.3])
    expect([one.firstPossibleYear, one.firstLikelyYear]).toEqual([2031, 2032])
  })

  it('has hours and energy of the state with most, between the least and the most of its futures', () => {
    expect(one.years[2].hours).toMatchObject({ least: 20, most: 40 })
    expect(one.years[2].hours.expected).toBeCloseTo(0.3 * 40 + 0.7 * 20, 12)
    expect(one.years[2].energyMwh).toMatchObject({ least: 1, most: 3 })
    expect(one.years[2].energyMwh.expected).toBeCloseTo(0.3 * 3 + 0.7, 12)
    expect(one.years[0].hours).toEqual({ least: 0, expected: 0, most: 0 })
  })

  it('says in which state and when it is worst', () => {
    expect(one.years.map(({ worstState, worstAt }) => [worstState, worstAt])).toEqual([['L1', 'hour 5'], ['N', 'hour 7'], ['L2', 'hour 9']])
    expect(one.years[2].peakPct.most).toBe(130)
  })

  it('is of a bus about the lowest voltage, in %', () => {
    const [bus] = outlooks([element(0, 'bus')], [future({ year: 2030, probability: 0.5, normalH: 1, peak: 0.93 }), future({ year: 2030, probability: 0.5, normalH: 1, peak: 0.89, state: 2 })], STATES, hourOf)
    expect(bus.years[0]).toMatchObject({ worstState: 'L2', worstAt: null, peakPct: { least: 89, most: 93 } })
    expect(bus.years[0].peakPct.expected).toBeCloseTo(91, 12)
  })

  it('is told only of those that are ever beyond a limit: soonest first, then with most hours, then by name', () => {
    const of = (hours: readonly number[]): FutureCounts => ({ year: 2030, probability: 1, hoursNormal: hours, hoursOutage: hours.map(() => 0), mwhNormal: hours, mwhOutage: hours, peak: hours, peakState: hours.map(() => 0), peakHour: hours.map(() => 0) })
    const later = { ...of([5, 0, 5, 9, 9]), year: 2031 }
    const found = outlooks([0, 1, 2, 3, 4].map((k) => element(k, 'section')), [of([0, 0, 3, 0, 0]), later], STATES, hourOf)
    expect(found.map(({ id }) => id)).toEqual(['E2', 'E3', 'E4', 'E0'])
  })
})

describe('the spread over futures', () => {
  it('leaves out what is not known, and weighs the rest anew', () => {
    const of = [{ probability: 0.5, value: NaN }, { probability: 0.3, value: 10 }, { probability: 0.2, value: 20 }]
    expect(spread(of, ({ value }) => value)).toEqual({ least: 10, expected: (0.3 * 10 + 0.2 * 20) / 0.5, most: 20 })
  })
})
