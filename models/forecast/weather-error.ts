import { seeded } from '#models/capacity/random.ts'
import { normals } from './normal.ts'

/**
 * A weather forecast made out of observed weather, with an error as large as a real one has: with it a forecast of load is
 * scored a second time, since observed weather flatters. It is a stand-in where no archive of issued forecasts is kept.
 * What it lacks: real errors hang together from one issue to the next, depend on the weather, and a forecast of many days
 * is drawn towards what is usual instead of scattering more than the weather itself.
 */
export interface ForecastErrorModel {
  /** Lead times in hours, rising, and the standard deviation of the error at each; linear between, held beyond. */
  readonly leadHours: readonly number[]
  readonly deviation: readonly number[]
  /** Hours after which the correlation of two errors of one issue has fallen to 1/e. */
  readonly correlationHours: number
}

/**
 * Temperature at 2 m in degC. How sure: 6 and 24 h and 168 h within about 0.3 degC, 72 h lies between them by judgement.
 * - Meteo-France, Les performances des previsions: at 24 h at one place a mean precision of 1 to 1.25 degC, at seven days
 *   about 3 degC; read as mean absolute errors of normal errors, standard deviations of 1.25 to 1.55 and 3.75 degC.
 * - Met Office, Accuracy performance (119 sites, 36 months): 95 % of the maxima of the current day and 86.5 % of the minima
 *   of the first night within 2 degC: standard deviations of 1.0 and 1.35 degC.
 * The correlation time is assumed; no published figure was found.
 */
export const TEMPERATURE_ERROR: ForecastErrorModel = { leadHours: [0, 6, 24, 72, 168], deviation: [0.9, 1.2, 1.6, 2.2, 3.5], correlationHours: 24 }

/**
 * Irradiance: logarithm of the factor on the clearness index. Set so that hourly irradiance at Bedford (England), forecast
 * for the next day, is off by 40 % of its daytime mean (root mean square): the order of what R. Perez et al., Solar Energy
 * 94 (2013), give for Central Europe (not checked against their tables). Less sure than temperature: growth with lead and
 * correlation time are assumed, and an overcast sky errs too little, since the error is a share of what shines.
 */
export const CLEARNESS_ERROR: ForecastErrorModel = { leadHours: [0, 6, 24, 72, 168], deviation: [0.3, 0.38, 0.45, 0.55, 0.75], correlationHours: 4 }

/** One issue of a forecast. The same issue and seed give the same errors, whatever was issued before. */
export interface WeatherIssue {
  readonly issuedAt: number
  /** Start (UTC ms) of the first step, and the length of the steps. */
  readonly from: number
  readonly stepS: number
  readonly seed: number
  /** What the forecast is off on average: degC, or for irradiance a share (0.1: a tenth too bright before clipping). */
  readonly bias?: number
  readonly model?: ForecastErrorModel
}

/** Forecast of temperature in degC for each step; NaN stays NaN. */
export function temperatureForecast(observedC: Float64Array, issue: WeatherIssue): Float64Array {
  const errors = forecastErrors(observedC.length, issue, issue.model ?? TEMPERATURE_ERROR, 1)
  return observedC.map((value, i) => value + (issue.bias ?? 0) + errors[i]!)
}

/**
 * Forecast of global irradiance in W/m2 for each step, between 0 and the clear sky: the clearness is multiplied by a factor
 * of median 1. Clipping at the clear sky loses 4 to 7 % of the energy (measured at Bedford); a `bias` of 0.1 makes up for it.
 * NaN stays NaN, night stays dark.
 */
export function irradianceForecast(observedWm2: Float64Array, clearSkyWm2: Float64Array, issue: WeatherIssue): Float64Array {
  const errors = forecastErrors(observedWm2.length, issue, issue.model ?? CLEARNESS_ERROR, 2)
  return observedWm2.map((value, i) => Math.min(clearSkyWm2[i]!, Math.max(0, value * (1 + (issue.bias ?? 0)) * Math.exp(errors[i]!))))
}

/** Standard deviation of the error so many hours after the issue. */
export function errorDeviation({ leadHours, deviation }: ForecastErrorModel, lead: number): number {
  let k = 0
  while (k < leadHours.length && leadHours[k]! < lead) k += 1
  if (k === 0) return deviation[0]!
  if (k === leadHours.length) return deviation[k - 1]!
  const share = (lead - leadHours[k - 1]!) / (leadHours[k]! - leadHours[k - 1]!)
  return deviation[k - 1]! + share * (deviation[k]! - deviation[k - 1]!)
}

function forecastErrors(steps: number, { issuedAt, from, stepS, seed }: WeatherIssue, model: ForecastErrorModel, kind: number) {
  const normal = normals(seeded(mixed(seed, kind, Math.floor(issuedAt / 60_000))))
  const carried = Math.exp(-stepS / 3600 / model.correlationHours)
  const fresh = Math.sqrt(1 - carried * carried)
  const errors = new Float64Array(steps)
  let state = normal()
  for (let i = 0; i < steps; i += 1) {
    if (i > 0) state = carried * state + fresh * normal()
    errors[i] = errorDeviation(model, (from + (i + 0.5) * stepS * 1000 - issuedAt) / 3_600_000) * state
  }
  return errors
}

/** One seed of several numbers, unlike its neighbours (finaliser of MurmurHash3, A. Appleby, public domain). */
function mixed(...parts: readonly number[]): number {
  let hash = 0
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}
