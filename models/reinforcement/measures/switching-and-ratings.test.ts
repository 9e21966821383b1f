import { describe, expect, test } from 'vitest'
import { dynamicRating } from './dynamic-rating.ts'
import { constrainedAt, contextOf, loadingPct, networkEffectOf, switchedRing } from './measures.testkit.ts'
import { openPoint } from './open-point.ts'
import { seasonalRating } from './seasonal-rating.ts'

const ring = switchedRing({ stations: 6 })
const uneven = { 'P01.LV': 500, 'P02.LV': 500, 'P03.LV': 500, 'P04.LV': 100, 'P05.LV': 100, 'P06.LV': 100 }

describe('open point', () => {
  const options = openPoint.propose(contextOf(ring, [constrainedAt('H1.S1', 'section')]))

  test('moves towards the section that is too small, and the other side carries what lies between', () => {
    // The head has only a breaker, which protects: it is not opened for good.
    expect(options.map(({ id }) => id)).toEqual(['open-point NO R2.A', 'open-point NO R1.A'])
    expect(options[0]).toMatchObject({ group: 'open-point NO', lifts: ['H1.S1'], costs: { once: [{ item: 'switching', quantity: 1 }] } })
    const [before, one, two] = [ring, ...options.map((option) => networkEffectOf(option).apply(ring))].map((network) => loadingPct(network, uneven))
    expect((one.get('H1.S1') as number) / (before.get('H1.S1') as number)).toBeCloseTo(2 / 3, 1)
    expect((two.get('H1.S1') as number) / (before.get('H1.S1') as number)).toBeCloseTo(1 / 3, 1)
    expect(one.get('H2.S1')).toBeGreaterThan(2 * (before.get('H2.S1') as number))
  })

  test('from the other side as well, and one place that helps two sections is one option', () => {
    expect(openPoint.propose(contextOf(ring, [constrainedAt('H2.S1', 'section')])).map(({ id }) => id)).toEqual(['open-point NO R4.A', 'open-point NO R5.A'])
    const both = openPoint.propose(contextOf(ring, [constrainedAt('H1.S1', 'section'), constrainedAt('R1', 'section')]))
    expect(both.map(({ id, lifts }) => [id, lifts])).toEqual([['open-point NO R2.A', ['H1.S1', 'R1']], ['open-point NO R1.A', ['H1.S1', 'R1']]])
  })

  test('nothing after outages, at low voltage, or where both ends of the open section are open', () => {
    expect(openPoint.propose(contextOf(ring, [constrainedAt('H1.S1', 'section', { states: ['H2.S1'] }), constrainedAt('P01.D1.S1', 'section')]))).toEqual([])
    const dead = { ...ring, switches: ring.switches.map((one) => (one.id === 'R3.A' ? { ...one, positions: [{ validFrom: '2020-01-01T00:00:00Z', closed: false }] } : one)) }
    expect(openPoint.propose(contextOf(dead, [constrainedAt('H1.S1', 'section')]))).toEqual([])
  })
})

describe('ratings', () => {
  const oneRating = { ...ring, lineSections: ring.lineSections.map((one) => ({ ...one, ratings: [{ validFrom: '2020-01-01T00:00:00Z', summerA: 270, winterA: 270 }] })) }
  const loading = (network: typeof ring, id: string) => loadingPct(network, uneven).get(id) as number

  test('a winter rating where one for the year is declared: 6.9 % more for ten degrees of soil', () => {
    const [option] = seasonalRating.propose(contextOf(oneRating, [constrainedAt('H1.S1', 'section')]))
    expect(option).toMatchObject({ id: 'seasonal-rating H1.S1', costs: { once: [{ item: 'rating-study', quantity: 1 }] } })
    const changed = networkEffectOf(option).apply(oneRating)
    expect(changed.lineSections[0].ratings[0].summerA).toBe(270)
    expect(loading(oneRating, 'H1.S1') / loading(changed, 'H1.S1')).toBeCloseTo(1.069, 3)
    expect(seasonalRating.propose(contextOf(ring, [constrainedAt('H1.S1', 'section')]))).toEqual([])
    // Another rating lifts no voltage.
    expect(seasonalRating.propose(contextOf(oneRating, [constrainedAt('P01.D1.J2', 'bus')]))).toEqual([])
    expect(seasonalRating.propose(contextOf({ ...oneRating, winterMonths: [] }, [constrainedAt('H1.S1', 'section')]))).toEqual([])
  })

  test('a watched cable carries 5 % more, at medium voltage only, and not beyond what a document may say', () => {
    const [option, ...more] = dynamicRating.propose(contextOf(ring, [constrainedAt('H1.S1', 'section'), constrainedAt('P01.D1.S1', 'section')]))
    expect(more).toEqual([])
    expect(loading(ring, 'H1.S1') / loading(networkEffectOf(option).apply(ring), 'H1.S1')).toBeCloseTo(1.05, 9)
    const atItsEnd = { ...ring, lineSections: ring.lineSections.map((one) => ({ ...one, ratings: one.ratings.map((rating) => ({ ...rating, derating: 1.45 })) })) }
    expect(dynamicRating.propose(contextOf(atItsEnd, [constrainedAt('H1.S1', 'section')]))).toEqual([])
  })
})
