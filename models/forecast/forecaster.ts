/** What a forecaster is asked: only what was known at `issuedAt` may be in `history`. */
export interface ForecastRequest {
  readonly issuedAt: number
  /** Start of the first forecast step (UTC ms), a multiple of the step. */
  readonly from: number
  readonly steps: number
  readonly stepS: number
  readonly timeZone: string
  /** Consecutive step means in kW from `historyFrom`; NaN where nothing was known at `issuedAt`. */
  readonly historyFrom: number
  readonly historyKw: Float64Array
}

export interface Forecast {
  readonly forecaster: string
  readonly from: number
  readonly stepS: number
  /** NaN where no rule could answer. */
  readonly valuesKw: Float64Array
  /** Index into `reasons`, one a step: why this value. */
  readonly reason: Uint8Array
  readonly reasons: readonly string[]
}

/** One file a forecaster; the seasonal naive one stays as the baseline that every other must beat. */
export interface Forecaster {
  readonly name: string
  forecast(request: ForecastRequest): Forecast
}
