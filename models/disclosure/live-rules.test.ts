import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PublicationRules } from '#models/district/schema.ts'
import { decideLive, roundForPublic, rulesInForce, type LiveCandidate } from './live-rules.ts'

const rules: PublicationRules = { validFrom: '2025-01-01T00:00:00Z', minHolders: 100, minDeliveryPoints: 100, maxHolderSharePct: 5, liveStepS: 1800, liveDelayS: 1800, liveWindowDays: 31, roundingPct: 1 }
const good: LiveCandidate = { at: 0, now: 3_600_000, meanPowerKw: 1234.5, coverage: 1, firmImportKw: 5000, yearlyMeanKw: 1000, deliveryPoints: 600, holderPowerKw: new Array<number>(560).fill(6), publicPowerKw: 0, productionKw: 0 }
const reason = (change: Partial<LiveCandidate>, table: PublicationRules | undefined = rules) => {
  const decision = decideLive({ ...good, ...change }, table)
  return decision.publish ? 'published' : decision.reason
}

test('a step that passes shows rounded figures that agree with each other', () => {
  const decision = decideLive(good, rules)
  expect(decision).toEqual({ publish: true, figures: { meanPowerKw: 1230, firmImportKw: 5000, loadingPct: 25, headroomKw: 3770 } })
})

describe('each rule withholds by itself', () => {
  test.each([
    ['too-early', { now: 3_599_999 }],
    ['too-few-holders', { holderPowerKw: new Array<number>(99).fill(6) }],
    ['too-few-delivery-points', { deliveryPoints: 99 }],
    ['not-measured', { meanPowerKw: NaN }],
    ['not-measured', { coverage: 0.89 }],
    ['dominant-holder', { holderPowerKw: [...good.holderPowerKw, 62] }],
    // What public holders draw can be taken off the figure by anybody: 60 kW of 1,234 would pass, 60 of 1,134 does not.
    ['dominant-holder', { holderPowerKw: [...good.holderPowerKw, 60], publicPowerKw: 100 }],
    ['dominant-holder', { holderPowerKw: [...good.holderPowerKw, 60], publicPowerKw: NaN }],
    ['dominant-holder', { meanPowerKw: -20, holderPowerKw: good.holderPowerKw }],
  ] as const)('%s', (expected, change) => expect(reason(change)).toBe(expected))
  test('production does not make a holder dominant: shares are taken on consumption', () => {
    const sunny = { meanPowerKw: 900, holderPowerKw: [...good.holderPowerKw, 60] }
    expect(reason(sunny)).toBe('dominant-holder')
    expect(reason({ ...sunny, productionKw: 334 })).toBe('published')
  })
  test('no-rule', () => {
    expect(decideLive(good, undefined)).toMatchObject({ publish: false, reason: 'no-rule' })
    expect(rulesInForce([{ ...rules, validTo: '2026-01-01T00:00:00Z' }], Date.parse('2026-01-01T00:00:00Z'))).toBeUndefined()
    expect(rulesInForce([rules], Date.parse('2025-01-01T00:00:00Z'))).toBe(rules)
  })
})

test('every refusal shows the public the same', () => {
  const shown = [{ now: 0 }, { deliveryPoints: 1 }, { meanPowerKw: NaN }, { holderPowerKw: [] }].map((change) => decideLive({ ...good, ...change }, rules).figures)
  for (const figures of shown) expect(figures).toEqual({ meanPowerKw: null, loadingPct: null, firmImportKw: null, headroomKw: null })
})

test('rounding keeps at most three digits, is never finer than its base, and moves a figure by at most the base', () => {
  fc.assert(fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.double({ min: 1, max: 1e6, noNaN: true }), (value, mean) => {
    const rounded = roundForPublic(value, mean, 1)
    const least = Math.max(10 ** (Math.floor(Math.log10(value)) - 2), mean / 100)
    expect(Math.abs(rounded - value)).toBeLessThanOrEqual(2.5 * least)
    expect(Number(rounded.toPrecision(3))).toBe(rounded)
    // Two figures that differ by less than the base can be told apart only across a border.
    expect(roundForPublic(rounded, mean, 1)).toBeCloseTo(rounded, 9)
  }))
})
