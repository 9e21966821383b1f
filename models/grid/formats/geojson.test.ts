import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { NetworkFaultsError } from '#models/grid/network-fault.ts'
import { emptyPowerNetwork, type PowerNetwork } from '#models/grid/power-network.ts'
import { prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { type Answers, type Catalogue, type OpenData, readNetworkGeoJson, writeNetworkGeoJson } from './geojson.ts'
import { distanceM, nearestOnCourse, type Position } from './geojson/geometry.ts'

const text = (file: string) => readFileSync(new URL(`../../../fixtures/networks/geojson/${file}`, import.meta.url), 'utf8')
const layers: Pick<OpenData, 'sections' | 'posts'> = {
  sections: [
    { collection: text('hta-underground.geojson'), level: 'HTA', kind: 'underground' },
    { collection: text('bt-underground.geojson'), level: 'BT', kind: 'underground' },
  ],
  posts: [{ collection: text('substations.geojson'), kind: 'substation' }, { collection: text('secondary-posts.geojson'), kind: 'secondary' }],
}
const answers = JSON.parse(text('answers.json')) as Answers
const catalogue = JSON.parse(text('catalogue.json')) as Catalogue
const without = (key: string, what: string): Answers => ({ ...answers, [key]: Object.fromEntries(Object.entries(answers[key]).filter(([name]) => name !== what)) })
const line = (network: PowerNetwork | undefined, id: string) => network?.lines.find((one) => one.id === id)

describe('the hand-made district', () => {
  test('without answers there is no network, and every question is asked once for its class', () => {
    const { network, questions } = readNetworkGeoJson(layers)
    expect(network).toBeUndefined()
    expect(questions.map(({ place, what, needed }) => `${place}: ${what}${needed ? '' : ', not needed'}`).sort()).toEqual([
      '(id of a post): source', 'BT underground: switchesClosed', 'BT underground: type', 'BT: nominalKv', 'H4: fromJoins',
      'HTA underground: switchesClosed', 'HTA underground: type', 'HTA: nominalKv',
      'secondary: activeKw, not needed', 'secondary: reactiveKvar, not needed', 'secondary: transformerType',
      'substation: activeKw, not needed', 'substation: reactiveKvar, not needed',
    ])
    expect(questions.find(({ place, what }) => place === 'HTA underground' && what === 'type')?.concerns).toEqual(['H1', 'H2', 'H3', 'H4'])
    expect(questions.find(({ what }) => what === 'transformerType')?.concerns).toEqual(['P1', 'P2'])
  })

  test('answered, it is a network that a load flow solves', () => {
    const { network, questions, faults } = readNetworkGeoJson({ ...layers, answers, catalogue })
    expect(questions).toEqual([])
    expect(faults).toEqual([])
    expect(network?.transformers.map(({ id, fromKv, toKv, clock }) => [id, fromKv, toKv, clock])).toEqual([['P1 HTA/BT', 20, 0.4, 11], ['P2 HTA/BT', 20, 0.4, 11]])
    expect(network?.lines.map(({ id, from, to }) => [id, from, to])).toContainEqual(['H1', 'PS HTA', 'P1 HTA'])
    const { circuit, loads, busIndex } = circuitOf(network as PowerNetwork)
    const result = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-10 })
    expect(result.settled[0]).toBe(1)
    expect(result.loadKw[0]).toBeCloseTo(120 + 120 + 250, 6)
    const volt = (bus: string) => result.voltagePu[busIndex.get(bus) as number]
    expect(volt('PS HTA')).toBeGreaterThan(volt('P1 HTA'))
    expect(volt('P1 HTA')).toBeGreaterThan(volt('P3 HTA'))
  })
  test('a section that another joins in its middle is cut there, and its length and values are shared out', () => {
    const { network } = readNetworkGeoJson({ ...layers, answers, catalogue })
    const [first, second, tee, ring] = ['H2/1', 'H2/2', 'H4', 'H3'].map((id) => line(network, id))
    expect([first?.to, second?.from]).toEqual([tee?.from, tee?.from])
    // 0.008 degrees of longitude at 48.391 degrees north.
    expect((first?.lengthKm ?? NaN) + (second?.lengthKm ?? NaN)).toBeCloseTo(0.008 * (Math.PI / 180) * 6371.0088 * Math.cos((48.391 * Math.PI) / 180), 3)
    expect(first?.rOhm).toBeCloseTo(0.125 * (first?.lengthKm ?? NaN), 12)
    expect(ring).toMatchObject({ fromClosed: false, toClosed: true, lengthKm: 1.6, cUf: 0.3 * 1.6, summerA: 390, type: 'S6-240' })
  })

  test('levels meet only in posts; cables of one level whose ends are close meet', () => {
    const { network } = readNetworkGeoJson({ ...layers, answers, catalogue })
    expect(line(network, 'B2')?.from).toBe(line(network, 'B1')?.to)
    expect(line(network, 'B3')?.from).toBe(line(network, 'B1')?.to)
    expect(line(network, 'B1')?.from).toBe('P1 BT')
    // PS, P1, P2, P3 and the joint in H2; P1, P2, one joint and three dead ends of BT.
    expect(network?.buses).toHaveLength(5 + 6)
  })

  test.each([
    ['HTA', 'nominalKv', 'HTA: nominalKv'], ['BT underground', 'type', 'BT underground: type'], ['HTA underground', 'switchesClosed', 'HTA underground: switchesClosed'],
    ['H4', 'fromJoins', 'H4: fromJoins'], ['PS', 'voltagePu', 'PS: voltagePu'], ['PS', 'shortCircuitMva', 'PS: shortCircuitMva'], ['secondary', 'transformerType', 'secondary: transformerType'],
  ])('nothing takes the place of a missing answer (%s, %s)', (key, what, asked) => {
    const { network, questions } = readNetworkGeoJson({ ...layers, answers: without(key, what), catalogue })
    expect(network).toBeUndefined()
    expect(questions.map((one) => `${one.place}: ${one.what}`)).toEqual([asked])
  })

  test('what an entry of the catalogue leaves out is asked of the entry; an ampacity is not needed', () => {
    const { rOhmPerKm, xOhmPerKm, cUfPerKm } = catalogue['S6-240']
    const bare = readNetworkGeoJson({ ...layers, answers, catalogue: { ...catalogue, 'S6-240': { rOhmPerKm, xOhmPerKm, cUfPerKm } } })
    expect(bare.questions).toMatchObject([{ place: 'catalogue/S6-240', what: 'ampacityA', needed: false, concerns: ['H1', 'H2', 'H3', 'H4'] }])
    expect(line(bare.network, 'H1')).not.toHaveProperty('summerA')
    expect(readNetworkGeoJson({ ...layers, answers, catalogue: { ...catalogue, 'S6-240': { rOhmPerKm, cUfPerKm } } }).network).toBeUndefined()
  })

  test('a level that is a voltage is not asked for', () => {
    const sections = layers.sections.map((layer) => ({ ...layer, level: layer.level === 'HTA' ? '20 kV' : '400 V' }))
    expect(readNetworkGeoJson({ ...layers, sections }).questions.map((one) => one.what)).not.toContain('nominalKv')
  })

  test('a post through which a section passes is cut in when somebody says so', () => {
    const passing: OpenData = {
      sections: [{ collection: { type: 'FeatureCollection', features: [{ type: 'Feature', id: 'L', properties: {}, geometry: { type: 'LineString', coordinates: [[0, 45], [0.01, 45]] } }] }, level: '20 kV' }],
      posts: [{ collection: { type: 'FeatureCollection', features: [{ type: 'Feature', id: 'P', properties: {}, geometry: { type: 'Point', coordinates: [0.005, 45.00005] } }] } }],
    }
    expect(readNetworkGeoJson(passing).questions.filter((one) => one.what === 'joins')).toMatchObject([{ place: 'P', concerns: ['P'] }])
    const joined = readNetworkGeoJson({ ...passing, answers: { P: { joins: 'L', source: '20 kV', voltagePu: 1, shortCircuitMva: 'ideal' }, L: { rOhmPerKm: 0.2, xOhmPerKm: 0.1, cUfPerKm: 0, ampacityA: 200, switchesClosed: true } } })
    expect(joined.network?.lines.map(({ id, from, to }) => [id, from, to])).toEqual([['L/1', 'L:0m 20 kV', 'P 20 kV'], ['L/2', 'P 20 kV', 'L:786m 20 kV']])
    const left = readNetworkGeoJson({ ...passing, answers: { P: { joins: 'none' } } })
    expect(left.faults).toMatchObject([{ code: 'PF_GRID_UNFED', place: 'posts/P' }])
  })
})

test('faults of layers and answers are found all at once, each with its place', () => {
  const features = (...list: readonly (readonly [string, unknown])[]) => ({ type: 'FeatureCollection', features: list.map(([id, geometry]) => ({ type: 'Feature', id, properties: {}, geometry })) })
  const read = () => readNetworkGeoJson({
    sections: [
      { collection: features(['metres', { type: 'LineString', coordinates: [[145000, 6837000], [145100, 6837000]] }], ['polygon', { type: 'Polygon', coordinates: [] }], ['short', { type: 'LineString', coordinates: [[0, 0]] }], ['short', { type: 'LineString', coordinates: [[0, 0], [1, 1]] }]), level: 'HTA' },
      { collection: '{' },
    ],
    posts: [{ collection: features(['nowhere', null]) }],
    answers: { 'no such': {}, HTA: { nominalKv: -20, colour: 'red' } }, catalogue: { A: { ratedKva: 0 } },
  })
  expect(read).toThrow(NetworkFaultsError)
  let places: string[] = []
  try {
    read()
  } catch (error) {
    places = (error as NetworkFaultsError).faults.map((fault) => `${fault.code} ${fault.place}`)
  }
  expect(places).toEqual([
    'PF_GRID_DUPLICATE_ID sections/short (layer 1, feature 4)', 'PF_NETWORK_FILE_INVALID sections/layer 2',
    'PF_NETWORK_FILE_INVALID sections/metres', 'PF_NETWORK_FILE_INVALID sections/polygon', 'PF_NETWORK_FILE_INVALID sections/short',
    'PF_NETWORK_FILE_INVALID posts/layer 1, feature 1',
    'PF_GRID_REFERENCE answers/no such', 'PF_NETWORK_FILE_INVALID answers/HTA/nominalKv', 'PF_NETWORK_FILE_INVALID answers/HTA/colour', 'PF_NETWORK_FILE_INVALID catalogue/A/ratedKva',
  ])
})

test.each([
  ['a section of another level', { H4: { fromJoins: 'B1' } }, 'PF_GRID_LEVEL', 'answers/H4/fromJoins'],
  ['a section that is not there', { H4: { fromJoins: 'H9' } }, 'PF_GRID_REFERENCE', 'answers/H4/fromJoins'],
  ['a level the post does not have', { P3: { source: 'BT' } }, 'PF_GRID_REFERENCE', 'answers/P3/source'],
])('an answer that joins or feeds %s is refused', (_, change, code, where) => {
  expect(() => readNetworkGeoJson({ ...layers, answers: { ...answers, ...change } as Answers, catalogue })).toThrow(expect.objectContaining({ faults: [expect.objectContaining({ code, place: where })] }) as Error)
})

test('a section that comes back to where it began is left out and told', () => {
  const ring = { type: 'Feature', id: 'R', properties: {}, geometry: { type: 'LineString', coordinates: [[-4.494, 48.391], [-4.493, 48.392], [-4.494, 48.391]] } }
  const sections = [...layers.sections, { collection: { type: 'FeatureCollection', features: [ring] }, level: 'HTA', kind: 'underground' }]
  const { network, faults } = readNetworkGeoJson({ ...layers, sections, answers, catalogue })
  expect(faults).toMatchObject([{ severity: 'warning', code: 'PF_GRID_REFERENCE', place: 'sections/R' }])
  expect(line(network, 'R')).toBeUndefined()
})

const place = fc.tuple(fc.double({ min: -5, max: 8, noNaN: true }), fc.double({ min: 42, max: 51, noNaN: true }))

test('distances agree with the law of cosines on the sphere', () => {
  fc.assert(fc.property(place, place, (a, b) => {
    const [[x, p], [y, q]] = [a, b].map((one) => one.map((deg) => (deg * Math.PI) / 180))
    const cosine = Math.sin(p) * Math.sin(q) + Math.cos(p) * Math.cos(q) * Math.cos(x - y)
    // The arc of a cosine near 1 keeps half of the digits: 1 m.
    expect(Math.abs(distanceM(a, b) - 6_371_008.8 * Math.acos(Math.min(1, cosine)))).toBeLessThan(1)
  }))
})

test('no point of a course is nearer than the nearest, and it lies on the course', () => {
  fc.assert(fc.property(place, fc.array(fc.tuple(fc.double({ min: -0.005, max: 0.005, noNaN: true }), fc.double({ min: -0.005, max: 0.005, noNaN: true })), { minLength: 3, maxLength: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), ([lon, lat], steps, share) => {
    const [start, ...course] = steps.map(([dx, dy]): Position => [lon + dx, lat + dy])
    const nearest = nearestOnCourse(start, course)
    expect(distanceM(start, nearest.position)).toBeCloseTo(nearest.distanceM, 6)
    course.slice(1).forEach((end, k) => {
      const other: Position = [course[k][0] + share * (end[0] - course[k][0]), course[k][1] + share * (end[1] - course[k][1])]
      // Flat against round: a part in 10^4 over a kilometre.
      expect(nearest.distanceM).toBeLessThanOrEqual(distanceM(start, other) * (1 + 1e-3) + 0.01)
    })
  }))
})

test('a chain drawn with ends up to half the tolerance off is one chain, whatever the order of its sections', () => {
  const jitter = fc.tuple(fc.double({ min: -2e-6, max: 2e-6, noNaN: true }), fc.double({ min: -2e-6, max: 2e-6, noNaN: true }))
  fc.assert(fc.property(fc.array(fc.tuple(jitter, jitter), { minLength: 2, maxLength: 12 }), fc.boolean(), place, (offsets, backwards, [lon, lat]) => {
    const features = offsets.map(([a, b], k) => ({
      type: 'Feature', id: `S${k}`, properties: {}, geometry: { type: 'LineString', coordinates: [[lon + k * 0.002 + a[0], lat + a[1]], [lon + (k + 1) * 0.002 + b[0], lat + b[1]]] },
    }))
    const { busCount, drawnKm } = readNetworkGeoJson({ sections: [{ collection: { type: 'FeatureCollection', features: backwards ? features.reverse() : features }, level: '20 kV' }], posts: [] })
    expect(busCount).toBe(offsets.length + 1)
    expect(drawnKm * 1000).toBeCloseTo(distanceM([lon, lat], [lon + offsets.length * 0.002, lat]), -1.2)
  }), { numRuns: 50 })
})

test('a network is written as a map, and what has no place is counted', () => {
  const { network } = readNetworkGeoJson({ ...layers, answers, catalogue })
  const { collection, faults } = writeNetworkGeoJson(network as PowerNetwork)
  expect(faults).toEqual([])
  const of = (element: string) => collection.features.filter((feature) => feature.properties['element'] === element)
  expect(of('bus')).toHaveLength(11)
  expect(of('line')).toHaveLength(network?.lines.length ?? NaN)
  expect(of('line').find(({ id }) => id === 'H1')).toMatchObject({ geometry: { type: 'LineString', coordinates: [[-4.5, 48.39], [-4.494, 48.391]] }, properties: { from: 'PS HTA', summerA: 390 } })
  expect(of('transformer').map(({ geometry }) => geometry?.type)).toEqual(['LineString', 'LineString'])
  const nowhere = writeNetworkGeoJson({ ...emptyPowerNetwork('one'), buses: [{ id: 'a', nominalKv: 20 }] })
  expect(nowhere.collection.features).toMatchObject([{ id: 'a', geometry: null }])
  expect(nowhere.faults).toMatchObject([{ severity: 'warning', place: 'features' }])
})
