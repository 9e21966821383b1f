import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Acknowledged } from './acknowledged.ts'
import { isolate, NotNow } from './isolate.ts'
import { Lines, LineStarts } from './line-protocol.ts'
import { halves, parcelOf, sampleOf } from './parcel.ts'
import { nameOfTag, tagInLine, tagOf } from './point-tag.ts'
import { RecentEntries } from './recent-entries.ts'

const textOf = (lines: Lines) => Buffer.from(lines.bytes()).toString()
const lineOf = (value: number, quality = 0) => {
  const lines = new Lines()
  lines.add(new LineStarts('m', () => 'p').of(1), 1_768_176_000_000, value, quality, 1_768_176_000_999)
  return textOf(lines)
}

test('every double reads back from its line as it was', () => {
  fc.assert(fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer().map((whole) => whole / 1_000), fc.constant(-0)), (value) => {
    expect(Number(/value=([^,]+),/.exec(lineOf(value))![1])).toBe(value)
  }), { numRuns: 5_000 })
})

test('a line holds tag, value, quality, time of recording in seconds and time in milliseconds; without a value no field of it', () => {
  expect(lineOf(-1_234.05, 3)).toBe('m,point=p value=-1234.05,quality=3i,recordedAt=1768176000i 1768176000000\n')
  expect(lineOf(NaN, 6)).toBe('m,point=p quality=6i,recordedAt=1768176000i 1768176000000\n')
})

test('lines are told apart, whatever their number', () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 3_000 }), fc.nat(), (values, cut) => {
    const lines = new Lines()
    const start = new LineStarts('m', () => 'été, x=1').of(1)
    values.forEach((value, index) => lines.add(start, index, value, 0, 0))
    const middle = cut % (values.length + 1)
    expect(Buffer.concat([lines.bytes(0, middle), lines.bytes(middle)])).toEqual(Buffer.from(lines.bytes()))
    expect(Buffer.from(lines.bytes(0, middle)).toString().split('\n').length - 1).toBe(middle)
  }), { numRuns: 50 })
})

test('every name of a point comes back from its tag', () => {
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '%', '%00', 'a\\', 'a,b=c d', '\n', 'été'))
  fc.assert(fc.property(name, (text) => {
    expect(nameOfTag(tagOf(text))).toBe(text)
    expect(tagInLine(text)).not.toMatch(/(?<!\\)[,= ]|[\n\r]|\\$/)
  }), { numRuns: 2_000 })
})

test('what the server has taken: in any order the cursor is the first gap', () => {
  fc.assert(fc.property(fc.shuffledSubarray(Array.from({ length: 40 }, (_, index) => index + 1)), (order) => {
    const taken = new Acknowledged()
    for (const seq of order) taken.add(seq)
    const has = new Set(order)
    let upTo = 0
    while (has.has(upTo + 1)) upTo++
    expect(taken.upTo).toBe(upTo)
    for (let seq = 1; seq <= 40; seq++) expect(taken.has(seq)).toBe(has.has(seq))
    const gaps = taken.gaps(40).flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
    expect(gaps).toEqual(Array.from({ length: 40 }, (_, index) => index + 1).filter((seq) => !has.has(seq)))
    const again = new Acknowledged(taken.upTo, taken.spans)
    expect([again.upTo, again.spans]).toEqual([taken.upTo, taken.spans])
  }))
})

test('faulty lines are found, all others are taken, for about log2 n requests each', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), async (count, seeds) => {
    const faulty = new Set(seeds.map((seed) => seed % count))
    const lines = new Lines()
    const start = new LineStarts('m', () => 'p').of(1)
    for (let line = 0; line < count; line++) lines.add(start, line, line, 0, 0)
    const taken = new Set<number>()
    let requests = 0
    const write = async (bytes: Uint8Array) => {
      requests++
      const values = Buffer.from(bytes).toString().trim().split('\n').map((line) => Number(/value=(\d+)/.exec(line)![1]))
      const bad = values.filter((value) => faulty.has(value))
      if (bad.length > 0) return { kind: 'refused' as const, why: `line of ${bad[0]}`, lines: undefined }
      values.forEach((value) => taken.add(value))
      return { kind: 'taken' as const }
    }
    const poison = await isolate(lines, { why: 'first', lines: undefined }, { write, writeSoundLine: async () => ({ kind: 'taken' }) })
    expect(new Set(poison.map(({ line }) => line))).toEqual(faulty)
    expect(taken.size).toBe(count - faulty.size)
    expect(requests).toBeLessThanOrEqual(faulty.size * (Math.ceil(Math.log2(count)) + 2))
  }), { numRuns: 100 })
})

test('where a sound line is refused too no line is at fault', async () => {
  const lines = new Lines()
  lines.add(new LineStarts('m', () => 'p').of(1), 0, 1, 0, 0)
  const refused = { kind: 'refused' as const, why: 'no', lines: undefined }
  await expect(isolate(lines, refused, { write: async () => refused, writeSoundLine: async () => refused })).rejects.toThrow(NotNow)
})

test('a parcel is halved without losing a sample', () => {
  const batch = { pointIds: new Int32Array(10).fill(1), at: Float64Array.from({ length: 10 }, (_, index) => index), values: new Float64Array(10), quality: new Uint8Array(10) }
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(4)), { minLength: 1, maxLength: 6 }), (cuts) => {
    const parcel = parcelOf(cuts.map(([from, length], seq) => ({ seq, batch, recordedAt: 0, from, to: from + length })))
    const all = Array.from({ length: parcel.count }, (_, line) => { const { slice, index } = sampleOf(parcel, line); return [slice.seq, index] })
    const [left, right] = halves(parcel)
    const both = [left, right].flatMap((half) => Array.from({ length: half.count }, (_, line) => { const { slice, index } = sampleOf(half, line); return [slice.seq, index] }))
    expect(both).toEqual(all)
    expect(left.count).toBe(parcel.count >> 1)
  }))
})

test('memory of a backlog is bounded, and lets go of what the server has taken', () => {
  const recent = new RecentEntries(1_000_000)
  const rows = 50_000
  const batch = (at: number) => ({ pointIds: new Int32Array(rows).fill(1), at: Float64Array.from({ length: rows }, (_, index) => at + index), values: new Float64Array(rows), quality: new Uint8Array(rows) })
  for (let seq = 1; seq <= 40; seq++) recent.add(seq, batch(seq * rows), 0)
  expect(recent.sampleCount).toBeLessThanOrEqual(1_000_000)
  expect(recent.onDiskTo).toBeGreaterThan(0)
  expect(recent.read(1, (recent.onDiskTo + 1) * rows, Infinity)!.at.length).toBe(recent.sampleCount)
  recent.drop(new Acknowledged(40))
  expect(recent.sampleCount).toBe(0)
})
