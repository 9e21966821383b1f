/** Outside temperatures of the weather years of a study, all made from those of the measured year. */
import { sourceIn } from '#models/district/schema-parts.ts'
import type { StudyWeather } from '#models/district/schema-study.ts'
import { coldDay, type DailyTemperatures, WINTER_MONTHS } from '#models/forecast/cold-day.ts'
import { DAY_TYPE } from '#models/load-curve/day-type.ts'
import type { BaseYear } from './base-year.ts'
import { SPELL_2018_C, SPELL_2018_SOURCE, spellAnomalies } from './cold-spell.ts'

export interface WeatherYear {
  readonly id: string
  /** By hour of the base year, degC. */
  readonly temperatureC: Float64Array
  /** Lowest mean of a whole local day, and mean of the year. */
  readonly coldestDayC: number
  readonly meanC: number
  /** How it was made, in a sentence. */
  readonly note: string
  readonly source: string
}

type Year = Pick<BaseYear, 'temperatureC' | 'localDay' | 'month' | 'dayType'>

/** Days around the coldest stretch of the measured year in which the spell may lie, so that its coldest day is a working day: loads are larger then. */
const SHIFT_DAYS = 3
const WHOLE_DAY_H = 23

/**
 * measured: the base year's own. shifted: the same, `shiftC` warmer. cold-spell: the days around the coldest stretch of the base winter
 * become as cold as one winter in `returnYears`: their daily means follow a spell that was measured (`cold-spell.ts`), its coldest day
 * at `coldestDayC`, else at the level of `coldDay` over `history`, else as cold as that spell was. No day becomes warmer than it was, and
 * every day keeps the shape of its hours.
 *
 * @param history daily means of all that is stored; undefined: those of the base year are all there is
 */
export function weatherYear(year: Year, weather: StudyWeather, history?: DailyTemperatures): WeatherYear {
  const { temperatureC, note } = weather.kind === 'measured' ? { temperatureC: year.temperatureC, note: 'As measured.' }
    : weather.kind === 'shifted' ? shifted(year, weather.shiftC ?? 0) : withSpell(year, weather.coldSpell ?? { returnYears: 10, days: 7 }, history)
  const own = sourceIn(weather.source, 'en')
  const source = weather.kind === 'cold-spell' ? `${own}; ${SPELL_2018_SOURCE}` : own
  const means = dailyMeans({ ...year, temperatureC })
  return { id: weather.id, temperatureC, coldestDayC: Math.min(...means.filter((mean) => !Number.isNaN(mean))), meanC: temperatureC.reduce((sum, value) => sum + value, 0) / temperatureC.length, note, source }
}

function shifted({ temperatureC }: Year, shiftC: number) {
  return { temperatureC: temperatureC.map((value) => value + shiftC), note: `As measured, every hour ${Math.abs(shiftC)} degC ${shiftC < 0 ? 'colder' : 'warmer'}.` }
}

function withSpell(year: Year, spell: NonNullable<StudyWeather['coldSpell']>, history: DailyTemperatures | undefined) {
  const means = dailyMeans(year)
  const { coldestC, told } = coldestOf(spell, history)
  const anomalies = spellAnomalies(spell.days)
  const first = placeOf(year, means, anomalies)
  if (first === undefined) return { temperatureC: year.temperatureC, note: `As measured: it holds no ${spell.days} days of winter in a row.` }
  const temperatureC = year.temperatureC.map((value, hour) => {
    const day = year.localDay[hour]! - first
    return day < 0 || day >= spell.days ? value : value + Math.min(0, coldestC + anomalies[day]! - means[year.localDay[hour]!]!)
  })
  const wasColder = means.some((mean) => mean < coldestC)
  return { temperatureC, note: `${spell.days} days around the coldest of the measured winter with a coldest daily mean of ${coldestC.toFixed(1)} degC: ${told}.${wasColder ? ' The measured year had a colder day, which stays.' : ''}` }
}

function coldestOf({ returnYears, coldestDayC }: NonNullable<StudyWeather['coldSpell']>, history: DailyTemperatures | undefined): { coldestC: number; told: string } {
  if (coldestDayC !== undefined) return { coldestC: coldestDayC, told: `as the study says, one winter in ${returnYears}` }
  const level = history === undefined ? undefined : coldDay(history, 0, returnYears)
  if (level === undefined) return { coldestC: Math.min(...SPELL_2018_C), told: 'too few winters are stored to say how cold one in so many is, so it is as cold as the spell of 2018 was at Bedford' }
  const winters = Number(level.winters.toFixed(1))
  return { coldestC: level.temperatureC, told: `one winter in ${returnYears} by the ${winters} winter${winters === 1 ? '' : 's'} that are stored (${level.method === 'yearly-minima' ? 'their minima' : 'minima of their months'}, standard error ${level.standardErrorC.toFixed(1)} degC)` }
}

/** First day of the spell: within days of the coldest stretch of the winter, where its coldest day falls on a working day if it can. */
function placeOf({ localDay, month, dayType }: Year, means: Float64Array, anomalies: Float64Array): number | undefined {
  const days = anomalies.length
  const firstHour = Int32Array.from(means, (_, day) => localDay.indexOf(day))
  const isWinter = (day: number) => WINTER_MONTHS.includes(month[firstHour[day]!]!) && !Number.isNaN(means[day]!)
  const starts = Array.from({ length: Math.max(0, means.length - days + 1) }, (_, start) => start).filter((start) => anomalies.every((_, day) => isWinter(start + day)))
  const meanFrom = (start: number) => means.slice(start, start + days).reduce((sum, mean) => sum + mean, 0)
  const bySum = starts.map((start) => ({ start, sum: meanFrom(start) })).sort((a, b) => a.sum - b.sum)
  if (bySum.length === 0) return undefined
  const coldestDay = anomalies.indexOf(0)
  const near = bySum.filter(({ start }) => Math.abs(start - bySum[0]!.start) <= SHIFT_DAYS)
  return (near.find(({ start }) => dayType[firstHour[start + coldestDay]!] === DAY_TYPE.working) ?? near[0]!).start
}

/** Mean of each local day; NaN where it is not whole. */
function dailyMeans({ temperatureC, localDay }: Year): Float64Array {
  const days = localDay.at(-1)! + 1
  const sum = new Float64Array(days)
  const hours = new Float64Array(days)
  temperatureC.forEach((value, hour) => {
    sum[localDay[hour]!]! += value
    hours[localDay[hour]!]! += 1
  })
  return sum.map((total, day) => (hours[day]! >= WHOLE_DAY_H ? total / hours[day]! : NaN))
}
