/** A frozen year as one file: zstd over a line of JSON that tells the columns, and the columns of single-precision values behind it. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'

const LEVEL_END = 0x0a
const MOST_BYTES = 1 << 30

/** Numbers in the order of the machine would differ between machines: always little endian. */
export function packFrozen(frozen: FrozenYear): Buffer {
  const columns: Float32Array[] = []
  const header = JSON.stringify(frozen, (_, value: unknown) => {
    if (!(value instanceof Float32Array)) return value
    return { column: columns.push(value) - 1, length: value.length }
  })
  const body = Buffer.alloc(4 * columns.reduce((sum, { length }) => sum + length, 0))
  let place = 0
  for (const column of columns) for (const value of column) place = body.writeFloatLE(value, place)
  return zstdCompressSync(Buffer.concat([Buffer.from(header), Buffer.of(LEVEL_END), body]))
}

/** @throws PenfeldError PF_STUDY_FROZEN_INVALID where the bytes are not a whole frozen year of a format that is known */
export function unpackFrozen(bytes: Uint8Array, where: string): FrozenYear {
  try {
    const whole = zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES })
    const end = whole.indexOf(LEVEL_END)
    let place = end + 1
    const frozen = JSON.parse(whole.toString('utf8', 0, end), (_, value: unknown) => {
      if (!isColumn(value)) return value
      return Float32Array.from({ length: value.length }, () => { place += 4; return whole.readFloatLE(place - 4) })
    }) as FrozenYear
    if (frozen.format !== 1) throw new Error(`its format is ${String(frozen.format)}, and only 1 is known`)
    if (place !== whole.length) throw new Error(`${whole.length - place} bytes are left over`)
    return frozen
  } catch (cause) {
    throw new PenfeldError('PF_STUDY_FROZEN_INVALID', `${cause instanceof Error ? cause.message : 'It is not whole'}.`, { where, cause })
  }
}

const isColumn = (value: unknown): value is { column: number; length: number } => typeof value === 'object' && value !== null && 'column' in value && 'length' in value
