import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { rebirthCommand } from './commands.ts'
import { DATA_TYPE, decodeSparkplug, type Alias, type SparkplugPayload } from './payload.ts'
import { encodePayload } from './edge-node.testkit.ts'

const recordings = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/recordings/sparkplug/payloads.json'), 'utf8')) as { name: string; hex: string }[]
const recorded = (name: string): Uint8Array => Uint8Array.from(Buffer.from(recordings.find((recording) => recording.name === name)!.hex, 'hex'))

function decoded(bytes: Uint8Array): SparkplugPayload {
  const payload = decodeSparkplug(bytes)
  if ('reason' in payload) throw new Error(payload.reason)
  return payload
}

interface Seen { readonly name: string | undefined; readonly alias: Alias | undefined; readonly at: number; readonly value: number | string; readonly quality: number; readonly isHistorical: boolean }

/** Every metric, with the data types of its birth by alias. */
function metricsOf(bytes: Uint8Array, types: Readonly<Record<string, number>> = {}): Seen[] {
  const seen: Seen[] = []
  decoded(bytes).visit((metric) => {
    const { name, alias, at, quality, isHistorical } = metric
    seen.push({ name, alias, at, quality, isHistorical, value: metric.value(metric.datatype === 0 ? types[String(alias)] ?? 0 : metric.datatype) })
  })
  return seen
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const AT = 1_486_144_502_122

test('the birth of an edge node, its death and the request for a birth, as another encoder writes them', () => {
  expect(decoded(recorded('nbirth'))).toMatchObject({ at: AT, seq: 0, metrics: 3 })
  expect(metricsOf(recorded('nbirth')).map(({ name, value }) => [name, value])).toEqual([['bdSeq', 0], ['Node Control/Rebirth', 0], ['Properties/Hardware Make', 'not-a-number']])
  expect(decoded(recorded('ndeath'))).toMatchObject({ at: AT, seq: NaN, metrics: 1 })
  expect(Uint8Array.from(rebirthCommand(AT))).toEqual(recorded('ncmd-rebirth'))
})

test('every data type, as another encoder writes it', () => {
  const seen = metricsOf(recorded('dbirth'))
  expect(seen.map(({ name, value }) => [name, value])).toEqual([
    ['Supply Voltage (V)', Math.fround(12.3)], ['Input Frequency', -2], ['Int8', -3], ['Int16', -30_000], ['Int64', -9_007_199_254_740_991],
    ['UInt8', 250], ['UInt16', 65_000], ['UInt32', 4_294_967_295], ['UInt64', 18_446_744_073_709_551_615], ['Double', 123.456], ['Boolean', 1],
    ['Text', 'not-a-number'], ['Time', 'type-does-not-fit'], ['Bytes', 'not-a-number'], ['Nothing', NaN], ['DataSet', 'data-set-not-read'], ['Template', 'template-not-read'],
    ['Poor', 1.5], ['Bad', 1.5], ['Good', 1.5],
  ])
  expect(seen.map(({ alias }) => alias)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  expect(seen.slice(-4).map(({ quality }) => quality)).toEqual([QUALITY.measured, QUALITY.uncertain, QUALITY.bad, QUALITY.measured])
})

test('values by alias take the type of the birth; historical ones have their own time', () => {
  const seen = metricsOf(recorded('ddata'), { 1: DATA_TYPE.float, 2: DATA_TYPE.int32, '9007199254740993': DATA_TYPE.uint8 })
  expect(seen.map(({ alias, at, value, isHistorical }) => [alias, at, value, isHistorical])).toEqual([
    [1, AT + 1_000, 12.5, false], [2, AT + 900, -5, false], [9_007_199_254_740_993n, AT, 1, false], [2, AT - 60_000, 7, true],
  ])
  expect(metricsOf(recorded('ddata'))[1].value).toBe('no-datatype')
})

test('a number that its type cannot hold is no value', () => {
  const cases: readonly [number, number, number | string][] = [
    [DATA_TYPE.uint8, 256, 'out-of-range'], [DATA_TYPE.uint16, 65_536, 'out-of-range'], [DATA_TYPE.int8, 300, 'out-of-range'], [DATA_TYPE.int8, -129, 'out-of-range'],
    [DATA_TYPE.int8, -128, -128], [DATA_TYPE.int16, 0x8000, -32_768], [DATA_TYPE.int32, 0xffff_ffff, -1], [DATA_TYPE.float, 1, 'type-does-not-fit'], [99, 1, 'type-does-not-fit'],
  ]
  for (const [datatype, int, value] of cases) expect(metricsOf(encodePayload({ metrics: [{ name: 'x', datatype, int }] }))[0].value, `${datatype}: ${int}`).toBe(value)
  expect(metricsOf(encodePayload({ metrics: [{ name: 'x', datatype: DATA_TYPE.int32, double: 1 }, { name: 'y', datatype: DATA_TYPE.double, double: Infinity }, { name: 'z', datatype: DATA_TYPE.int32 }] })).map(({ value }) => value))
    .toEqual(['type-does-not-fit', 'not-a-number', 'no-value'])
})

test('a payload that is not whole is not used at all', () => {
  const whole = recorded('ddata')
  for (let length = 1; length < whole.length; length++) {
    const cut = decodeSparkplug(whole.subarray(0, length))
    // Cut between two fields it is well formed, and has lost what stood last.
    if (!('reason' in cut)) expect([cut.seq, cut.metrics < 4 || length > whole.length - 3]).toEqual([NaN, true])
  }
  expect(decodeSparkplug(Uint8Array.of(0x12, 0x02, 0x18, 0x01))).toEqual({ reason: 'metric-without-name' })
  expect(decodeSparkplug(Uint8Array.of(0x13))).toEqual({ reason: 'not-sparkplug' })
  expect(decodeSparkplug(new Uint8Array(1024 * 1024 + 1))).toEqual({ reason: 'payload-too-large' })
})

const sent = fc.record({
  name: fc.string({ maxLength: 12 }), alias: fc.nat(), timestamp: fc.nat({ max: 4e12 }), datatype: fc.constantFrom(DATA_TYPE.int32, DATA_TYPE.double),
  isHistorical: fc.boolean(), isNull: fc.boolean(), quality: fc.constantFrom(undefined, 0, 192, 500), int: fc.integer(), double: fc.double({ noNaN: true, noDefaultInfinity: true }),
})

test('what is sent is what is read', () => {
  fc.assert(fc.property(fc.array(sent), fc.nat({ max: 255 }), fc.nat({ max: 4e12 }), (metrics, seq, timestamp) => {
    const bytes = encodePayload({ timestamp, seq, metrics: metrics.map(({ quality, int, double, ...metric }) => ({ ...metric, ...(quality === undefined ? {} : { quality }), ...(metric.datatype === DATA_TYPE.double ? { double } : { int }) })) })
    expect(decoded(bytes)).toMatchObject({ at: timestamp, seq, metrics: metrics.length })
    expect(metricsOf(bytes)).toEqual(metrics.map(({ name, alias, timestamp: at, datatype, isHistorical, isNull, quality, int, double }) => ({
      name: new TextDecoder().decode(new TextEncoder().encode(name)), alias, at, isHistorical,
      value: isNull ? NaN : datatype === DATA_TYPE.double ? double : int,
      quality: quality === 0 ? QUALITY.bad : quality === 500 ? QUALITY.uncertain : QUALITY.measured,
    })))
  }))
})

test(`${FUZZ_RUNS} damaged payloads: values or a reason, quickly`, { timeout: 600_000 }, () => {
  const good = recordings.map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')))
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'flip', 'cut', 'double')), { minLength: 1, maxLength: 6 })
  let [usable, slowestMs] = [0, 0]
  fc.assert(fc.property(fc.constantFrom(...good), damage, fc.uint8Array({ maxLength: 20 }), (bytes, changes, tail) => {
    let damaged = Uint8Array.of(...bytes, ...tail)
    for (const [place, byte, kind] of changes) {
      const at = place % Math.max(1, damaged.length)
      if (kind === 'cut') damaged = damaged.slice(0, at)
      else if (kind === 'double') damaged = Uint8Array.of(...damaged.subarray(0, at), ...damaged.subarray(Math.floor(at / 2)))
      else if (at < damaged.length) damaged[at] = kind === 'set' ? byte : damaged[at] ^ (1 << (byte & 7))
    }
    slowestMs = Math.max(slowestMs, decodingMs(() => {
      const payload = decodeSparkplug(damaged)
      if ('reason' in payload) return void expect(payload.reason).toMatch(/^[a-z-]+$/)
      let visited = 0
      payload.visit((metric) => {
        visited++
        const value = metric.value(metric.datatype)
        if (typeof value === 'string' ? !/^[a-z-]+$/.test(value) : !Number.isNaN(value) && !Number.isFinite(value)) expect.fail(`value ${value}`)
      })
      expect(visited).toBe(payload.metrics)
      usable++
    }))
  }), { numRuns: FUZZ_RUNS })
  expect(usable).toBeGreaterThan(FUZZ_RUNS / 100)
  expect(slowestMs).toBeLessThan(HANG_MS)
})

test('the worst payloads of a megabyte take little time and leave nothing in memory', () => {
  const repeated = (piece: readonly number[]): Uint8Array => Uint8Array.from({ length: 1024 * 1024 - (1024 * 1024) % piece.length }, (_, at) => piece[at % piece.length])
  const worst = [
    [0x12, 0x02, 0x10, 0x01], // metrics that are only an alias
    [0x12, 0x04, 0x0a, 0x00, 0x4a, 0x00], // empty properties
    [0x12, 0x80, 0x80, 0x80, 0x00], // lengths drawn out
    [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], // the longest numbers
  ].map(repeated)
  for (const bytes of worst) {
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const begun = performance.now()
    const payload = decodeSparkplug(bytes)
    let aliases = 0
    if (!('reason' in payload)) payload.visit(({ alias }) => { if (alias === 1) aliases++ })
    if (bytes === worst[0]) expect(aliases).toBe(bytes.length / 4)
    expect(performance.now() - begun).toBeLessThan(2_000)
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1024 * 1024)
  }
})
