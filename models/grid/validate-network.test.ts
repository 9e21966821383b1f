import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { circuitOf } from './circuit-of.ts'
import { randomNetworks } from './network.testkit.ts'
import { emptyPowerNetwork, type PowerNetwork } from './power-network.ts'
import { validateNetwork } from './validate-network.ts'

const closed = { fromClosed: true, toClosed: true }
const rating = { summerA: 200, winterA: 220 }
const line = (id: string, from: string, to: string, more = {}) => ({ id, from, to, ...closed, rOhm: 0.1, xOhm: 0.1, cUf: 0, ...rating, ...more })
const transformer = (id: string, from: string, to: string, more = {}) => ({
  id, from, to, ...closed, ratedKva: 400, fromKv: 20, toKv: 0.41, shortCircuitVoltagePct: 4, copperLossKw: 4, noLoadLossKw: 0.5, noLoadCurrentPct: 0.5, clock: 11, fromWinding: 'D' as const, toWinding: 'YN' as const, ...more,
})
const sound: PowerNetwork = {
  ...emptyPowerNetwork('sound'),
  buses: [{ id: 'm1', nominalKv: 20 }, { id: 'm2', nominalKv: 20 }, { id: 'l1', nominalKv: 0.4 }, { id: 'l2', nominalKv: 0.4 }],
  lines: [line('mv', 'm1', 'm2'), line('lv', 'l1', 'l2')],
  transformers: [transformer('t1', 'm2', 'l1')],
  sources: [{ id: 's', bus: 'm1', closed: true, voltagePu: 1, shortCircuitMva: 250 }],
  loads: [{ id: 'house', bus: 'l2', closed: true, activeKw: 5, reactiveKvar: 1, kind: 'power' }],
}
const found = (network: PowerNetwork) => validateNetwork(network).map(({ severity, code, place }) => `${severity} ${code} ${place}`)

describe('faults of a network', () => {
  test('none in a sound one', () => expect(validateNetwork(sound)).toEqual([]))

  test('all at once, each with a message and a remedy, errors first', () => {
    const faults = validateNetwork({
      ...sound,
      buses: [...sound.buses, { id: 'm2', nominalKv: 20 }, { id: 'unknown', nominalKv: NaN }],
      lines: [line('mv', 'm1', 'nowhere', { summerA: undefined }), line('lv', 'm2', 'l1'), line('none', 'm1', 'm2', { rOhm: 0, xOhm: 0 }), line('nan', 'l1', 'l2', { rOhm: NaN })],
      transformers: [transformer('t1', 'm2', 'l1', { toKv: 10, copperLossKw: 40, tap: { side: 'from', position: 9, neutral: 0, lowest: -2, highest: 2, stepPct: 2.5 } })],
      generators: [{ id: 'g', bus: 'm2', closed: true, activeKw: 1, voltagePu: 1, lowestKvar: 5, highestKvar: -5 }],
    })
    expect(faults.map(({ severity, code, place }) => `${severity} ${code} ${place}`)).toEqual([
      'error PF_GRID_DUPLICATE_ID buses/m2', 'error PF_GRID_REFERENCE lines/mv', 'error PF_GRID_INVALID lines/nan', 'error PF_GRID_IMPEDANCE transformers/t1',
      'error PF_GRID_INVALID transformers/t1', 'error PF_GRID_INVALID generators/g', 'error PF_GRID_LEVEL lines/lv', 'error PF_GRID_LEVEL transformers/t1',
      'warning PF_GRID_LEVEL buses/unknown', 'warning PF_GRID_IMPEDANCE lines/none', 'warning PF_GRID_RATING_MISSING lines/mv',
    ])
    for (const { message, remedy } of faults) expect(Math.min(message.length, remedy.length)).toBeGreaterThan(10)
  })

  test('an island is one fault, and an error only where somebody waits for supply', () => {
    expect(found({ ...sound, transformers: [transformer('t1', 'm2', 'l1', { fromClosed: false })] })).toEqual(['error PF_GRID_UNFED buses/l1'])
    expect(found({ ...sound, loads: [], transformers: [transformer('t1', 'm2', 'l1', { fromClosed: false })] })).toEqual(['warning PF_GRID_UNFED buses/l1'])
    expect(found({ ...sound, sources: [] })).toContain('error PF_GRID_UNFED sources')
  })

  test('clocks that miss each other in a loop are an error, a phase shifter there is none', () => {
    expect(found({ ...sound, transformers: [...sound.transformers, transformer('t2', 'm1', 'l2', { clock: 5 })] })).toEqual(['error PF_GRID_CLOCK transformer/t2'])
    expect(found({ ...sound, equivalentBranches: [{ id: 'shifter', from: 'm1', to: 'm2', ...closed, rPu: 0, xPu: 0.1, gPu: 0, bPu: 0, ratio: 1, shiftDeg: 5, ratedKva: 1000 }] })).toEqual(['warning PF_GRID_CLOCK equivalent/shifter'])
  })

  test('a section that no earthed neutral feeds', () => {
    expect(found({ ...sound, transformers: [transformer('t1', 'm2', 'l1', { toWinding: 'Y' })] })).toEqual(['warning PF_GRID_UNEARTHED buses/l1'])
    expect(validateNetwork({ ...sound, transformers: [transformer('t1', 'm2', 'l1', { toWinding: undefined })] })[0].message).toMatch(/is not said/)
    // A second transformer with an earthed neutral gives the section its reference.
    expect(found({ ...sound, transformers: [transformer('t1', 'm2', 'l1', { toWinding: 'Y' }), transformer('t2', 'm2', 'l2')] })).toEqual([])
  })

  test('sources against each other', () => {
    const second = (bus: string, more: object) => found({ ...sound, sources: [...sound.sources, { id: 'other', bus, closed: true, voltagePu: 1, shortCircuitMva: 100, ...more }] })
    expect(second('l2', { angleDeg: 30 })).toEqual([])
    expect(second('l2', {})).toEqual(['warning PF_GRID_SOURCES sources/other'])
    expect(second('m1', { shortCircuitMva: undefined })).toEqual([])
    expect(found({ ...sound, sources: [{ ...sound.sources[0], shortCircuitMva: undefined }, { id: 'other', bus: 'm1', closed: true, voltagePu: 1.05 }] })).toEqual(['error PF_GRID_SOURCES sources/other'])
  })

  test('without an error every network has a circuit', () => {
    fc.assert(fc.property(randomNetworks, (network) => {
      const errors = validateNetwork(network).filter(({ severity, code }) => severity === 'error' && code !== 'PF_GRID_UNFED')
      if (errors.length === 0) expect(circuitOf(network).circuit.busCount).toBeGreaterThan(0)
      expect(errors.map(({ code }) => code).filter((code) => code !== 'PF_GRID_CLOCK')).toEqual([])
    }), { numRuns: 60 })
  })
})
