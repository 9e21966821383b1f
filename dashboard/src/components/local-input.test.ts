import { expect, it } from 'vitest'
import { fromLocalInput, toLocalInput } from './local-input.ts'

const PARIS = 'Europe/Paris'
const utc = (text: string) => Date.parse(text)

it('goes there and back in summer and winter', () => {
  for (const at of [utc('2026-01-12T17:30:00Z'), utc('2026-07-12T17:30:00Z'), utc('2026-12-31T23:10:00Z')]) expect(fromLocalInput(toLocalInput(at, PARIS), PARIS)).toBe(at)
  expect(toLocalInput(utc('2026-07-12T22:30:00Z'), PARIS)).toBe('2026-07-13T00:30')
})

it('takes the first of a doubled hour and the hour after a skipped one', () => {
  expect(fromLocalInput('2026-10-25T02:30', PARIS)).toBe(utc('2026-10-25T00:30:00Z'))
  expect(fromLocalInput('2026-03-29T02:30', PARIS)).toBe(utc('2026-03-29T01:30:00Z'))
  expect(fromLocalInput('', PARIS)).toBeNaN()
})
