import { describe, expect, it } from 'vitest'
import type { FeederHeadroom, NetworkStateView, PlannerNetwork } from '#contract/planner.ts'
import { countLevel, headroomRows, inScope } from './headroom.ts'

const network = {
  watchLoadingPct: 80, limitLoadingPct: 100,
  feeders: [{ id: 'CAP1', nominalVoltageKv: 20 }, { id: 'P1.D1', nominalVoltageKv: 0.4 }],
  transformers: [{ id: 'T1', name: 'T1', ratedKva: 400, limitPct: 90 }, { id: 'T2', name: 'T2', ratedKva: 400, limitPct: 100 }],
} as unknown as PlannerNetwork
const feeder = (id: string, loadingPct: number | null, level: FeederHeadroom['level']): FeederHeadroom => ({
  id, name: id, substation: null, limitingSection: null, currentA: null, ratingA: null, loadingPct, headroomA: null, headroomKva: null, quality: 'estimated', level, forecastPeak: null, withheld: 'none',
})
const feeders = { readiness: 'ready' as const, at: 0, over: 0, watch: 0, feeders: [feeder('CAP1', 54, 'normal'), feeder('P1.D1', null, 'unknown')] }
const state = { transformers: [{ id: 'T1', loadKva: 372, loadingPct: 93, headroomKva: -12, quality: 'measured' }] } as unknown as NetworkStateView

describe('the list of headroom', () => {
  const rows = headroomRows(network, feeders, state)
  it('puts the tightest first and the unknown last', () => {
    expect(rows.map((row) => row.id)).toEqual(['T1', 'CAP1', 'P1.D1', 'T2'])
  })
  it('judges a transformer by its own limit where that is lower', () => {
    expect(rows[0].level).toBe('over')
    expect(countLevel(rows, 'unknown')).toBe(2)
  })
  it('places what is told by its level alone where that level begins', () => {
    const few = { ...feeder('P1.D2', null, 'watch'), withheld: 'whole' as const }
    const both = headroomRows(network, { ...feeders, feeders: [...feeders.feeders, few] }, { transformers: [{ ...state.transformers[0], loadingPct: null, level: 'over', withheld: 'whole' }] } as unknown as NetworkStateView)
    expect(both.map(({ id, level, withheld }) => [id, level, withheld])).toEqual([['T1', 'over', true], ['P1.D2', 'watch', true], ['CAP1', 'normal', false], ['P1.D1', 'unknown', false], ['T2', 'unknown', false]])
  })
  it('tells medium from low voltage', () => {
    expect(inScope(rows, 'hv').map((row) => row.id)).toEqual(['CAP1'])
    expect(inScope(rows, 'transformers')).toHaveLength(2)
  })
})
