import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDistrict } from '#models/district/check.ts'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { Network } from '#models/district/schema.ts'
import { validateGrid } from '#models/grid/validate.ts'
import type { ConstrainedElement } from '../measure.ts'
import { proposedOptions } from './index.ts'
import { AT, constrainedAt, contextOf, switchedRing } from './measures.testkit.ts'

const LISTS = ['substations', 'busbars', 'junctions', 'feeders', 'lineSections', 'transformers', 'switches', 'sources', 'boundaryLoads'] as const
const sample = sampleDistrict()
/** Faults of the network in a document that has nothing else of its own. */
const networkFaultsOf = (network: Network) => [
  ...checkDistrict({ ...sample, network, deliveryPoints: [], meters: [], measurementPoints: sample.measurementPoints.filter(({ on }) => on === 'weather'), virtualMeters: [] }).filter(({ path }) => path.startsWith('/network')),
  ...validateGrid(network, AT),
]

const cases = fc.record({ stations: fc.integer({ min: 3, max: 6 }), lvFeeders: fc.integer({ min: 1, max: 3 }), seed: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), states: fc.constantFrom(['N'], ['N', 'H1.S1'], ['H2.S1']) })

test('every option that changes the network leaves a valid one, and all elements that it does not name as they were', () => {
  let tried = 0
  fc.assert(fc.property(cases, ({ stations, lvFeeders, seed, states }) => {
    const network = switchedRing({ stations, lvFeeders })
    const all: ConstrainedElement[] = [
      ...network.lineSections.map(({ id }) => constrainedAt(id, 'section', { states })), ...network.transformers.map(({ id }) => constrainedAt(id, 'transformer')), ...network.junctions.map(({ id }) => constrainedAt(id, 'bus')),
    ]
    const constrained = [...new Map(seed.map((n) => [n % all.length, all[n % all.length]])).values()]
    const options = proposedOptions(contextOf(network, constrained))
    expect(new Set(options.map(({ id }) => id)).size).toBe(options.length)
    expect(options.length).toBeLessThanOrEqual(10 * constrained.length)
    const untouched = structuredClone(network)
    for (const { effect, measure } of options) {
      if (effect.kind !== 'network') continue
      tried += 1
      const changed = effect.apply(network)
      expect(networkFaultsOf(changed)).toEqual([])
      expect(network).toEqual(untouched)
      const named = new Set(effect.changes.map(({ element }) => element))
      for (const list of LISTS) network[list].forEach((element, k) => {
        expect(changed[list][k].id).toBe(element.id)
        // A new substation moves the first sections of the feeders it names, and its link lengthens the feeder above it.
        const mayMove = measure === 'new-substation' && (list === 'lineSections' || list === 'feeders')
        if (named.has(element.id) || mayMove) return
        expect(changed[list][k]).toBe(element)
      })
      if (measure !== 'new-substation') for (const list of LISTS) expect(changed[list].length).toBe(network[list].length)
    }
  }), { numRuns: 40 })
  expect(tried).toBeGreaterThan(100)
})

test('two options of different groups, one after the other in the order of the list, leave a valid network too', () => {
  const network = switchedRing({ stations: 5 })
  const options = proposedOptions(contextOf(network, [constrainedAt('H1.S1', 'section'), constrainedAt('P02.T1', 'transformer'), constrainedAt('P02.D1.S1', 'section')]))
  const building = options.filter(({ effect }) => effect.kind === 'network')
  let pairs = 0
  building.forEach((first, k) => building.slice(k + 1).forEach((second) => {
    if (first.group === second.group || first.effect.kind !== 'network' || second.effect.kind !== 'network') return
    pairs += 1
    expect(networkFaultsOf(second.effect.apply(first.effect.apply(network)))).toEqual([])
  }))
  expect(pairs).toBeGreaterThan(10)
})
