import { describe, expect, test } from 'vitest'
import { chainLink } from './chain-link.ts'
import type { GuardWorld } from './guard-shapes.ts'
import { quarterBorder } from './quarter-border.ts'
import { holder, RULES, tableOf, worldOf } from './world.testkit.ts'

/** A district with these in it; all of it is one cell. */
const worldWith = (ids: readonly string[], rest: Partial<GuardWorld> = {}) => worldOf(ids.map((id) => holder(id)), { district: ids.map((_, row) => row) }, rest)
const ids = (count: number, prefix = 'h'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
const old = ids(40)
const lastDays = (large: Record<string, number> = {}) => new Map([...old, ...ids(20, 'new')].map((id) => [id, large[id] ?? 10]))

describe('who joins or leaves', () => {
  const border = (joined: readonly string[], left: readonly string[] = [], kwh = lastDays(), pending = {}) =>
    quarterBorder(worldWith(old), worldWith([...old.filter((id) => !left.includes(id)), ...joined]), kwh, pending, RULES)

  test('nobody, or a small share of the cell: the series goes on', () => {
    expect(border([])).toEqual({ suspended: [], pending: {} })
    expect(border(['new0'])).toEqual({ suspended: [], pending: {} })
    expect(border(['new0'], [], lastDays({ new0: 13 })).suspended).toEqual(['district'])
  })
  test('enough of them, none large: it goes on as well', () => {
    expect(border(ids(10, 'new')).suspended).toEqual(['district'])
    expect(border(ids(11, 'new'))).toEqual({ suspended: [], pending: {} })
    expect(border(ids(6, 'new'), ids(5)).suspended).toEqual([])
    expect(border(ids(11, 'new'), [], lastDays({ new0: 900 })).suspended).toEqual(['district'])
  })
  test('one whose use nobody knows counts as large', () => {
    expect(border(['unknown']).pending).toEqual({ district: ['unknown'] })
  })
  test('changes add up over borders until they pass together', () => {
    const first = border(ids(6, 'new'))
    expect(first.pending.district).toHaveLength(6)
    const after = [...old, ...ids(11, 'new')]
    const second = quarterBorder(worldWith([...old, ...ids(6, 'new')]), worldWith(after), lastDays(), first.pending, RULES)
    expect(second).toEqual({ suspended: [], pending: {} })
    expect(quarterBorder(worldWith([...old, ...ids(6, 'new')]), worldWith(after), lastDays(), {}, RULES).suspended).toEqual(['district'])
  })
})

describe('a chain-linked index', () => {
  const members = [...old, 'new0']
  const world = worldWith(members, { suspended: ['district'] })
  const day = (kwh: (row: number, step: number) => number, days = 1) => tableOf(41, '2026-04-08T00:00:00+02:00', days, 24, kwh)
  const link = (today: number, joined = 1, rest: Partial<GuardWorld> = {}) =>
    chainLink({ ...world, ...rest }, 'district', day((row) => (row === 40 ? joined : 1) * today), day((row, d) => (row === 40 ? joined : 1) * (1 + (d % 2) / 10), 7), 100, RULES).index

  test('moves with the members of now, whatever the one who joined uses', () => {
    expect([link(1), link(2)]).toEqual([96, 192])
    expect(link(1, 7)).toBe(link(1, 1))
  })
  test('goes on where the index before it stood', () => {
    expect(chainLink(world, 'district', day(() => 1), day(() => 1, 7), 120, RULES).index).toBe(120)
  })
  test('is not shown of a cell that need not wait, of one that a holder dominates, nor without a whole week', () => {
    expect(link(1, 1, { suspended: [] })).toBeNull()
    expect(link(1, 500)).toBeNull()
    expect(chainLink(world, 'district', day(() => 1), day(() => 1, 6), 100, RULES).index).toBeNull()
    expect(chainLink(world, 'district', day(() => 1), day(() => 1, 7), 100, { ...RULES, disclosure: { chainLink: false } }).index).toBeNull()
  })
})
