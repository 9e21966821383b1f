import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { sampleDistrict } from '#models/district/sample-district.ts'
import { loadDistrict, readDistrict } from './load-district.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'penfeld-district-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))
function put(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), typeof content === 'string' ? content : name.endsWith('.json') ? JSON.stringify(content) : stringify(content))
}

test('files of both kinds and of sub-folders become one document, whatever way it is cut', async () => {
  put('all.yaml', sampleDistrict())
  const whole = await loadDistrict(folder, {})
  rmSync(join(folder, 'all.yaml'))
  const { holders, network: { busbars, ...network }, ...rest } = sampleDistrict()
  put('a.yaml', { ...rest, holders: holders.slice(0, 1), network: { busbars: busbars.slice(0, 1) } })
  put('b/more.json', { holders: holders.slice(1), network: { busbars: busbars.slice(1) } })
  put('c.yml', { network })
  put('notes.txt', 'not read')
  const cut = await loadDistrict(folder, {})
  expect(cut.district).toEqual(whole.district)
  expect(cut.version).toBe(whole.version)
  expect(cut.version).toMatch(/^[0-9a-f]{16}$/)
})

describe('variables', () => {
  test('fill url and options of sources and nothing else; the version does not depend on them', async () => {
    const sample = sampleDistrict()
    sample.sources[0].options = { password: '${FIELD_PASSWORD}', depth: 3 }
    sample.sites[0].name = 'Shop ${FIELD_HOST:-x}'
    put('district.yaml', sample)
    const first = await loadDistrict(folder, { FIELD_PASSWORD: 'secret' })
    expect(first.district.sources[0]).toMatchObject({ url: 'modbus-tcp://localhost', options: { password: 'secret', depth: 3 } })
    expect(first.district.sites[0].name).toBe('Shop ${FIELD_HOST:-x}')
    const second = await loadDistrict(folder, { FIELD_PASSWORD: 'other', FIELD_HOST: '10.0.0.1' })
    expect(second.district.sources[0].url).toBe('modbus-tcp://10.0.0.1')
    expect(second.version).toBe(first.version)
  })

  test('one that is not set is a fault that names it', async () => {
    const sample = sampleDistrict()
    sample.sources[0].url = 'modbus-tcp://${NOT_SET}'
    put('district.yaml', sample)
    const { faults } = await readDistrict(folder, {})
    expect(faults).toEqual([expect.objectContaining({ code: 'PF_DISTRICT_VARIABLE', path: '/sources/0/url', file: 'district.yaml', message: expect.stringContaining('NOT_SET') })])
  })
})

test('files that contradict each other are refused, naming both', async () => {
  put('a.yaml', { latitude: 48.4, thresholds: { watchLoadingPct: 80 } })
  put('b.yaml', { latitude: 48.5, thresholds: { watchLoadingPct: 80 } })
  const { faults } = await readDistrict(folder, {})
  expect(faults).toEqual([expect.objectContaining({ code: 'PF_DISTRICT_CONFLICT', file: 'b.yaml', path: '/latitude', message: expect.stringContaining('a.yaml') })])
})

test('a fault in a list that two files share is found in the right file', async () => {
  const { holders, ...rest } = sampleDistrict()
  put('a.yaml', { ...rest, holders: holders.slice(0, 1) })
  put('b.yaml', 'holders:\n  - id: bob\n    kind: household\n  - id: carol\n    kind: alien\n')
  const { faults } = await readDistrict(folder, {})
  expect(faults).toEqual([expect.objectContaining({ file: 'b.yaml', line: 5, path: '/holders/2/kind' })])
})

test('a document with faults is refused whole', async () => {
  put('district.yaml', { ...sampleDistrict(), colour: 'red' })
  await expect(loadDistrict(folder, {})).rejects.toMatchObject({ code: 'PF_DISTRICT_INVALID', message: expect.stringContaining('colour') })
})

test('keys that reach for prototypes stay plain keys and are refused', async () => {
  put('district.json', JSON.stringify(sampleDistrict()).replace('{', '{"__proto__":{"polluted":1},'))
  const { faults } = await readDistrict(folder, {})
  expect(faults).toEqual([expect.objectContaining({ code: 'PF_DISTRICT_SCHEMA', path: '/__proto__' })])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})
