import { expect, test } from 'vitest'
import { pathAt } from './path-at.ts'

const path = [{ year: 2030, amount: 100 }, { year: 2040, amount: { low: 200, likely: 300, high: 400 } }]

test('straight between two years, nothing before, level after', () => {
  expect(pathAt(path, 2029)).toEqual({ low: 0, likely: 0, high: 0 })
  expect(pathAt(path, 2030)).toEqual({ low: 100, likely: 100, high: 100 })
  expect(pathAt(path, 2035)).toEqual({ low: 150, likely: 200, high: 250 })
  expect(pathAt(path, 2041)).toEqual({ low: 200, likely: 300, high: 400 })
  expect(pathAt([], 2041)).toEqual({ low: 0, likely: 0, high: 0 })
})
