import { CALENDAR, namedEffects, putCalendar } from './calendar-features.ts'
import type { DayMarks } from './day-marks.ts'
import { DEVIATIONS, pastDeviations, reachOf } from './past-deviations.ts'
import { productionPlainRows, productionRows } from './production-features.ts'
import type { SlotGrid } from './slot-grid.ts'
import type { Site } from './sun-terms.ts'
import { weatherTerms, type WeatherInput } from './weather-terms.ts'

/** What a feature speaks of: the parts into which a forecast is explained. */
export type FeatureGroup = 'calendar' | 'weather' | 'recent'

export interface FeatureInputs {
  readonly grid: SlotGrid
  readonly marks: DayMarks
  /** Values by cell, NaN where nothing is known. */
  readonly values: Float64Array
  /** When each cell's value became available (UTC ms); Infinity where there is none. */
  readonly availableAt: Float64Array
  readonly weather: readonly WeatherInput[]
  /** Production follows the sun, not the weekday: its habit is what the irradiance yielded lately. */
  readonly production: boolean
  /** Where it is measured: with it a production knows the sun, not the irradiance alone. */
  readonly site?: Site
  /** Tell beside each term of the weather how unusual it was on the days before as well: better, at twice the cost. */
  readonly pastWeather: boolean
  /** Minute of the local day at which a forecast of this kind is issued. */
  readonly originMinute: number
  /** Days from the day of issue to the day that is forecast: 0 is the same day. */
  readonly leadDays: number
}

export interface FeatureRows {
  readonly names: readonly string[]
  readonly groups: readonly FeatureGroup[]
  /** Row-major [cells x names]. */
  readonly features: Float32Array
  /** The habit by cell, from which the forecasters learn the deviation; NaN where no row could be made. */
  readonly habit: Float64Array
  /** What the habit speaks of: of a load the hour and the weekday, of a production the light. */
  readonly habitGroup: FeatureGroup
  /** 1 at cells of a production at which nothing can be produced: they have no row, their value is 0. */
  readonly dark?: Uint8Array
}

/** Features of which those that tell of what calendar and weather alone let expect are still to come. */
export interface DatedRows extends FeatureRows {
  /** Writes them, from what was expected at every cell; again after each fit. A production does without. */
  readonly expect: ((plainly: Float64Array) => void) | undefined
}

const HABIT_WEEKS = 4
const FURTHEST_WEEKS = 8

/** Features that are known without any measured value of late: calendar and weather of every cell of the grid. */
export function plainRows(inputs: FeatureInputs): FeatureRows {
  if (inputs.production) return productionPlainRows(inputs)
  const { grid, marks, values, availableAt, weather, originMinute, leadDays } = inputs
  const terms = weatherTerms(weather, grid)
  const names = [...CALENDAR, ...terms.names]
  const cells = grid.days * grid.perDay
  const features = new Float32Array(cells * names.length)
  // A value of last year may still be on its way: what had not arrived at the origin of the day is not looked at.
  const named = namedEffects(grid, marks, (day) => {
    const origin = grid.dayStart[Math.max(0, day - leadDays)]! + originMinute * 60_000
    return (cell) => (availableAt[cell]! <= origin ? values[cell]! : NaN)
  })
  for (let cell = 0; cell < cells; cell += 1) {
    const day = Math.floor(cell / grid.perDay)
    const next = putCalendar(features, cell * names.length, marks, day, cell % grid.perDay, named.get(day))
    for (let k = 0; k < terms.columns.length; k += 1) features[next + k] = terms.columns[k]![cell]!
  }
  return { names, groups: names.map((_, k) => (k < CALENDAR.length ? 'calendar' : 'weather')), features, habit: new Float64Array(cells), habitGroup: 'calendar' }
}

/**
 * Features of every cell of the grid, each row as it would have been made at its own origin (`leadDays` before, at
 * `originMinute`): no value that became available later is looked at. The days before are told twice: as deviations
 * from the habit (the same weekday of four weeks), with the weather's deviations
 * beside them, and as deviations from `plainly`, what calendar and weather alone let expect at each cell. The first
 * follow every change of habits, in the second a hot yesterday does not pass for a busy one. A production has rows of
 * its own (production-features.ts).
 */
export function featureRows(inputs: FeatureInputs, plain: FeatureRows): DatedRows {
  if (inputs.production) return { ...productionRows(inputs, plain), expect: undefined }
  const { grid, marks, values, availableAt, originMinute, leadDays, pastWeather } = inputs
  const { perDay, days } = grid
  const plainWidth = plain.names.length
  const termsFrom = CALENDAR.length
  const termCount = plainWidth - termsFrom
  const names = [
    ...plain.names, 'rest-day', 'habit', 'habit-alike', 'plainly', ...DEVIATIONS.map((name) => `habit-${name}`), ...DEVIATIONS.map((name) => `plainly-${name}`),
    ...plain.names.slice(termsFrom).flatMap((name) => [`${name}-unusual`, ...(pastWeather ? [`${name}-unusual-1`, `${name}-unusual-day-1`] : [])]),
  ]
  const groups = names.map((name, k): FeatureGroup => plain.groups[k] ?? (['rest-day', 'habit', 'habit-alike'].includes(name) ? 'calendar' : name === 'plainly' || name.includes('unusual') ? 'weather' : 'recent'))
  const width = names.length
  const features = new Float32Array(days * perDay * width)
  const habit = new Float64Array(days * perDay).fill(NaN)

  let origin = 0
  const known = (day: number, slot: number): number => {
    if (day < 0) return NaN
    const cell = day * perDay + slot
    return availableAt[cell]! <= origin ? values[cell]! : NaN
  }
  const arrivedAt = latestArrivals(availableAt, perDay)
  const habits = weekdayHabit()
  const reach = reachOf(leadDays)
  // How unlike the days of the habit the weather was, of each slot of the days back and of the whole days.
  const unusual = new Float64Array(reach * perDay * termCount)
  const unusualDay = new Float64Array(reach * termCount)
  const unusualSlots = new Float64Array(reach)
  const fromHabit = pastDeviations(grid, marks, leadDays, originMinute, {
    known,
    settledAt: habits.settledAt,
    moveOn() {
      unusual.copyWithin(perDay * termCount, 0)
      unusualDay.copyWithin(termCount, 0)
      unusualSlots.copyWithin(1, 0)
    },
    startAnew(back) {
      unusualDay.fill(0, back * termCount, (back + 1) * termCount)
      unusualSlots[back] = 0
    },
    expectedAt(day, slot, back) {
      const own = habits.at(day, slot)
      if (Number.isNaN(own)) return NaN
      unusualSlots[back]! += 1
      const term = (day * perDay + slot) * plainWidth + termsFrom
      for (let k = 0; k < termCount; k += 1) {
        const one = plain.features[term + k]! - habits.termMean[k]!
        unusual[(back * perDay + slot) * termCount + k] = one
        unusualDay[back * termCount + k]! += one
      }
      return own
    },
  })

  for (let day = leadDays + 1; day < days; day += 1) {
    const originDay = day - leadDays
    origin = grid.dayStart[originDay]! + originMinute * 60_000
    fromHabit.look(day, originDay)
    const { latestDay } = fromHabit
    for (let slot = 0; slot < perDay; slot += 1) {
      const cell = day * perDay + slot
      const own = habits.at(day, slot)
      if (Number.isNaN(own)) continue
      habit[cell] = own
      const at = cell * width
      for (let k = 0; k < plainWidth; k += 1) features[at + k] = plain.features[cell * plainWidth + k]!
      let next = at + plainWidth
      features[next] = marks.holiday[day] === 1 ? orElse(typeMean(day, slot, 2), own) - own : 0
      features[next + 1] = own
      features[next + 2] = orElse(typeMean(day, slot, marks.type[day]!), own) - own
      next = fromHabit.put(features, next + 4, slot) + DEVIATIONS.length
      const lag = fromHabit.latestSlot(slot)
      for (let k = 0; k < termCount; k += 1) {
        features[next] = plain.features[cell * plainWidth + termsFrom + k]! - habits.termMean[k]!
        next += 1
        if (!pastWeather) continue
        features[next] = lag < reach ? unusual[(lag * perDay + slot) * termCount + k]! : 0
        features[next + 1] = latestDay < reach ? unusualDay[latestDay * termCount + k]! / unusualSlots[latestDay]! : 0
        next += 2
      }
    }
  }
  return { names, groups, features, habit, habitGroup: 'calendar', expect }

  function expect(plainly: Float64Array): void {
    const fromPlain = pastDeviations(grid, marks, leadDays, originMinute, { known, settledAt: arrivedAt, expectedAt: (day, slot) => plainly[day * perDay + slot]! })
    for (let day = leadDays + 1; day < days; day += 1) {
      origin = grid.dayStart[day - leadDays]! + originMinute * 60_000
      fromPlain.look(day, day - leadDays)
      for (let slot = 0; slot < perDay; slot += 1) {
        const cell = day * perDay + slot
        if (Number.isNaN(habit[cell]!)) continue
        const next = cell * width + plainWidth + 3
        features[next] = orElse(plainly[cell]!, habit[cell]!) - habit[cell]!
        fromPlain.put(features, next + 1 + DEVIATIONS.length, slot)
      }
    }
  }
  /** The same weekday of the weeks before, and the mean of the weather over the same days. */
  function weekdayHabit() {
    const termMean = new Float64Array(termCount)
    return {
      termMean,
      // A habit of the past changes no more when all has arrived that it is the mean of.
      settledAt: arrivedAt.map((own, day) => {
        let latest = own
        for (let week = 1; week <= FURTHEST_WEEKS && day - 7 * week >= 0; week += 1) latest = Math.max(latest, arrivedAt[day - 7 * week]!)
        return latest
      }),
      at(day: number, slot: number): number {
        let sum = 0
        let count = 0
        termMean.fill(0)
        for (let week = 1; week <= FURTHEST_WEEKS && count < HABIT_WEEKS; week += 1) {
          const from = day - 7 * week
          if (from < 0) break
          if (marks.holiday[from] === 1) continue
          const value = known(from, slot)
          if (Number.isNaN(value)) continue
          sum += value
          count += 1
          const term = (from * perDay + slot) * plainWidth + termsFrom
          for (let k = 0; k < termCount; k += 1) termMean[k]! += plain.features[term + k]!
        }
        for (let k = 0; k < termCount; k += 1) termMean[k]! /= count
        return count === 0 ? NaN : sum / count
      },
    }
  }
  /** Mean over the latest days of a type. */
  function typeMean(day: number, slot: number, type: number): number {
    const most = type === 0 ? 5 : 3
    let sum = 0
    let count = 0
    for (let back = Math.max(1, leadDays); back <= 35 && count < most; back += 1) {
      if (marks.type[day - back] !== type) continue
      const value = known(day - back, slot)
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? NaN : sum / count
  }
}

/** By day, when the last of its values became available (UTC ms); -Infinity where there is none. */
function latestArrivals(availableAt: Float64Array, perDay: number): Float64Array {
  const latest = new Float64Array(availableAt.length / perDay).fill(-Infinity)
  for (let cell = 0; cell < availableAt.length; cell += 1) {
    const at = availableAt[cell]!
    const day = Math.floor(cell / perDay)
    if (at !== Infinity && at > latest[day]!) latest[day] = at
  }
  return latest
}

const orElse = (value: number, other: number) => (Number.isNaN(value) ? other : value)
