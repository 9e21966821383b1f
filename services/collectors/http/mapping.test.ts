import { expect, test } from 'vitest'
import { decodeAnswer } from './mapping.ts'
import { follow, pointerTokens } from './pointer.ts'
import type { HttpMapping } from './profile.ts'

const PARIS = { timeZone: 'Europe/Paris', until: Date.UTC(2026, 11, 31) }
const decode = (content: unknown, mapping: HttpMapping, pointers: readonly string[] = ['/v']) => {
  const { channels, faults } = decodeAnswer(content, mapping, pointers.map((pointer) => ({ unit: 'W', pointer })), PARIS)
  return { said: channels.flatMap(({ at, values, quality }, channel) => at.map((time, row) => `${channel} ${new Date(time).toISOString().slice(0, 16)} ${values[row]} ${quality[row]}`)), faults: Object.fromEntries(faults) }
}

test('a pointer leads to own members only', () => {
  expect(follow({ 'a/b': [{ '~': 1 }] }, pointerTokens('/a~1b/0/~0'))).toBe(1)
  expect(follow({}, pointerTokens('/constructor'))).toBeUndefined()
  expect(follow([1], pointerTokens('/length'))).toBe(1)
  expect([follow(5, pointerTokens('')), follow(null, pointerTokens('/a')), follow('text', pointerTokens('/length'))]).toEqual([5, undefined, undefined])
})

test('numbers, texts that are numbers, nothing, and what is neither', () => {
  const mapping: HttpMapping = { rows: '', time: { pointer: '/t', format: 'iso' } }
  const row = (v: unknown, t: unknown = '2026-01-01T00:00:00Z') => ({ t, v })
  expect(decode([row(1), row('2.5'), row(null), row(''), row('x'), row(true), row({}), row(1, 'yesterday'), row(1, null), { t: '2026-01-01T00:00:00Z' }, 7], mapping)).toEqual({
    said: ['0 2026-01-01T00:00 1 0', '0 2026-01-01T00:00 2.5 0', '0 2026-01-01T00:00 NaN 6', '0 2026-01-01T00:00 NaN 6'], faults: { 'bad-value': 3, 'bad-time': 3, 'no-value': 1 },
  })
  expect(decode({}, mapping).faults).toEqual({ 'no-rows': 1 })
  expect(decode([row(1, '2027-01-01T00:00:00Z')], mapping)).toEqual({ said: [], faults: {} })
})

test('newest first, with the hour that comes twice; steps of each row', () => {
  const mapping: HttpMapping = { rows: '/r', time: { pointer: '/t', format: 'dd/MM/yyyy HH:mm', stamp: 'end', step: '/s' } }
  const row = (t: string, v: number, s = 'PT1H') => ({ t: `25/10/2026 ${t}`, v, s })
  expect(decode({ r: [row('04:00', 5), row('03:00', 4), row('02:00', 3), row('02:00', 2), row('01:00', 1), row('01:00', 1, 'P1M')] }, mapping)).toEqual({
    said: ['2026-10-24T22:00 1', '2026-10-24T23:00 2', '2026-10-25T00:00 3', '2026-10-25T01:00 4', '2026-10-25T02:00 5'].map((one) => `0 ${one} 0`), faults: { 'bad-step': 1 },
  })
})

test('an object in the place of a text is no text, whatever its members are called', () => {
  const odd = { toString: '', valueOf: 1 }
  const mapping: HttpMapping = { rows: '/r', time: { pointer: '/t', format: 'iso', step: '/s' }, qualityOf: { pointer: '/q', bad: ['B'] } }
  const row = { t: '2026-01-01T00:00:00Z', s: 'PT1H', q: 'M', v: 1 }
  expect(decode({ r: [{ ...row, t: odd }, { ...row, s: odd }, { ...row, q: odd }, { ...row, v: odd }] }, mapping)).toEqual({ said: ['0 2026-01-01T00:00 1 0'], faults: { 'bad-time': 1, 'bad-step': 1, 'bad-value': 1 } })
  expect(decode({ r: [row], u: odd }, { ...mapping, expect: { '/u': 'W' } }).faults).toEqual({ 'unexpected-answer': 1 })
})
