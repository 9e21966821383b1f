import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Series } from '../port.ts'
import { readRuns, writeRuns } from './times.ts'
import { readValues, writeValues } from './values.ts'
import { ByteReader, ByteWriter, unzigzag, zigzag } from './varint.ts'

/** Format of the payload below; a store reads this version and the one before. */
const VERSION = 1
/** Level 3 is zstd's own middle; higher ones gain under 3 % on meter series and cost several times the time. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

export interface EncodedBlock {
  readonly payload: Uint8Array
  readonly crc: number
}

/** One series as a block: times, values bit for bit, quality, and when each value was recorded (to the second). */
export function encodeBlock(series: Series): EncodedBlock {
  const count = series.at.length
  const writer = new ByteWriter(64 + count * 4)
  writer.byte(VERSION)
  writer.varint(count)
  writeRuns(writer, series.at)
  writeQuality(writer, series.quality)
  writeRecordedAt(writer, series)
  writeValues(writer, series.values)
  const payload = zstdCompressSync(writer.take(), ZSTD)
  return { payload, crc: crc32(payload) }
}

export function decodeBlock(payload: Uint8Array, crc: number, where: string): Series {
  if (crc32(payload) !== crc) throw new PenfeldError('PF_STORE_CORRUPT', 'The checksum of a block is wrong.', { where })
  const reader = new ByteReader(zstdDecompressSync(payload))
  const version = reader.byte()
  if (version !== VERSION) throw new PenfeldError('PF_STORE_CORRUPT', `A block has format ${version}, this program reads ${VERSION}.`, { where })
  const count = reader.varint()
  const at = readRuns(reader, count)
  const quality = readQuality(reader, count)
  const recordedAt = readRecordedAt(reader, at)
  return { at, quality, recordedAt, values: readValues(reader, count) }
}

function writeQuality(writer: ByteWriter, quality: Uint8Array): void {
  for (let index = 0; index < quality.length; ) {
    let end = index + 1
    while (end < quality.length && quality[end] === quality[index]) end++
    writer.byte(quality[index])
    writer.varint(end - index)
    index = end
  }
}

function readQuality(reader: ByteReader, count: number): Uint8Array {
  const quality = new Uint8Array(count)
  for (let index = 0; index < count; ) {
    const code = reader.byte()
    const end = index + reader.varint()
    quality.fill(code, index, end)
    index = end
  }
  return quality
}

/** How the time of recording is kept: an import has one, a live series a nearly constant delay. */
const RECORDED = { each: 0, delay: 1, once: 2 } as const

function writeRecordedAt(writer: ByteWriter, { at, recordedAt }: Series): void {
  const count = at.length
  const seconds = new Float64Array(count)
  const delays = new Float64Array(count)
  let changes = 0
  let delayChanges = 0
  for (let index = 0; index < count; index++) {
    seconds[index] = Math.round(recordedAt[index] / 1000)
    delays[index] = seconds[index] - Math.floor(at[index] / 1000)
    if (index === 0) continue
    if (seconds[index] !== seconds[index - 1]) changes++
    if (delays[index] !== delays[index - 1]) delayChanges++
  }
  if (changes === 0 && count > 0) {
    writer.byte(RECORDED.once)
    writer.varint(zigzag(seconds[0]))
  } else {
    writer.byte(delayChanges < changes ? RECORDED.delay : RECORDED.each)
    writeRuns(writer, delayChanges < changes ? delays : seconds)
  }
}

function readRecordedAt(reader: ByteReader, at: Float64Array): Float64Array {
  const form = reader.byte()
  if (form === RECORDED.once) return new Float64Array(at.length).fill(unzigzag(reader.varint()) * 1000)
  const recordedAt = readRuns(reader, at.length)
  for (let index = 0; index < at.length; index++) recordedAt[index] = (recordedAt[index] + (form === RECORDED.delay ? Math.floor(at[index] / 1000) : 0)) * 1000
  return recordedAt
}
