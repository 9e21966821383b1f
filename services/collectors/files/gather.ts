import { QUALITY } from '#models/units/quality.ts'
import type { FileTake } from './format.ts'

/** Rows that may wait in a parser before all are handed over: bounds memory whatever the order of the file. */
const ROWS_AT_ONCE = 200_000
const FIRST_CAPACITY = 64

interface Open { readonly meter: string; readonly column: string; readonly unit: string; readonly issuedAt: number | undefined; at: Float64Array; values: Float64Array; quality: Uint8Array; lines: Int32Array; count: number }

const grown = <T extends Float64Array | Uint8Array | Int32Array>(column: T): T => {
  const wider = new (column.constructor as new (length: number) => T)(column.length * 2)
  wider.set(column)
  return wider
}

/** Puts single values into columns by meter, column and unit, and by issue where they are forecasts. */
export class Gather {
  readonly #take: FileTake
  readonly #series = new Map<string, Open>()
  #rows = 0

  constructor(take: FileTake) {
    this.#take = take
  }

  add(meter: string, column: string, unit: string, at: number, value: number, line: number, quality: number = Number.isNaN(value) ? QUALITY.missing : QUALITY.measured, issuedAt?: number): void {
    const key = `${meter}\n${column}\n${unit}\n${issuedAt ?? ''}`
    let series = this.#series.get(key)
    if (series === undefined) {
      series = { meter, column, unit, issuedAt, at: new Float64Array(FIRST_CAPACITY), values: new Float64Array(FIRST_CAPACITY), quality: new Uint8Array(FIRST_CAPACITY), lines: new Int32Array(FIRST_CAPACITY), count: 0 }
      this.#series.set(key, series)
    }
    if (series.count === series.at.length) {
      series.at = grown(series.at)
      series.values = grown(series.values)
      series.quality = grown(series.quality)
      series.lines = grown(series.lines)
    }
    const row = series.count++
    series.at[row] = at
    series.values[row] = value
    series.quality[row] = quality
    series.lines[row] = line
    if (++this.#rows >= ROWS_AT_ONCE) this.handOver()
  }

  handOver(): void {
    for (const { meter, column, unit, issuedAt, at, values, quality, lines, count } of this.#series.values()) {
      this.#take.rows({ meter, column, unit, ...(issuedAt === undefined ? {} : { issuedAt }), at: at.subarray(0, count), values: values.subarray(0, count), quality: quality.subarray(0, count), lines: lines.subarray(0, count) })
    }
    this.#series.clear()
    this.#rows = 0
  }
}
