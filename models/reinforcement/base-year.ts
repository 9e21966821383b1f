/** The measured year that every future of a study is made from: a column of hours for each part of the load of a bus. */
export interface LoadPart {
  /** Index of the bus in the grid model. */
  readonly bus: number
  readonly loadClass: string
  /** kW by hour, positive drawn; production is negative. */
  readonly powerKw: Float64Array
  /** kW more for each degree below `HEATING_BASE_C`, by hour of the local day (24 values). */
  readonly perDegreeKw: Float64Array
  readonly tanPhi: number
  readonly annualEnergyKwh: number
  /** Delivery points in it; 0 for the rest of the town. */
  readonly deliveryPoints: number
  /** Share of its hours that a meter has told; the rest is the typical curve of its class. */
  readonly measuredShare: number
}

export interface BaseYear {
  /** Beginning of each hour, ms, ascending and evenly spaced. */
  readonly at: Float64Array
  /** Local calendar by hour: month 1-12, hour 0-23, day type as in `day-type.ts`, and the number of the local day from the first. */
  readonly month: Uint8Array
  readonly localHour: Uint8Array
  readonly dayType: Uint8Array
  readonly localDay: Uint16Array
  /** Outside temperature by hour, degC, without gaps. */
  readonly temperatureC: Float64Array
  readonly busCount: number
  readonly parts: readonly LoadPart[]
  /** Relative curves by load class, mean of the year 1, for what does not stand there yet: kW for each mean kW, by hour at `temperatureC`. */
  readonly curveOfClass: ReadonlyMap<string, { readonly relative: Float64Array; readonly perDegree: Float64Array; readonly curves: number }>
  readonly customersByBus: Float64Array
  /** Hours in which the feeder heads were measured. */
  readonly measuredHours: number
}

/** Base of the answer to cold of a load, as in `typical.ts`. */
export const HEATING_BASE_C = 16
