import { describe, expect, it } from 'vitest'
import { constrainedElements } from './constrained.ts'
import { toldUnit } from './unit-result.testkit.ts'

/** A section, a transformer and a bus. */
const GRID = { sectionCount: 1, branchFrom: new Int32Array(2) }
const IDS = ['S', 'T', 'B']
const STATES = ['N', ...Array.from({ length: 9 }, (_, k) => `out ${k + 1}`)]

describe('what is constrained', () => {
  it('is each element at its worst over all futures, soonest first', () => {
    const found = constrainedElements(GRID, IDS, STATES, [
      toldUnit({ ask: { year: 2031 }, hoursNormal: [0, 3, 0], mwhNormal: [0, 0.4, 0], peak: [90, 115, 0.97], largestExcess: [NaN, 50, NaN] }),
      toldUnit({ ask: { year: 2034 }, hoursNormal: [2, 5, 7], hoursOutage: [40, 0, 0], mwhNormal: [0.1, 0.2, 0], mwhOutage: [6, 0, 0], worstOutage: [2, -1, -1], peak: [140, 112, 0.88], largestExcess: [300, 45, 0.88] }),
    ])
    expect(found).toEqual([
      { id: 'T', kind: 'transformer', firstYear: 2031, peakPct: 115, excessKw: 50, hours: 5, energyMwh: 0.4, states: ['N'] },
      { id: 'S', kind: 'section', firstYear: 2034, peakPct: 140, excessKw: 300, hours: 40, energyMwh: 6, states: ['out 2', 'N'] },
      { id: 'B', kind: 'bus', firstYear: 2034, peakPct: 88, excessKw: NaN, hours: 7, energyMwh: 0, states: ['N'] },
    ])
  })

  it('names at most six states, those with most hours', () => {
    const units = Array.from({ length: 9 }, (_, k) => toldUnit({ hoursNormal: [0, 0, 0], hoursOutage: [k + 1, 0, 0], worstOutage: [k + 1, -1, -1], peak: [101, 0, 1] }))
    expect(constrainedElements(GRID, IDS, STATES, units)[0].states).toEqual(['out 9', 'out 8', 'out 7', 'out 6', 'out 5', 'out 4'])
  })

  it('is nothing where no hour is beyond a limit', () => {
    expect(constrainedElements(GRID, IDS, STATES, [toldUnit({ hoursNormal: [0, 0, 0], peak: [99, 99, 0.96] })])).toEqual([])
  })
})
