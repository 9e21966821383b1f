import { expect, it } from 'vitest'
import { en } from '../../../i18n/en.ts'
import { makeFormat } from '../../../i18n/format.ts'
import { tell } from './evidence.ts'

const say = (one: Parameters<typeof tell>[0]) => tell(one, en.operator.validation.findings, makeFormat('en')).replaceAll('\u202f', ' ')

it('tells each finding by its numbers, in the unit of what was checked', () => {
  expect(say({ kind: 'above-limit', evidence: { steps: 2, most: 40, limit: 9 }, unit: 'kW', other: null })).toBe('2 steps, up to 40.00 kWh where 9.00 kWh is the most')
  expect(say({ kind: 'missing', evidence: { steps: 9, hours: 1.5, filled: 9, linear: 1, keepsTotal: 1 }, unit: 'kWh', other: null })).toBe('1.5 h, filled, keeping the energy of the register')
  expect(say({ kind: 'missing', evidence: { steps: 900, hours: 150 }, unit: 'm3', other: null })).toBe('150.0 h, not filled')
  expect(say({ kind: 'reset', evidence: { before: 812.5, after: 0.2 }, unit: 'm3', other: null })).toBe('from 812.50 m³ to 0.20 m³')
  expect(say({ kind: 'shifted', evidence: { shiftMinutes: 60, days: 5 }, unit: 'kW', other: null })).toBe('+60 min on 5 days')
  expect(say({ kind: 'swapped', evidence: { days: 4, leftPct: 12 }, unit: 'kW', other: 'elec.dp.b' })).toBe('with elec.dp.b for 4 days')
})
