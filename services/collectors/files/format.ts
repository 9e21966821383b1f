import type { QUALITY } from '#models/units/quality.ts'

/** Rows of one meter and column, as columns of equal length; ascending or not, as the file has them. */
export interface MeterRows {
  /** What the file calls the meter, or the id of a measurement point where `column` is `POINT`. */
  readonly meter: string
  readonly column: string
  /** Empty where the file does not say it and the point's own is meant. */
  readonly unit: string
  /** Start of the interval, UTC epoch milliseconds. */
  readonly at: Float64Array
  /** NaN for an empty value. */
  readonly values: Float64Array
  readonly quality: Uint8Array
  /** When these values were issued (UTC ms); undefined where the file has no forecasts. */
  readonly issuedAt?: number | undefined
  /** Line of the file each value stands in. */
  readonly lines: Int32Array
}

/** Column of rows that name a measurement point and not a meter. */
export const POINT = '(point)'

/** Where a parser puts what it finds. Nothing may be left out in silence: a value is a row or a fault. */
export interface FileTake {
  rows(rows: MeterRows): void
  fault(line: number, reason: string): void
  /** Somebody has asked for this column of this meter: decides which form of a value is given. */
  wants(meter: string, column: string): boolean
}

export interface FileSettings {
  /** Name of the file without ending: some name their meter nowhere else. */
  readonly fileName?: string
  /** Of stamps without an offset, and of local days. */
  readonly timeZone: string
}

/** Takes the text of one file in pieces of any size; never throws for what the file says. */
export interface FileParser {
  write(text: string): void
  end(): void
}

export interface FileFormat {
  readonly name: string
  readonly encoding?: 'utf-8' | 'latin1'
  /** Whether the beginning of a file is of this form. */
  recognises(head: string): boolean
  open(take: FileTake, settings: FileSettings): FileParser
}

export type QualityCode = (typeof QUALITY)[keyof typeof QUALITY]
