import { expect, test } from 'vitest'
import type { Activation } from '#models/flexibility/activation.ts'
import { contractsAhead, yearAround } from './contracts.ts'
import { DAY, flexibleDistrict, hour, sampleContract } from './flexible-district.testkit.ts'

const day = { from: DAY, to: hour(24) }
const { district } = flexibleDistrict(sampleContract(), sampleContract({ id: 'ended', validTo: '2026-06-16T00:00:00Z' }), sampleContract({ id: 'begins', validFrom: '2026-06-17T12:00:00Z', hoursAYear: 3 }))
const elementsOf = (positions: [string, boolean][]) => contractsAhead(district, day, [], new Map(positions))[0]!.elements

test('a contract relieves what lies between its node and the source, as the network is switched', () => {
  expect(elementsOf([])).toEqual(['P01.D1.S1', 'P01.T1', 'H1.S1'])
  // Fed from the other end of the ring after the loss of the first head.
  expect(elementsOf([['H1.B', false], ['NO', true]])).toEqual(['P01.D1.S1', 'P01.T1', 'R1', 'R2', 'R3', 'H2.S1'])
  expect(elementsOf([['H1.B', false]])).toEqual([])
})

test('only contracts of the day, with what is left of their hours', () => {
  const activation = (state: Activation['state'], wasNotified: boolean, contractId = 'begins') => ({ contractId, state, wasNotified, from: DAY, to: hour(1) }) as Activation
  const ofYear = [activation('settled', true), activation('failed', true), activation('failed', false), activation('refused', false), activation('proposed', false, 'office')]
  const ahead = contractsAhead(district, day, ofYear, new Map())
  expect(ahead.map(({ contractId, hoursLeft }) => [contractId, hoursLeft])).toEqual([['office', 39], ['begins', 1]])
  expect(ahead[1]).toMatchObject({ validFrom: Date.parse('2026-06-17T12:00:00Z'), validTo: Infinity, mostHours: 4 })
})

test('a year is that of the wall calendar', () => {
  expect(yearAround(DAY, 'Europe/Paris')).toEqual({ from: Date.parse('2026-01-01T00:00:00+01:00'), to: Date.parse('2027-01-01T00:00:00+01:00') })
  expect(yearAround(Date.parse('2026-12-31T23:30:00Z'), 'Europe/Paris').from).toBe(Date.parse('2027-01-01T00:00:00+01:00'))
})
