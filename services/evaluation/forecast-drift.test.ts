import { afterEach, beforeEach, expect, test } from 'vitest'
import { localDateStart } from '#models/units/local-time.ts'
import { driftFindingOf, driftOfSeries, driftingSeries, saveDayErrors, saveDrifts, type SeriesDrift } from './forecast-drift.ts'
import type { PastForecast } from './port.ts'
import { openRunStore, type RunFileStore } from './run-store.ts'

const timeZone = 'Europe/Paris'
const LAST = 20_590
let runs: RunFileStore
beforeEach(() => { runs = openRunStore(':memory:') })
afterEach(() => runs.close())

/** A past of some days up to `last` of which each day is wrong by `error`. */
function past(last: number, days: number, error: (date: number) => number, daysAhead = [0]): PastForecast {
  const measuredKw = new Float64Array(days * 2).fill(100)
  const firstDate = last - days + 1
  return { series: 'T1', issuedAt: 0, method: 'blend', daysAhead, firstDate, perDay: 2, measuredKw, valuesKw: measuredKw.map((kw, i) => kw + error(firstDate + Math.floor(i / 2))), spreadKw: measuredKw, quantilesKw: [] }
}
/** Nine and eleven in turn: the day before the errors grow is one of nine, so that the sum begins with the first that is larger. */
const usual = (date: number) => ((LAST - date) % 2 === 0 ? 11 : 9)
const grown = (date: number) => (date > LAST - 9 ? 2.5 : 1) * usual(date)

test('errors that have grown are found with their beginning and their size, errors as ever are not', () => {
  saveDayErrors(runs.database, [past(LAST, 56, usual)])
  expect(driftOfSeries(runs.database, 'T1')).toBeUndefined()
  saveDayErrors(runs.database, [past(LAST, 56, grown)])
  const drift = driftOfSeries(runs.database, 'T1')!
  expect(drift).toMatchObject({ series: 'T1', daysAhead: 0, since: LAST - 8 })
  expect(drift.beforeKw).toBeCloseTo(Math.sqrt(99), 9)
  // Nine of fourteen days are 2.5 times as wrong.
  expect(drift.recentKw / drift.beforeKw).toBeCloseTo(2.5 ** (9 / 14), 9)
  expect(driftOfSeries(runs.database, 'T2')).toBeUndefined()
})

test('a past of four weeks says enough when the weeks before it are remembered', () => {
  saveDayErrors(runs.database, [past(LAST, 28, grown)])
  expect(driftOfSeries(runs.database, 'T1')).toBeUndefined()
  for (let last = LAST - 21; last <= LAST; last += 7) saveDayErrors(runs.database, [past(last, 28, grown)])
  expect(driftOfSeries(runs.database, 'T1')).toMatchObject({ since: LAST - 8 })
})

test('the day after tomorrow is not watched; tomorrow is', () => {
  saveDayErrors(runs.database, [past(LAST, 56, usual), past(LAST, 56, grown, [2, 3])])
  expect(driftOfSeries(runs.database, 'T1')).toBeUndefined()
  saveDayErrors(runs.database, [past(LAST, 56, grown, [1])])
  expect(driftOfSeries(runs.database, 'T1')).toMatchObject({ daysAhead: 1 })
})

const found = (series: string): SeriesDrift => ({ series, daysAhead: 0, since: LAST - 5, recentKw: 30, beforeKw: 10 })
const judge = (drifts: readonly SeriesDrift[], now: number, judged = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) =>
  saveDrifts(runs.database, drifts, judged, { now, timeZone, pointsOf: (series) => [`elec.${series}.p`] })
const all = () => runs.database.prepare('SELECT * FROM forecast_drift ORDER BY drift_id').all().map(driftFindingOf)

test('a drift goes on from night to night, ends when it is found no more, and is a new one when it comes again', () => {
  judge([found('a')], 1)
  judge([{ ...found('a'), since: LAST - 3, recentKw: 40 }], 2)
  expect(all()).toEqual([{ ...found('a'), recentKw: 40, nextStep: 'habits-changed', foundAt: 1, judgedAt: 2, goneAt: null }])
  expect(driftingSeries(runs.database)).toBe(1)
  judge([], 3)
  expect([driftingSeries(runs.database), all()[0]!.goneAt]).toEqual([0, 3])
  judge([found('a')], 4)
  expect(all().map(({ foundAt, goneAt }) => [foundAt, goneAt])).toEqual([[1, 3], [4, null]])
})

test('the next step: the meter where it is doubted since then, a common cause where half drift at once', () => {
  const start = localDateStart(LAST - 5, timeZone)
  const insert = runs.database.prepare('INSERT INTO meter_finding (point, kind, from_at, to_at, severity, evidence, found_at, gone_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  insert.run('elec.a.p', 'flatline', start - 10, start + 10, 'doubt', '{}', 0, null)
  insert.run('elec.b.p', 'flatline', start - 10, start - 5, 'fault', '{}', 0, null)
  insert.run('elec.c.p', 'flatline', start, start + 10, 'note', '{}', 0, null)
  judge([found('a'), found('b'), found('c')], 1)
  expect(all().map(({ nextStep }) => nextStep)).toEqual(['check-meter', 'habits-changed', 'habits-changed'])
  judge(['a', 'b', 'c', 'd'].map(found), 2)
  expect(all().map(({ nextStep }) => nextStep)).toEqual(['check-meter', 'common-cause', 'common-cause', 'common-cause'])
  // Two of three are no crowd.
  judge([found('b'), found('c')], 3, ['a', 'b', 'c'])
  expect(all().filter(({ goneAt }) => goneAt === null).map(({ nextStep }) => nextStep)).toEqual(['habits-changed', 'habits-changed'])
})
