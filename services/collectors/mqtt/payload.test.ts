import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodingMs, FUZZ_RUNS, HANG_MS } from '../fuzz.testkit.ts'
import { decodePayload } from './payload.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const wanted = [{ pointer: '/powerW', scale: 1 }, { pointer: '/deep/a~1b', scale: 0.001 }]

test('values by pointer, with scale; what is absent or null is missing and not zero', () => {
  expect(decodePayload(bytes('{"ts":"2026-01-01T00:00:00Z","powerW":0,"deep":{"a/b":2500}}'), wanted, '/ts')).toEqual({ at: Date.parse('2026-01-01T00:00:00Z'), values: Float64Array.of(0, 2.5) })
  expect(decodePayload(bytes('{"powerW":null,"deep":{"a/b":1}}'), wanted, undefined)).toEqual({ at: NaN, values: Float64Array.of(NaN, 0.001) })
})

test('any message ends in values or a reason', () => {
  const payload = fc.oneof(fc.uint8Array(), fc.json().map(bytes), fc.record({ ts: fc.oneof(fc.string(), fc.constant('2026-01-01T00:00:00Z')), powerW: fc.jsonValue() }).map((value) => bytes(JSON.stringify(value))))
  fc.assert(fc.property(payload, fc.constantFrom('/ts', undefined), (message, timePointer) => {
    const decoded = decodePayload(message, wanted, timePointer)
    if ('reason' in decoded) expect(decoded.reason).toMatch(/^[a-z-]+$/)
    else expect([decoded.values.length, decoded.values.some((value) => !Number.isNaN(value))]).toEqual([2, true])
  }))
  expect(decodePayload(new Uint8Array(70_000), wanted, '/ts')).toEqual({ reason: 'payload-too-large' })
  expect(decodePayload(bytes('{"__proto__":{"powerW":1}}'), [{ pointer: '/powerW', scale: 1 }], undefined)).toEqual({ reason: 'no-value' })
})

test(`${FUZZ_RUNS} damaged messages: values or a reason, quickly`, { timeout: 600_000 }, () => {
  const good = bytes('{"ts":"2026-01-01T00:00:00Z","powerW":12.5e1,"deep":{"a/b":2500,"more":[1,{"x":null}]},"text":"\u00e9\\u00e9"}')
  const change = fc.record({ place: fc.nat(), byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...bytes('{}[]",:\\-.eE0'))), kind: fc.constantFrom('set', 'flip', 'cut', 'double') })
  let [usable, slowestMs] = [0, 0]
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
    let damaged = good.slice()
    for (const { place, byte, kind } of changes) {
      const at = place % Math.max(1, damaged.length)
      if (kind === 'cut') damaged = damaged.slice(0, at)
      else if (kind === 'double') damaged = Uint8Array.of(...damaged.subarray(0, at), ...damaged.subarray(at >> 1))
      else if (at < damaged.length) damaged[at] = kind === 'set' ? byte : damaged[at] ^ (1 << (byte & 7))
    }
    slowestMs = Math.max(slowestMs, decodingMs(() => {
      const decoded = decodePayload(damaged, wanted, '/ts')
      if ('reason' in decoded) return void expect(decoded.reason).toMatch(/^[a-z-]+$/)
      expect([Number.isFinite(decoded.at), decoded.values.length]).toEqual([true, 2])
      usable++
    }))
  }), { numRuns: FUZZ_RUNS })
  expect(usable).toBeGreaterThan(FUZZ_RUNS / 100)
  expect(slowestMs).toBeLessThan(HANG_MS)
  for (const open of ['[', '{"a":', '"', '\\']) expect(decodingMs(() => decodePayload(bytes(open.repeat(64 * 1024 / open.length)), wanted, '/ts'))).toBeLessThan(HANG_MS)
})
