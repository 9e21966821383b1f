import { describe, expect, test } from 'vitest'
import { buildGrid } from './network.ts'
import { ratingsAt } from './ratings.ts'
import { ringNetwork } from './ring.testkit.ts'
import { downstreamBuses, downstreamMask, feederHeads, feederOfBuses, feedingTree, pathToSource } from './topology.ts'
import { validateGrid } from './validate.ts'

const AT = Date.parse('2026-01-15T12:00:00Z')
const network = ringNetwork({ stations: 4, lvFeeders: 2 })
const grid = buildGrid(network, AT)
const bus = (id: string) => grid.busIndex.get(id) as number
const branch = (id: string) => grid.branchIndex.get(id) as number

describe('buildGrid', () => {
  test('keeps the order of the document and takes switch positions of the date', () => {
    expect(grid.busIds.slice(0, 2)).toEqual(['PS.MV', 'P01.MV'])
    expect(grid.sectionIds.slice(0, 5)).toEqual(['H1.S1', 'R1', 'R2', 'R3', 'H2.S1'])
    expect(grid.branchIndex.get('P01.T1')).toBe(grid.sectionCount)
    expect([...grid.switchClosed]).toEqual([1, 1, 0])
    expect(grid.branchTo[branch('R2')]).toBe(-1)
    expect(grid.fed.every((fed) => fed === 1)).toBe(true)

    const later = structuredClone(network)
    later.switches[2].positions = [{ validFrom: '2020-01-01T00:00:00Z', validTo: '2026-01-01T00:00:00Z', closed: false }, { validFrom: '2026-01-01T00:00:00Z', closed: true }]
    expect(buildGrid(later, AT).switchClosed[2]).toBe(1)
    expect(buildGrid(later, Date.parse('2025-12-31T23:59:59Z')).switchClosed[2]).toBe(0)
    expect(buildGrid(later, AT, { positions: new Map([['NO', false]]) }).switchClosed[2]).toBe(0)
  })

  test('a part without a source is an island', () => {
    const cut = buildGrid(network, AT, { openSwitches: ['H2.B'] })
    expect(cut.islandCount).toBe(2)
    expect(cut.fed[cut.busIndex.get('P04.LV') as number]).toBe(0)
    expect(cut.fed[cut.busIndex.get('P02.LV') as number]).toBe(1)
  })

  test('ratings follow date, season and parallel cables', () => {
    const doubled = structuredClone(network)
    doubled.lineSections[0].parallel = 2
    doubled.lineSections[1].ratings = [{ validFrom: '2027-01-01T00:00:00Z', summerA: 1, winterA: 1 }]
    const ratings = ratingsAt(doubled, AT, 1)
    expect([ratings.sectionA[0], ratings.sectionA[2], ratingsAt(doubled, AT, 7).sectionA[2]]).toEqual([840, 420, 375])
    expect(ratings.sectionA[1]).toBeNaN()
  })

  test('names the element that points nowhere', () => {
    const broken = structuredClone(network)
    broken.lineSections[3].to = 'NOWHERE'
    expect(() => buildGrid(broken, AT)).toThrow(/PF_GRID_INVALID \[R3\].*NOWHERE/)
  })
})

describe('topology', () => {
  const tree = feedingTree(grid)

  test('way to the source, and what hangs below', () => {
    expect(pathToSource(tree, bus('P02.D1.J2')).map((k) => [...grid.sectionIds, ...grid.transformerIds][k])).toEqual(['P02.D1.S2', 'P02.D1.S1', 'P02.T1', 'R1', 'H1.S1'])
    expect(downstreamBuses(tree, branch('P02.D1.S1')).map((k) => grid.busIds[k])).toEqual(['P02.D1.J1', 'P02.D1.J2'])
    const below = downstreamMask(tree, branch('H1.S1'))
    expect(below[bus('P02.LV')] + below[bus('P01.D2.J1')]).toBe(2)
    expect(below[bus('P03.LV')] + below[bus('PS.MV')]).toBe(0)
  })

  test('loads move to the other feeder with the open point, and a closed ring has one loop branch', () => {
    const feederOf = (one: typeof grid, id: string) => {
      const index = feederOfBuses(network, one, feedingTree(one))[one.busIndex.get(id) as number]
      return network.feeders[index]?.id
    }
    expect([feederOf(grid, 'P01.MV'), feederOf(grid, 'P04.MV'), feederOf(grid, 'P03.D2.J2'), feederOf(grid, 'P03.LV')]).toEqual(['H1', 'H2', 'P03.D2', undefined])
    const moved = buildGrid(network, AT, { openSwitches: ['H1.B'], closedSwitches: ['NO'] })
    expect(feederOf(moved, 'P01.MV')).toBe('H2')
    expect(feedingTree(buildGrid(network, AT, { closedSwitches: ['NO'] })).loopBranches).toHaveLength(1)
    expect(feederHeads(network)).toEqual([{ feederId: 'H1', section: 'H1.S1' }, { feederId: 'H2', section: 'H2.S1' }])
  })
})

describe('validateGrid', () => {
  test('finds nothing in a sound network', () => expect(validateGrid(network, AT)).toEqual([]))

  test('lists every fault at once', () => {
    const broken = structuredClone(network)
    broken.lineSections[1].ratings = [{ validFrom: '2030-01-01T00:00:00Z', summerA: 1, winterA: 1 }]
    Object.assign(broken.lineSections[2], { rOhmPerKm: 0, xOhmPerKm: 0 })
    broken.switches[1].positions = [{ validFrom: '2020-01-01T00:00:00Z', closed: false }]
    broken.transformers[0].ratings[0].validTo = '2025-01-01T00:00:00Z'
    const faults = validateGrid(broken, AT)
    expect(faults.map((one) => one.path)).toEqual(expect.arrayContaining([
      '/network/lineSections/1/ratings', '/network/lineSections/2/rOhmPerKm', '/network/transformers/0/ratings', '/network/busbars/4', '/network/busbars/8', '/network/junctions/12',
    ]))
    // Stations P03 and P04 with two busbars and four junctions each have lost their feeder.
    expect(faults.filter((one) => one.message.includes('fed by no source'))).toHaveLength(12)
  })

  test('refuses a loop over transformers of different clocks', () => {
    const broken = structuredClone(network)
    broken.transformers.push({ ...broken.transformers[0], id: 'P01.T2', vectorGroup: 'Dyn5' })
    expect(validateGrid(broken, AT).map((one) => one.path)).toEqual(['/network/transformers/4/vectorGroup'])
    broken.transformers[broken.transformers.length - 1].vectorGroup = 'Dyn11'
    expect(validateGrid(broken, AT)).toEqual([])
  })
})
