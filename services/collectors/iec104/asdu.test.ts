import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { distance, FrameReader, iFrame, sFrame, uFrame, U_FUNCTIONS, type Frame, type UFunction } from './apci.ts'
import { decodeAsdu, isFault, MARK, stationAsdu, STANDARD_LAYOUT, TOTAL_MARK, type Asdu, type DecodedAsdu } from './asdu.ts'
import { encodeAsdu, type SaidAsdu } from './encode.testkit.ts'
import { tcpPayloads } from './pcap.testkit.ts'
import { isSystem, TYPES, type Kind, type ObjectType } from './types.ts'
import { qualityOf, valueOf } from './values.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/[0-9a-f]{2}/gi)!, (pair) => parseInt(pair, 16))

test('frames as the standard writes them', () => {
  expect(Buffer.from(uFrame('startActivate')).toString('hex')).toBe('680407000000')
  expect(Buffer.from(uFrame('testConfirm')).toString('hex')).toBe('680483000000')
  expect(Buffer.from(sFrame(300)).toString('hex')).toBe('680401005802')
  expect(Buffer.from(iFrame(32_767, 1, stationAsdu(100, 6, 47, 0, [20]))).toString('hex')).toBe('680efeff0200640106002f0000000014')
  expect([distance(32_767, 0), distance(3, 3), distance(0, 32_767)]).toEqual([1, 0, 32_767])
})

test('a stream that cannot be read on is given up at once, and says why', () => {
  const faultOf = (text: string) => new FrameReader().push(hex(text)).fault
  expect(faultOf('00')).toBe('start-octet')
  expect(faultOf('680401000000 55')).toBe('start-octet')
  expect([faultOf('6803010000'), faultOf('68fe'), faultOf('680501000000 00'), faultOf('680400000000')]).toEqual(['length-invalid', 'length-invalid', 'length-invalid', 'length-invalid'])
  expect([faultOf('680401010000'), faultOf('680401000100'), faultOf('68040f000000'), faultOf('680443000001'), faultOf('68050000010064')]).toEqual(Array(5).fill('control-invalid'))
  const reader = new FrameReader()
  reader.push(hex('00'))
  expect(reader.push(sFrame(1))).toEqual({ frames: [], fault: 'start-octet' })
})

test('a stream cut anywhere gives the same frames', () => {
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    fc.record({ format: fc.constant('I' as const), sent: fc.nat(32_767), received: fc.nat(32_767), asdu: fc.uint8Array({ minLength: 1, maxLength: 249 }) }),
    fc.record({ format: fc.constant('S' as const), received: fc.nat(32_767) }),
    fc.record({ format: fc.constant('U' as const), function: fc.constantFrom(...(Object.keys(U_FUNCTIONS) as UFunction[])) }),
  )
  const bytesOf = (each: Frame): Uint8Array => (each.format === 'I' ? iFrame(each.sent, each.received, each.asdu) : each.format === 'S' ? sFrame(each.received) : uFrame(each.function))
  fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (frames, pieces) => {
    const stream = Uint8Array.from(frames.flatMap((each) => [...bytesOf(each)]))
    const reader = new FrameReader()
    const read: Frame[] = []
    for (let start = 0, piece = 0; start < stream.length; piece++) {
      const end = start + pieces[piece % pieces.length]
      read.push(...reader.push(stream.subarray(start, end)).frames)
      start = end
    }
    expect(read).toEqual(frames)
  }))
})

/** Values and marks that each kind can carry. */
const RANGES: Readonly<Record<string, { readonly value: fc.Arbitrary<number>; readonly marks: number }>> = {
  'single-point': { value: fc.nat(1), marks: 0xf0 }, 'double-point': { value: fc.nat(3), marks: 0xf0 },
  'step-position': { value: fc.integer({ min: -64, max: 63 }), marks: 0xf1 | MARK.transient },
  bits: { value: fc.nat(2 ** 32 - 1), marks: 0xf1 }, 'packed-points': { value: fc.nat(2 ** 32 - 1), marks: 0xf1 },
  normalised: { value: fc.integer({ min: -32_768, max: 32_767 }), marks: 0xf1 }, scaled: { value: fc.integer({ min: -32_768, max: 32_767 }), marks: 0xf1 },
  'short-float': { value: fc.float({ noNaN: true }), marks: 0xf1 }, total: { value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), marks: 0xff },
  'protection-event': { value: fc.nat(3), marks: 0xf8 }, 'protection-starts': { value: fc.nat(63), marks: 0xf8 }, 'protection-circuits': { value: fc.nat(15), marks: 0xf8 },
  initialised: { value: fc.nat(255), marks: 0 }, interrogation: { value: fc.nat(255), marks: 0 }, 'counter-interrogation': { value: fc.nat(255), marks: 0 }, clock: { value: fc.constant(0), marks: 0 },
}
const LAYOUTS = [STANDARD_LAYOUT, { causeOctets: 1, commonAddressOctets: 1, objectAddressOctets: 2 }, { causeOctets: 1, commonAddressOctets: 2, objectAddressOctets: 1 }]

const saidOf = (type: ObjectType) => {
  const { value, marks } = RANGES[type.kind]
  const object = fc.record({
    address: fc.nat(200), value,
    marks: type.hasQuality ? fc.nat(255).map((bits) => bits & marks) : fc.constant(0),
    elapsed: type.hasElapsed ? fc.nat(59_999) : fc.constant(0),
    time: type.time === 'none' ? fc.constant(NaN) : type.time === 'hour' ? fc.nat(3_599_999) : fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) - 1 }),
    timeMarks: type.time === 'none' ? fc.constant(0) : fc.nat(255).map((bits) => bits & (type.time === 'date' ? 0xc1 : 0xc0)),
  })
  return fc.record({
    typeId: fc.constant(type.id), cause: fc.nat(63), commonAddress: fc.nat(255), originator: fc.nat(255), isTest: fc.boolean(), isNegative: fc.boolean(), isSequence: fc.boolean(),
    objects: fc.array(object, { minLength: 1, maxLength: 12 }),
  })
}

test('what a station says is read as it was said: every type, both ways of addressing, every layout', () => {
  fc.assert(fc.property(fc.constantFrom(...TYPES.values()).chain(saidOf), fc.constantFrom(...LAYOUTS), (said, layout) => {
    const asdu = decodeAsdu(encodeAsdu(said, layout), layout) as Asdu
    const objects = said.objects.map((object, place) => ({ ...object, address: said.isSequence ? said.objects[0].address + place : object.address }))
    expect(asdu).toMatchObject({ typeId: said.typeId, cause: said.cause, commonAddress: said.commonAddress, originator: layout.causeOctets === 2 ? said.originator : 0, isTest: said.isTest, isNegative: said.isNegative })
    expect([...asdu.addresses]).toEqual(objects.map(({ address }) => address))
    expect([...asdu.values]).toEqual(objects.map(({ value }) => value))
    expect([...asdu.marks]).toEqual(objects.map(({ marks }) => marks))
    expect([...asdu.elapsed]).toEqual(asdu.type.hasElapsed ? objects.map(({ elapsed }) => elapsed) : [])
    expect([...asdu.times]).toEqual(objects.map(({ time }) => time))
    expect([...asdu.timeMarks]).toEqual(objects.map(({ timeMarks }) => timeMarks))
  }), { numRuns: 3_000 })
})

test('what is broken has a name: nothing is read from an ASDU that its objects do not fill', () => {
  const float = encodeAsdu({ typeId: 13, cause: 3, commonAddress: 1, objects: [{ address: 1, value: 1 }, { address: 2, value: 2 }] })
  expect(decodeAsdu(float)).toMatchObject({ typeId: 13 })
  expect(decodeAsdu(float.subarray(0, 5))).toEqual({ fault: 'asdu-truncated', typeId: 13, count: 1 })
  expect(decodeAsdu(new Uint8Array())).toEqual({ fault: 'asdu-truncated', typeId: undefined, count: 1 })
  expect(decodeAsdu(float.subarray(0, float.length - 1))).toEqual({ fault: 'objects-length', typeId: 13, count: 2 })
  expect(decodeAsdu(Uint8Array.of(...float, 0))).toEqual({ fault: 'objects-length', typeId: 13, count: 2 })
  expect(decodeAsdu(float.with(1, 3))).toEqual({ fault: 'objects-length', typeId: 13, count: 3 })
  expect(decodeAsdu(float.with(1, 0))).toEqual({ fault: 'objects-none', typeId: 13, count: 1 })
  expect(decodeAsdu(float.with(0, 45))).toEqual({ fault: 'type-unknown', typeId: 45, count: 2 })
  const last = encodeAsdu({ typeId: 1, cause: 3, commonAddress: 1, isSequence: true, objects: [{ address: 0xff_ff_ff, value: 1 }, { address: 0, value: 1 }] })
  expect(decodeAsdu(last)).toEqual({ fault: 'object-address', typeId: 1, count: 2 })
})

test('values in engineering units, with the quality the station gave them', () => {
  expect([0, 1, 2, 3].map((state) => valueOf('double-point', state, 1, undefined))).toEqual([NaN, 0, 1, NaN])
  expect([valueOf('normalised', -32_768, 400, undefined), valueOf('normalised', 16_384, 400, undefined), valueOf('scaled', -150, 0.1, undefined)]).toEqual([-400, 200, -15])
  expect([valueOf('bits', 0x8000_0002, 1, undefined), valueOf('bits', 0x8000_0002, 1, 31), valueOf('bits', 0x8000_0002, 1, 0)]).toEqual([0x8000_0002, 1, 0])
  expect([valueOf('packed-points', 0x8001_0005, 1, undefined), valueOf('packed-points', 0x8001_0005, 1, 2), valueOf('packed-points', 0x8001_0005, 1, 15)]).toEqual([5, 1, 0])
  expect([valueOf('short-float', Infinity, 1, undefined), valueOf('short-float', 1.5, 10, undefined), valueOf('total', -7, 0.1, undefined)]).toEqual([NaN, 15, -7 * 0.1])
  const { measured, uncertain, bad } = QUALITY
  expect([0, MARK.notTopical, MARK.substituted, MARK.blocked, MARK.overflow, MARK.invalid, MARK.invalid | MARK.blocked].map((marks) => qualityOf('scaled', marks)))
    .toEqual([measured, uncertain, uncertain, uncertain, uncertain, bad, bad])
  expect([TOTAL_MARK.sequence, TOTAL_MARK.carry, TOTAL_MARK.adjusted, TOTAL_MARK.invalid].map((marks) => qualityOf('total', marks))).toEqual([measured, uncertain, uncertain, bad])
  expect([MARK.elapsedInvalid, MARK.blocked, MARK.invalid].map((marks) => qualityOf('protection-event', marks))).toEqual([measured, uncertain, bad])
  expect(qualityOf('step-position', MARK.transient)).toBe(uncertain)
})

test('the octets of protection equipment and packed points, which tshark does not read', () => {
  const read = (text: string): Asdu => decodeAsdu(hex(text)) as Asdu
  const time = '10275e0c1c0b1a'
  expect(read(`26 01 03 00 0100 640000 8a 2c01 ${time}`)).toMatchObject({ type: { kind: 'protection-event' }, values: Float64Array.of(2), marks: Uint8Array.of(0x88), elapsed: Uint16Array.of(300), times: Float64Array.of(Date.UTC(2026, 10, 28, 12, 30, 10)), timeMarks: Uint8Array.of(0x40) })
  expect(read(`27 01 03 00 0100 640000 21 08 2c01 ${time}`)).toMatchObject({ type: { kind: 'protection-starts' }, values: Float64Array.of(0x21), marks: Uint8Array.of(8), elapsed: Uint16Array.of(300) })
  expect(read('13 01 03 00 0100 640000 0f 10 2c01 102705')).toMatchObject({ type: { kind: 'protection-circuits' }, values: Float64Array.of(15), marks: Uint8Array.of(0x10), times: Float64Array.of(310_000) })
  expect(read('14 01 14 00 0100 640000 05000180 40')).toMatchObject({ type: { kind: 'packed-points' }, values: Float64Array.of(0x8001_0005), marks: Uint8Array.of(0x40) })
})

/** A second reading, made of the decoded columns, must give the same octets. */
function saidAgain(asdu: Asdu): SaidAsdu {
  return {
    ...asdu,
    objects: [...asdu.addresses].map((address, place) => ({ address, value: asdu.values[place], marks: asdu.marks[place], elapsed: asdu.elapsed[place], time: asdu.times[place], timeMarks: asdu.timeMarks[place] })),
  }
}
/** A float that is no number, and a date that is none, do not keep their octets. */
const isFaithful = ({ type, values, times }: Asdu): boolean => (type.kind !== 'short-float' || !values.some(Number.isNaN)) && (type.time === 'none' || !times.some(Number.isNaN))

const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/iec104')

test(`${FUZZ_RUNS} mutated streams: never an error that is not typed, never long, and what is decoded says the same when it is said again`, () => {
  const bases = ['iec104', 'all-types'].flatMap((name) => tcpPayloads(new Uint8Array(readFileSync(join(FOLDER, `${name}.pcap`))), () => true).map(({ bytes }) => bytes))
  const asdusOf = (bytes: Uint8Array): Uint8Array[] => new FrameReader().push(bytes).frames.flatMap((frame) => (frame.format === 'I' ? [frame.asdu] : []))
  const cores = bases.flatMap(asdusOf)
  const mutation = fc.record({ at: fc.nat(600), byte: fc.nat(255), kind: fc.nat(9) })
  let [longestMs, decoded, again] = [0, 0, 0]
  const faults = new Map<string, number>()
  const count = (fault: string) => faults.set(fault, (faults.get(fault) ?? 0) + 1)
  // Whole pieces of a stream, or only what stands in a frame, which is then made whole again: the fault must be found further in.
  const base = fc.oneof(fc.record({ bytes: fc.constantFrom(...bases), mend: fc.constant(false) }), fc.record({ bytes: fc.constantFrom(...cores), mend: fc.constant(true) }))
  fc.assert(fc.property(base, fc.array(mutation, { maxLength: 6 }), fc.nat(300), ({ bytes: original, mend }, mutations, cut) => {
    const bytes = [...original]
    for (const { at, byte, kind } of mutations) {
      const place = at % Math.max(1, bytes.length)
      if (kind === 0) bytes.splice(place, 1)
      else if (kind === 1) bytes.splice(place, 0, byte)
      else if (kind === 2) bytes.length = Math.max(1, place)
      else bytes[place] = byte
    }
    const stream = mend ? iFrame(0, 0, Uint8Array.from(bytes.slice(0, 249))) : Uint8Array.from(bytes)
    const asdus: DecodedAsdu[] = []
    longestMs = Math.max(longestMs, decodingMs(() => {
      const reader = new FrameReader()
      asdus.length = 0
      for (const piece of [stream.subarray(0, cut), stream.subarray(cut)]) {
        const { frames, fault } = reader.push(piece)
        if (fault !== undefined) count(fault)
        for (const frame of frames) if (frame.format === 'I') asdus.push(decodeAsdu(frame.asdu))
      }
    }))
    for (const asdu of asdus) {
      if (isFault(asdu)) {
        count(asdu.fault)
        continue
      }
      decoded++
      for (let place = 0; place < asdu.values.length && !isSystem(asdu.type.kind); place++) {
        const kind = asdu.type.kind as Kind
        const value = valueOf(kind, asdu.values[place], 1, undefined)
        if (Math.abs(value) === Infinity || ![QUALITY.measured, QUALITY.uncertain, QUALITY.bad].includes(qualityOf(kind, asdu.marks[place]) as 0)) throw new Error(`${kind} ${value}`)
      }
      if (!isFaithful(asdu)) continue
      again++
      const twice = decodeAsdu(encodeAsdu(saidAgain(asdu)))
      if (JSON.stringify(twice) !== JSON.stringify(asdu)) throw new Error(`${JSON.stringify(asdu)} is said again as ${JSON.stringify(twice)}`)
    }
  }), { numRuns: FUZZ_RUNS })
  process.stdout.write(`${JSON.stringify({ protocol: 'iec104', runs: FUZZ_RUNS, decoded, again, longestMs: Math.round(longestMs * 1_000) / 1_000, faults: Object.fromEntries(faults) })}\n`)
  expect(longestMs).toBeLessThan(HANG_MS)
  expect(decoded).toBeGreaterThan(FUZZ_RUNS / 4)
  expect([...faults.keys()]).toEqual(expect.arrayContaining(['start-octet', 'length-invalid', 'control-invalid', 'type-unknown', 'objects-none', 'objects-length']))
}, 60_000 + FUZZ_RUNS)
