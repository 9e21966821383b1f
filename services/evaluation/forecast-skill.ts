import type { District } from '#models/district/schema.ts'
import { skillFigures, weekBefore, type CompareColumns, type SkillFigures } from '#models/forecast/skill-figures.ts'
import { skillByHour } from '#models/forecast/skill.ts'
import { byCell, slotGrid, type SlotGrid } from '#models/forecast/slot-grid.ts'
import { localDateIndex, localDateStart } from '#models/units/local-time.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { isProductionSeries, powersOf } from './forecast-series.ts'
import type { EvaluationPlan } from './plan.ts'
import type { ForecastMethod, ForecastWeather, IssuedForecast, PastForecast } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readHalfHourSum } from './step-inputs.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
export const WEEK_DAYS = 7
/** Hours ahead that an issue of every hour reaches. */
const ISSUED_AHEAD_MS = 48 * HOUR_MS
const CELLS_OF_DAY = DAY_MS / HALF_HOUR_MS
/** The naive forecast looks back so far. */
const WEEKS_BEFORE = 4
/** A meter that is read once a day delivers a day later: a week is scored when one more day is over. */
const ARRIVAL_DAYS = 1
/** Half a week of half hours: of less nothing is said. */
const LEAST_VALUES = 168
/** Further back nothing is looked for that was missed. */
const MOST_WEEKS = 9
/** Figures are read and put together, not computed with. */
const DIGITS = 6

/** `backtest`: what the forecaster in service would have said each midnight; `issued`: what was said each hour, and corrected as the day went. */
export const SKILL_KINDS = ['backtest', 'issued'] as const
export type SkillKind = (typeof SKILL_KINDS)[number]

/** Skill of the forecasts of one series for one week, written once. Power of what only produces counts as positive; of a carrier that is told in m3/h so is what says kW. */
export interface SkillWeek {
  readonly series: string
  readonly kind: SkillKind
  /** Of a backtest the days from the issue to the day that is forecast; of what was issued 0 is 1 to 24 hours ahead, 1 is 25 to 48. */
  readonly daysAhead: readonly number[]
  /** Local date of its Monday (days since 1970-01-01). */
  readonly week: number
  readonly scoredAt: number
  /** Of what was issued by several methods the most frequent. */
  readonly method: ForecastMethod
  /** With what weather most of it was made; undefined: nobody wrote it down. Never the weather observed afterwards, which would flatter. */
  readonly weather?: ForecastWeather | undefined
  readonly levels: readonly number[]
  readonly figures: SkillFigures
  /** By hour ahead; empty beyond the second day. */
  readonly hours: readonly { readonly hourAhead: number; readonly mae: number; readonly naiveMae: number }[]
}

export interface SkillTask {
  readonly series: string
  readonly now: number
  /** Mondays that are wanted, of each kind. */
  readonly backtestWeeks: readonly number[]
  readonly issuedWeeks: readonly number[]
  readonly past: readonly PastForecast[]
  /** Ascending in issue. */
  readonly issued: readonly IssuedForecast[]
}

/** Mondays of the weeks that are over and of which all has arrived, ascending. */
export function weeksOver(now: number, timeZone: string): number[] {
  const today = localDateIndex(now, timeZone)
  const newest = mondayOf(today - ARRIVAL_DAYS) - WEEK_DAYS
  return Array.from({ length: MOST_WEEKS }, (_, i) => newest - (MOST_WEEKS - 1 - i) * WEEK_DAYS)
}

/** Monday of the week of a local date; the first day of 1970 was a Thursday. */
export const mondayOf = (date: number): number => date - ((((date + 3) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS)

/** Weeks of which a backtest tells on all days. */
export const coversWeek = ({ firstDate, perDay, valuesKw }: PastForecast, week: number): boolean => firstDate <= week && week + WEEK_DAYS <= firstDate + valuesKw.length / perDay

/** Issues whose forecasts reach into a week. */
export const issuesOf = (week: number, timeZone: string): { from: number; to: number } => ({ from: localDateStart(week, timeZone) - ISSUED_AHEAD_MS, to: localDateStart(week + WEEK_DAYS, timeZone) })

/** Scores weeks of one series against what is known now to have been measured. */
export async function scoreWeeks(reader: TimeSeriesReader, district: District, plan: EvaluationPlan, task: SkillTask): Promise<SkillWeek[]> {
  const weeks = [...task.backtestWeeks, ...task.issuedWeeks]
  const powers = powersOf(district, plan, task.series)
  if (weeks.length === 0 || powers.length === 0) return []
  const { timeZone } = district
  const from = localDateStart(Math.min(...weeks) - WEEKS_BEFORE * WEEK_DAYS, timeZone)
  const to = localDateStart(Math.max(...weeks) + WEEK_DAYS, timeZone)
  const measuredKw = await readHalfHourSum(reader, powers, from, to, task.now)
  const sign = isProductionSeries(district, plan, task.series) ? -1 : 1
  const measured = measuredOf(slotGrid(from, measuredKw.length, HALF_HOUR_S, timeZone), from, inSign(measuredKw, sign))
  const common = { series: task.series, scoredAt: task.now }
  return [
    ...task.backtestWeeks.flatMap((week) => task.past.filter((past) => coversWeek(past, week)).map((past) => ({ ...common, ...backtestWeek(past, week, measured, sign) }))),
    ...task.issuedWeeks.flatMap((week) => issuedWeek(task.issued, week, measured, sign).map((scored) => ({ ...common, ...scored }))),
  ].filter(({ figures }) => figures.values >= LEAST_VALUES)
}

interface Measured {
  readonly grid: SlotGrid
  readonly from: number
  /** By cell. */
  readonly cells: Float64Array
  readonly naive: Float64Array
}
const measuredOf = (grid: SlotGrid, from: number, values: Float64Array): Measured => {
  const cells = byCell(grid, values)
  return { grid, from, cells, naive: weekBefore(cells, grid.perDay) }
}

type Scored = Omit<SkillWeek, 'series' | 'scoredAt'>
type How = Pick<SkillWeek, 'method' | 'weather'>

function backtestWeek(past: PastForecast, week: number, { grid, cells, naive }: Measured, sign: number): Scored {
  const { perDay, daysAhead, firstDate, quantilesKw } = past
  const own = (column: Float64Array) => inSign(column.subarray((week - firstDate) * perDay, (week - firstDate + WEEK_DAYS) * perDay), sign)
  const ofWeek = (column: Float64Array) => column.subarray((week - grid.firstDay) * perDay, (week - grid.firstDay + WEEK_DAYS) * perDay)
  const levels = levelsOf(quantilesKw, sign)
  return scored('backtest', daysAhead, week, past, { forecast: own(past.valuesKw), quantiles: inOrder(quantilesKw.map(({ valuesKw }) => own(valuesKw)), sign), levels, naive: ofWeek(naive), measured: ofWeek(cells) }, perDay)
}

/** Of each hour the first issue; what lies in the week is compared by half hours that begin after the issue. A row is a day of hours ahead. */
function issuedWeek(all: readonly IssuedForecast[], week: number, { grid, from, cells, naive }: Measured, sign: number): Scored[] {
  const [start, end] = [localDateStart(week, grid.timeZone), localDateStart(week + WEEK_DAYS, grid.timeZone)]
  const byHour = new Map<number, IssuedForecast>()
  for (const one of all) if (one.issuedAt >= start - ISSUED_AHEAD_MS && one.issuedAt < end && !byHour.has(Math.floor(one.issuedAt / HOUR_MS))) byHour.set(Math.floor(one.issuedAt / HOUR_MS), one)
  const issues = [...byHour.values()]
  if (issues.length === 0) return []
  // Without a band of the same levels its values count, and no band.
  const levels = issues.find(({ quantilesKw }) => quantilesKw.length > 0)?.quantilesKw ?? []
  const how: How = { method: mostFrequent(issues.map((one) => one.method)), weather: mostFrequent(issues.map(({ weather }) => weather)) }
  return [0, 1].map((day) => {
    const cellsOfAll = issues.length * CELLS_OF_DAY
    const columns: CompareColumns = {
      forecast: new Float64Array(cellsOfAll).fill(NaN), quantiles: levels.map(() => new Float64Array(cellsOfAll).fill(NaN)), levels: levelsOf(levels, sign),
      naive: new Float64Array(cellsOfAll).fill(NaN), measured: new Float64Array(cellsOfAll).fill(NaN),
    }
    for (const [row, issue] of issues.entries()) {
      const perHalfHour = HALF_HOUR_S / issue.stepS
      const base = Math.floor(issue.issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS + day * DAY_MS
      for (let k = 0; k < CELLS_OF_DAY; k += 1) {
        const at = base + k * HALF_HOUR_MS
        const first = (at - issue.from) / (issue.stepS * 1000)
        if (at < start || at >= end || !Number.isInteger(first) || first < 0 || first + perHalfHour > issue.valuesKw.length) continue
        const cell = grid.cellOf[(at - from) / HALF_HOUR_MS]
        const to = row * CELLS_OF_DAY + k
        columns.forecast[to] = sign * meanOf(issue.valuesKw, first, perHalfHour)
        if (issue.quantilesKw.length === levels.length) issue.quantilesKw.forEach(({ valuesKw }, level) => (columns.quantiles[sign > 0 ? level : levels.length - 1 - level][to] = sign * meanOf(valuesKw, first, perHalfHour)))
        columns.naive[to] = naive[cell]
        columns.measured[to] = cells[cell]
      }
    }
    return scored('issued', [day], week, how, columns, CELLS_OF_DAY)
  })
}

function scored(kind: SkillKind, daysAhead: readonly number[], week: number, { method, weather }: How, columns: CompareColumns, perDay: number): Scored {
  const { forecast, naive, measured, levels = [] } = columns
  const lastDay = daysAhead.at(-1)!
  const hours = lastDay > 1 ? [] : skillByHour(forecast, naive, measured, perDay, lastDay).filter(({ mae }) => Number.isFinite(mae)).map(({ hourAhead, mae, naiveMae }) => ({ hourAhead, mae: short(mae), naiveMae: short(naiveMae) }))
  return { kind, daysAhead, week, method, weather, levels: columns.quantiles.length === 0 ? [] : levels, figures: skillFigures(columns, perDay), hours }
}

const short = (value: number): number => Number(value.toPrecision(DIGITS))
const inSign = (column: Float64Array, sign: number): Float64Array => (sign > 0 ? column : column.map((value) => 0 - value))
/** What is drawn little is what is produced much: the levels turn round with the sign. */
const inOrder = <T>(columns: T[], sign: number): T[] => (sign > 0 ? columns : columns.toReversed())
const levelsOf = (quantiles: readonly { readonly level: number }[], sign: number): number[] => inOrder(quantiles.map(({ level }) => (sign > 0 ? level : short(1 - level))), sign)

function meanOf(values: Float64Array, from: number, count: number): number {
  let sum = 0
  for (let i = from; i < from + count; i += 1) sum += values[i]
  return sum / count
}

function mostFrequent<T>(all: readonly T[]): T {
  const counts = new Map<T, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}
