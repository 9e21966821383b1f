import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { isCalled, parseAddress } from './address.ts'
import { ACK, dataRequest, decodeFrame, FrameReader, longFrame, resetRequest, selectRequest } from './frames.ts'
import { decodeRecords, type MeterRecord } from './records.ts'
import { utcOf } from './select.ts'
import { decodeTelegram, type Telegram } from './telegram.ts'

const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/mbus')
const hex = (text: string): Uint8Array => Uint8Array.from(text.trim().split(/\s+/), (byte) => parseInt(byte, 16))
const recordOf = (text: string): MeterRecord => {
  const { records, fault } = decodeRecords(hex(text))
  expect(fault).toBeUndefined()
  expect(records).toHaveLength(1)
  return records[0]
}

describe('records that no recording has', () => {
  // Worked out by hand from the tables of EN 13757-3.
  test.each<[string, string, Partial<MeterRecord>]>([
    ['BCD with a minus sign', '0A 5A 50 F2', { quantity: 'flow-temperature', value: -25 }],
    ['BCD with a digit that is none', '0C 13 00 0A 00 00', { quantity: 'volume', value: NaN, fault: 'invalid-value' }],
    ['the integer that means invalid', '04 2B 00 00 00 80', { value: NaN, fault: 'invalid-value' }],
    ['a negative integer of 64 bits', '07 03 FE FF FF FF FF FF FF FF', { quantity: 'energy', unit: 'Wh', value: -2 }],
    ['a real that is none', '05 2B 00 00 C0 7F', { value: NaN, fault: 'invalid-value' }],
    ['no data', '00 13', { quantity: 'volume', value: NaN, fault: 'no-value' }],
    ['selected for readout', '08 13', { value: NaN, fault: 'no-value' }],
    ['MJ', '02 0E 05 00', { quantity: 'energy', unit: 'J', value: 5e6 }],
    ['GJ by the FB table', '02 FB 09 03 00', { quantity: 'energy', unit: 'J', value: 3e9 }],
    ['MWh by the FB table', '01 FB 00 0F', { quantity: 'energy', unit: 'Wh', value: 1_500_000 }],
    ['kvarh by the FB table', '02 FB 82 75 64 00', { quantity: 'reactive-energy', unit: 'varh', value: 10_000 }],
    ['frequency', '02 FB 2E 88 13', { quantity: 'frequency', unit: 'Hz', value: 500 }],
    ['power in J/h', '04 33 10 0E 00 00', { quantity: 'power', unit: 'W', value: 1_000 }],
    ['flow per minute', '02 43 0A 00', { quantity: 'volume-flow', unit: 'm3/h', value: 0.06 }],
    ['flow per second', '01 4E 02', { quantity: 'volume-flow', unit: 'm3/h', value: 7.2 }],
    ['pressure', '02 69 D2 04', { quantity: 'pressure', unit: 'bar', value: 12.34 }],
    ['days', '01 23 02', { quantity: 'on-time', unit: 's', value: 172_800 }],
    ['voltage of the second phase', '02 FD C8 FC 02 FC 08', { quantity: 'voltage', unit: 'V', value: 230, qualifiers: ['phase-2'] }],
    ['corrected by a factor and a constant', '01 DA 77 05', { value: 5 }],
    ['corrected by an added constant', '01 DB 7B 05', { quantity: 'flow-temperature', value: 6 }],
    ['a thousand times', '01 93 7D 05', { quantity: 'volume', value: 5 }],
    ['the meter says why not', '02 93 15 00 00', { fault: 'no-data' }],
    ['overflow', '02 93 16 00 00', { fault: 'overflow' }],
    ['duration above a limit', '01 BB 59 05', { unit: 's', value: 300, qualifiers: ['first-duration-above-upper-limit'] }],
    ['text', '0D FD 11 03 43 42 41', { quantity: 'customer', text: 'ABC' }],
    ['BCD of its own length', '0D 13 C2 34 12', { quantity: 'volume', value: 1.234 }],
    ['negative BCD of its own length', '0D 13 D2 34 12', { value: -1.234 }],
    ['binary of its own length', '0D 13 E3 40 42 0F', { value: 1_000 }],
    ['binary of a length that is a key', '0D FD 19 F0 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00', { fault: 'not-a-number' }],
    ['a unit in plain text', '02 7C 03 6D 70 70 2A 00', { quantity: 'ppm', value: 42 }],
    ['time of day', '03 6D 1E 0F 08', { quantity: 'time-point', value: 29_730 }],
    ['a date of "every month"', '02 6C 01 0F', { fault: 'invalid-time' }],
    ['error flags without a sign', '02 FD 17 00 80', { quantity: 'error-flags', value: 32_768 }],
    ['a code kept for later', '01 FD 7A 05', { quantity: 'reserved', value: 5 }],
    ['the greatest storage number', 'C1 BF 7F 13 01', { storage: 1 + 2 * 15 + 32 * 15, tariff: 3 + 4 * 3, subunit: 2 }],
  ])('%s', (_name, bytes, expected) => {
    expect(recordOf(bytes)).toMatchObject(expected)
  })

  test('date and time to the second, with the mark of summer time', () => {
    expect(recordOf('06 6D 5E 1F 0C 49 37 00').time).toEqual({ wall: Date.UTC(2026, 6, 9, 12, 31, 30), isDate: false, isSummer: true })
    expect(recordOf('06 6D 1E 9F 0C 49 37 00').fault).toBe('invalid-time')
  })

  test('what cannot be read on ends the telegram with its reason; what came before holds', () => {
    const cases: readonly [string, string][] = [['3F', 'dif-reserved'], ['0D 13 F8', 'length-reserved'], ['0D 13 CB', 'length-reserved'], ['04 13 00', 'premature-end'], ['8C', 'premature-end'], ['02 7C 09 41', 'premature-end']]
    for (const [bytes, reason] of cases) {
      const { records, fault } = decodeRecords(hex(`2F 01 13 07 2F 2F ${bytes}`))
      expect([records.map(({ value }) => value), fault], bytes).toEqual([[0.007], { reason, at: 6 }])
    }
  })
})

const HEADER = [0x78, 0x56, 0x34, 0x12, 0x2d, 0x2c, 0x01, 0x04, 0x2a, 0x00, 0x00, 0x00]
const answer = (ci: number, data: readonly number[]) => decodeTelegram(longFrame(0x08, 1, ci, Uint8Array.from(data))) as Telegram

test('telegrams without header, with the short one, and of mode 2, whose bytes stand the other way round', () => {
  const volume = [0x04, 0x13, 0xe8, 0x03, 0, 0]
  expect(answer(0x78, volume)).toMatchObject({ identity: undefined, records: [{ value: 1 }] })
  expect(answer(0x7a, [7, 0, 0, 0, ...volume])).toMatchObject({ accessNumber: 7, records: [{ value: 1 }] })
  expect(answer(0x76, [0x12, 0x34, 0x56, 0x78, 0x2c, 0x2d, 1, 4, 42, 0, 0, 0, 0x04, 0x13, 0, 0, 0x03, 0xe8])).toMatchObject({ identity: { id: '12345678', manufacturer: 'KAM', medium: 'heat-outlet' }, accessNumber: 42, records: [{ value: 1 }] })
  expect(answer(0x72, [...HEADER.with(11, 0x05), ...volume])).toEqual({ fault: 'encrypted' })
  expect(answer(0x99, volume)).toEqual({ fault: 'ci-unsupported' })
})

test('the old fixed telegram: BCD or binary counters, the second one perhaps the stored first', () => {
  const fixed = (status: number, units: readonly number[], counters: readonly number[]) => answer(0x73, [0x78, 0x56, 0x34, 0x12, 9, status, ...units, ...counters])
  expect(fixed(0, [0xe9, 0x7e], [1, 0, 0, 0, 0x35, 1, 0, 0])).toMatchObject({ identity: { id: '12345678', medium: 'water' }, records: [{ quantity: 'volume', value: 0.001, storage: 0 }, { quantity: 'volume', value: 0.135, storage: 1 }] })
  expect(fixed(0xc0, [0x05, 0x0e], [0, 1, 0, 0, 2, 0, 0, 0])).toMatchObject({ records: [{ unit: 'Wh', value: 256_000, storage: 1 }, { unit: 'J', value: 2e6 }] })
  expect(fixed(0, [0x05, 0x05], [0x0a, 0, 0, 0, 0, 0, 0, 0])).toMatchObject({ records: [{ fault: 'invalid-value' }, { value: 0 }] })
})

test('questions as the standard writes them, and frames found in a noisy stream cut anywhere', () => {
  expect(Buffer.from(resetRequest(1)).toString('hex')).toBe('1040014116')
  expect(Buffer.from(dataRequest(1, true)).toString('hex')).toBe('107b017c16')
  const select = selectRequest((parseAddress('12345678-KAM') as { pattern: Uint8Array }).pattern)
  expect(Buffer.from(select).toString('hex')).toBe('680b0b6853fd52785634122d2cffff0d16')
  expect(decodeFrame(select)).toMatchObject({ kind: 'long', control: 0x53, address: 0xfd, ci: 0x52 })
  const stream = Uint8Array.of(0, 0x33, ...select, 0x68, ACK, ...resetRequest(7))
  const reader = new FrameReader()
  expect([...stream].flatMap((byte) => reader.push(Uint8Array.of(byte)).frames.map(({ kind }) => kind))).toEqual(['long', 'ack', 'short'])
})

test('a secondary address matches digit by digit', () => {
  const identity = { id: '12345678', manufacturer: 'KAM', version: 1, medium: 'heat-outlet' }
  const matches = (address: string) => isCalled((parseAddress(address) as { pattern: Uint8Array }).pattern, identity)
  expect(['12345678', 'FFFFFF78', '12345678-KAM', '12345678-KAM-01-04'].map(matches)).toEqual([true, true, true, true])
  expect(['12345679', 'FFFFFF77', '12345678-ELS', '12345678-KAM-02'].map(matches)).toEqual([false, false, false, false])
})

test("a meter's clock: legal time with its two hours in October, or winter time all year", () => {
  const shown = (month: number, day: number, hour: number, isSummer = false) => ({ wall: Date.UTC(2026, month - 1, day, hour), isDate: false, isSummer })
  expect(utcOf(shown(7, 1, 12), 'wall-clock', 'Europe/Paris')).toBe(Date.UTC(2026, 6, 1, 10))
  expect(utcOf(shown(7, 1, 12), 'winter-time', 'Europe/Paris')).toBe(Date.UTC(2026, 6, 1, 11))
  expect(utcOf(shown(7, 1, 12, true), 'winter-time', 'Europe/Paris')).toBe(Date.UTC(2026, 6, 1, 10))
  expect(utcOf(shown(10, 25, 2, true), 'wall-clock', 'Europe/Paris')).toBe(Date.UTC(2026, 9, 25, 0))
  expect(utcOf(shown(10, 25, 2), 'wall-clock', 'Europe/Paris')).toBe(Date.UTC(2026, 9, 25, 1))
  expect(utcOf(shown(3, 29, 2), 'wall-clock', 'Europe/Paris')).toBeNaN()
})

/** Length and checksum made right again: the fault must be found further in. */
function mended(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 9 || bytes.length > 261) return bytes
  return longFrame(0x08, bytes[5], bytes[6], bytes.subarray(7, bytes.length - 2))
}

test(`${FUZZ_RUNS} mutated telegrams: never an error that is not typed, never long`, () => {
  const bases = ['', 'error-frames', 'unsupported-frames'].flatMap((sub) =>
    readdirSync(join(FOLDER, sub)).filter((name) => name.endsWith('.hex')).map((name) => hex(readFileSync(join(FOLDER, sub, name), 'utf8'))))
  const mutation = fc.record({ at: fc.nat(260), byte: fc.integer({ min: 0, max: 255 }), kind: fc.nat(3) })
  let longestMs = 0
  let decoded = 0
  fc.assert(fc.property(fc.constantFrom(...bases), fc.array(mutation, { maxLength: 10 }), fc.boolean(), (base, mutations, mend) => {
    const bytes = [...base]
    for (const { at, byte, kind } of mutations) {
      const place = at % Math.max(1, bytes.length)
      if (kind === 0) bytes.splice(place, 1)
      else if (kind === 1) bytes.splice(place, 0, byte)
      else bytes[place] = byte
    }
    const input = mend ? mended(Uint8Array.from(bytes)) : Uint8Array.from(bytes)
    longestMs = Math.max(longestMs, decodingMs(() => {
      decodeTelegram(input)
      new FrameReader().push(input)
    }))
    const telegram = decodeTelegram(input)
    if (!('records' in telegram)) {
      if (typeof telegram.fault !== 'string') throw new Error('a fault without a name')
      return
    }
    decoded++
    for (const { value, fault, time, text } of telegram.records) {
      if (Number.isNaN(value) && fault === undefined && time === undefined && text === undefined) throw new Error('a record without value and without reason')
    }
  }), { numRuns: FUZZ_RUNS })
  expect(decoded).toBeGreaterThan(FUZZ_RUNS / 4)
  expect(longestMs).toBeLessThan(HANG_MS)
}, 600_000)
