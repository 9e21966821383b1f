import type { SampleBatch } from '../port.ts'

/** A batch as one journal blob: count, then the columns as they stand in memory (doubles first, for alignment). */
export function encodeBatch(batch: SampleBatch): Uint8Array {
  const count = batch.pointIds.length
  const bytes = new Uint8Array(8 + count * 21)
  new Uint32Array(bytes.buffer, 0, 1)[0] = count
  new Float64Array(bytes.buffer, 8, count).set(batch.at)
  new Float64Array(bytes.buffer, 8 + count * 8, count).set(batch.values)
  new Int32Array(bytes.buffer, 8 + count * 16, count).set(batch.pointIds)
  bytes.set(batch.quality, 8 + count * 20)
  return bytes
}

export function decodeBatch(blob: Uint8Array): SampleBatch {
  // SQLite hands out views at any offset; a copy puts the doubles on their boundary.
  const bytes = blob.slice()
  const count = new Uint32Array(bytes.buffer, 0, 1)[0]
  return {
    at: new Float64Array(bytes.buffer, 8, count),
    values: new Float64Array(bytes.buffer, 8 + count * 8, count),
    pointIds: new Int32Array(bytes.buffer, 8 + count * 16, count),
    quality: new Uint8Array(bytes.buffer, 8 + count * 20, count),
  }
}
