import { DAY_TYPES, type LoadCalendar } from './day-type.ts'

/** Below this outside temperature a load may rise with cold; the usual base of French degree days is 17 to 18. */
const HEATING_BASE_C = 16
const SLOTS = 144
const SEASONS = 3

/**
 * Typical curve of a load class, relative: 1 is the mean power of a year. `shape` holds the level of each
 * (season, day type, 10-minute slot of the local day) at the mean coldness of that season, `perDegree` how much each
 * hour of the day rises for one degree of further cold.
 */
export interface TypicalCurve {
  readonly loadClass: string
  readonly shape: Float64Array
  readonly coldness: Float64Array
  readonly perDegree: Float64Array
  /** How many curves it was made from; 0: no consented meter of this class, the curve is flat. */
  readonly curves: number
}

/** One consented meter: means of steps in kW (NaN where missing) and the energy of a year that makes it relative. */
export interface ConsentedCurve {
  readonly powerKw: Float64Array
  readonly annualEnergyKwh: number
}

const seasonOf = (month: number): number => (month === 12 || month <= 2 ? 0 : month >= 6 && month <= 8 ? 2 : 1)
const coldnessOf = (temperatureC: number): number => Math.max(0, HEATING_BASE_C - temperatureC)
const cellOf = (calendar: LoadCalendar, i: number): number =>
  (seasonOf(calendar.month[i]!) * DAY_TYPES + calendar.dayType[i]!) * SLOTS + Math.floor(calendar.minuteOfDay[i]! / 10)

/** A class without any consented meter: constant power, and it says so by `curves: 0`. */
export function flatCurve(loadClass: string): TypicalCurve {
  return { loadClass, shape: new Float64Array(SEASONS * DAY_TYPES * SLOTS).fill(1), coldness: new Float64Array(SEASONS), perDegree: new Float64Array(24), curves: 0 }
}

/**
 * Makes the typical curve of a class from consented meters. All curves share the steps of `calendar`; `temperatureC` is
 * the outside temperature of each step (NaN where unknown: the step tells the level, not the response to cold). The
 * response is the least-squares slope within (season, day type, slot), pooled over each hour of the day and never
 * negative. A cell without a value takes the nearest slot within an hour (meters that tell hours only), then the mean of
 * the same slot over the other seasons and day types, else 1.
 */
export function fitTypicalCurve(loadClass: string, curves: readonly ConsentedCurve[], calendar: LoadCalendar, temperatureC: Float64Array): TypicalCurve {
  const used = curves.filter(({ annualEnergyKwh }) => annualEnergyKwh > 0)
  if (used.length === 0) return flatCurve(loadClass)
  const steps = calendar.minuteOfDay.length
  const relative = new Float64Array(steps)
  for (let i = 0; i < steps; i += 1) {
    let sum = 0
    let count = 0
    for (const curve of used) {
      const power = curve.powerKw[i]!
      if (Number.isNaN(power)) continue
      sum += (power * 8760) / curve.annualEnergyKwh
      count += 1
    }
    relative[i] = count === 0 ? NaN : sum / count
  }

  const cells = SEASONS * DAY_TYPES * SLOTS
  const sum = new Float64Array(cells)
  const coldSum = new Float64Array(cells)
  const count = new Float64Array(cells)
  const seasonCold = new Float64Array(SEASONS)
  const seasonCount = new Float64Array(SEASONS)
  for (let i = 0; i < steps; i += 1) {
    if (Number.isNaN(relative[i]!)) continue
    const cell = cellOf(calendar, i)
    const cold = Number.isNaN(temperatureC[i]!) ? NaN : coldnessOf(temperatureC[i]!)
    if (!Number.isNaN(cold)) {
      seasonCold[seasonOf(calendar.month[i]!)] += cold
      seasonCount[seasonOf(calendar.month[i]!)] += 1
    }
    sum[cell] += relative[i]!
    coldSum[cell] += Number.isNaN(cold) ? 0 : cold
    count[cell] += 1
  }
  const coldness = seasonCold.map((total, season) => (seasonCount[season]! > 0 ? total / seasonCount[season]! : 0))
  const perDegree = slopes(relative, calendar, temperatureC, sum, coldSum, count)
  const shape = new Float64Array(cells)
  for (let cell = 0; cell < cells; cell += 1) {
    if (count[cell] === 0) continue
    const season = Math.floor(cell / (DAY_TYPES * SLOTS))
    const hour = Math.floor((cell % SLOTS) / 6)
    shape[cell] = Math.max(0, sum[cell]! / count[cell]! - perDegree[hour]! * (coldSum[cell]! / count[cell]! - coldness[season]!))
  }
  const known = Uint8Array.from(count, (values) => (values > 0 ? 1 : 0))
  const empty = Array.from(known.keys()).filter((cell) => known[cell] === 0)
  const near = empty.map((cell) => nearestSlot(shape, known, cell))
  empty.forEach((cell, i) => { shape[cell] = near[i]! })
  empty.forEach((cell, i) => { if (!Number.isNaN(near[i]!)) known[cell] = 1 })
  for (const cell of empty) if (known[cell] === 0) shape[cell] = meanOfSlot(shape, known, cell % SLOTS)
  return { loadClass, shape, coldness, perDegree, curves: used.length }
}

function slopes(relative: Float64Array, calendar: LoadCalendar, temperatureC: Float64Array, sum: Float64Array, coldSum: Float64Array, count: Float64Array): Float64Array {
  const cross = new Float64Array(24)
  const square = new Float64Array(24)
  for (let i = 0; i < relative.length; i += 1) {
    if (Number.isNaN(relative[i]!) || Number.isNaN(temperatureC[i]!)) continue
    const cell = cellOf(calendar, i)
    const cold = coldnessOf(temperatureC[i]!) - coldSum[cell]! / count[cell]!
    const hour = Math.floor(calendar.minuteOfDay[i]! / 60)
    cross[hour] += cold * (relative[i]! - sum[cell]! / count[cell]!)
    square[hour] += cold * cold
  }
  return cross.map((value, hour) => (square[hour]! > 1e-9 ? Math.max(0, value / square[hour]!) : 0))
}

/** Value of the nearest known slot of the same season and day type, at most an hour away; NaN if there is none. */
function nearestSlot(shape: Float64Array, known: Uint8Array, cell: number): number {
  const first = cell - (cell % SLOTS)
  for (let away = 1; away < 6; away += 1) {
    for (const slot of [(cell - first - away + SLOTS) % SLOTS, (cell - first + away) % SLOTS]) if (known[first + slot] === 1) return shape[first + slot]!
  }
  return NaN
}

function meanOfSlot(shape: Float64Array, known: Uint8Array, slot: number): number {
  let sum = 0
  let found = 0
  for (let cell = slot; cell < shape.length; cell += SLOTS) {
    if (known[cell] === 0) continue
    sum += shape[cell]!
    found += 1
  }
  return found === 0 ? 1 : sum / found
}

/**
 * Power in kW of a delivery point of the class at each step of `calendar`, scaled to its energy of a year. Where the
 * temperature is unknown (NaN) the season's mean coldness is taken.
 */
export function typicalPowerKw(curve: TypicalCurve, annualEnergyKwh: number, calendar: LoadCalendar, temperatureC: Float64Array): Float64Array {
  const meanKw = annualEnergyKwh / 8760
  return Float64Array.from({ length: calendar.minuteOfDay.length }, (_, i) => {
    const extra = Number.isNaN(temperatureC[i]!) ? 0 : coldnessOf(temperatureC[i]!) - curve.coldness[seasonOf(calendar.month[i]!)]!
    const response = curve.perDegree[Math.floor(calendar.minuteOfDay[i]! / 60)]! * extra
    return meanKw * Math.max(0, curve.shape[cellOf(calendar, i)]! + response)
  })
}
