import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib'
import type { NetworkState, RunLayout } from './port.ts'

/**
 * One network state as one blob: a header of Float64 scalars, the Float32 columns in the order below, then the quality
 * bytes, all little endian as the machine writes them; zstd level 1 halves it for next to nothing.
 */
const SCALARS = ['lossesKw', 'districtKw', 'boundaryKw', 'unmeteredKw', 'residualKw'] as const
const SECTION_COLUMNS = ['sectionCurrentA', 'sectionLoadingPct', 'sectionPowerKw'] as const
const TRANSFORMER_COLUMNS = ['transformerLoadKva', 'transformerLoadingPct'] as const
const BUS_COLUMNS = ['busVoltagePu', 'busLoadKw'] as const
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export function packState(state: NetworkState): Uint8Array {
  const scalars = Float64Array.from(SCALARS, (name) => state[name])
  const columns = [...SECTION_COLUMNS, ...TRANSFORMER_COLUMNS, ...BUS_COLUMNS].map((name) => state[name])
  const parts = [scalars, ...columns, state.sectionQuality, state.transformerQuality]
  return zstdCompressSync(Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength))), LEVEL)
}

export function unpackState(blob: Uint8Array, at: number, settled: boolean, layout: RunLayout): NetworkState {
  const bytes = zstdDecompressSync(blob)
  // A pooled buffer may start at an odd offset: typed arrays need a copy that starts at zero.
  const buffer = new Uint8Array(bytes).buffer
  const scalars = new Float64Array(buffer, 0, SCALARS.length)
  let offset = scalars.byteLength
  const column = (length: number): Float32Array => {
    const taken = new Float32Array(buffer, offset, length)
    offset += taken.byteLength
    return taken
  }
  const codes = (length: number): Uint8Array => {
    const taken = new Uint8Array(buffer, offset, length)
    offset += length
    return taken
  }
  const sections = layout.lineSections.length
  const transformers = layout.transformers.length
  const buses = layout.buses.length
  // Evaluated in the order in which `packState` wrote them.
  return {
    at,
    settled,
    sectionCurrentA: column(sections),
    sectionLoadingPct: column(sections),
    sectionPowerKw: column(sections),
    transformerLoadKva: column(transformers),
    transformerLoadingPct: column(transformers),
    busVoltagePu: column(buses),
    busLoadKw: column(buses),
    sectionQuality: codes(sections),
    transformerQuality: codes(transformers),
    lossesKw: scalars[0]!,
    districtKw: scalars[1]!,
    boundaryKw: scalars[2]!,
    unmeteredKw: scalars[3]!,
    residualKw: scalars[4]!,
  }
}

/** Forecasts are kept for good, every hour a hundred of them: single precision and zstd, a quarter of the bytes. */
export function packForecast(valuesKw: Float64Array): Uint8Array {
  return zstdCompressSync(new Uint8Array(Float32Array.from(valuesKw).buffer), LEVEL)
}

export function unpackForecast(blob: Uint8Array): Float64Array {
  return Float64Array.from(new Float32Array(new Uint8Array(zstdDecompressSync(blob)).buffer))
}
