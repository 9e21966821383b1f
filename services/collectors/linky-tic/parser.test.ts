import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { readHorodate } from './horodate.ts'
import { labelOf, stgeField, STGE_FIELD_NAMES, valueOf } from './labels.ts'
import { TicParser, type Frame } from './parser.ts'
import { frameBytes, groupBytes, recording, withParity } from './tic.testkit.ts'

const parse = (bytes: Uint8Array) => new TicParser().push(bytes)
const numbersOf = ({ groups }: Frame) => Object.fromEntries(groups.filter(({ label }) => labelOf(label)?.kind !== 'text').map(({ label, data }) => [label, valueOf(label, data)]))

test('ten frames captured in historique mode give their indexes, none is lost', () => {
  const { frames, rejected } = parse(recording('historique.bin'))
  expect(frames).toHaveLength(10)
  expect([...rejected]).toEqual([])
  expect(new Set(frames.map(({ mode }) => mode))).toEqual(new Set(['historique']))
  expect(numbersOf(frames[0])).toEqual({
    ISOUSC: 30, BBRHCJB: 18_328_702, BBRHPJB: 23_739_545, BBRHCJW: 1_466_099, BBRHPJW: 2_132_883, BBRHCJR: 860_118, BBRHPJR: 844_115, IINST: 12, IMAX: 90, PAPP: 2_830,
  })
  const index = frames.map((frame) => numbersOf(frame)['BBRHCJB'])
  expect(index).toEqual(index.toSorted((left, right) => left - right))
  expect(index.at(-1)! - index[0]).toBeGreaterThan(0)
})

test("Enedis' own frames: every group of both modes, and what the time stamps say", () => {
  const historique = parse(recording('ticFrameHistoric.txt')).frames[0]
  expect(numbersOf(historique)).toEqual({ ISOUSC: 15, BASE: 104, IINST: 0, IMAX: 0, PAPP: 0 })
  expect(historique.groups.find(({ label }) => label === 'PTEC')?.data).toBe('TH..')

  const { frames: [standard], rejected } = parse(recording('ticFrameStandard.txt'))
  expect([...rejected]).toEqual([])
  expect(standard.groups).toHaveLength(38)
  const of = (label: string) => standard.groups.find((group) => group.label === label)!
  expect(of('ADSC').data).toBe('031664001115')
  expect(of('DATE')).toEqual({ label: 'DATE', horodate: 'E170915101601', data: '' })
  expect(readHorodate(of('DATE').horodate!)).toEqual({ at: Date.UTC(2017, 8, 15, 8, 16, 1), isDegraded: false })
  expect(readHorodate(of('CCASN').horodate!)?.at).toBe(Date.UTC(2017, 8, 13, 9, 30))
  expect(numbersOf(standard)).toMatchObject({ EAST: 0, URMS1: 230, PREF: 3, PCOUP: 2, UMOY1: 230, NTARF: 2, STGE: 0x000a4411 })
  expect(of('PJOURF+1').data).toMatch(/^00008002 0100C001 .* NONUTILE$/)
  for (const { label } of standard.groups) expect(labelOf(label), label).toBeDefined()
})

test('the register of states agrees with the tariff of the same frame', () => {
  const register = valueOf('STGE', '000A4411')
  expect(Object.fromEntries(STGE_FIELD_NAMES.map((name) => [name, stgeField(register, name)]).filter(([, value]) => value !== 0))).toEqual({
    'dry-contact-open': 1, 'cover-open': 1, 'supplier-index': 1, 'distributor-index': 1, 'mode-standard': 1, 'euridis-state': 1,
  })
  expect(stgeField(valueOf('STGE', 'F0000000'), 'mobile-peak')).toBe(3)
})

test('a group with a wrong checksum is left out and counted, the others are used', () => {
  const { frames: [frame], rejected } = parse(recording('ticFrameStandard_PCOUP_Invalid.txt'))
  expect([...rejected]).toEqual([['checksum', 1]])
  expect(frame.groups).toHaveLength(37)
  expect(frame.groups.some(({ label }) => label === 'PCOUP')).toBe(false)
})

test('frames are the same whatever the pieces, and with the parity bit in the bytes', () => {
  const bytes = recording('historique.bin')
  const whole = parse(bytes).frames
  const parser = new TicParser()
  expect([...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte)).frames)).toEqual(whole)
  expect(parse(withParity(bytes)).frames).toEqual(whole)
  // One bit of parity is enough to find one flipped bit.
  const flipped = withParity(bytes)
  flipped[bytes.indexOf(0x42)] ^= 0x80
  expect([...parse(flipped).rejected]).toEqual([['parity', 1]])
})

test('a meter that counts the last separator into its sum is understood after one whole frame, never by single groups', () => {
  const groups = [['ADCO', '012345678901'], ['BASE', '000012345'], ['PAPP', '00420']]
  expect(parse(frameBytes('historique', groups, 'S2')).frames).toHaveLength(1)
  const mixed = Uint8Array.of(0x02, ...groupBytes('historique', groups[0]), ...groupBytes('historique', groups[1], 'S2'), ...groupBytes('historique', groups[2]), 0x03)
  const { frames, rejected } = parse(mixed)
  expect(frames[0].groups.map(({ label }) => label)).toEqual(['ADCO', 'PAPP'])
  expect([...rejected]).toEqual([['checksum', 1]])
})

test('what interrupts a frame is counted, and the next frame is whole', () => {
  const frame = frameBytes('historique', [['ADCO', '012345678901'], ['BASE', '000012345'], ['PAPP', '00420']])
  const cases: readonly [Uint8Array, string][] = [
    [frame.slice(0, 30), 'frame-cut'], [Uint8Array.of(...frame.slice(0, 30), 0x04), 'frame-interrupted'],
    [Uint8Array.of(0x02, 0x0a, ...new Uint8Array(400).fill(0x41), 0x0d, 0x03), 'group-too-long'],
    [Uint8Array.of(...frame.slice(0, -1), ...frame.slice(1)), 'frame-mixed'],
    [Uint8Array.of(0x02, 0x0a, 0x41, 0x0d, 0x03), 'group-malformed'],
  ]
  for (const [damaged, reason] of cases) {
    const { frames, rejected } = parse(Uint8Array.of(...damaged, ...frame))
    expect([frames.length, [...rejected.keys()]], reason).toEqual([1, [reason]])
  }
})

test('the hour that comes twice in October has two names; a small letter is a meter that lost its clock', () => {
  expect(readHorodate('E261025023000')?.at).toBe(Date.UTC(2026, 9, 25, 0, 30))
  expect(readHorodate('H261025023000')?.at).toBe(Date.UTC(2026, 9, 25, 1, 30))
  expect(readHorodate('h260101000000')).toEqual({ at: Date.UTC(2025, 11, 31, 23), isDegraded: true })
  for (const wrong of [' 260101000000', 'H260230000000', 'H260101240000', 'X260101000000', 'H26010100000', '']) expect(readHorodate(wrong), wrong).toBeUndefined()
})

test(`the parser takes ${FUZZ_RUNS} mutated streams without an error, in time, and every number is one`, () => {
  const recordings = ['historique.bin', 'ticFrameStandard.txt', 'ticFrameHistoric.txt'].map((name) => recording(name).slice(0, 900))
  const mutation = fc.record({ at: fc.nat(899), byte: fc.integer({ min: 0, max: 255 }), cut: fc.nat(3) })
  let longestMs = 0
  fc.assert(fc.property(fc.constantFrom(...recordings), fc.array(mutation, { maxLength: 12 }), fc.integer({ min: 1, max: 300 }), (base, mutations, piece) => {
    let bytes = [...base]
    for (const { at, byte, cut } of mutations) {
      const place = at % bytes.length
      if (cut === 0) bytes.splice(place, 5)
      else if (cut === 1) bytes.splice(place, 0, byte)
      else bytes[place] = byte
    }
    if (bytes.length === 0) bytes = [0]
    const frames: Frame[] = []
    longestMs = Math.max(longestMs, decodingMs(() => {
      const parser = new TicParser()
      for (let start = 0; start < bytes.length; start += piece) frames.push(...parser.push(Uint8Array.from(bytes.slice(start, start + piece))).frames)
    }))
    for (const { label, data, horodate } of frames.flatMap(({ groups }) => groups)) {
      const value = valueOf(label, data)
      if (!Number.isNaN(value) && !(value >= 0)) throw new Error(`${label} ${data}`)
      if (horodate !== undefined) readHorodate(horodate)
    }
  }), { numRuns: FUZZ_RUNS })
  expect(longestMs).toBeLessThan(HANG_MS)
}, 600_000)
