import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { HOUR_MS, type Hours } from '../series/hours.ts'

/** Hours of one roll-up row: four weeks, aligned to the epoch. */
export const CHUNK_HOURS = 672
export const CHUNK_MS = CHUNK_HOURS * HOUR_MS
export const chunkOf = (at: number): number => Math.floor(at / CHUNK_MS) * CHUNK_MS

const bytesOf = (column: Float64Array) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)

/**
 * Means stand raw, because sums over hundreds of series read nothing else; the spread is compressed, and left out where
 * each hour has at most one value (then min = max = mean). A chunk with under a tenth of its hours is not worth a row's
 * space: both are empty and readers use the samples.
 */
export function encodeHours({ mean, min, max, count }: Hours): { mean: Uint8Array; spread: Uint8Array } {
  const filled = count.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
  if (filled < CHUNK_HOURS / 10) return { mean: new Uint8Array(0), spread: new Uint8Array(0) }
  if (count.every((value) => value <= 1)) return { mean: bytesOf(mean), spread: new Uint8Array(0) }
  const spread = new Float64Array(CHUNK_HOURS * 3)
  spread.set(min)
  spread.set(max, CHUNK_HOURS)
  spread.set(count, CHUNK_HOURS * 2)
  return { mean: bytesOf(mean), spread: zstdCompressSync(bytesOf(spread)) }
}

/** Undefined for a chunk that is kept as samples only. */
export function decodeMeans(mean: Uint8Array): Float64Array | undefined {
  if (mean.length === 0) return undefined
  return mean.byteOffset % 8 === 0 ? new Float64Array(mean.buffer, mean.byteOffset, CHUNK_HOURS) : new Float64Array(mean.slice().buffer)
}

export function decodeHours(meanBytes: Uint8Array, spreadBytes: Uint8Array): Hours | undefined {
  const mean = decodeMeans(meanBytes)
  if (mean === undefined) return undefined
  if (spreadBytes.length === 0) return { mean, min: mean, max: mean, count: mean.map((value) => (value === value ? 1 : 0)) }
  const spread = new Float64Array(new Uint8Array(zstdDecompressSync(spreadBytes)).buffer)
  return { mean, min: spread.subarray(0, CHUNK_HOURS), max: spread.subarray(CHUNK_HOURS, CHUNK_HOURS * 2), count: spread.subarray(CHUNK_HOURS * 2) }
}
