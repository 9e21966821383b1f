import type { DayMarks } from './day-marks.ts'
import type { SlotGrid } from './slot-grid.ts'

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
  /** Production follows the sun, not the weekday: its profile is what the irradiance yielded lately. */
  readonly production: boolean
  /** Minute of the local day at which a forecast of this kind is issued. */
  readonly originMinute: number
  /** Days from the day of issue to the day that is forecast: 0 is the same day. */
  readonly leadDays: number
}

export interface WeatherInput {
  readonly kind: 'temperature' | 'irradiance' | 'other'
  /** By cell, over history and horizon. */
  readonly values: Float64Array
  /** Corners of the piecewise linear answer to temperature, in its unit. */
  readonly knots: readonly number[]
}

export interface FeatureRows {
  readonly names: readonly string[]
  readonly groups: readonly FeatureGroup[]
  /** Row-major [cells x names]. */
  readonly features: Float32Array
  /** Profile of the weeks before by cell: the forecasters learn the deviation from it. NaN where no row could be made. */
  readonly profile: Float64Array
}

const PROFILE_WEEKS = 4
const FURTHEST_WEEKS = 8
const LATEST_DAYS = 14

/**
 * Features of the cells of the days `[fromDay, toDay)` of the grid. Each row is made as it would have been at its own
 * origin (`leadDays` before, at `originMinute`): no value that became available later is looked at.
 */
export function featureRows(inputs: FeatureInputs, fromDay: number, toDay: number): FeatureRows {
  const { grid, marks, values, availableAt, originMinute, leadDays, production } = inputs
  const { perDay, days } = grid
  const columns = columnsOf(inputs)
  const { names, groups } = columns
  const width = names.length
  const features = new Float32Array((toDay - fromDay) * perDay * width)
  const profile = new Float64Array((toDay - fromDay) * perDay).fill(NaN)
  const terms = columns.terms
  const termCount = terms.length

  let origin = 0
  const known = (day: number, slot: number): number => {
    if (day < 0 || day >= days) return NaN
    const cell = day * perDay + slot
    return availableAt[cell]! <= origin ? values[cell]! : NaN
  }
  // The weekday profile of a day as it was known at the origin, and the mean of the weather terms over the same days.
  const termMean = new Float64Array(termCount)
  const yields = production ? createYields(inputs, known) : undefined
  const profileAt = (day: number, slot: number): number => {
    if (yields !== undefined) {
      termMean.fill(0)
      return yields.profileAt(day, slot)
    }
    let sum = 0
    let count = 0
    termMean.fill(0)
    for (let week = 1; week <= FURTHEST_WEEKS && count < PROFILE_WEEKS; week += 1) {
      const from = day - 7 * week
      if (from < 0) break
      if (marks.holiday[from] === 1) continue
      const value = known(from, slot)
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
      for (let k = 0; k < termCount; k += 1) termMean[k]! += terms[k]![from * perDay + slot]!
    }
    for (let k = 0; k < termCount; k += 1) termMean[k]! /= count
    return count === 0 ? NaN : sum / count
  }
  const typeMean = (day: number, slot: number, type: number, most: number): number => {
    let sum = 0
    let count = 0
    for (let back = leadDays + 1; back <= 35 && count < most; back += 1) {
      const from = day - back
      if (from < 0) break
      if (marks.type[from] !== type) continue
      const value = known(from, slot)
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? NaN : sum / count
  }

  // Deviation from the profile of every slot of the days back, made once for each day that is forecast.
  const reach = LATEST_DAYS + leadDays + 1
  const anomaly = new Float64Array(reach * perDay)
  const anomalyTerms = new Float64Array(reach * perDay * termCount)
  const lagged = new Float64Array(perDay)
  const dayMean = new Float64Array(reach)
  const dayTerms = new Float64Array(reach * termCount)
  const ownTerms = new Float64Array(termCount)
  const named = namedEffects(inputs)

  for (let day = fromDay; day < toDay; day += 1) {
    const originDay = day - leadDays
    if (originDay < 1) continue
    origin = (grid.dayStart[originDay] ?? grid.dayStart[0]! + originDay * 86_400_000) + originMinute * 60_000
    yields?.learn(originDay)
    anomaly.fill(NaN)
    dayTerms.fill(0)
    for (let back = Math.max(1, leadDays); back < reach; back += 1) {
      const from = day - back
      let sum = 0
      let count = 0
      for (let slot = 0; slot < perDay && from >= 0; slot += 1) {
        const value = known(from, slot)
        if (Number.isNaN(value)) continue
        const own = profileAt(from, slot)
        if (Number.isNaN(own)) continue
        anomaly[back * perDay + slot] = value - own
        sum += value - own
        count += 1
        for (let k = 0; k < termCount; k += 1) {
          const deviation = terms[k]![from * perDay + slot]! - termMean[k]!
          anomalyTerms[(back * perDay + slot) * termCount + k] = deviation
          dayTerms[back * termCount + k]! += deviation
        }
      }
      dayMean[back] = count === 0 ? NaN : sum / count
      for (let k = 0; k < termCount; k += 1) dayTerms[back * termCount + k]! /= Math.max(1, count)
    }
    const ordinary = (back: number) => day - back >= 0 && (marks.holiday[day - back] === 0 || marks.holiday[day] === 1)
    const latestDay = latest(dayMean, ordinary, 1)
    const secondDay = latest(dayMean, ordinary, latestDay + 1)
    const weekMean = meanOf(dayMean, ordinary, latestDay, latestDay + 7)
    const { twoHours, sixHours } = lately(anomaly, day, originDay, originMinute, perDay, grid.stepS)
    const isHoliday = marks.holiday[day] === 1
    const effect = named.get(day)
    for (let slot = 0; slot < perDay; slot += 1) {
      const cell = day * perDay + slot
      const own = profileAt(day, slot)
      if (Number.isNaN(own)) continue
      ownTerms.set(termMean)
      let lag1 = 0
      while (lag1 < reach && !(lag1 >= 1 && ordinary(lag1) && !Number.isNaN(anomaly[lag1 * perDay + slot]!))) lag1 += 1
      let lag2 = lag1 + 1
      while (lag2 < reach && !(ordinary(lag2) && !Number.isNaN(anomaly[lag2 * perDay + slot]!))) lag2 += 1
      const anomalyAt = (back: number) => (back < reach ? orZero(anomaly[back * perDay + slot]!) : 0)
      let weekSlot = 0
      let weekCount = 0
      for (let back = lag1; back < Math.min(reach, lag1 + 7); back += 1) {
        if (!ordinary(back) || Number.isNaN(anomaly[back * perDay + slot]!)) continue
        weekSlot += anomaly[back * perDay + slot]!
        weekCount += 1
      }
      const lagSeven = Math.ceil(Math.max(7, leadDays) / 7) * 7
      const restDay = orElse(typeMean(day, slot, 2, 3), own)
      const alike = orElse(typeMean(day, slot, marks.type[day]!, marks.type[day] === 0 ? 5 : 3), own)
      const raw1 = lag1 < reach ? known(day - lag1, slot) : own
      lagged[slot] = raw1
      const at = ((day - fromDay) * perDay + slot) * width
      profile[(day - fromDay) * perDay + slot] = own
      let c = at
      const put = (value: number) => {
        features[c] = value
        c += 1
      }
      // calendar
      for (let d = 1; d <= 7; d += 1) put(marks.weekday[day] === d ? 1 : 0)
      put(marks.weekday[day]!)
      put(isHoliday ? 1 : 0)
      put(marks.dayBefore[day]!)
      put(marks.dayAfter[day]!)
      put(marks.bridge[day]!)
      put(marks.school[day]!)
      put(marks.named[day] === 0 || isHoliday ? 0 : 1)
      const angle = 2 * Math.PI * marks.yearShare[day]!
      put(Math.sin(angle))
      put(Math.cos(angle))
      put(Math.sin(2 * angle))
      put(Math.cos(2 * angle))
      put(slot)
      put(isHoliday ? restDay - own : 0)
      put(effect === undefined ? 0 : effect[slot]!)
      // recent
      put(own)
      put(alike - own)
      put(raw1 - own)
      put(orElse(known(day - lagSeven, slot), own) - own)
      put(anomalyAt(lag1))
      put(anomalyAt(lag2))
      put(anomalyAt(lagSeven))
      put(weekCount === 0 ? 0 : weekSlot / weekCount)
      put(latestDay < reach ? dayMean[latestDay]! : 0)
      put(secondDay < reach ? dayMean[secondDay]! : 0)
      put(orZero(weekMean))
      put(twoHours)
      put(sixHours)
      put(marks.holiday[day - lag1] === 1 ? 1 : 0)
      // weather
      for (let k = 0; k < termCount; k += 1) {
        const now = terms[k]![cell]!
        put(now)
        put(orZero(now - ownTerms[k]!))
        put(lag1 < reach ? orZero(anomalyTerms[(lag1 * perDay + slot) * termCount + k]!) : 0)
        if (columns.dayOf[k]) put(latestDay < reach ? orZero(dayTerms[latestDay * termCount + k]!) : 0)
      }
    }
  }
  return { names, groups, features, profile }
}

const CALENDAR = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'weekday', 'holiday', 'before-holiday', 'after-holiday', 'bridge', 'school', 'named', 'year-sin', 'year-cos', 'half-year-sin', 'half-year-cos', 'slot', 'rest-day', 'named-effect']
const RECENT = ['profile', 'alike', 'lag-1', 'lag-7', 'deviation-1', 'deviation-2', 'deviation-7', 'deviation-week', 'day-1', 'day-2', 'days-week', 'two-hours', 'six-hours', 'lag-holiday']

function columnsOf({ weather, grid }: FeatureInputs) {
  const names = [...CALENDAR, ...RECENT]
  const groups: FeatureGroup[] = [...CALENDAR.map(() => 'calendar' as const), ...RECENT.map(() => 'recent' as const)]
  const terms: Float64Array[] = []
  const dayOf: boolean[] = []
  const add = (name: string, term: Float64Array, withDay: boolean) => {
    terms.push(term)
    dayOf.push(withDay)
    const own = [name, `${name}-deviation`, `${name}-deviation-1`, ...(withDay ? [`${name}-day-1`] : [])]
    names.push(...own)
    groups.push(...own.map(() => 'weather' as const))
  }
  const perHour = 3_600 / grid.stepS
  for (const [w, { kind, values, knots }] of weather.entries()) {
    const filled = carriedOn(values)
    add(`${kind}-${w}`, filled, true)
    if (kind === 'temperature') {
      for (const knot of knots) add(`${kind}-${w}-above-${knot}`, filled.map((value) => Math.max(0, value - knot)), true)
      const hours = trailingMean(filled, Math.round(4 * perHour))
      add(`${kind}-${w}-4h`, hours, false)
      for (const knot of [knots[2], knots[3]]) if (knot !== undefined) add(`${kind}-${w}-4h-above-${knot}`, hours.map((value) => Math.max(0, value - knot)), false)
      add(`${kind}-${w}-highest`, ofDay(filled, grid.perDay, Math.max), false)
      add(`${kind}-${w}-lowest`, ofDay(filled, grid.perDay, Math.min), false)
      const dayMean = trailingMean(filled, Math.round(24 * perHour))
      const threeDays = trailingMean(filled, Math.round(72 * perHour))
      for (const [name, smooth] of [['24h', dayMean], ['72h', threeDays]] as const) {
        add(`${kind}-${w}-${name}`, smooth, false)
        for (const knot of [knots[1], knots[2]]) if (knot !== undefined) add(`${kind}-${w}-${name}-above-${knot}`, smooth.map((value) => Math.max(0, value - knot)), false)
      }
    } else if (kind === 'irradiance') {
      add(`${kind}-${w}-3h`, trailingMean(filled, Math.round(3 * perHour)), false)
      add(`${kind}-${w}-24h`, trailingMean(filled, Math.round(24 * perHour)), false)
    }
  }
  return { names, groups, terms, dayOf }
}

const YIELD_DAYS = 14
/** A day that yields less than this share of the usual is curtailed or broken down: it says nothing of what the sun could give. */
const CURTAILED_SHARE = 0.5

/** What production is expected from the irradiance, as known before an origin: the yield of each slot over the days before. */
function createYields({ grid, weather }: FeatureInputs, known: (day: number, slot: number) => number) {
  const { perDay } = grid
  const found = weather.find(({ kind }) => kind === 'irradiance')
  // Without irradiance every day is as sunny as the next.
  const sun = found === undefined ? new Float64Array(grid.days * perDay).fill(1) : carriedOn(found.values)
  const ratio = new Float64Array(perDay)
  return {
    /** Learns from the days before the day of issue, itself included as far as it is known. */
    learn(originDay: number): void {
      const dayYield = new Float64Array(YIELD_DAYS + 1)
      for (let back = 0; back <= YIELD_DAYS; back += 1) dayYield[back] = ratioOver(originDay - back, 0, perDay)
      const usual = [...dayYield].filter((value) => value > 0).sort((a, b) => a - b)
      const middle = usual[usual.length >> 1] ?? 0
      for (let slot = 0; slot < perDay; slot += 1) {
        let power = 0
        let light = 0
        for (let back = 0; back <= YIELD_DAYS; back += 1) {
          const day = originDay - back
          if (day < 0 || !(dayYield[back]! >= CURTAILED_SHARE * middle)) continue
          for (let near = Math.max(0, slot - 1); near <= Math.min(perDay - 1, slot + 1); near += 1) {
            const value = known(day, near)
            if (Number.isNaN(value)) continue
            const share = near === slot ? 2 : 1
            power += share * value
            light += share * sun[day * perDay + near]!
          }
        }
        ratio[slot] = light > 0 ? power / light : 0
      }
    },
    profileAt: (day: number, slot: number): number => (day < 0 ? NaN : sun[day * perDay + slot]! * ratio[slot]!),
  }

  function ratioOver(day: number, from: number, to: number): number {
    let power = 0
    let light = 0
    for (let slot = from; slot < to && day >= 0; slot += 1) {
      const value = known(day, slot)
      if (Number.isNaN(value)) continue
      power += value
      light += sun[day * perDay + slot]!
    }
    return light > 0 ? power / light : NaN
  }
}

/** What was unlike the weekday on days of the same name in earlier years, by slot; only what is older than half a year. */
function namedEffects({ grid, marks, values }: FeatureInputs): ReadonlyMap<number, Float64Array> {
  const { perDay, days } = grid
  const byName = new Map<number, number[]>()
  const effects = new Map<number, Float64Array>()
  const profileOf = (day: number, slot: number) => {
    let sum = 0
    let count = 0
    for (let week = 1; week <= PROFILE_WEEKS; week += 1) {
      const from = day - 7 * week
      if (from < 0 || marks.holiday[from] === 1) continue
      const value = values[from * perDay + slot]!
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? NaN : sum / count
  }
  for (let day = 0; day < days; day += 1) {
    const name = marks.named[day]!
    if (name === 0) continue
    const earlier = (byName.get(name) ?? []).filter((one) => day - one > 180)
    if (earlier.length > 0) {
      const effect = new Float64Array(perDay)
      for (let slot = 0; slot < perDay; slot += 1) {
        let sum = 0
        let count = 0
        for (const one of earlier) {
          const deviation = values[one * perDay + slot]! - profileOf(one, slot)
          if (Number.isNaN(deviation)) continue
          sum += deviation
          count += 1
        }
        effect[slot] = count === 0 ? 0 : sum / count
      }
      effects.set(day, effect)
    }
    byName.set(name, [...(byName.get(name) ?? []), day])
  }
  return effects
}

/** Mean deviation over the last two and six hours before the origin. */
function lately(anomaly: Float64Array, day: number, originDay: number, originMinute: number, perDay: number, stepS: number) {
  const originCell = originDay * perDay + Math.floor((originMinute * 60) / stepS)
  const over = (hours: number) => {
    let sum = 0
    let count = 0
    for (let cell = originCell - 1; cell >= originCell - Math.round((hours * 3_600) / stepS); cell -= 1) {
      const value = anomaly[(day - Math.floor(cell / perDay)) * perDay + (cell % perDay)] ?? NaN
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? 0 : sum / count
  }
  return { twoHours: over(2), sixHours: over(6) }
}

function latest(dayMean: Float64Array, wanted: (back: number) => boolean, from: number): number {
  let back = from
  while (back < dayMean.length && !(back >= 1 && wanted(back) && !Number.isNaN(dayMean[back]!) )) back += 1
  return back
}

function meanOf(dayMean: Float64Array, wanted: (back: number) => boolean, from: number, to: number): number {
  let sum = 0
  let count = 0
  for (let back = from; back < Math.min(to, dayMean.length); back += 1) {
    if (!wanted(back) || Number.isNaN(dayMean[back]!)) continue
    sum += dayMean[back]!
    count += 1
  }
  return count === 0 ? NaN : sum / count
}

/** Holes take the value before them; what comes before the first value takes the first. */
function carriedOn(values: Float64Array): Float64Array {
  const filled = values.slice()
  let last = filled.find((value) => !Number.isNaN(value)) ?? 0
  for (let i = 0; i < filled.length; i += 1) {
    if (Number.isNaN(filled[i]!)) filled[i] = last
    else last = filled[i]!
  }
  return filled
}

function trailingMean(values: Float64Array, length: number): Float64Array {
  const mean = new Float64Array(values.length)
  let sum = 0
  for (let i = 0; i < values.length; i += 1) {
    sum += values[i]!
    if (i >= length) sum -= values[i - length]!
    mean[i] = sum / Math.min(i + 1, length)
  }
  return mean
}

/** Of each local day one value, at all its cells. */
function ofDay(values: Float64Array, perDay: number, pick: (a: number, b: number) => number): Float64Array {
  const of = new Float64Array(values.length)
  for (let from = 0; from < values.length; from += perDay) of.fill(values.subarray(from, from + perDay).reduce((a, b) => pick(a, b)), from, from + perDay)
  return of
}

const orZero = (value: number) => (Number.isNaN(value) ? 0 : value)
const orElse = (value: number, other: number) => (Number.isNaN(value) ? other : value)
