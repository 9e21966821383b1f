import { unzigzag, type ByteReader, type ByteWriter } from './varint.ts'

/**
 * Measured values, bit for bit. A meter has a resolution, so most series are whole multiples of 10^-k: they become
 * integers, then differences, then byte planes that a general compressor squeezes well. What does not fit (infinities,
 * minus zero, results of computation) is kept as the exclusive or of neighbouring doubles, also in planes.
 */
const LARGEST_DECIMALS = 6
const POWERS = Float64Array.from({ length: LARGEST_DECIMALS + 1 }, (_, decimals) => 10 ** decimals)
const MODE_RAW = 255
/** Above this, `round(v * 10^k) / 10^k` may not give v back. */
const LARGEST_INTEGER = 2 ** 50

/** Smallest k for which every finite value is exactly an integer / 10^k; -1 if there is none. */
function decimalsOf(values: Float64Array): number {
  let decimals = 0
  let power = 1
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (value !== value) continue
    if (value === 0 && 1 / value < 0) return -1
    for (;;) {
      const scaled = Math.round(value * power)
      if (scaled / power === value && scaled < LARGEST_INTEGER && scaled > -LARGEST_INTEGER) break
      if (++decimals > LARGEST_DECIMALS) return -1
      power = POWERS[decimals]
      // A finer scale fits every earlier value only if it still is exact there.
      index = -1
      break
    }
  }
  return decimals
}

export function writeValues(writer: ByteWriter, values: Float64Array): void {
  const decimals = decimalsOf(values)
  if (decimals < 0) {
    writer.byte(MODE_RAW)
    writeRaw(writer, values)
    return
  }
  writer.byte(decimals)
  writeMissing(writer, values)
  const power = POWERS[decimals]
  const codes = new Float64Array(values.length)
  let previous = 0
  let largest = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    // A missing value repeats the one before: no cost in the difference.
    const integer = value !== value ? previous : Math.round(value * power)
    const difference = integer - previous
    const code = difference < 0 ? -2 * difference - 1 : 2 * difference
    codes[index] = code
    if (index > 0 && code > largest) largest = code
    previous = integer
  }
  // The first value stands apart, so that a high register does not widen every plane.
  writer.varint(codes.length > 0 ? codes[0] : 0)
  let width = 0
  for (let limit = 1; largest >= limit; limit *= 256) width++
  writer.byte(width)
  for (let plane = 0; plane < width; plane++) {
    const bytes = new Uint8Array(Math.max(0, codes.length - 1))
    if (plane < 4 && largest < 2 ** 31) {
      const shift = plane * 8
      for (let index = 1; index < codes.length; index++) bytes[index - 1] = codes[index] >>> shift
    } else {
      const divisor = 256 ** plane
      for (let index = 1; index < codes.length; index++) bytes[index - 1] = Math.floor(codes[index] / divisor) % 256
    }
    writer.raw(bytes)
  }
}

export function readValues(reader: ByteReader, count: number): Float64Array {
  const decimals = reader.byte()
  if (decimals === MODE_RAW) return readRaw(reader, count)
  const missing = readMissing(reader)
  const power = POWERS[decimals]
  const values = new Float64Array(count)
  let integer = unzigzag(reader.varint())
  const width = reader.byte()
  if (count === 0) return values
  values[0] = integer / power
  const planes = Array.from({ length: width }, () => reader.raw(count - 1))
  if (width <= 2) {
    const low = planes[0]
    const high = planes[1]
    for (let index = 1; index < count; index++) {
      const code = width === 0 ? 0 : width === 1 ? low[index - 1] : low[index - 1] | (high[index - 1] << 8)
      integer += (code & 1) === 0 ? code >> 1 : -((code + 1) >> 1)
      values[index] = integer / power
    }
  } else {
    for (let index = 1; index < count; index++) {
      let code = 0
      for (let plane = width - 1; plane >= 0; plane--) code = code * 256 + planes[plane][index - 1]
      integer += unzigzag(code)
      values[index] = integer / power
    }
  }
  for (let run = 0; run < missing.length; run += 2) values.fill(NaN, missing[run], missing[run + 1])
  return values
}

/** Runs of NaN as pairs (gap since the last run, length). */
function writeMissing(writer: ByteWriter, values: Float64Array): void {
  const runs: number[] = []
  for (let index = 0; index < values.length; index++) {
    if (values[index] === values[index]) continue
    const start = index
    while (index < values.length && values[index] !== values[index]) index++
    runs.push(start, index)
  }
  writer.varint(runs.length / 2)
  let last = 0
  for (const edge of runs) {
    writer.varint(edge - last)
    last = edge
  }
}

function readMissing(reader: ByteReader): Float64Array {
  const edges = new Float64Array(reader.varint() * 2)
  let last = 0
  for (let index = 0; index < edges.length; index++) edges[index] = last += reader.varint()
  return edges
}

function writeRaw(writer: ByteWriter, values: Float64Array): void {
  const words = new Uint32Array(values.slice().buffer)
  const mixed = words.slice()
  for (let index = 2; index < words.length; index++) mixed[index] = words[index] ^ words[index - 2]
  const bytes = new Uint8Array(mixed.buffer)
  const planes = new Uint8Array(bytes.length)
  const count = values.length
  for (let index = 0; index < count; index++) for (let plane = 0; plane < 8; plane++) planes[plane * count + index] = bytes[index * 8 + plane]
  writer.raw(planes)
}

function readRaw(reader: ByteReader, count: number): Float64Array {
  const planes = reader.raw(count * 8)
  const bytes = new Uint8Array(count * 8)
  for (let index = 0; index < count; index++) for (let plane = 0; plane < 8; plane++) bytes[index * 8 + plane] = planes[plane * count + index]
  const words = new Uint32Array(bytes.buffer)
  for (let index = 2; index < words.length; index++) words[index] ^= words[index - 2]
  return new Float64Array(bytes.buffer)
}

