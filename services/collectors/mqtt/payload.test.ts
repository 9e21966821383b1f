import fc from 'fast-check'
import { expect, test } from 'vitest'
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
