import { describe, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { largerCable } from './larger-cable.ts'
import { AT, constrainedAt, contextOf, loadingPct, networkEffectOf, switchedRing } from './measures.testkit.ts'
import { newSubstation } from './new-substation.ts'
import { parallelCable } from './parallel-cable.ts'
import { transformer } from './transformer.ts'

const ring = switchedRing()
const stationsKw = { 'P01.LV': 400, 'P02.LV': 400, 'P03.LV': 400, 'P04.LV': 400 }
const lowVoltageKw = { 'P01.D1.J2': 150, 'P01.D2.J2': 150 }

describe('parallel cable', () => {
  test('carries half each, and costs its length at its voltage', () => {
    const [head, low] = parallelCable.propose(contextOf(ring, [constrainedAt('H1.S1', 'section'), constrainedAt('P01.D1.S1', 'section')]))
    expect(head).toMatchObject({ id: 'parallel-cable H1.S1', group: 'cable H1.S1', lifts: ['H1.S1'], costs: { once: [{ item: 'mv-cable-laid-km', quantity: 0.6 }] } })
    expect(low.costs.once).toEqual([{ item: 'lv-cable-laid-km', quantity: 0.08 }])
    const before = loadingPct(ring, stationsKw)
    const after = loadingPct(networkEffectOf(head).apply(ring), stationsKw)
    expect((after.get('H1.S1') as number) / (before.get('H1.S1') as number)).toBeCloseTo(0.5, 2)
    expect(after.get('H2.S1')).toBeCloseTo(before.get('H2.S1') as number, 2)
  })

  test('is not proposed beside three, nor for a transformer', () => {
    const three = { ...ring, lineSections: ring.lineSections.map((one) => ({ ...one, parallel: 3 })) }
    expect(parallelCable.propose(contextOf(three, [constrainedAt('H1.S1', 'section'), constrainedAt('P01.T1', 'transformer')]))).toEqual([])
  })

  test('against a voltage it doubles the section with the most resistance on the way within its level', () => {
    const uneven = { ...ring, lineSections: ring.lineSections.map((one) => (one.id === 'P02.D1.S2' ? { ...one, lengthKm: 0.3 } : one)) }
    const propose = (...constrained: Parameters<typeof constrainedAt>[]) => parallelCable.propose(contextOf(uneven, constrained.map((one) => constrainedAt(...one))))
    expect(propose(['P02.D1.J2', 'bus']).map(({ at, lifts }) => [at, lifts])).toEqual([['P02.D1.S2', ['P02.D1.J2']]])
    // Too small as well: still one option, against both.
    expect(propose(['P02.D1.J2', 'bus'], ['P02.D1.S2', 'section']).map(({ at, lifts }) => [at, lifts])).toEqual([['P02.D1.S2', ['P02.D1.S2', 'P02.D1.J2']]])
  })
})

describe('larger cable', () => {
  test('the next sizes with more ampacity in both seasons, also for a cable that the catalogue does not have', () => {
    const foreign = { ...ring, lineSections: ring.lineSections.map((one) => (one.id === 'H1.S1' ? { ...one, cable: 'NA2XS2Y 1x95 RM/25 12/20 kV', ratings: [{ validFrom: '2020-01-01T00:00:00Z', summerA: 252, winterA: 252, derating: 0.9 }] } : one)) }
    const options = largerCable.propose(contextOf(foreign, [constrainedAt('H1.S1', 'section')]))
    expect(options.map(({ id, costs }) => [id, costs.once[0].quantity])).toEqual([['larger-cable H1.S1 150 Al', 0.6], ['larger-cable H1.S1 240 Al', 0.6]])
    const changed = networkEffectOf(options[1]).apply(foreign).lineSections.find(({ id }) => id === 'H1.S1')
    // Grouping and soil are those of the trench, whatever lies in it.
    expect(changed).toMatchObject({ cable: '240 Al', rOhmPerKm: 0.123, ratings: [{ summerA: 404, winterA: 497, derating: 0.9 }] })
    const [before, after] = [foreign, networkEffectOf(options[1]).apply(foreign)].map((network) => loadingPct(network, stationsKw).get('H1.S1') as number)
    expect(after / before).toBeCloseTo(252 / 497, 2)
  })

  test('one that gains in winter and loses in summer is none', () => {
    // 150 Al: 307 A in summer, 377 A in winter.
    const oneRating = { ...ring, lineSections: ring.lineSections.map((one) => ({ ...one, ratings: [{ validFrom: '2020-01-01T00:00:00Z', summerA: 361, winterA: 361 }] })) }
    expect(largerCable.propose(contextOf(oneRating, [constrainedAt('R1', 'section')])).map(({ id }) => id)).toEqual(['larger-cable R1 240 Al'])
  })

  test('nothing where the catalogue has nothing larger', () => {
    expect(largerCable.propose(contextOf(ring, [constrainedAt('P01.D1.S1', 'section')]))).toEqual([])
  })
})

describe('transformer', () => {
  test('the next size, in the ratio of the ratings', () => {
    const [option, ...more] = transformer.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer')]))
    expect(more).toEqual([])
    expect(option).toMatchObject({ id: 'transformer P01.T1 1000 kVA', costs: { once: [{ item: 'transformer-1000-kva', quantity: 1 }] } })
    const [before, after] = [ring, networkEffectOf(option).apply(ring)].map((network) => loadingPct(network, stationsKw).get('P01.T1') as number)
    expect(before).toBeGreaterThan(62)
    expect(after / before).toBeCloseTo(0.63, 1)
  })

  test('two sizes at most', () => {
    const small = { ...ring, transformers: ring.transformers.map((one) => ({ ...one, ratedKva: 160 })) }
    expect(transformer.propose(contextOf(small, [constrainedAt('P01.T1', 'transformer')])).map(({ id }) => id)).toEqual(['transformer P01.T1 250 kVA', 'transformer P01.T1 400 kVA'])
  })

  test('between high and medium voltage only sizes for both its voltages', () => {
    const primary = {
      ...ring, busbars: [...ring.busbars, { id: 'PS.HV', name: 'PS.HV', substation: 'PS', nominalVoltageKv: 110 }], sources: ring.sources.map((one) => ({ ...one, node: 'PS.HV' })),
      transformers: [...ring.transformers, { ...ring.transformers[0], id: 'PS.T1', substation: 'PS', hvNode: 'PS.HV', lvNode: 'PS.MV', hvKv: 110, lvKv: 20, ratedKva: 25_000, vectorGroup: 'YNd5' }],
    }
    const options = transformer.propose(contextOf(primary, [constrainedAt('PS.T1', 'transformer')]))
    expect(options.map(({ id }) => id)).toEqual(['transformer PS.T1 40000 kVA', 'transformer PS.T1 63000 kVA'])
    const [before, after] = [primary, networkEffectOf(options[0]).apply(primary)].map((network) => loadingPct(network, stationsKw).get('PS.T1') as number)
    expect(after / before).toBeCloseTo(25 / 40, 2)
    expect(newSubstation.propose(contextOf(primary, [constrainedAt('PS.T1', 'transformer')]))).toEqual([])
    const other = { ...primary, busbars: primary.busbars.map((one) => (one.id === 'PS.HV' ? { ...one, nominalVoltageKv: 63 } : one)) }
    expect(transformer.propose(contextOf(other, [constrainedAt('PS.T1', 'transformer')]))).toEqual([])
  })
})

describe('new substation', () => {
  const [option] = newSubstation.propose(contextOf(ring, [constrainedAt('P01.T1', 'transformer')]))

  test('takes over a feeder: the old transformer carries half, the new one the other half', () => {
    expect(option).toMatchObject({
      id: 'new-substation P01.T1', group: 'transformer P01.T1', effect: { changes: [{ element: 'P01.T1', into: '+ 630 kVA' }, { element: 'H1.S1', into: 'P01.T1.new.MV' }, { element: 'P01.D1', into: 'P01.T1.new.LV' }] },
      costs: { once: [{ item: 'secondary-substation', quantity: 1 }, { item: 'transformer-630-kva', quantity: 1 }, { item: 'mv-cable-laid-km', quantity: 0.1 }, { item: 'lv-feeder-moved', quantity: 1 }] },
    })
    const network = networkEffectOf(option).apply(ring)
    const [before, after] = [ring, network].map((one) => loadingPct(one, lowVoltageKw))
    expect((after.get('P01.T1') as number) / (before.get('P01.T1') as number)).toBeCloseTo(0.5, 1)
    expect(after.get('P01.T1.new.T')).toBeCloseTo(after.get('P01.T1') as number, 0)
    expect(network.feeders.find(({ id }) => id === 'H1')?.lineSections).toEqual(['H1.S1', 'P01.T1.new.S', 'R1', 'R2'])
  })

  test('it is looped in where the busbar is fed from, and the ring closed elsewhere feeds all when its link is lost', () => {
    const [beyond] = newSubstation.propose(contextOf(ring, [constrainedAt('P03.T1', 'transformer')]))
    const network = networkEffectOf(beyond).apply(ring)
    expect(network.feeders.find(({ id }) => id === 'H2')?.lineSections).toEqual(['H2.S1', 'R3', 'P03.T1.new.S'])
    for (const lost of ['P03.T1.new.S', 'R3', 'H2.S1']) expect(buildGrid(network, AT, { outOfService: [lost], closedSwitches: ['NO'] }).fed).not.toContain(0)
  })

  test('one feeder alone cannot be shared', () => {
    expect(newSubstation.propose(contextOf(switchedRing({ lvFeeders: 1 }), [constrainedAt('P01.T1', 'transformer')]))).toEqual([])
  })
})
