import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Series } from '../port.ts'
import { decodeBatch, encodeBatch } from './batch.ts'
import { decodeBlock, encodeBlock } from './block.ts'
import { ByteReader, ByteWriter, unzigzag, zigzag } from './varint.ts'

const sameBits = (left: Float64Array, right: Float64Array) => {
  expect(right.length).toBe(left.length)
  for (let index = 0; index < left.length; index++) if (!Object.is(left[index], right[index])) expect.fail(`value ${index}: ${left[index]} became ${right[index]}`)
}
const time = fc.integer({ min: -(10 ** 12), max: 4 * 10 ** 12 })
/** What meters give (multiples of a resolution, registers, gaps) and what they never should. */
const values = fc.oneof(
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 10) }, fc.constant(NaN))),
  fc.array(fc.integer({ min: 0, max: 2 ** 49 })),
  fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }).map((n) => n / 1000)),
  fc.array(fc.oneof(fc.double(), fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, Number.MAX_VALUE, 5e-324, 0.1 + 0.2))),
)
const series = fc.tuple(values, fc.boolean(), time, fc.integer({ min: 1, max: 10 ** 7 })).chain(([list, regular, first, step]) =>
  fc.tuple(
    regular ? fc.constant(list.map((_, index) => first + index * step)) : fc.array(time, { minLength: list.length, maxLength: list.length }),
    fc.array(fc.integer({ min: 0, max: 6 }), { minLength: list.length, maxLength: list.length }),
    fc.array(fc.integer({ min: 0, max: 2 * 10 ** 9 }), { minLength: list.length, maxLength: list.length }),
  ).map(([at, quality, recorded]): Series => ({
    at: Float64Array.from(at), values: Float64Array.from(list), quality: Uint8Array.from(quality), recordedAt: Float64Array.from(recorded, (second) => second * 1000),
  })),
)

describe('a block', () => {
  test('gives back every bit of any series', () => {
    fc.assert(fc.property(series, (original) => {
      const { payload, crc } = encodeBlock(original)
      const read = decodeBlock(payload, crc, 'test')
      sameBits(original.values, read.values)
      sameBits(original.at, read.at)
      sameBits(original.recordedAt, read.recordedAt)
      expect(read.quality).toEqual(original.quality)
    }), { numRuns: 400 })
  })

  test('says that it is damaged, whichever byte changed', () => {
    const { payload, crc } = encodeBlock({ at: Float64Array.of(1, 2, 3), values: Float64Array.of(1, 2, 4), quality: new Uint8Array(3), recordedAt: new Float64Array(3) })
    for (let index = 0; index < payload.length; index++) {
      const damaged = Uint8Array.from(payload)
      damaged[index] ^= 1
      expect(() => decodeBlock(damaged, crc, 'point 7')).toThrow(/PF_STORE_CORRUPT \[point 7\]/)
    }
  })
})

test('a journal blob gives back its batch, at any offset of its bytes', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), time, fc.double(), fc.integer({ min: 0, max: 6 }))), (rows) => {
    const batch = { pointIds: Int32Array.from(rows, (row) => row[0]), at: Float64Array.from(rows, (row) => row[1]), values: Float64Array.from(rows, (row) => row[2]), quality: Uint8Array.from(rows, (row) => row[3]) }
    const shifted = new Uint8Array(encodeBatch(batch).length + 3)
    shifted.set(encodeBatch(batch), 3)
    const read = decodeBatch(shifted.subarray(3))
    sameBits(batch.at, read.at)
    sameBits(batch.values, read.values)
    expect([read.pointIds, read.quality]).toEqual([batch.pointIds, batch.quality])
  }))
})

test('variable-length integers up to 2^52 of either sign', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })), (numbers) => {
    const writer = new ByteWriter(1)
    for (const number of numbers) writer.varint(zigzag(number))
    const reader = new ByteReader(writer.take())
    expect(numbers.map(() => unzigzag(reader.varint()))).toEqual(numbers.map((number) => number + 0))
  }))
})
