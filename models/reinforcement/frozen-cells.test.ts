import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { freezeYear } from './frozen-cells.ts'
import { baseYearOf } from './frozen-to-base.ts'
import { FEWEST_HOLDERS, type FrozenYear } from './frozen-year.ts'
import type { IdentifiedPart, IdentifiedYear } from './identified-year.ts'

const network = ringNetwork({ boundary: false })
const grid = buildGrid(network, Date.parse('2026-01-01T00:00:00Z'))
const lowBusOf = network.transformers.map(({ id, lvNode }) => ({ id, bus: lvNode }))

const part = (more: Partial<IdentifiedPart> & Pick<IdentifiedPart, 'holders' | 'powerKw'>): IdentifiedPart => ({
  isPublic: false, bus: lowBusOf[0]!.bus, transformer: lowBusOf[0]!.id, loadClass: 'dwelling', isResidential: true, isProduction: false,
  perDegreeKw: new Float64Array(24).fill(0.1), tanPhi: 0.3, annualEnergyKwh: 3000, measuredShare: 1, ...more,
})
const yearOf = (parts: readonly IdentifiedPart[], more: Partial<IdentifiedYear> = {}): IdentifiedYear => {
  const hours = parts[0]!.powerKw.length
  return { districtVersion: 'v', timeZone: 'Europe/Paris', from: Date.parse('2025-12-31T23:00:00Z'), hours, temperatureC: new Float64Array(hours).fill(8), parts, boundaryOf: () => [], temperatureSource: 'measured', transformerKw: new Map(), assumedCurves: new Map(), measuredHours: hours, ...more }
}
/** Curve that names its holder: something in the hour that is the holder's, nothing in any other. */
const mark = (holder: number, hours: number, kw = 1) => Float64Array.from({ length: hours }, (_, hour) => (hour === holder ? kw : 0))
const cellsOf = ({ cells }: FrozenYear) => cells.filter(({ kind, measuredShare }) => (kind === 'class' || kind === 'substation') && measuredShare > 0)

/** Households and shops of few to many holders, spread over transformers at random, some with several points. */
const district = fc.record({ holders: fc.integer({ min: 1, max: 90 }), seed: fc.integer({ min: 1, max: 1_000_000 }), classes: fc.integer({ min: 1, max: 4 }), stations: fc.integer({ min: 1, max: 4 }) }).map(({ holders, seed, classes, stations }) => {
  let state = seed
  const draw = (most: number) => { state = (state * 48_271) % 2_147_483_647; return state % most }
  const names = ['dwelling', 'dwelling-electric-heating', 'shop', 'office'].slice(0, classes)
  const parts = Array.from({ length: holders + 20 }, (_, i) => {
    const holder = i % holders
    const loadClass = names[Math.min(draw(classes), draw(classes))]!
    const station = lowBusOf[Math.min(draw(stations), draw(stations + 1))]!
    return part({ holders: [`h${holder}`], powerKw: mark(holder, holders, 1 + draw(6)), loadClass, isResidential: loadClass.startsWith('dwelling'), bus: station.bus, transformer: station.id, measuredShare: draw(5) === 0 ? 0 : 1 })
  })
  // What no meter told names nobody.
  return parts.map((one) => (one.measuredShare === 0 ? { ...one, powerKw: one.powerKw.map(() => 0) } : one))
})

describe('nobody is singled out', () => {
  test('every cell holds curves of at least eleven holders, and so does what any sum or difference of cells leaves', () => {
    fc.assert(fc.property(district, (parts) => {
      const cells = cellsOf(freezeYear(yearOf(parts)))
      const standing = (column: ArrayLike<number>) => Array.from(column).filter((kw) => Math.abs(kw) > 1e-6).length
      for (const { powerKw, holders } of cells) {
        expect(holders).toBeGreaterThanOrEqual(FEWEST_HOLDERS)
        expect(standing(powerKw)).toBeGreaterThanOrEqual(FEWEST_HOLDERS)
      }
      for (let code = 0; code < 3 ** Math.min(cells.length, 8); code += 1) {
        const signs = cells.map((_, i) => (Math.floor(code / 3 ** i) % 3) - 1)
        const left = parts[0]!.powerKw.map((_, hour) => cells.reduce((sum, { powerKw }, i) => sum + signs[i]! * powerKw[hour]!, 0))
        const count = standing(left)
        if (count > 0) expect(count).toBeGreaterThanOrEqual(FEWEST_HOLDERS)
      }
    }), { numRuns: 60 })
  })

  test('three dwellings that a class less a transformer would leave standing are merged away', () => {
    const places = [...new Array(12).fill(['dwelling', 0]), ...new Array(3).fill(['dwelling', 1]), ...new Array(20).fill(['shop', 1])] as [string, number][]
    const parts = places.map(([loadClass, station], i) => part({ holders: [`h${i}`], powerKw: mark(i, 35), loadClass, isResidential: loadClass === 'dwelling', bus: lowBusOf[station]!.bus, transformer: lowBusOf[station]!.id }))
    const frozen = freezeYear(yearOf(parts))
    expect(frozen.cells.filter(({ kind }) => kind === 'class').map(({ id, holders }) => [id, holders])).toEqual([['class:dwelling', 15], ['class:shop', 20]])
    expect(frozen.sums.map(({ transformers }) => transformers)).toEqual([[lowBusOf[0]!.id, lowBusOf[1]!.id]])
  })

  test('five households below a transformer are summed with those of its neighbour', () => {
    const parts = Array.from({ length: 30 }, (_, i) => {
      const station = lowBusOf[i < 11 || i > 15 ? 0 : 1]!
      return part({ holders: [`h${i}`], powerKw: mark(i, 30), bus: station.bus, transformer: station.id })
    })
    expect(freezeYear(yearOf(parts)).sums.map(({ transformers }) => transformers)).toEqual([[lowBusOf[0]!.id, lowBusOf[1]!.id]])
  })

  test('one that draws nearly all would show through twelve others', () => {
    const parts = Array.from({ length: 40 }, (_, i) => {
      const station = lowBusOf[i < 13 ? 0 : 1]!
      return part({ holders: [`h${i}`], powerKw: mark(i, 40, i === 0 ? 1000 : i === 13 ? 500 : 10), bus: station.bus, transformer: station.id })
    })
    // Without the largest and the second 120 of 1,120 kWh are left, less than a fifth of 1,000.
    expect(freezeYear(yearOf(parts)).sums.map(({ transformers }) => transformers)).toEqual([[lowBusOf[0]!.id, lowBusOf[1]!.id]])
  })

  test('too few holders in all: nothing of what was measured is kept, declared energy is drawn level', () => {
    const frozen = freezeYear(yearOf(Array.from({ length: 10 }, (_, i) => part({ holders: [`h${i}`], powerKw: mark(i, 10, 50), annualEnergyKwh: 8760 }))))
    expect(frozen.cells.map(({ id, measuredShare, holders }) => [id, measuredShare, holders])).toEqual([['class:dwelling', 0, 10]])
    expect([...frozen.cells[0]!.powerKw]).toEqual(new Array(10).fill(10))
    expect(frozen.curves.map(({ curves }) => curves)).toEqual([0])
  })

  test('small trades become one cell, each bus keeps its class; curves of classes are those of cells', () => {
    const trades = ['bakery', 'butcher', 'restaurant'].flatMap((loadClass) => Array.from({ length: 5 }, (_, i) => part({ holders: [`${loadClass}${i}`], loadClass, isResidential: false, powerKw: new Float64Array(6).fill(2), annualEnergyKwh: 10_000 })))
    const frozen = freezeYear(yearOf(trades))
    expect(frozen.cells.filter(({ kind }) => kind === 'class').map(({ id, holders }) => [id, holders])).toEqual([['class:bakery+butcher+restaurant', 15]])
    expect(frozen.buses.map(({ loadClass, share }) => [loadClass, Number(share.toFixed(6))]).sort()).toEqual([['bakery', 0.333333], ['butcher', 0.333333], ['restaurant', 0.333333]])
    expect(frozen.curves.map(({ loadClass, curves }) => [loadClass, curves]).sort()).toEqual([['bakery', 15], ['butcher', 15], ['restaurant', 15]])
  })
})

describe('what is kept carries what was measured', () => {
  const hours = 48
  const wave = (kw: number, phase: number) => Float64Array.from({ length: hours }, (_, hour) => kw * (1.2 + Math.sin(((hour + phase) * Math.PI) / 12)))
  const dwellings = [0, 1].flatMap((station) => Array.from({ length: 15 }, (_, i) => part({ holders: [`d${station}-${i}`], powerKw: wave(1 + station, i), bus: lowBusOf[station]!.bus, transformer: lowBusOf[station]!.id })))
  const school = part({ holders: ['town'], isPublic: true, loadClass: 'school', isResidential: false, powerKw: wave(20, 3) })
  const panels = [part({ holders: ['sun'], isPublic: true, isProduction: true, loadClass: 'pv', powerKw: wave(-4, 0), annualEnergyKwh: 1000 }), part({ holders: ['baker'], isProduction: true, loadClass: 'pv', powerKw: wave(-3, 5), annualEnergyKwh: 500, bus: lowBusOf[1]!.bus, transformer: lowBusOf[1]!.id })]
  const town = { id: 'T', bus: grid.busIds[0]!, loadClass: 'boundary-town', powerKw: wave(300, 0), perDegreeKw: new Float64Array(24).fill(2), tanPhi: 0.2, annualEnergyKwh: 1e6, measuredShare: 0.9 }
  const carried = wave(45, 2)
  const frozen = freezeYear(yearOf([...dwellings, school, ...panels], { boundaryOf: (ownKw) => [{ ...town, powerKw: town.powerKw.map((kw, hour) => kw - ownKw[hour]!) }], transformerKw: new Map([[lowBusOf[0]!.id, carried]]) }))
  const base = baseYearOf(frozen, grid)
  const below = (station: number) => base.parts.filter(({ bus }) => grid.busIds[bus] === lowBusOf[station]!.bus)

  test('a transformer that was measured carries it to the last hour, production and public loads as they were', () => {
    expect(frozen.sums.map(({ transformers }) => transformers)).toEqual([[lowBusOf[0]!.id], [lowBusOf[1]!.id]])
    for (let hour = 0; hour < hours; hour += 1) expect(below(0).reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0)).toBeCloseTo(carried[hour]!, 4)
    expect(below(0).find(({ loadClass }) => loadClass === 'school')!.powerKw).toEqual(Float64Array.from(Float32Array.from(school.powerKw)))
  })
  test('one that was not carries the sum of what hangs below it', () => {
    const drawn = below(1).filter(({ loadClass }) => loadClass === 'dwelling')
    for (const hour of [0, 11, 47]) expect(drawn.reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0)).toBeCloseTo(dwellings.slice(15).reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0), 4)
  })
  test('panels of one trader are drawn like the public ones; the rest of the town is a load of its own', () => {
    expect(below(1).find(({ loadClass }) => loadClass === 'pv')!.powerKw[7]).toBeCloseTo(panels[0]!.powerKw[7]! / 2, 6)
    const rest = base.parts.find(({ loadClass }) => loadClass === 'boundary-town')!
    expect([rest.deliveryPoints, rest.perDegreeKw[5]]).toEqual([0, 2])
    // Together they are what the heads carried.
    for (const hour of [0, 9, 40]) expect(base.parts.reduce((sum, { powerKw }) => sum + powerKw[hour]!, 0)).toBeCloseTo(town.powerKw[hour]!, 3)
  })
  test('curves have a mean of 1, that of production is positive', () => {
    for (const { relative } of frozen.curves) expect(relative.reduce((sum, value) => sum + value, 0) / hours).toBeCloseTo(1, 5)
    expect(base.curveOfClass.get('pv')!.relative.every((value) => value > 0)).toBe(true)
  })
  test('the calendar is the local one', () => {
    expect([base.localHour[0], base.localDay[0], base.localDay[24], base.month[0]]).toEqual([0, 0, 1, 1])
  })
})
