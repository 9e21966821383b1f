/** The measured year as it is read, with whose curve is whose: never kept, only frozen (`frozen-cells.ts`). */
import type { DailyTemperatures } from '#models/forecast/cold-day.ts'
import type { FrozenYear } from './frozen-year.ts'

export interface IdentifiedPart {
  /** Everybody who held the delivery point in the year. */
  readonly holders: readonly string[]
  /** All of them are holders whose figures are public (`public-body`, `operator`). */
  readonly isPublic: boolean
  /** Name of the bus, and of the transformer that feeds it; a bus that none feeds stands for itself. */
  readonly bus: string
  readonly transformer: string
  readonly loadClass: string
  readonly isResidential: boolean
  readonly isProduction: boolean
  /** kW by hour, positive drawn; production is negative. Complete: the typical curve where no meter told. */
  readonly powerKw: Float64Array
  /** kW a degree of cold by hour of the local day. */
  readonly perDegreeKw: Float64Array
  readonly tanPhi: number
  /** Declared, positive: what a cell is shared by. */
  readonly annualEnergyKwh: number
  /** Share of the hours that a meter told. */
  readonly measuredShare: number
}

export interface IdentifiedBoundary extends Pick<IdentifiedPart, 'bus' | 'loadClass' | 'powerKw' | 'perDegreeKw' | 'tanPhi' | 'annualEnergyKwh' | 'measuredShare'> { readonly id: string }

export interface IdentifiedYear {
  readonly districtVersion: string
  readonly timeZone: string
  readonly from: number
  readonly hours: number
  readonly temperatureC: Float64Array
  readonly parts: readonly IdentifiedPart[]
  /** What the rest of the town draws, given what the district itself draws by hour, kW. */
  readonly boundaryOf: (ownKw: Float64Array) => readonly IdentifiedBoundary[]
  /** kW by hour below a transformer (load of its low-voltage side less losses), NaN where it was not measured; by transformer. */
  readonly transformerKw: ReadonlyMap<string, Float64Array>
  /** Hourly curves of classes that no measured curve shows, mean 1, positive also for production; e.g. the sun's for panels. */
  readonly assumedCurves: ReadonlyMap<string, Float64Array>
  readonly measuredHours: number
  /** Of all feeder heads together, kW by hour; NaN where not measured. */
  readonly headKw?: Float64Array
  readonly temperatureSource: FrozenYear['temperatureSource']
  readonly temperatureHistory?: DailyTemperatures
}
