import { describe, expect, test } from 'vitest'
import { ringNetwork } from './ring.testkit.ts'
import { newPeaks, peakByState, switchingStates, transfersBetween } from './switching.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-01-15T00:00:00Z')
const network = ringNetwork({ stations: 4 })
const at = (hour: number) => START + hour * HOUR

/** From 10 to 14 h the stations of H1 hang on H2: the tie is closed, then the breaker of H1 opened; and back. */
const transfer = [
  { switchId: 'NO', at: at(10), closed: true }, { switchId: 'H1.B', at: at(10), closed: false },
  { switchId: 'H1.B', at: at(14), closed: true }, { switchId: 'NO', at: at(14), closed: false },
]

describe('switching states', () => {
  test('follow the dated positions, and measured ones win from their time on', () => {
    const dated = structuredClone(network)
    dated.switches[2].positions = [{ validFrom: '2020-01-01T00:00:00Z', validTo: '2026-01-15T06:00:00Z', closed: true }, { validFrom: '2026-01-15T06:00:00Z', closed: false }]
    const states = switchingStates(dated, START, at(24), transfer)
    expect(states.map(({ from, to }) => [(from - START) / HOUR, (to - START) / HOUR])).toEqual([[0, 6], [6, 10], [10, 14], [14, 24]])
    expect(states[3].key).toBe(states[1].key)
    expect(new Set(states.map(({ key }) => key)).size).toBe(3)
    expect([...states[2].positions]).toEqual([['H1.B', false], ['H2.B', true], ['NO', true]])
    expect(switchingStates(network, at(3), at(3))).toEqual([])
  })

  test('a repeated position is no new state, and the key does not hang on the order of the document or on closed switches', () => {
    const [state, ...more] = switchingStates(network, START, at(24), [{ switchId: 'NO', at: at(5), closed: false }, { switchId: 'unknown', at: at(6), closed: false }])
    expect(more).toEqual([])
    const other = structuredClone(network)
    other.switches.reverse()
    other.switches.push({ ...other.switches[0], id: 'R1.A', lineSection: 'R1', positions: [{ validFrom: '2020-01-01T00:00:00Z', closed: true }] })
    expect(switchingStates(other, START, at(24))[0].key).toBe(state.key)
  })

  test('say what was moved from feeder to feeder', () => {
    const [normal, moved] = switchingStates(network, START, at(24), transfer)
    expect(transfersBetween(network, normal, moved)).toEqual([{ fromFeeder: 'H1', toFeeder: 'H2', buses: ['P01.MV', 'P02.MV'] }])
    expect(transfersBetween(network, moved, normal)[0]).toMatchObject({ fromFeeder: 'H2', toFeeder: 'H1' })
    expect(transfersBetween(network, normal, normal)).toEqual([])
  })
})

describe('peaks by state', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => at(hour))
  /** H2 carries 300 kW, and those of H1 beside while they are transferred. */
  const head = (own: number, taken: number) => ({ at: hours, values: hours.map((time) => own + (time >= at(10) && time < at(14) ? taken : 0)) })
  const states = switchingStates(network, START, at(24), transfer)
  const yesterday = peakByState(head(300, 0), switchingStates(network, START, at(24)))

  test('a transfer is not a new peak; a higher load under the same state is one', () => {
    expect(newPeaks(yesterday, peakByState(head(300, 400), states))).toEqual([])
    expect(newPeaks(yesterday, peakByState(head(320, 400), states))).toMatchObject([{ peak: 320, at: at(0) }])
    // The same transfer once more can be compared with the first.
    expect(newPeaks(peakByState(head(300, 400), states), peakByState(head(300, 450), states))).toMatchObject([{ peak: 750, at: at(10), values: 4 }])
  })

  test('missing values and times outside of every state do not count', () => {
    const values = [NaN, 5, 900]
    expect(peakByState({ at: [at(0), at(1), at(30)], values }, states)).toMatchObject([{ peak: 5, at: at(1), values: 1 }])
    expect(peakByState({ at: [at(0)], values: [NaN] }, states)).toEqual([])
  })
})
