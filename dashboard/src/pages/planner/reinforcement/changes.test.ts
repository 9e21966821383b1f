import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownChanges, rangeAt, readChanges, valueAt, withChange, writeChanges } from './changes.ts'
import { sampleStudy } from './study.testkit.ts'

describe('changes in the address', () => {
  it('come back as they were written', () => {
    const path = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9.-]{0,40}$/)
    const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (Object.is(one, -0) ? 0 : one))
    fc.assert(fc.property(fc.array(fc.record({ path, value }), { maxLength: 8 }), (changes) => {
      expect(readChanges(writeChanges(changes))).toEqual(changes)
    }))
  })
  it('leave out what is no change, of an address that was cut', () => {
    expect(readChanges('toYear:2040~money.discountPct:~:3~money.co2EurPerTonne:x~money.disc')).toEqual([{ path: 'toYear', value: 2040 }])
    expect(readChanges(undefined)).toEqual([])
    expect(writeChanges([])).toBeUndefined()
  })
  it('are none where the number is that of the document again', () => {
    const one = withChange([], sampleStudy, 'money.discountPct', 3)
    expect(one).toEqual([{ path: 'money.discountPct', value: 3 }])
    expect(withChange(one, sampleStudy, 'money.discountPct', 2.5)).toEqual([{ path: 'money.discountPct', value: 2.5 }])
    expect(withChange(one, sampleStudy, 'money.discountPct', 4.5)).toEqual([])
  })
  it('of another study are left out', () => {
    const known = { path: 'toYear', value: 2035 }
    expect(knownChanges([{ path: 'scenarios.gone.growthPct.shop', value: 1 }, known, { path: 'money', value: 1 }], sampleStudy)).toEqual([known])
  })
})

describe('a number of the study', () => {
  it('is found by its path: by id, by year, by item, and likely of a range', () => {
    expect(valueAt(sampleStudy, 'scenarios.fast.electricVehicles.vehicles.2041')).toBe(780)
    expect(valueAt(sampleStudy, 'scenarios.trend.heatPumps.dwellings.2026')).toBe(20)
    expect(valueAt(sampleStudy, 'prices.mv-cable-laid-km.eur')).toBe(165_000)
    expect(valueAt(sampleStudy, 'offers.cold-store.mostKw')).toBe(120)
    expect(rangeAt(sampleStudy, 'scenarios.trend.electricVehicles.vehicles.2041')).toEqual({ low: expect.closeTo(294, 6), likely: 420, high: 588 })
  })
  it('is not there under a path of anything else', () => {
    for (const path of ['', 'scenarios', 'scenarios.trend', 'scenarios.trend.electricVehicles.vehicles.2030', 'money.source', 'nothing.here']) expect(valueAt(sampleStudy, path), path).toBeUndefined()
  })
})
