import type { MeasuredCurve, MeasuredCurves } from '../curves.ts'
import { sourceRow } from './calendar.ts'
import type { LocalDay, LocalDays } from './calendar.ts'
import { normal, uniform } from './hash.ts'
import { clearSkyWm2, sunElevationSine } from './sun.ts'

/**
 * The weather of the demonstration: that of Bedford, by the same days as the buildings of Cambridge, with the milder
 * swing of an Atlantic port. Rescaled, and never to be read as the weather of a real place.
 */
export interface DayWeather {
  readonly temperatureC: Float64Array
  /** Global horizontal irradiance. */
  readonly irradianceWm2: Float64Array
  readonly sunElevationSine: Float64Array
  readonly meanTemperatureC: number
}

export interface Weather {
  on(day: LocalDay): DayWeather
  /** Heating degrees of the day below 16 degC, felt with a memory of a day: walls are slow. */
  heatingDegrees(day: LocalDay): number
}

const BEDFORD_MEAN_C = 10.6
const DEMO_MEAN_C = 11.9
const DEMO_SWING = 0.8
const HEATING_BELOW_C = 16
/** Bedford, for the clear sky its irradiance is measured against. */
const BEDFORD = { latitude: 52.23, longitude: -0.46 }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function createWeather(curves: MeasuredCurves, days: LocalDays, place: { latitude: number; longitude: number }, seed: number): Weather {
  const temperature = curves.get('temperature')!
  const irradiance = curves.get('irradiance')!
  const known = new Map<number, DayWeather>()
  const degrees = new Map<number, number>()

  const rescaled = (bedfordC: number): number => DEMO_MEAN_C + DEMO_SWING * (bedfordC - BEDFORD_MEAN_C)
  /** The hour before the day, its 24 hours and the hour after it, so that ten minutes can lie between two of them. */
  const hoursC = (day: LocalDay): Float64Array => {
    const hours = new Float64Array(26)
    const row = sourceRow(temperature, day) * 24
    hours[0] = rescaled(temperature.hourly[sourceRow(temperature, days.day(day.epochDay - 1)) * 24 + 23])
    for (let hour = 0; hour < 24; hour++) hours[hour + 1] = rescaled(temperature.hourly[row + hour])
    hours[25] = rescaled(temperature.hourly[sourceRow(temperature, days.day(day.epochDay + 1)) * 24])
    return hours
  }
  const meanC = (day: LocalDay): number => {
    const row = sourceRow(temperature, day)
    let sum = 0
    for (let hour = 0; hour < 24; hour++) sum += temperature.hourly[row * 24 + hour]
    return rescaled(sum / 24)
  }

  const make = (day: LocalDay): DayWeather => {
    const hours = hoursC(day)
    const clearness = clearnessByHour(irradiance, sourceRow(irradiance, day))
    const temperatureC = new Float64Array(day.slots)
    const irradianceWm2 = new Float64Array(day.slots)
    const elevation = new Float64Array(day.slots)
    for (let slot = 0; slot < day.slots; slot++) {
      const place24 = (day.wallMinute[slot] + 5) / 60 - 0.5
      const hour = Math.floor(place24)
      const share = place24 - hour
      temperatureC[slot] = (1 - share) * hours[hour + 1] + share * hours[hour + 2]
      const sine = sunElevationSine(day.start + slot * 600_000 + 300_000, place.latitude, place.longitude)
      elevation[slot] = sine
      if (sine <= 0) continue
      const clear = (1 - share) * clearness[Math.max(0, hour)] + share * clearness[Math.min(23, hour + 1)]
      // Broken clouds are neither a clear nor a closed sky: their ten minutes differ most.
      const broken = 4 * clear * (1 - clear) * 0.25
      irradianceWm2[slot] = clearSkyWm2(sine) * Math.min(1.05, Math.max(0.03, clear * (1 + broken * normal(seed, day.epochDay, slot))))
    }
    let sum = 0
    for (const value of temperatureC) sum += value
    return { temperatureC, irradianceWm2, sunElevationSine: elevation, meanTemperatureC: sum / day.slots }
  }

  return {
    on(day) {
      let weather = known.get(day.epochDay)
      if (weather === undefined) known.set(day.epochDay, (weather = make(day)))
      return weather
    },
    heatingDegrees(day) {
      let value = degrees.get(day.epochDay)
      if (value === undefined) {
        value = Math.max(0, HEATING_BELOW_C - 0.6 * meanC(day) - 0.4 * meanC(days.day(day.epochDay - 1)))
        degrees.set(day.epochDay, value)
      }
      return value
    },
  }
}

/** Measured over clear-sky irradiance for each hour of a source day; hours of night take the nearest hour of light. */
function clearnessByHour(irradiance: MeasuredCurve, row: number): Float64Array {
  const clearness = new Float64Array(24).fill(NaN)
  const date = (irradiance.firstDay + row) * DAY_MS
  // Between the last Sundays of March and October the clock of the source runs an hour ahead; half an hour is near enough.
  for (let hour = 0; hour < 24; hour++) {
    const clear = clearSkyWm2(sunElevationSine(date + hour * HOUR_MS, BEDFORD.latitude, BEDFORD.longitude))
    if (clear > 60) clearness[hour] = Math.min(1, irradiance.hourly[row * 24 + hour] / clear)
  }
  const light = clearness.findIndex((value) => !Number.isNaN(value))
  if (light < 0) return clearness.fill(0.4)
  for (let hour = light - 1; hour >= 0; hour--) clearness[hour] = clearness[hour + 1]
  for (let hour = light + 1; hour < 24; hour++) if (Number.isNaN(clearness[hour])) clearness[hour] = clearness[hour - 1]
  return clearness
}

/** Sine of the sun's elevation below which a lamp is lit: each photocell switches at its own dusk. */
export const duskSine = (lamp: number): number => -0.05 + 0.03 * uniform(lamp, 77, 3)
