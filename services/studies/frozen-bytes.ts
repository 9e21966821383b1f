import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { FrozenYear } from '#models/reinforcement/frozen-year.ts'

/** The frozen year as the bytes that are kept and signed. The one place that knows their form. */
export const packFrozen = (frozen: FrozenYear): Uint8Array => zstdCompressSync(JSON.stringify(frozen, (_key, value: unknown) => (value instanceof Float32Array ? { float32: base64Of(value) } : value)))

export const unpackFrozen = (bytes: Uint8Array): FrozenYear => JSON.parse(zstdDecompressSync(bytes).toString(), (_key, value: unknown) => (isColumn(value) ? columnOf(value.float32) : value)) as FrozenYear

const isColumn = (value: unknown): value is { float32: string } => typeof value === 'object' && value !== null && 'float32' in value
const base64Of = (column: Float32Array): string => Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64')
// A pooled buffer may start at an odd offset: typed arrays need a copy that starts at zero.
const columnOf = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)
