import { describe, expect, test } from 'vitest'
import type { FlexibilityOffer, Study, StudyScenario } from '#models/district/schema-study.ts'
import type { LoadEffect, MeasureContext, MeasureOption } from '../measure.ts'
import { efficiency } from './efficiency.ts'
import { flexibleConnection } from './flexible-connection.ts'
import { heat } from './heat.ts'
import { constrainedAt, contextOf, loadingPct, switchedRing } from './measures.testkit.ts'
import { partedPlaces } from './parted-places.ts'
import { photovoltaics } from './photovoltaics.ts'

const ring = switchedRing()
const full = constrainedAt('P01.T1', 'transformer')
const offer: FlexibilityOffer = {
  id: 'O1', kind: 'efficiency', name: { fr: 'Programme', en: 'Programme' }, node: 'P01.LV', loadClasses: ['dwelling-electric-heating'], share: 0.1, mostKw: 30,
  availabilityEurPerKwYear: 30, activationEurPerMwh: 0, hoursAYear: 8760, noticeH: 0, source: 'test',
}
const effectOf = (option: MeasureOption | undefined): LoadEffect => {
  if (option?.effect.kind !== 'load') throw new Error(`${option?.id} does not change the loads`)
  return option.effect
}
const totalKw = ({ hourly }: LoadEffect, hour: number) => hourly.reduce((sum, { kw }) => sum + kw[hour], 0)
function withScenario(context: MeasureContext, more: Partial<StudyScenario>): MeasureContext {
  const scenario = (id: string, probability: number, rest: Partial<StudyScenario>): StudyScenario => ({ id, name: { fr: id, en: id }, probability, growthPct: {}, ...rest })
  const study: Study = {
    fromYear: 2026, toYear: 2041, scenarios: [scenario('other', 0.4, {}), scenario('likely', 0.6, more)], weatherYears: [],
    money: { pricesOf: 2026, rates: 'real', discountPct: 4, energyLossEurPerMwh: 80, energyNotServedEurPerMwh: 20_000, co2EurPerTonne: 100, co2KgPerMwh: 50, source: 'test' },
  }
  return { ...context, district: { ...context.district, study } }
}

describe('places', () => {
  test('no bus is in two: the station first, then what is left of the ring', () => {
    const context = contextOf(ring, [constrainedAt('H1.S1', 'section', { states: ['H2.S1'] }), full])
    const places = partedPlaces(context)
    expect(places.map(({ element, buses }) => [element.id, buses.size])).toEqual([['P01.T1', 5], ['H1.S1', 4 * 6 - 5]])
    expect(partedPlaces(contextOf(ring, [full, { ...full, states: ['H1.S1'] }]))).toHaveLength(1)
  })
})

describe('efficiency', () => {
  test('a renovated dwelling saves its part of the answer to cold, at 10 degrees below the base', () => {
    // 24 dwellings draw 2 x 40 kW in the evening and 2 x 10 kW else; each degree takes 1 kW more at each end of a feeder: 20 kW for ten.
    const [option, ...more] = efficiency.propose(contextOf(ring, [full]))
    expect(more).toEqual([])
    expect(option).toMatchObject({ id: 'efficiency P01.T1', effect: { mostUnits: 7, unit: 'dwelling' }, costs: { once: [{ item: 'renovation-dwelling', quantity: 1 }] } })
    expect(totalKw(effectOf(option), 19)).toBeCloseTo((-0.4 * 20) / 24, 12)
    const saved = effectOf(option)
    const evening = (units: number) => loadingPct(ring, Object.fromEntries(saved.hourly.map(({ bus, kw }) => [contextOf(ring, []).grid.busIds[bus], 40 + units * kw[19]]))).get('P01.T1') as number
    expect(evening(7)).toBeLessThan(evening(0))
    expect((evening(0) - evening(7)) / evening(0)).toBeCloseTo((7 * 0.4 * 20) / 24 / 80, 2)
  })

  test('saves what the study says, and never more than is drawn', () => {
    const context = contextOf(ring, [full])
    const [renovated] = efficiency.propose(withScenario(context, { renovation: { share: [{ year: 2041, amount: 0.3 }], savedColdShare: 1 } }))
    expect(totalKw(effectOf(renovated), 19)).toBeCloseTo(-20 / 24, 12)
    const little = { ...context, base: { ...context.base, parts: context.base.parts.map((part) => ({ ...part, powerKw: part.powerKw.map(() => 1) })) } }
    expect(totalKw(effectOf(efficiency.propose(little)[0]), 19)).toBeCloseTo((-0.4 * 2) / 24, 12)
  })

  test('a programme of the document is one unit, paid for the most that it saves', () => {
    const programme = efficiency.propose(contextOf(ring, [full], { offers: [offer] })).find((one) => one.offer === 'O1')
    expect(programme).toMatchObject({ id: 'efficiency O1', at: 'P01.LV', effect: { mostUnits: 1, unit: 'programme' } })
    expect([totalKw(effectOf(programme), 19), totalKw(effectOf(programme), 3)]).toEqual([-8, -2])
    expect(programme?.costs.yearly).toEqual([{ item: 'offer O1 kw-year', quantity: 8 }])
  })
})

describe('heat', () => {
  test('a dwelling on the heat network no longer answers to cold; offers stand beside; without a heat network there is none', () => {
    const context = contextOf(ring, [full], { offers: [{ ...offer, id: 'O2', kind: 'heat', rebound: { share: 1.1, withinH: 12 } }] })
    const [moved, stored] = heat.propose(context)
    expect(moved).toMatchObject({ id: 'heat P01.T1', effect: { mostUnits: 7, unit: 'dwelling' } })
    expect(totalKw(effectOf(moved), 19)).toBeCloseTo(-20 / 24, 12)
    expect(stored).toMatchObject({ id: 'heat O2', measure: 'heat', effect: { kind: 'dispatch', rebound: { share: 1.1, withinH: 12 } } })
    expect(heat.propose({ ...context, district: { ...context.district, carriers: ['electricity'] } }).map(({ id }) => id)).toEqual(['heat O2'])
  })
})

describe('photovoltaics', () => {
  test('a kWp produces its year in the shape of the measured plants, and nothing at night', () => {
    const [option] = photovoltaics.propose(contextOf(ring, [full]))
    expect(option).toMatchObject({ id: 'photovoltaics P01.T1', effect: { mostUnits: 24, unit: 'kWp' }, costs: { yearly: [{ item: 'photovoltaics-kwp-year', quantity: 1 }] } })
    expect(totalKw(effectOf(option), 12)).toBeCloseTo((-4 * 1000) / 8760, 12)
    expect(totalKw(effectOf(option), 19)).toBeCloseTo(0, 12)
    const [sunny] = photovoltaics.propose(withScenario(contextOf(ring, [full]), { photovoltaics: { peakKw: [{ year: 2041, amount: 100 }], annualKwhPerKw: 1200 } }))
    expect(totalKw(effectOf(sunny), 12)).toBeCloseTo((-4 * 1200) / 8760, 12)
  })

  test('not without a measured plant, nor where nobody lives', () => {
    const context = contextOf(ring, [full])
    expect(photovoltaics.propose({ ...context, base: { ...context.base, curveOfClass: new Map() } })).toEqual([])
    expect(photovoltaics.propose({ ...context, base: { ...context.base, parts: [] } })).toEqual([])
  })
})

describe('flexible connection', () => {
  test('an arrival of the most probable scenario holds back half of what it draws, from its year on, paid when called', () => {
    const arrival = { node: 'P01.LV', year: 2029, peakKw: 60, loadClass: 'ev-charger', note: { fr: 'Halle', en: 'Hall' } }
    const propose = (node: string) => flexibleConnection.propose(withScenario(contextOf(ring, [full]), { arrivals: [{ ...arrival, node }, { ...arrival, node, peakKw: 40 }] }))
    const [option, ...more] = propose('P01.LV')
    expect(more).toEqual([])
    expect(option).toMatchObject({ id: 'flexible-connection P01.LV ev-charger 2029', firstYear: 2029, effect: { mostKw: 50 }, costs: { once: [], yearly: [], perActivatedMwh: [{ item: 'flexible-connection-mwh', quantity: 1 }] } })
    expect(option.costs.perKwYear).toBeUndefined()
    expect(option.effect.kind === 'dispatch' && [option.effect.availableKw?.[19], option.effect.availableKw?.[3]]).toEqual([50, expect.closeTo(50 / 9, 9)])
    expect(propose('P02.LV')).toEqual([])
    expect(flexibleConnection.propose(contextOf(ring, [full]))).toEqual([])
  })

  test('charging at work and in public: half of the fleet, spread as the dwellings, once half of it is there', () => {
    const electricVehicles = { vehicles: [{ year: 2030, amount: 100 }, { year: 2036, amount: { low: 200, likely: 300, high: 400 } }, { year: 2041, amount: 400 }], annualEnergyKwh: 2190, chargerKw: 7, places: { home: 0.5, work: 0.3, public: 0.2 }, simultaneity: 'measured' as const, smartShare: 0 }
    const [option] = flexibleConnection.propose(withScenario(contextOf(ring, [full]), { electricVehicles }))
    // 200 cars x 2,190 kWh x half of it = 25 kW on average, a quarter of them here, three times the mean in the evening, half held back.
    expect(option).toMatchObject({ id: 'flexible-connection P01.LV ev-charger', firstYear: 2036, effect: { rebound: { share: 1, withinH: 8 } } })
    expect(option.effect.kind === 'dispatch' && option.effect.mostKw).toBeCloseTo((25 / 4) * 3 * 0.5, 9)
    const [there] = flexibleConnection.propose(withScenario(contextOf(ring, [full]), { electricVehicles: { ...electricVehicles, at: { 'P01.LV': 1 } } }))
    expect(there.effect.kind === 'dispatch' && there.effect.mostKw).toBeCloseTo(25 * 3 * 0.5, 9)
    expect(flexibleConnection.propose(withScenario(contextOf(ring, [full]), { electricVehicles: { ...electricVehicles, at: { 'P04.LV': 1 } } }))).toEqual([])
  })
})
