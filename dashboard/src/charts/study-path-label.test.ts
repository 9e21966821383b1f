import { describe, expect, it } from 'vitest'
import { en } from '../i18n/en.ts'
import { makeFormat } from '../i18n/format.ts'
import { fr } from '../i18n/fr.ts'
import { sampleStudy } from '../pages/planner/reinforcement/study.testkit.ts'
import { fullLabelOf, labelOf, writeNumber } from './study-path-label.ts'

const english = { t: en, f: makeFormat('en') }
const french = { t: fr, f: makeFormat('fr') }

describe('the name of a number of the study', () => {
  it('says what it is, with the year or the class', () => {
    expect(labelOf('scenarios.trend.electricVehicles.vehicles.2041', english)).toBe('Electric vehicles in 2041')
    expect(labelOf('electricVehicles.vehicles', english)).toBe('Electric vehicles')
    expect(labelOf('scenarios.trend.growthPct.boundary-town', french)).toBe('Croissance annuelle : reste du départ, hors quartier')
    expect(labelOf('growthPct.shop', english)).toBe('Yearly growth: shop')
    expect(labelOf('prices.mv-cable-laid-km.eur', english)).toBe('Price: mv-cable-laid-km')
    expect(labelOf('prices.works', english)).toBe('Price of works')
    expect(labelOf('money.discountPct.low', english)).toBe('Discount rate, low')
    expect(labelOf('offers.cold-store.noticeH', english)).toBe('Notice: cold-store')
  })
  it('says the scenario by its name, and what has no name as it is', () => {
    expect(fullLabelOf('scenarios.fast.renovation.share.2041', sampleStudy, french)).toBe('Logements rénovés en 2041 (Électrification rapide)')
    expect(fullLabelOf('money.co2EurPerTonne', sampleStudy, english)).toBe('Price of CO₂')
    expect(fullLabelOf('scenarios.fast.somethingNew', sampleStudy, english)).toBe('scenarios.fast.somethingNew')
  })
})

describe('a number of the study', () => {
  it('is written in its unit, shares in percent and years without separators', () => {
    expect(writeNumber('toYear', 2041, french)).toBe('2041')
    expect(writeNumber('money.pricesOf', 2024, english)).toBe('2024')
    expect(writeNumber('scenarios.trend.renovation.share.2041', 0.35, french)).toBe('35\u202f%')
    expect(writeNumber('scenarios.trend.electricVehicles.smartShare', 0.125, english)).toBe('12.5%')
    expect(writeNumber('scenarios.trend.growthPct.shop', 2, english)).toBe('2.0%')
    expect(writeNumber('scenarios.trend.photovoltaics.peakKw.2041', 900, english)).toBe('900\u202fkW')
    expect(writeNumber('money.energyNotServedEurPerMwh', 20_000, english)).toBe('20,000\u202f€/MWh')
    expect(writeNumber('weatherYears.warm.shiftC', 1.2, english)).toBe('1.2\u202f°C')
  })
})
