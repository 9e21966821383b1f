import { describe, expect, it } from 'vitest'
import { plotOption } from './plot-option.ts'

describe('a band', () => {
  it('stands on its lower edge also where that is below zero', () => {
    const plot = { lines: [], bands: [{ colour: '--electricity', points: [[0, -5, 3], [1, 2, 4]] as const }], x: { from: 0, to: 1 }, unit: 'kW' }
    const { series } = plotOption(plot, { ticks: [], number: String, cursorX: undefined, nowLabel: '' }) as { series: { stack?: string; stackStrategy?: string; data: number[][] }[] }
    expect(series.slice(0, 2).map(({ data }) => data)).toEqual([[[0, -5], [1, 2]], [[0, 8], [1, 2]]])
    // Otherwise ECharts adds only what has the same sign.
    expect(series.slice(0, 2).map(({ stack, stackStrategy }) => [stack, stackStrategy])).toEqual([['band-0', 'all'], ['band-0', 'all']])
  })
})
