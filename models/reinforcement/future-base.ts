/** What all futures of one weather share: the measured year as it would have been in that weather, and sums of it. */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { type BaseYear, HEATING_BASE_C, type LoadPart } from './base-year.ts'
import { isDwelling } from './load-classes.ts'

/** Hours written at a time, so that their rows stay in the cache. */
const BLOCK_HOURS = 32

export interface FutureBase {
  readonly base: BaseYear
  readonly busIndex: ReadonlyMap<string, number>
  /** Of the weather, by hour. */
  readonly temperatureC: Float64Array
  /** Degrees below the heating base by hour: in the weather, and in the year that was measured. */
  readonly coldC: Float64Array
  readonly measuredColdC: Float64Array
  /** kW of the parts of the base in the weather, [hour * parts + part]: a future is written row by row. */
  readonly partKw: Float64Array
  /** kW a degree by hour of the local day, [hour * parts + part]. */
  readonly perDegreeKw: Float64Array
  /** Place of each part in `classes`. */
  readonly classOfPart: Int32Array
  /** Sums over the parts of a class; `boundary`: the rest of the town. */
  readonly classes: readonly ClassSum[]
  readonly measuredKw: Float64Array
  readonly weatherKw: Float64Array
  /** Share of each bus in what no scenario places: by the energy of dwellings, else of everything of the district, else of everything. */
  readonly usualSpread: Float64Array
  /** Calendar year in which the measured year ends: growth counts from there. */
  readonly measuredYear: number
}

export interface ClassSum {
  readonly loadClass: string
  readonly boundary: boolean
  /** kW in the weather. */
  readonly powerKw: Float64Array
  /** kW of it that is an answer to cold. */
  readonly coldKw: Float64Array
}

/**
 * Puts the measured year into other weather: each part rises by `perDegreeKw` of the local hour for each degree that it is colder below
 * `HEATING_BASE_C`, and what is drawn never turns negative.
 *
 * @param temperatureC outside temperature by hour of the base year, degC, without gaps
 * @throws PenfeldError PF_STUDY_WEATHER where temperatures are missing
 */
export function prepareFutures(base: BaseYear, temperatureC: Float64Array, busIndex: ReadonlyMap<string, number>): FutureBase {
  const hours = base.at.length
  if (temperatureC.length !== hours || temperatureC.some(Number.isNaN)) throw new PenfeldError('PF_STUDY_WEATHER', `The measured year has ${hours} hours; the weather has ${temperatureC.filter((value) => !Number.isNaN(value)).length} temperatures.`)
  const coldC = temperatureC.map(coldOf)
  const measuredColdC = base.temperatureC.map(coldOf)
  const changeC = coldC.map((cold, hour) => cold - measuredColdC[hour]!)
  const { parts } = base
  const count = parts.length
  const classes: ClassSum[] = []
  const partKw = new Float64Array(hours * count)
  const perDegreeKw = new Float64Array(24 * count)
  const classOfPart = Int32Array.from(parts, (part) => placeOf(classes, part, hours))
  parts.forEach((part, p) => part.perDegreeKw.forEach((kw, hour) => { perDegreeKw[hour * count + p] = kw }))
  for (let first = 0; first < hours; first += BLOCK_HOURS) {
    const end = Math.min(hours, first + BLOCK_HOURS)
    for (let p = 0; p < count; p += 1) {
      const { powerKw } = parts[p]!
      const sum = classes[classOfPart[p]!]!
      for (let hour = first; hour < end; hour += 1) {
        const perDegree = perDegreeKw[base.localHour[hour]! * count + p]!
        const kw = inWeather(powerKw[hour]!, perDegree * changeC[hour]!)
        partKw[hour * count + p] = kw
        sum.powerKw[hour]! += kw
        sum.coldKw[hour]! += coldAnswerKw(kw, perDegree, coldC[hour]!)
      }
    }
  }
  return {
    base, busIndex, temperatureC, coldC, measuredColdC, partKw, perDegreeKw, classOfPart, classes,
    measuredKw: sumOf(parts.map(({ powerKw }) => powerKw), hours), weatherKw: sumOf(classes.map(({ powerKw }) => powerKw), hours),
    usualSpread: usualSpread(base), measuredYear: new Date(base.at[hours - 1]!).getUTCFullYear(),
  }
}

function placeOf(classes: ClassSum[], { loadClass, deliveryPoints }: LoadPart, hours: number): number {
  const boundary = deliveryPoints === 0
  const known = classes.findIndex((sum) => sum.loadClass === loadClass && sum.boundary === boundary)
  return known >= 0 ? known : classes.push({ loadClass, boundary, powerKw: new Float64Array(hours), coldKw: new Float64Array(hours) }) - 1
}

/** What cold takes of a power: its slope times the degrees below the base, never more than all of it. */
export const coldAnswerKw = (powerKw: number, perDegreeKw: number, coldC: number): number => Math.min(Math.max(0, powerKw), perDegreeKw * coldC)

const coldOf = (temperatureC: number): number => Math.max(0, HEATING_BASE_C - temperatureC)
const inWeather = (kw: number, changeKw: number): number => (kw < 0 ? kw + changeKw : Math.max(0, kw + changeKw))

export function sumOf(columns: readonly Float64Array[], hours: number): Float64Array {
  const sum = new Float64Array(hours)
  for (const column of columns) for (let hour = 0; hour < hours; hour += 1) sum[hour]! += column[hour]!
  return sum
}

function usualSpread({ parts, busCount }: BaseYear): Float64Array {
  const drawn = parts.filter(({ annualEnergyKwh }) => annualEnergyKwh > 0)
  const sets = [drawn.filter(({ loadClass }) => isDwelling(loadClass)), drawn.filter(({ deliveryPoints }) => deliveryPoints > 0), drawn]
  const weights = new Float64Array(busCount)
  for (const { bus, annualEnergyKwh } of sets.find((set) => set.length > 0) ?? []) weights[bus]! += annualEnergyKwh
  return shares(weights)
}

/** Weights that sum to 1; all 0 where there is none. */
export function shares(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum === 0 ? weights : weights.map((weight) => weight / sum)
}
