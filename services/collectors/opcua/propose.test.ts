import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ID_PATTERN } from '#models/district/schema-parts.ts'
import { profileFaults } from '../profiles.ts'
import type { BrowsedVariable } from './browse.ts'
import { districtText, profileFiles } from './propose-text.ts'
import { proposedUnit } from './propose-units.ts'
import { propose } from './propose.ts'

const variable = (path: readonly string[], more: Partial<BrowsedVariable> = {}): BrowsedVariable => ({
  path, isOneNamespace: true, nodeId: `ns=2;i=${path.join().length}`, identifier: undefined, namespaceUri: 'urn:plant', dataType: 'Double', isScalarNumber: true,
  unit: undefined, range: undefined, description: undefined, value: 1, status: 'Good', at: 0, hasHistory: false, ...more,
})
const ANSWERS = { url: 'opc.tcp://10.0.0.1', carrier: undefined, elements: new Map<string, string>(), securityMode: 'SignAndEncrypt', username: undefined } as const

test.each([
  [{ unit: '°C' }, { how: 'said', unit: 'degC' }],
  [{ unit: 'm³/h' }, { how: 'said', unit: 'm3/h' }],
  [{ unit: 'bar', description: 'kW' }, { how: 'asked', given: 'bar' }],
  [{ description: 'kvar' }, { how: 'described', unit: 'kvar' }],
  [{ description: 'active power in kW' }, { how: 'asked', given: undefined }],
  [{ dataType: 'Boolean' }, { how: 'said', unit: '1' }],
  [{ description: '1' }, { how: 'asked', given: undefined }],
])('the unit of %o is %o', (said, guess) => {
  expect(proposedUnit({ unit: undefined, description: undefined, dataType: 'Double', ...said })).toEqual(guess)
})

test('identifiers are cut where few suffixes come back; siblings with the same inside share a profile', () => {
  const text = (identifier: string): BrowsedVariable => variable(['Field', identifier], { identifier, unit: 'kW' })
  const [byText] = propose(['A:1.p', 'A:1.q', 'A:2.p', 'A:2.q'].map(text), 'scada')
  expect(byText).toMatchObject({ nodes: 'identifier', separator: '.', profiles: [{ id: 'scada-1', devices: 2 }] })
  expect(byText.devices.map(({ address }) => address)).toEqual(['A:1', 'A:2'])
  const nested = ['B1', 'B2'].flatMap((name) => [variable(['Hall', name, 'In', 'T'], { unit: '°C' }), variable(['Hall', name, 'P'], { unit: 'kW' })])
  const [byPath] = propose([...nested, variable(['Hall', 'T'], { unit: '°C' })], 'scada')
  expect(byPath.devices.map(({ address, channels }) => [address, [...channels.keys()]])).toEqual([['Hall/B1', ['in-t', 'p']], ['Hall/B2', ['in-t', 'p']], ['Hall', ['t']]])
  expect(propose(nested.map((one, index) => ({ ...one, namespaceUri: `urn:${index % 2}` })), 'scada').map(({ sourceId }) => sourceId)).toEqual(['scada-1', 'scada-2'])
})

test('a point whose device has the name of an element is decided, with the limits the server gives', () => {
  const [proposal] = propose(['q', 'x'].map((suffix) => variable(['T1', suffix], { identifier: `T1.${suffix}`, unit: suffix === 'q' ? 'kvar' : 'furlong', range: [-5, 5] })), 'scada')
  const content = parse(districtText(proposal, { ...ANSWERS, elements: new Map([['T1', 'electricity']]) })) as { measurementPoints: unknown[] }
  expect(content.measurementPoints).toEqual([{
    id: 'scada-T1.q', carrier: 'electricity', quantity: 'reactive-power', unit: 'kvar', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, min: -5, max: 5, on: 'T1', feed: { device: 'scada-T1', channel: 'q' },
  }])
})

test('whatever a server calls its nodes, the proposal is YAML with valid, different names and nothing of it slips out of a comment', () => {
  const word = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.constantFrom('a\nsources: []', '?', '- x', '}', '"', '# ', '__proto__', 'y', '12', '\u2028', 'é'))
  const anything = fc.record({ path: fc.array(word, { minLength: 1, maxLength: 4 }), identifier: fc.option(word, { nil: undefined }), unit: fc.option(fc.oneof(word, fc.constant('kW')), { nil: undefined }), description: fc.option(word, { nil: undefined }), value: fc.oneof(fc.double(), word) })
  fc.assert(fc.property(fc.array(anything, { maxLength: 12 }), (given) => {
    for (const proposal of propose(given.map(({ path, ...more }) => variable(path, more)), 'scada')) {
      const content = parse(districtText(proposal, ANSWERS)) as { sources: unknown[], devices: { id: string, address: string }[], measurementPoints: unknown[] }
      expect(Object.keys(content)).toEqual(['sources', 'devices', 'measurementPoints'])
      expect(content.sources).toHaveLength(1)
      expect(content.measurementPoints).toEqual([])
      const ids = content.devices.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const id of ids) expect(id).toMatch(new RegExp(ID_PATTERN))
      expect(content.devices.every(({ address }) => proposal.devices.some((device) => device.address === address))).toBe(true)
      for (const { text } of profileFiles(proposal, ANSWERS.url)) expect(profileFaults(parse(text)), text).toEqual([])
    }
  }), { numRuns: 300, seed: 20_261_128 })
})
