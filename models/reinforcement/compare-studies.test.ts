import { expect, test } from 'vitest'
import { askWithChanges } from './apply-changes.ts'
import { compareStudies } from './compare-studies.ts'
import { differingFigures } from './differing-figures.ts'
import { sampleResult, sampleStudy } from './sample-study.testkit.ts'
import type { StudyResult } from './study-result.ts'

const changed = (...changes: { path: string; value: number }[]) => sampleResult(askWithChanges(sampleStudy(), changes, 'full'))

test('a study beside itself: every figure twice, no assumption, the same measures', () => {
  const { figures, assumptions, measures } = compareStudies(sampleResult(), sampleResult())
  expect(figures.every(({ one, other }) => one === other)).toBe(true)
  expect(figures).toContainEqual({ figure: 'portfolios.least-cost.expectedNpvEur', one: 84_001.5, other: 84_001.5, unit: 'EUR' })
  expect(figures).toContainEqual({ figure: 'lastYear.peakKw', one: 1_400, other: 1_400, unit: 'kW' })
  expect(figures).toContainEqual({ figure: 'portfolios.nothing.worstRegretEur', one: null, other: null, unit: 'EUR' })
  expect(assumptions).toEqual([])
  expect(measures).toEqual([{ option: 'battery-B04', oneFrom: 2031, otherFrom: 2031 }])
})

test('assumptions that differ, by the path under which they are changed', () => {
  const other = changed({ path: 'money.discountPct', value: 6 }, { path: 'scenarios.quick.v2.growthPct.dwelling', value: 1 })
  const { assumptions, figures } = compareStudies(sampleResult(), { ...other, district: { ...other.district, version: 'v2' }, prices: [...other.prices, { item: 'battery', eur: 300, source: '', dated: '', sure: 'usual' }] })
  expect(assumptions).toEqual([
    { path: 'scenarios.quick.v2.growthPct.dwelling', one: '2', other: '1' },
    { path: 'money.discountPct.low', one: '3', other: '4.5' }, { path: 'money.discountPct.likely', one: '4.5', other: '6' }, { path: 'money.discountPct.high', one: '6', other: '7.5' },
    { path: 'districtVersion', one: 'v1', other: 'v2' },
    { path: 'priceTable.battery.item', one: null, other: 'battery' }, { path: 'priceTable.battery.eur', one: null, other: '300' },
  ])
  expect(figures.find(({ figure }) => figure === 'portfolios.least-cost.expectedNpvEur')).toMatchObject({ one: 84_001.5, other: 84_002 })
})

test('a portfolio or a measure that only one of them has', () => {
  const base = sampleResult()
  const other: StudyResult = { ...base, recommended: null, portfolios: base.portfolios.slice(0, 2), answer: { ...base.answer, kind: 'none-holds', firstYear: null } }
  const { figures, measures } = compareStudies(base, other)
  expect(figures.find(({ figure }) => figure === 'portfolios.least-cost.expectedNpvEur')).toMatchObject({ one: 84_001.5, other: null })
  expect(figures.find(({ figure }) => figure === 'answer.firstYear')).toMatchObject({ one: 2034, other: null })
  expect(measures).toEqual([{ option: 'battery-B04', oneFrom: 2031, otherFrom: null }])
})

test('figures of a rerun differ in the last bit or not at all; time, duration and engine are no figures', () => {
  const base = sampleResult()
  expect(differingFigures(base, { ...base, computedAt: '2030-01-01T00:00:00.000Z', engine: 'later', states: { ...base.states, seconds: 99 } })).toEqual([])
  // As it comes back from where it was kept.
  expect(differingFigures(base, JSON.parse(JSON.stringify(base)) as StudyResult)).toEqual([])
  const { modelCheck: _, ...rest } = base
  expect(differingFigures(base, { ...rest, modelCheck: null, answer: { ...base.answer, savedEur: base.answer.savedEur * (1 + Number.EPSILON) } })).toEqual([
    'answer.savedEur', 'modelCheck.hours', 'modelCheck.meanErrorPct', 'modelCheck.largestErrorPct', 'modelCheck',
  ])
  expect(differingFigures(base, { ...base, elements: [] })).toContain('elements.L1.firstLikelyYear')
})
