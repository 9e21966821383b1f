import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testChannel } from '../driver.testkit.ts'
import { FrameReader, readAnswer, readRequest, valueAt, type RegisterType } from './frames.ts'
import { planReads } from './plan.ts'

const answerOf = (transaction: number, unit: number, data: Uint8Array) =>
  Uint8Array.from([transaction >> 8, transaction & 255, 0, 0, (3 + data.length) >> 8, (3 + data.length) & 255, unit, 3, data.length, ...data])

test('however the stream is cut, the same frames come out', () => {
  const frame = fc.record({ transaction: fc.nat(65_535), unit: fc.integer({ min: 1, max: 247 }), data: fc.uint8Array({ minLength: 2, maxLength: 250 }).map((bytes) => bytes.subarray(0, bytes.length & ~1)) })
  fc.assert(fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (frames, cuts) => {
    const stream = Uint8Array.from(frames.flatMap(({ transaction, unit, data }) => [...answerOf(transaction, unit, data)]))
    const reader = new FrameReader()
    const read: { transaction: number; unit: number; bytes: number[] }[] = []
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const end = at + cuts[turn % cuts.length]
      const result = reader.push(stream.subarray(at, end))
      expect(result.broken).toBe(false)
      for (const one of result.frames) read.push({ transaction: one.transaction, unit: one.unit, bytes: [...one.body.subarray(2)] })
      at = end
    }
    expect(read).toEqual(frames.map(({ transaction, unit, data }) => ({ transaction, unit, bytes: [...data] })))
  }))
})

test('any bytes end in frames or in "broken", and any frame in registers or a reason', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.integer({ min: 1, max: 125 }), (pieces, count) => {
    const reader = new FrameReader()
    for (const piece of pieces) {
      const { frames, broken } = reader.push(piece)
      for (const frame of frames) {
        const reading = readAnswer(frame, count)
        if ('registers' in reading) expect(reading.registers.byteLength).toBe(count * 2)
        else expect(reading.refusal).toMatch(/^(exception-[0-9a-f]{2}|malformed-answer)$/)
      }
      if (broken) break
    }
  }))
})

test('numbers come back from their registers in either word order', () => {
  const cases: [RegisterType, fc.Arbitrary<number>, (view: DataView, value: number) => void][] = [
    ['int16', fc.integer({ min: -32_768, max: 32_767 }), (view, value) => view.setInt16(0, value)],
    ['uint16', fc.nat(65_535), (view, value) => view.setUint16(0, value)],
    ['int32', fc.integer(), (view, value) => view.setInt32(0, value)],
    ['uint32', fc.nat(4_294_967_295), (view, value) => view.setUint32(0, value)],
    ['float32', fc.float({ noNaN: true }), (view, value) => view.setFloat32(0, value)],
  ]
  for (const [type, values, write] of cases) {
    fc.assert(fc.property(values, fc.boolean(), (value, little) => {
      const view = new DataView(new ArrayBuffer(4))
      write(view, value)
      const swapped = new DataView(new ArrayBuffer(4))
      swapped.setUint16(0, view.getUint16(2))
      swapped.setUint16(2, view.getUint16(0))
      const turned = little && !type.endsWith('16')
      expect(valueAt(turned ? swapped : view, 0, type, turned ? 'little' : 'big')).toBe(value)
    }))
  }
})

test('neighbours are read in one question, distant registers in another, and the clock apart unless it comes along', () => {
  const at = (unit: number, register: number, timeRegister = 100) => testChannel('s', unit, { unit: 'W', register, type: 'int32', timeRegister })
  const plan = planReads([at(1, 0), at(1, 4), at(2, 0), at(3, 0, 4)])
  expect(plan.map(({ unit, reads, clock }) => [unit, reads.map(({ register, count }) => [register, count]), clock?.register])).toEqual([[1, [[0, 6]], 100], [2, [[0, 2]], 100], [3, [[0, 6]], undefined]])
  expect(readRequest(258, 17, 107, 3)).toEqual(Uint8Array.from([1, 2, 0, 0, 0, 6, 17, 3, 0, 107, 0, 3]))
})
