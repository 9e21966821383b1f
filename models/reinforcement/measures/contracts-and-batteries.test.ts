import { describe, expect, test } from 'vitest'
import type { FlexibilityOffer } from '#models/district/schema-study.ts'
import type { DispatchEffect, MeasureOption } from '../measure.ts'
import { battery } from './battery.ts'
import { curtailment } from './curtailment.ts'
import { constrainedAt, contextOf, loadingPct, switchedRing } from './measures.testkit.ts'
import { smartCharging } from './smart-charging.ts'

const ring = switchedRing()
const offer: FlexibilityOffer = {
  id: 'O1', kind: 'curtailment', name: { fr: 'Coupures', en: 'Curtailment' }, node: 'P01.LV', loadClasses: ['dwelling-electric-heating'], share: 0.5, mostKw: 30,
  availabilityEurPerKwYear: 30, activationEurPerMwh: 500, hoursAYear: 40, noticeH: 4, source: 'test',
}
const dispatchOf = (option: MeasureOption | undefined): DispatchEffect => {
  if (option?.effect.kind !== 'dispatch') throw new Error(`${option?.id} is not called`)
  return option.effect
}

describe('offers', () => {
  test('give a share of what their classes take below the node at the hour, up to what was offered', () => {
    const [option] = curtailment.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer')], { offers: [offer] }))
    expect(option).toMatchObject({
      id: 'curtailment O1', measure: 'curtailment', at: 'P01.LV', offer: 'O1',
      costs: { once: [], yearly: [], perKwYear: [{ item: 'offer O1 kw-year', quantity: 1 }], perActivatedMwh: [{ item: 'offer O1 mwh', quantity: 1 }] },
      effect: { mostKw: 30, hoursAYear: 40, mostHoursAnActivation: 24, noticeH: 4, rebound: { share: 0 } },
    })
    // Two feeders of 40 kW in the evening and 10 kW else: half of 80 is more than 30 kW, half of 20 is not.
    const { availableKw } = dispatchOf(option)
    expect([availableKw?.[3], availableKw?.[19], availableKw?.[23]]).toEqual([10, 30, 10])
  })

  test('of other classes or kinds, or elsewhere, are not proposed', () => {
    const propose = (one: FlexibilityOffer) => curtailment.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer')], { offers: [one] }))
    expect(propose({ ...offer, loadClasses: ['bakery'] })).toEqual([])
    expect(propose({ ...offer, node: 'P02.LV' })).toEqual([])
    expect(propose({ ...offer, kind: 'smart-charging' })).toEqual([])
    expect(() => propose({ ...offer, node: 'P99.LV' })).toThrow(/PF_GRID_REFERENCE.*O1/)
  })

  test('help a section of the ring after an outage from wherever switching brings their load over it', () => {
    const beyond = { ...offer, node: 'P01.LV' }
    const propose = (states: readonly string[]) => curtailment.propose(contextOf(ring, [constrainedAt('H2.S1', 'section', { states })], { offers: [beyond] }))
    expect(propose(['N'])).toEqual([])
    expect(propose(['H1.S1'])).toHaveLength(1)
    // And they do: with H1 lost, what P01 gives up is missing at the head of H2.
    const outage = { outOfService: ['H1.S1'], closedSwitches: ['NO'] }
    const [before, after] = [300, 270].map((kw) => loadingPct(ring, { 'P01.LV': kw, 'P03.LV': 300 }, outage).get('H2.S1') as number)
    expect((before - after) / before).toBeCloseTo(0.05, 2)
  })

  test('keep their own limits on an activation and their rebound', () => {
    const smart: FlexibilityOffer = { ...offer, kind: 'smart-charging', mostHoursAnActivation: 3, rebound: { share: 1, withinH: 6 } }
    const [option] = smartCharging.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer')], { offers: [smart] }))
    expect(dispatchOf(option)).toMatchObject({ mostHoursAnActivation: 3, rebound: { share: 1, withinH: 6 } })
  })

  test('against a voltage: those below the same transformer', () => {
    const propose = (node: string) => curtailment.propose(contextOf(ring, [constrainedAt('P01.D1.J2', 'bus')], { offers: [{ ...offer, node }] }))
    expect([propose('P01.D2.J2').length, propose('P02.LV').length]).toEqual([1, 0])
  })
})

describe('battery', () => {
  test('at the busbar of a transformer and at the end a section feeds, of two and of four hours, half as much again as the excess', () => {
    const options = battery.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer'), constrainedAt('H2.S1', 'section', { excessKw: 101 })]))
    expect(options.map(({ id, group, effect }) => [id, group, effect.kind === 'dispatch' && effect.mostKw])).toEqual([
      ['battery P01.LV 2 h', 'battery P01.LV', 60], ['battery P01.LV 4 h', 'battery P01.LV', 60], ['battery P04.MV 2 h', 'battery P04.MV', 160], ['battery P04.MV 4 h', 'battery P04.MV', 160],
    ])
    expect(dispatchOf(options[1])).toMatchObject({ hoursAYear: 1080, mostHoursAnActivation: 4, storage: { hours: 4, efficiency: 0.88 } })
    expect(options[1].costs.once).toEqual([{ item: 'battery-kw', quantity: 1 }, { item: 'battery-kwh', quantity: 4 }])
    // 100 MWh out of 113.6: what is lost is paid.
    expect(options[0].costs.perActivatedMwh?.[0].quantity).toBeCloseTo(0.1364, 4)
    const [before, after] = [[0, 0], [-60, -160]].map(([low, medium]) => loadingPct(ring, { 'P01.LV': 500 + low, 'P04.MV': 500 + medium }))
    expect((before.get('P01.T1') as number) - (after.get('P01.T1') as number)).toBeCloseTo((100 * 60) / 630, 0)
    expect((after.get('H2.S1') as number) / (before.get('H2.S1') as number)).toBeCloseTo(340 / 500, 1)
  })

  test('one busbar behind two elements gets the larger, and an excess that is not known gets none', () => {
    const options = battery.propose(contextOf(ring, [constrainedAt('R3', 'section', { excessKw: 10 }), constrainedAt('H2.S1', 'section', { excessKw: NaN }), constrainedAt('P01.D1.J2', 'bus')]))
    expect(options.map(({ id, effect }) => [id, effect.kind === 'dispatch' && effect.mostKw])).toEqual([['battery P03.MV 2 h', 20], ['battery P03.MV 4 h', 20]])
  })
})
