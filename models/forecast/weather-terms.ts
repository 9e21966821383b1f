import type { SlotGrid } from './slot-grid.ts'

export interface WeatherInput {
  readonly kind: 'temperature' | 'irradiance' | 'other'
  /** By cell, over history and horizon. */
  readonly values: Float64Array
  /** Corners of the piecewise linear answer to temperature, in its unit, rising. */
  readonly knots: readonly number[]
}

/** The forms in which the weather acts on a load, each by cell. */
export interface WeatherTerms {
  readonly names: readonly string[]
  readonly columns: readonly Float64Array[]
}

/** Share of the days colder than each corner. */
const KNOT_SHARES = [0.15, 0.4, 0.65, 0.9, 0.97]

/** Corners at which the answer to a temperature may bend: quantiles of what was measured. */
export function temperatureKnots(values: Float64Array): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  return sorted.length === 0 ? [] : [...new Set(KNOT_SHARES.map((share) => sorted[Math.floor(share * sorted.length)]!))]
}

/** Buildings answer to the warmth of hours and days as well as to that of the moment. */
export function weatherTerms(weather: readonly WeatherInput[], grid: SlotGrid): WeatherTerms {
  const names: string[] = []
  const columns: Float64Array[] = []
  const add = (name: string, column: Float64Array) => {
    names.push(name)
    columns.push(column)
  }
  const above = (name: string, column: Float64Array, knots: readonly (number | undefined)[]) => {
    for (const knot of knots) if (knot !== undefined) add(`${name}-above-${knot}`, column.map((value) => Math.max(0, value - knot)))
  }
  for (const [w, { kind, values, knots }] of weather.entries()) {
    const filled = carriedOn(values)
    const name = `${kind}-${w}`
    const over = (hours: number) => trailingMean(filled, Math.max(1, Math.round((hours * 3_600) / grid.stepS)))
    add(name, filled)
    if (kind === 'temperature') {
      above(name, filled, knots)
      for (const [hours, corners] of [[4, [knots[2], knots[3]]], [24, [knots[1], knots[2], knots[3]]], [72, [knots[1], knots[2]]]] as const) {
        const smooth = over(hours)
        add(`${name}-${hours}h`, smooth)
        above(`${name}-${hours}h`, smooth, corners)
      }
      add(`${name}-highest`, ofDay(filled, grid.perDay, Math.max))
      add(`${name}-lowest`, ofDay(filled, grid.perDay, Math.min))
    } else if (kind === 'irradiance') {
      add(`${name}-3h`, over(3))
      add(`${name}-24h`, over(24))
    }
  }
  return { names, columns }
}

/** Holes take the value before them; what comes before the first value takes the first. */
export function carriedOn(values: Float64Array): Float64Array {
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
  for (let from = 0; from < values.length; from += perDay) {
    let picked = values[from]!
    for (let i = from + 1; i < from + perDay; i += 1) picked = pick(picked, values[i]!)
    of.fill(picked, from, from + perDay)
  }
  return of
}
