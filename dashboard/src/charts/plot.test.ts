import { describe, expect, it } from 'vitest'
import { splitByStyle } from './plot.ts'

describe('one series, drawn by how its values were come by', () => {
  it('joins the forecast to the last measured value', () => {
    const split = splitByStyle([
      { at: 0, value: 1, style: 'measured' },
      { at: 1, value: 2, style: 'measured' },
      { at: 2, value: 3, style: 'forecast' },
    ])
    expect(split).toEqual([
      { style: 'measured', points: [[0, 1], [1, 2], [2, null]] },
      { style: 'forecast', points: [[1, 2], [2, 3]] },
    ])
  })
  it('keeps two measured stretches apart and a gap a gap', () => {
    const split = splitByStyle([
      { at: 0, value: 1, style: 'measured' },
      { at: 1, value: 5, style: 'estimated' },
      { at: 2, value: 2, style: 'measured' },
      { at: 3, value: null, style: 'measured' },
      { at: 4, value: 4, style: 'measured' },
    ])
    const measured = split.find((line) => line.style === 'measured')!
    expect(measured.points).toEqual([[0, 1], [1, null], [1, 5], [2, 2], [3, null], [4, 4]])
  })
})
