import { expect, it } from 'vitest'
import type { CongestionOfElement } from '#contract/congestion.ts'
import { en } from '../../i18n/en.ts'
import { makeFormat } from '../../i18n/format.ts'
import { shapeElementRisk } from './element-shape.ts'

const speech = { t: en, f: makeFormat('en') }
const START = Date.parse('2026-01-14T18:00:00+01:00')
const told: CongestionOfElement = {
  readiness: 'ready', issuedAt: START, stepS: 1800, scenarios: 200, pastIssues: 28, measuredSeries: 3, assumedSeries: 0, unsettledShare: 0, watchPct: 80, limitPct: 100, at: [0, 1, 2].map((step) => START + step * 1_800_000),
  element: 'T1', name: 'T1', kind: 'transformer', basis: 'measured', watch: [0.1, 0.355, null], limit: [0, 0.005, null], energyAboveWatchKwh: [0, 1, null], energyAboveLimitKwh: [0, 0, null], unknown: [0, 0, 1],
  loadingPct: [{ level: 0.05, values: [50, 60, null] }, { level: 0.5, values: [60, 74, null] }, { level: 0.95, values: [70, 92, null] }], powerKw: [], thresholds: [],
}

it('says the range of the step that may become the highest, and draws it against the limits', () => {
  const { sentence, table, plot } = shapeElementRisk(told, speech)!
  expect(sentence).toBe('Highest around Wed 14 Jan, 18:30: nine times in ten between 60% and 92%.')
  expect(table.rows.map(({ raw }) => raw)).toEqual([[50, 60, 70, 10, 0], [60, 74, 92, 35.5, 0.5], [null, null, null, null, null]])
  expect(plot.bands![0].points).toEqual([[START, 50, 70], [START + 1_800_000, 60, 92]])
  // A step of which nothing is known stays a gap.
  expect(plot.lines[0].points[2]).toEqual([START + 3_600_000, null])
  expect(plot.x.to).toBe(START + 5_400_000)
})

it('is nothing where no loading is known', () => {
  expect(shapeElementRisk({ ...told, loadingPct: [] }, speech)).toBeUndefined()
  expect(shapeElementRisk({ ...told, loadingPct: told.loadingPct.map(({ level }) => ({ level, values: [null, null, null] })) }, speech)).toBeUndefined()
})
