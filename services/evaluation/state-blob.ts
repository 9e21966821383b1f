import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib'
import type { IssuedForecast, NetworkState, PastForecast, RunLayout } from './port.ts'

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

/** What a forecast holds beside its head, in the order in which it is packed. */
type ForecastColumns = Pick<IssuedForecast, 'valuesKw' | 'quantilesKw' | 'contributions'>

/** Bits of a single-precision mantissa that a quantile keeps: 12 tell it to 0.02 %, no band is known better. */
const DROPPED_BITS = 11

/**
 * Forecasts are kept for good, every hour a hundred of them. The value column in single precision, the quantiles and
 * contributions with a shortened mantissa, then byte by byte of all numbers (the exponents beside each other pack to
 * little, the dropped bytes to nothing) and zstd: five quantiles of 288 steps go into a third of their size in memory.
 */
export function packForecast({ valuesKw, quantilesKw, contributions }: ForecastColumns): Uint8Array {
  return packColumns([valuesKw], [...quantilesKw.map((one) => one.valuesKw), ...(contributions === undefined ? [] : [contributions.calendar, contributions.weather, contributions.recent])])
}

type PastColumns = Pick<PastForecast, 'valuesKw' | 'measuredKw' | 'spreadKw' | 'quantilesKw'>

export const packPastForecast = ({ valuesKw, measuredKw, spreadKw, quantilesKw }: PastColumns): Uint8Array => packColumns([valuesKw, measuredKw], [spreadKw, ...quantilesKw.map((one) => one.valuesKw)])

export function unpackPastForecast(blob: Uint8Array, levels: readonly number[]): PastColumns {
  const [valuesKw, measuredKw, spreadKw, ...quantiles] = unpackColumns(blob, 3 + levels.length)
  return { valuesKw: valuesKw!, measuredKw: measuredKw!, spreadKw: spreadKw!, quantilesKw: levels.map((level, k) => ({ level, valuesKw: quantiles[k]! })) }
}

/** Columns of equal length in single precision, the `shortened` ones to 0.02 %. */
export function packColumns(whole: readonly Float64Array[], shortened: readonly Float64Array[]): Uint8Array {
  const steps = whole[0]!.length
  const all = [...whole, ...shortened]
  const odd = all.find(({ length }) => length !== steps)
  if (odd !== undefined) throw new RangeError(`a column of ${odd.length} steps beside a forecast of ${steps}`)
  const numbers = new Float32Array(all.length * steps)
  all.forEach((column, k) => numbers.set(column, k * steps))
  shorten(numbers.subarray(whole.length * steps))
  return zstdCompressSync(byBytePlace(new Uint8Array(numbers.buffer)), LEVEL)
}

/** All columns of a blob in the order in which they were packed. */
export const unpackColumns = (blob: Uint8Array, count: number): Float64Array[] => columnsOf(byNumber(new Uint8Array(zstdDecompressSync(blob))), count)

function columnsOf(bytes: Uint8Array<ArrayBuffer>, count: number): Float64Array[] {
  const numbers = Float64Array.from(new Float32Array(bytes.buffer))
  const steps = numbers.length / count
  return Array.from({ length: count }, (_, k) => numbers.slice(k * steps, (k + 1) * steps))
}

/** `levels` undefined: of the time when a forecast was its values alone, as they lie in memory. */
export function unpackForecast(blob: Uint8Array, levels: readonly number[] | undefined, hasContributions: boolean): ForecastColumns {
  const bytes = new Uint8Array(zstdDecompressSync(blob))
  const parts = 1 + (levels?.length ?? 0)
  const columns = columnsOf(levels === undefined ? bytes : byNumber(bytes), parts + (hasContributions ? 3 : 0))
  return {
    valuesKw: columns[0]!,
    quantilesKw: (levels ?? []).map((level, k) => ({ level, valuesKw: columns[k + 1]! })),
    ...(hasContributions ? { contributions: { calendar: columns[parts]!, weather: columns[parts + 1]!, recent: columns[parts + 2]! } } : {}),
  }
}

/** Rounds each number to the bits it keeps, in place; rounding keeps the order of the quantiles. NaN stays NaN. */
function shorten(numbers: Float32Array): void {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  for (let i = 0; i < bits.length; i += 1) if (Number.isFinite(numbers[i])) bits[i] = (bits[i]! + (1 << (DROPPED_BITS - 1))) & ~((1 << DROPPED_BITS) - 1)
}

/** First the lowest byte of every number, then the second of every number, and so on. */
function byBytePlace(bytes: Uint8Array): Uint8Array {
  const count = bytes.length / 4
  const placed = new Uint8Array(bytes.length)
  for (let place = 0; place < 4; place += 1) for (let i = 0; i < count; i += 1) placed[place * count + i] = bytes[4 * i + place]!
  return placed
}

function byNumber(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = bytes.length / 4
  const placed = new Uint8Array(bytes.length)
  for (let place = 0; place < 4; place += 1) for (let i = 0; i < count; i += 1) placed[4 * i + place] = bytes[place * count + i]!
  return placed
}
