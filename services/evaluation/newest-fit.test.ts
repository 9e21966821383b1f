import { expect, test } from 'vitest'
import { fitRecord, saveNewestDay, type NewestDay } from './newest-fit.ts'
import type { DayAheadForecast } from './port.ts'
import { openRunStore } from './run-store.ts'

const said = (date: number, more: Partial<NewestDay> = {}): NewestDay => ({ series: 'a', date, method: 'blend', values: Float64Array.of(date, 0.5), ...more })
const answered = (issuedAt: number, reason: DayAheadForecast['reason']): DayAheadForecast => ({
  series: 'a', issuedAt, from: issuedAt, stepS: 1800, forecaster: 'day-ahead', method: 'blend', reason, valuesKw: Float64Array.of(1), quantilesKw: [], carried: new Float64Array(1), bound: 1,
})

test('what the fit of a night said first stays, for eight weeks, and the fit that answered last is known', async () => {
  const runs = openRunStore(':memory:')
  expect(fitRecord(runs.database, 'a')).toEqual({ said: [], inService: 'newest' })
  for (const one of [said(100), said(101), said(101, { values: Float64Array.of(7, 7) }), said(101, { series: 'b' })]) saveNewestDay(runs.database, one)
  expect(fitRecord(runs.database, 'a')).toEqual({ said: [{ date: 100, method: 'blend', values: Float64Array.of(100, 0.5) }, { date: 101, method: 'blend', values: Float64Array.of(101, 0.5) }], inService: 'newest' })
  saveNewestDay(runs.database, said(157, { method: 'ridge' }))
  expect(fitRecord(runs.database, 'a').said.map(({ date, method }) => [date, method])).toEqual([[101, 'blend'], [157, 'ridge']])
  runs.savingDayAhead([answered(1, 'older-fit-was-better')])()
  expect(fitRecord(runs.database, 'a').inService).toBe('older')
  runs.savingDayAhead([answered(2, 'fit-failed')])()
  expect([fitRecord(runs.database, 'a').inService, fitRecord(runs.database, 'b').inService]).toEqual(['newest', 'newest'])
  await runs.close()
})
