import { expect, test } from 'vitest'
import { makeNumbers } from './numbers.ts'
import { spaced, typeset } from './typeset.ts'

const [fr, en] = [makeNumbers('fr'), makeNumbers('en')]

test('euros as a council reads them', () => {
  expect([1_141_200, 999_499, 873_450, 9_850, 12.4, 0, -61_234, 10_000_000].map(fr.eur)).toEqual(['1,14\u00a0M€', '999\u202f000\u00a0€', '873\u202f000\u00a0€', '9\u202f850\u00a0€', '12\u00a0€', '0\u00a0€', '−61\u202f200\u00a0€', '10\u00a0M€'])
  expect([1_141_200, 999_600, 873_450, -2_340_000].map(en.eur)).toEqual(['€1.14m', '€1m', '€873,000', '−€2.34m'])
})

test('what is not known is a dash, never 0', () => {
  for (const write of [fr.eur, fr.count, fr.digits, fr.percent, fr.probability, fr.price, en.eur]) expect([write(null), write(NaN)]).toEqual(['–', '–'])
  expect(fr.spread(null, fr.count)).toBe('–')
  expect(fr.unit(fr.digits(null), 'kW')).toBe('–')
})

test('what is rare is not written as never, and what is likely not as sure', () => {
  expect([0, 0.002, 0.5, 0.998, 1].map(fr.probability)).toEqual(['0\u00a0%', '<\u00a01\u00a0%', '50\u00a0%', '>\u00a099\u00a0%', '100\u00a0%'])
})

test('digits that count, no minus before zero', () => {
  expect([1234.5, 34.56, 2.345, -0.001].map(fr.digits)).toEqual(['1\u202f235', '34,6', '2,35', '0'])
  expect([140_000, 310, 0.185, 59.3].map(fr.price)).toEqual(['140\u202f000\u00a0€', '310\u00a0€', '0,19\u00a0€', '59,30\u00a0€'])
})

test('a range only where there is one', () => {
  expect(fr.spread({ least: 0, expected: 42, most: 160 }, fr.count)).toBe('42\u00a0(0–160)')
  expect(fr.spread({ least: 3, expected: 3, most: 3 }, fr.count)).toBe('3')
})

test('dates of the district, the first of a month as French writes it', () => {
  expect([fr.date('2026-09-30T22:30:00Z'), en.date('2026-09-30T22:30:00Z'), fr.date('2026-11-21T09:00:00Z')]).toEqual(['1er octobre 2026', '1 October 2026', '21 novembre 2026'])
  expect([fr.monthAndHour('2026-01-14T18:00:00Z'), en.monthAndHour('2026-01-14T18:00:00Z')]).toEqual(['janvier, 19\u00a0h', 'January, 19:00'])
})

test('French punctuation stays with its words; English and drawings are left alone', () => {
  expect(spaced('Quoi ? « Ici » : là ; oui !')).toBe('Quoi\u202f? «\u00a0Ici\u00a0»\u00a0: là\u202f; oui\u202f!')
  expect(typeset({ list: ['a : b'], svg: 'a : b' }, 'fr')).toEqual({ list: ['a\u00a0: b'], svg: 'a : b' })
  expect(typeset(['a : b'], 'en')).toEqual(['a : b'])
})
