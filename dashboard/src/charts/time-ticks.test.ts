import { describe, expect, it } from 'vitest'
import { timeTicks } from './time-ticks.ts'

const paris = { timeZone: 'Europe/Paris', locale: 'fr', room: 8 }

describe('ticks of a time axis', () => {
  it('falls on local hours, and names the day at midnight', () => {
    const from = Date.UTC(2026, 0, 12, 11)
    const ticks = timeTicks(from, from + 24 * 3_600_000, paris)
    expect(ticks.map((tick) => tick.label)).toEqual(['12:00', '15:00', '18:00', '21:00', 'mar. 13', '03:00', '06:00', '09:00', '12:00'])
  })
  it('keeps local midnights over the change to summer time', () => {
    const from = Date.UTC(2026, 2, 27, 23)
    const ticks = timeTicks(from, Date.UTC(2026, 2, 30, 22), { ...paris, room: 4 })
    expect(ticks.map((tick) => new Date(tick.value).toISOString())).toEqual([
      '2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', '2026-03-30T22:00:00.000Z',
    ])
  })
  it('has nothing to mark on an empty span', () => {
    expect(timeTicks(5, 5, paris)).toEqual([])
  })
})
