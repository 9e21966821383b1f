import { coldDay, winterOf, type ColdDay, type DailyTemperatures } from './cold-day.ts'
import { studentQuantile } from './student.ts'
import { expectedLoad, SENSITIVITY_OPTIONS, temperatureSensitivity, type DailyLoads, type SensitivityOptions, type SensitivityRefused, type TemperatureSensitivity } from './temperature-sensitivity.ts'

export interface WinterPeakOptions {
  readonly sensitivity: SensitivityOptions
  /** The cold day is the coldest of one winter in so many. */
  readonly returnYears: number
  /** Probability that the interval holds the peak of the cold day. */
  readonly level: number
  /** Cold day that is known from elsewhere (a standard, a weather service) as a smoothed daily mean: taken as it is. */
  readonly cold?: { readonly temperatureC: number; readonly standardErrorC: number }
}
export const WINTER_PEAK_OPTIONS: WinterPeakOptions = { sensitivity: SENSITIVITY_OPTIONS, returnYears: 10, level: 0.9 }

export interface WinterPeak {
  /** Load in kW expected on the cold day, if it is of the kind of day with the highest level. */
  readonly peakKw: number
  /** Ends of the interval at `level`: what the fit, the cold day and the day itself leave open. */
  readonly lowKw: number
  readonly highKw: number
  readonly level: number
  /** Standard deviations in kW of which the interval is made. */
  readonly parameterKw: number
  readonly coldKw: number
  readonly residualKw: number
  readonly dayType: number
  readonly cold: ColdDay
  readonly sensitivity: TemperatureSensitivity
  /** How many degrees the cold day is colder than any day measured together with load; 0: it is not. */
  readonly extrapolatedByC: number
  /** Days measured in the colder half between the threshold and the cold day. */
  readonly coldDays: number
  readonly fewColdDays: boolean
  /** Fewer than ten winters: the cold day itself is uncertain. */
  readonly fewWinters: boolean
  /** The load does not follow the cold beyond doubt: the peak is that of any winter day, without temperature. */
  readonly notSignificant: boolean
}

export type WinterPeakRefused = SensitivityRefused | { readonly reason: 'too-few-winters'; readonly sensitivity: TemperatureSensitivity }

const FEW_COLD_DAYS = 20
const FEW_WINTERS = 10

/**
 * Load of a day as cold as one winter in ten brings, through the sensitivity to temperature. It speaks of one day: the
 * highest of several equally cold days lies in the upper half of the interval. `history` are daily means over as many
 * years as are known, also where no load was measured. Refused with a reason where the data are too few.
 */
export function winterPeak(loads: DailyLoads, history: DailyTemperatures, options: WinterPeakOptions = WINTER_PEAK_OPTIONS): WinterPeak | WinterPeakRefused {
  const fit = temperatureSensitivity(loads, options.sensitivity)
  if ('reason' in fit) return fit
  const cold: ColdDay | undefined =
    options.cold === undefined ? coldDay(history, fit.smoothing, options.returnYears, options.sensitivity.winterMonths) : { ...options.cold, freedom: Infinity, winters: 0, method: 'given', minimaC: new Float64Array(0) }
  if (cold === undefined) return { reason: 'too-few-winters', sensitivity: fit }

  const dayType = fit.kinds.reduce((best, kind) => (fit.levelsKw[kind]! > fit.levelsKw[best]! ? kind : best))
  const { peakKw, parameterKw, coldKw, residualKw } = fit.significant ? withCold(fit, cold, dayType) : withoutTemperature(loads, fit, dayType, options.sensitivity.winterMonths)
  // What is left open has parts that are known from few winters and parts known from many days: Welch and Satterthwaite.
  const own = parameterKw ** 2 + residualKw ** 2
  const variance = own + coldKw ** 2
  const freedom = variance === 0 ? fit.freedom : variance ** 2 / (own ** 2 / fit.freedom + coldKw ** 4 / cold.freedom)
  const wide = studentQuantile((1 + options.level) / 2, freedom) * Math.sqrt(variance)

  const middleC = (fit.thresholdC + Math.min(fit.thresholdC, cold.temperatureC)) / 2
  const coldDays = fit.learnedC.filter((value) => value < middleC).length
  return {
    peakKw, lowKw: peakKw - wide, highKw: peakKw + wide, level: options.level, parameterKw, coldKw, residualKw, dayType, cold, sensitivity: fit,
    extrapolatedByC: Math.max(0, fit.coldestC - cold.temperatureC),
    coldDays,
    fewColdDays: coldDays < FEW_COLD_DAYS,
    fewWinters: cold.method !== 'given' && cold.winters < FEW_WINTERS,
    notSignificant: !fit.significant,
  }
}

function withCold(fit: TemperatureSensitivity, cold: ColdDay, dayType: number) {
  const { loadKw, parameterKw } = expectedLoad(fit, cold.temperatureC, dayType)
  return { peakKw: loadKw, parameterKw, coldKw: fit.sensitivityKwPerC * cold.standardErrorC, residualKw: fit.residualKw }
}

/** Mean and scatter of the winter days of the kind, since no temperature tells them apart. */
function withoutTemperature(loads: DailyLoads, fit: TemperatureSensitivity, dayType: number, winterMonths: readonly number[]) {
  const own = loads.peakKw.filter((value, i) => loads.dayType[i] === dayType && !Number.isNaN(value) && winterOf(loads.firstDay + i, winterMonths) !== undefined)
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  const residualKw = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1))
  return { peakKw: mean, parameterKw: residualKw / Math.sqrt(Math.min(own.length, fit.freedom + 1)), coldKw: 0, residualKw }
}
