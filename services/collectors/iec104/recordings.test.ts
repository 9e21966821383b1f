import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FrameReader, type Frame } from './apci.ts'
import { decodeAsdu, isFault, MARK, TOTAL_MARK, type Asdu } from './asdu.ts'
import { tcpPayloads } from './pcap.testkit.ts'
import { SUMMER_TIME, TIME_INVALID, TIME_SUBSTITUTED } from './time-tag.ts'

/** A captured session and one of every type, held to what tshark reads in them (fixtures/recordings/iec104/README.md). */
const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/iec104')
const fileOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)))

type Fields = Readonly<Record<string, number>>
interface TheirAsdu { readonly typeid: number; readonly numix: number; readonly causetx: number; readonly nega?: number; readonly test?: number; readonly oa: number; readonly addr: number; readonly objects: readonly Fields[] }
const theirs = (name: string): TheirAsdu[] => JSON.parse(readFileSync(join(FOLDER, `${name}.tshark.json`), 'utf8')) as TheirAsdu[]

function framesOf(name: string, isWanted: (source: number, destination: number) => boolean): Frame[] {
  const reader = new FrameReader()
  return tcpPayloads(fileOf(name), isWanted).flatMap(({ bytes }) => {
    const { frames, fault } = reader.push(bytes)
    if (fault !== undefined) throw new Error(fault)
    return frames
  })
}
const asdusOf = (frames: readonly Frame[]): Uint8Array[] => frames.flatMap((frame) => (frame.format === 'I' ? [frame.asdu] : []))

/** tshark shows the four octets of a string of bits the first one highest; the standard numbers its bits from the first octet on. */
const turned = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value)
  return view.getUint32(0, true)
}

function theirValue(fields: Fields): number {
  const of = (name: string): number => fields[name] ?? 0
  if ('bitstring' in fields) return turned(of('bitstring'))
  for (const name of ['siq.spi', 'diq.dpi', 'vti.v', 'scalval', 'float', 'bcr.count', 'qoi', 'qcc']) if (name in fields) return of(name)
  if ('normval' in fields) return Math.round(of('normval') * 32_768)
  return of('coi_r') + (of('coi_i') << 7)
}

function theirMarks(fields: Fields): number {
  const bit = (mark: number, ...names: readonly string[]): number => (names.some((name) => fields[name] === 1) ? mark : 0)
  if (Object.keys(fields).some((name) => name.startsWith('bcr'))) {
    return bit(TOTAL_MARK.invalid, 'bcr.iv') | bit(TOTAL_MARK.adjusted, 'bcr.ca') | bit(TOTAL_MARK.carry, 'bcr.cy') | (fields['bcr.sq'] ?? 0)
  }
  const everywhere = (name: string): string[] => ['siq', 'diq', 'qds'].map((octet) => `${octet}.${name}`)
  return bit(MARK.invalid, ...everywhere('iv')) | bit(MARK.notTopical, ...everywhere('nt')) | bit(MARK.substituted, ...everywhere('sb'))
    | bit(MARK.blocked, ...everywhere('bl')) | bit(MARK.overflow, 'qds.ov') | bit(MARK.transient, 'vti.t')
}

function theirTime(fields: Fields, time: Asdu['type']['time']): { time: number; marks: number } {
  const of = (name: string): number => fields[`${time === 'date' ? 'cp56time' : 'cp24time'}.${name}`] ?? 0
  const inHour = of('min') * 60_000 + of('ms')
  return {
    time: time === 'none' ? NaN : time === 'hour' ? inHour : Date.UTC(2000 + of('year'), of('month') - 1, of('day'), of('hour')) + inHour,
    marks: (of('iv') === 1 ? TIME_INVALID : 0) | (of('gen') === 1 ? TIME_SUBSTITUTED : 0) | (of('su') === 1 ? SUMMER_TIME : 0),
  }
}

function expectAsdu(bytes: Uint8Array, their: TheirAsdu, name: string): void {
  const asdu = decodeAsdu(bytes)
  if (isFault(asdu)) throw new Error(`${name}: ${asdu.fault}`)
  expect([asdu.typeId, asdu.addresses.length, asdu.cause, asdu.isNegative, asdu.isTest, asdu.originator, asdu.commonAddress], name)
    .toEqual([their.typeid, their.numix, their.causetx, their.nega === 1, their.test === 1, their.oa, their.addr])
  their.objects.forEach((fields, place) => {
    const { time, marks } = theirTime(fields, asdu.type.time)
    // tshark shows six digits of a float.
    expect(asdu.type.kind === 'short-float' ? Number(asdu.values[place].toPrecision(6)) : asdu.values[place], name).toBe(theirValue(fields))
    expect([asdu.addresses[place], asdu.times[place]], name).toEqual([fields['ioa'], time])
    expect(asdu.marks[place], name).toBe(theirMarks(fields))
    // tshark does not look at the second mark of the short tag.
    expect(asdu.timeMarks[place] & (asdu.type.time === 'hour' ? TIME_INVALID : 0xff), name).toBe(marks)
  })
}

describe('a captured session', () => {
  const COMMANDS = new Set([45, 46, 47, 48, 49, 50, 51])
  const frames = framesOf('iec104.pcap', (source) => source === 2_404)

  test('every value is read as tshark reads it; confirmations of commands are skipped by name', () => {
    const asdus = asdusOf(frames)
    const expected = theirs('iec104')
    expect(asdus).toHaveLength(expected.length)
    let values = 0
    expected.forEach((their, place) => {
      if (COMMANDS.has(their.typeid)) return expect(decodeAsdu(asdus[place])).toEqual({ fault: 'type-unknown', typeId: their.typeid, count: 1 })
      values += their.objects.length
      expectAsdu(asdus[place], their, `frame ${place}, type ${their.typeid}`)
    })
    expect(values).toBeGreaterThan(120)
  })

  test('both ends number their frames without a hole', () => {
    for (const each of [frames, framesOf('iec104.pcap', (_, destination) => destination === 2_404)]) {
      const numbers = each.flatMap((frame) => (frame.format === 'I' ? [frame.sent] : []))
      expect(numbers).toEqual(numbers.map((_, place) => place))
      expect(numbers.length).toBeGreaterThan(10)
    }
  })
})

describe('every type that is read', () => {
  const UNREAD_BY_TSHARK = new Set([17, 18, 19, 20, 38, 39, 40])
  const asdus = asdusOf(framesOf('all-types.pcap', () => true))
  const expected = theirs('all-types')

  test('is read as tshark reads it', () => {
    expect(asdus).toHaveLength(expected.length)
    const seen = new Set<number>()
    expected.forEach((their, place) => {
      seen.add(their.typeid)
      expect(their.objects).toHaveLength(UNREAD_BY_TSHARK.has(their.typeid) ? 0 : their.numix)
      expectAsdu(asdus[place], their, `frame ${place}, type ${their.typeid}`)
    })
    expect(seen.size).toBe(36)
  })
})
