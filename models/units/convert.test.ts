import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { conversion, dimensionOf, KNOWN_UNITS } from './convert.ts'
import { gasEnergyPcs, gasKwhPcs, pciToPcs, pcsToPci, type GasKwhPci, type GasKwhPcs } from './gas.ts'

test.each([
  ['W', 'kW', 0.001], ['MW', 'kW', 1000], ['kWh', 'Wh', 1000], ['Wh', 'kWh', 0.001], ['MJ', 'kWh', 1 / 3.6], ['GJ', 'MWh', 1 / 3.6],
  ['kWh', 'J', 3_600_000], ['L', 'm3', 0.001], ['L/s', 'm3/h', 3.6], ['kA', 'A', 1000], ['kV', 'V', 1000], ['VA', 'kVA', 0.001], ['degC', 'degC', 1],
])('one %s is %s times %d', (from, to, factor) => {
  expect(conversion(from, to)).toBe(factor)
})

const unit = fc.constantFrom(...KNOWN_UNITS)

test('going there and back changes nothing; different dimensions are refused', () => {
  fc.assert(fc.property(unit, unit, (from, to) => {
    if (dimensionOf(from) === dimensionOf(to)) expect(conversion(from, to) * conversion(to, from)).toBeCloseTo(1, 14)
    else expect(() => conversion(from, to)).toThrow(/PF_UNIT_INCOMPATIBLE/)
  }))
})

test('kW is not kVA, gas volume is not energy, and names of the language are not units', () => {
  expect(() => conversion('kW', 'kVA')).toThrow(/active-power.*apparent-power/)
  expect(() => conversion('m3', 'kWh')).toThrow(/PF_UNIT_INCOMPATIBLE/)
  expect(() => conversion('constructor', 'kW')).toThrow(/PF_UNIT_UNKNOWN/)
  expect(dimensionOf('toString')).toBeUndefined()
})

test('gas: volume to billed energy, and the heating values cannot be mixed up', () => {
  const billed = gasEnergyPcs(100, 11.2)
  expect(billed).toBeCloseTo(1120, 10)
  expect(pcsToPci(billed)).toBeCloseTo(1120 / 1.11, 10)
  expect(pciToPcs(pcsToPci(billed))).toBeCloseTo(billed, 10)
  expectTypeOf<GasKwhPcs>().not.toExtend<GasKwhPci>()
  expectTypeOf<number>().not.toExtend<GasKwhPcs>()
  expect(gasKwhPcs(5)).toBe(5)
})
