/** Results of the network's evaluation as work writes and the API reads them. */
import type { RateUnit } from './carrier-loads.ts'

export type RunKind = 'estimate' | 'forecast' | 'replay'

/** One pass over the network: which time it covers, what it was made from, and how good it is. */
export interface RunHead {
  readonly runId: number
  readonly kind: RunKind
  /** When it was made, by the Clock. */
  readonly issuedAt: number
  readonly from: number
  readonly to: number
  readonly stepS: number
  readonly districtVersion: string
  readonly engine: string
  /** Head of the measured journal the run had seen: a run is reproducible from (seq, district version). */
  readonly inputSeq: number
  /** Largest |injection - loads - losses| / injection over the steps, in percent: how well the model closes. */
  readonly closurePct: number
  /** Mean (measured head - measured and estimated loads - losses) / measured head, in percent; NaN without measurement. */
  readonly residualPct: number
  readonly durationMs: number
}

/** Order of the columns of a run: ids of the elements, fixed by the district version. */
export interface RunLayout {
  readonly lineSections: readonly string[]
  readonly transformers: readonly string[]
  /** Busbars and junctions. */
  readonly buses: readonly string[]
}

/** State of the whole network at one step. Float32 columns in the order of the layout; NaN where an element is not fed. */
export interface NetworkState {
  readonly at: number
  /** False: the load flow did not settle; every column is NaN. */
  readonly settled: boolean
  readonly sectionCurrentA: Float32Array
  readonly sectionLoadingPct: Float32Array
  readonly sectionPowerKw: Float32Array
  readonly transformerLoadKva: Float32Array
  readonly transformerLoadingPct: Float32Array
  readonly busVoltagePu: Float32Array
  /** Net load drawn at each bus. */
  readonly busLoadKw: Float32Array
  /** Codes of models/units/quality.ts of the loading of each section and transformer: measured or estimated or forecast. */
  readonly sectionQuality: Uint8Array
  readonly transformerQuality: Uint8Array
  readonly lossesKw: number
  /** Drawn by the district (heads minus boundary loads). */
  readonly districtKw: number
  readonly boundaryKw: number
  readonly unmeteredKw: number
  /** Measured head minus model head, before scaling; NaN without measurement. */
  readonly residualKw: number
}

export interface RunReader {
  layout(districtVersion: string): Promise<RunLayout | undefined>
  latest(kind: RunKind): Promise<RunHead | undefined>
  head(runId: number): Promise<RunHead | undefined>
  /** Newest state of each step in the interval over the runs of this kind, ascending in `at`. */
  states(kind: RunKind, from: number, to: number): Promise<readonly NetworkState[]>
  /** The states of one run. */
  statesOf(runId: number): Promise<readonly NetworkState[]>
  close(): Promise<void>
}

export interface RunStore extends RunReader {
  saveLayout(districtVersion: string, layout: RunLayout): Promise<void>
  save(head: Omit<RunHead, 'runId'>, states: readonly NetworkState[]): Promise<number>
}

/** A forecast of one series as it was issued: never overwritten, so that its skill can be told later. */
export interface IssuedForecast {
  /** `district`, `district-CARRIER`, a transformer id, a feeder-head line section id, or a delivery point id. Of a carrier that is told in m3/h, so are the columns that say kW. */
  readonly series: string
  readonly issuedAt: number
  readonly from: number
  readonly stepS: number
  readonly forecaster: string
  /** The rung of the fallback ladder that answered. */
  readonly method: ForecastMethod
  /** Why this rung; undefined when the best one answered, or when nobody wrote it down. */
  readonly reason: ForecastReason | undefined
  /** What was known of the weather to come; undefined: nobody wrote it down. */
  readonly weather?: ForecastWeather | undefined
  /** Of the columns that say kW; undefined: kW. */
  readonly unit?: RateUnit | undefined
  /** Kept to the last digit of single precision. */
  readonly valuesKw: Float64Array
  /** Ascending in `level` (0..1), each as long as `valuesKw`; empty: nobody knew how wrong the forecast may be. Kept to 0.02 %. */
  readonly quantilesKw: readonly ForecastQuantile[]
  /** What each cause adds at each step; together with the mean level of the series they make the value. Kept to 0.02 %. */
  readonly contributions?: ForecastContributions | undefined
}

/** `forecast`: a forecast of the weather. `usual`: the usual weather of the season and what is left of the last days' anomaly. `none`: the weather was not looked at. A score made with the weather observed afterwards is of neither: it is one of perfect weather. */
export const FORECAST_WEATHER = ['forecast', 'usual', 'none'] as const
export type ForecastWeather = (typeof FORECAST_WEATHER)[number]

/** Best first. */
export const FORECAST_METHODS = ['blend', 'ridge', 'similar-day', 'seasonal-naive', 'constant'] as const
export type ForecastMethod = (typeof FORECAST_METHODS)[number]

/** `history-short`: too few days are known. `history-gaps`: enough days, but too much of them is missing. `not-fitted`: no better model is in service yet. `fit-failed`: there was one, and it gave no usable answer. `simpler-was-better`: over the last weeks the better one was the worse. `older-fit-was-better`: the newest fit has not beaten the one in service. */
export const FORECAST_REASONS = ['history-short', 'history-gaps', 'not-fitted', 'fit-failed', 'simpler-was-better', 'older-fit-was-better'] as const
export type ForecastReason = (typeof FORECAST_REASONS)[number]

/**
 * A forecast of whole local days by half hours, made once a day; from it the forecast of each hour is issued. One without
 * values says that the fit failed.
 */
export interface DayAheadForecast extends IssuedForecast {
  /** Share of the error of the last two hours that is still there after each step from now on. */
  readonly carried: Float64Array
  /** Share of the size of an error that is left at each step once that is taken off; undefined: nobody wrote it down. */
  readonly left?: Float64Array | undefined
  /** 1: the series was never negative, -1: never positive, 0: it was both. */
  readonly bound: -1 | 0 | 1
}

export interface ForecastQuantile {
  readonly level: number
  readonly valuesKw: Float64Array
}

/** In kW, each as long as the forecast. */
export interface ForecastContributions {
  readonly calendar: Float64Array
  readonly weather: Float64Array
  readonly recent: Float64Array
}

/**
 * What the forecasts of the days before would have been, issued then by the forecaster of today: each value made without
 * anything that arrived after its issue. Renewed with each fit; columns by cell of whole local days, in kW drawn from the network.
 */
export interface PastForecast {
  readonly series: string
  readonly issuedAt: number
  readonly method: ForecastMethod
  /** Days from the issue to the day that is forecast; all are told by the errors of the last of them. */
  readonly daysAhead: readonly number[]
  /** How most of its days were told the weather when they began; undefined: nobody wrote it down. */
  readonly weather?: ForecastWeather | undefined
  /** Local date of the first cell (days since 1970-01-01). */
  readonly firstDate: number
  readonly perDay: number
  readonly valuesKw: Float64Array
  /** As of an issued forecast; empty where the rung has no band of each day. */
  readonly quantilesKw: readonly ForecastQuantile[]
  /** Expected size of the error (kW); 1 where none was expected, NaN where there is no value. */
  readonly spreadKw: Float64Array
  /** What had arrived by the issue; NaN elsewhere. */
  readonly measuredKw: Float64Array
}
