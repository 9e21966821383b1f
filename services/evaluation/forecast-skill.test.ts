import { expect, test } from 'vitest'
import { localDateIndex, localDateStart } from '#models/units/local-time.ts'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'
import { coversWeek, issuesOf, mondayOf, scoreWeeks, weeksOver, type SkillTask } from './forecast-skill.ts'
import { evaluationPlan } from './plan.ts'
import type { IssuedForecast, PastForecast } from './port.ts'
import { smallDistrict } from './small-district.testkit.ts'
import { openRunStore } from './run-store.ts'
import { saveSkillWeeks, scoredWeeks, skillOfFile } from './skill-store.ts'

const STEP = 600_000
const HALF_HOUR = 1_800_000
const HOUR = 3_600_000
const DAY = 86_400_000
const { district } = smallDistrict()
const plan = evaluationPlan(district)
const { timeZone } = district
const NOW = Date.parse('2026-05-19T00:01:00+02:00')
const WEEK = localDateIndex(Date.parse('2026-05-11T12:00:00+02:00'), timeZone)

/** Every point has what `kw` says of each ten minutes. */
function reader(kw: (at: number) => number): TimeSeriesReader {
  const read = async (_id: number, from: number, to: number): Promise<Series> => {
    const at = Float64Array.from({ length: Math.max(0, Math.ceil((to - from) / STEP)) }, (_, i) => Math.ceil(from / STEP) * STEP + i * STEP).filter((one) => one < to && !Number.isNaN(kw(one)))
    return { at, values: at.map(kw), quality: new Uint8Array(at.length), recordedAt: at }
  }
  return { lookup: async (names: readonly string[]) => Int32Array.from(names, (_, i) => i + 1), read } as unknown as TimeSeriesReader
}
const inWeek = (at: number) => at >= localDateStart(WEEK, timeZone) && at < localDateStart(WEEK + 7, timeZone)
/** 120 kW in the week, 100 in those before. */
const risen = reader((at) => (inWeek(at) ? 120 : 100))

const past = (more: Partial<PastForecast> = {}): PastForecast => {
  const cells = (kw: number) => new Float64Array(28 * 48).fill(kw)
  return {
    series: 'P01.T1', issuedAt: NOW, method: 'blend', weather: 'forecast', daysAhead: [1], firstDate: WEEK + 8 - 28, perDay: 48, valuesKw: cells(115), spreadKw: cells(1), measuredKw: cells(120),
    quantilesKw: [[0.05, 100], [0.25, 110], [0.5, 115], [0.75, 118], [0.95, 125]].map(([level, kw]) => ({ level, valuesKw: cells(kw) })), ...more,
  }
}
const task = (more: Partial<SkillTask>): SkillTask => ({ series: 'P01.T1', now: NOW, backtestWeeks: [], issuedWeeks: [], past: [], issued: [], ...more })

test('weeks begin on Monday and are scored when one more day is over', () => {
  // 5 January 1970 was a Monday.
  expect([mondayOf(4), mondayOf(10), mondayOf(3), mondayOf(0)]).toEqual([4, 4, -3, -3])
  expect(weeksOver(NOW, timeZone).at(-1)).toBe(WEEK)
  expect(weeksOver(NOW - DAY, timeZone).at(-1)).toBe(WEEK - 7)
  expect(weeksOver(NOW, timeZone)).toHaveLength(9)
  expect([coversWeek(past(), WEEK), coversWeek(past(), WEEK + 7), coversWeek(past(), WEEK - 21)]).toEqual([true, false, false])
})

test('a backtest of a week: errors, the week before, the band and how it was made', async () => {
  const [scored, ...none] = await scoreWeeks(risen, district, plan, task({ backtestWeeks: [WEEK], past: [past({ weather: 'forecast' })] }))
  expect(none).toEqual([])
  expect(scored).toMatchObject({
    series: 'P01.T1', kind: 'backtest', daysAhead: [1], week: WEEK, scoredAt: NOW, method: 'blend', weather: 'forecast', levels: [0.05, 0.25, 0.5, 0.75, 0.95],
    figures: { values: 336, mae: 5, rmse: 5, naiveMae: 20, meanSize: 120, peakDays: 7, banded: 336, cover90Pct: 100, cover50Pct: 0, below: [0, 0, 0, 0, 1] },
  })
  expect(scored.figures.peakErrorPct).toBeCloseTo((100 * 5) / 120, 9)
  // 0.05*20 + 0.25*10 + 0.5*5 + 0.75*2 + 0.05*5 over five levels.
  expect(scored.figures.pinball).toBeCloseTo(7.75 / 5, 9)
  expect(scored.hours).toHaveLength(24)
  expect([scored.hours[0], scored.hours[23]]).toEqual([{ hourAhead: 25, mae: 5, naiveMae: 20 }, { hourAhead: 48, mae: 5, naiveMae: 20 }])
})

/** As issued each hour, two minutes after it: off by as many kW as the half hour lies ahead in hours. */
const issue = (issuedAt: number): IssuedForecast => {
  const from = Math.ceil(issuedAt / STEP) * STEP
  const valuesKw = Float64Array.from({ length: 288 }, (_, i) => 120 + Math.floor((from + i * STEP - Math.floor(issuedAt / HALF_HOUR) * HALF_HOUR) / HOUR) + 1)
  return { series: 'P01.T1', issuedAt, from, stepS: 600, forecaster: 'day-ahead-corrected', method: 'blend', reason: undefined, valuesKw, quantilesKw: [0.05, 0.95].map((level) => ({ level, valuesKw: valuesKw.map((kw) => kw + (level - 0.5) * 20) })) }
}

test('what was issued each hour is scored by hours ahead, on the half hours that lie in the week', async () => {
  const { from, to } = issuesOf(WEEK, timeZone)
  const issues = Array.from({ length: (to - from) / HOUR }, (_, i) => issue(from + i * HOUR + 120_000))
  // A second one in the same hour counts for nothing.
  const double = { ...issue(from + 100 * HOUR + 1_500_000), valuesKw: new Float64Array(288).fill(0) }
  const scored = await scoreWeeks(risen, district, plan, task({ issuedWeeks: [WEEK], issued: [...issues.slice(0, 101), double, ...issues.slice(101)] }))
  expect(scored.map(({ kind, daysAhead }) => [kind, daysAhead])).toEqual([['issued', [0]], ['issued', [1]]])
  const [first, second] = scored
  expect(first.hours.map(({ hourAhead, mae, naiveMae }) => [hourAhead, mae, naiveMae])).toEqual(Array.from({ length: 24 }, (_, k) => [k + 1, k + 1, 20]))
  expect(second.hours.map(({ hourAhead, mae }) => [hourAhead, mae])).toEqual(Array.from({ length: 24 }, (_, k) => [k + 25, k + 25]))
  // Each half hour of the week is forecast by 47 of the issues of the day before: its own half hour was under way.
  expect(first.figures.values).toBe(336 * 24 - 168)
  // The band is 9 kW to either side.
  expect(first.figures.cover90Pct).toBeCloseTo((100 * (9 * 336 - 168)) / (336 * 24 - 168), 9)
  expect(first.figures.cover50Pct).toBeNaN()
})

test('of production more is better: signs and levels are turned round', async () => {
  const sunny = structuredClone(district)
  Object.assign(sunny.deliveryPoints[0]!, { carrier: 'production' })
  const own = { ...past({ series: 'dp0' }), valuesKw: past().valuesKw.map((kw) => -kw), quantilesKw: past().quantilesKw.toReversed().map(({ level, valuesKw }) => ({ level: 1 - level, valuesKw: valuesKw.map((kw) => -kw) })) }
  const fed = reader((at) => (inWeek(at) ? -120 : -100))
  const [scored] = await scoreWeeks(fed, sunny, evaluationPlan(sunny), task({ series: 'dp0', backtestWeeks: [WEEK], past: [own] }))
  expect(scored).toMatchObject({ levels: [0.05, 0.25, 0.5, 0.75, 0.95], figures: { mae: 5, meanSize: 120, peakDays: 7, below: [0, 0, 0, 0, 1] } })
})

test('nothing is said of a week of which less than half was measured, nor of a series that nothing measures', async () => {
  const half = localDateStart(WEEK + 3, timeZone) + DAY / 2
  const scoredUntil = (end: number) => scoreWeeks(reader((at) => (at < end ? 100 : NaN)), district, plan, task({ backtestWeeks: [WEEK], past: [past()] }))
  expect([(await scoredUntil(half)).length, (await scoredUntil(half - HALF_HOUR)).length]).toEqual([1, 0])
  expect(await scoreWeeks(reader(() => NaN), district, plan, task({ backtestWeeks: [WEEK], past: [past()] }))).toEqual([])
  expect(await scoreWeeks(risen, district, plan, task({ series: 'nobody', backtestWeeks: [WEEK], past: [past()] }))).toEqual([])
})

test('a week that was scored stays as it was; what is not known comes back as such', async () => {
  const runs = openRunStore(':memory:')
  const [scored] = await scoreWeeks(risen, district, plan, task({ backtestWeeks: [WEEK], past: [past({ quantilesKw: [] })] }))
  expect(scored.figures.pinball).toBeNaN()
  saveSkillWeeks(runs.database, [scored])
  saveSkillWeeks(runs.database, [{ ...scored, method: 'ridge' }, { ...scored, week: WEEK - 7 }])
  const { weeks, tomorrow } = skillOfFile(runs.database)
  expect(weeks(WEEK, 'P01.T1')).toEqual([scored])
  expect(weeks(0, 'P01.T1').map(({ week }) => week)).toEqual([WEEK - 7, WEEK])
  saveSkillWeeks(runs.database, [{ ...scored, daysAhead: [0] }, { ...scored, kind: 'issued' }])
  expect(tomorrow(0).map(({ week, kind, daysAhead, hours }) => [week, kind, daysAhead, hours])).toEqual([[WEEK - 7, 'backtest', [1], []], [WEEK, 'backtest', [1], []]])
  expect(scoredWeeks(runs.database, 'P01.T1', 'backtest')).toEqual(new Set([WEEK, WEEK - 7]))
  expect(scoredWeeks(runs.database, 'nobody', 'issued')).toEqual(new Set())
  await runs.close()
})
