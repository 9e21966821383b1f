import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { loadProfiles, profileFaults } from './profiles.ts'

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('the shipped profiles load and name what each protocol needs', () => {
  const profiles = loadProfiles()
  expect([...profiles.keys()]).toEqual([
    'eco2mix', 'enedis-daily', 'enedis-load-curve', 'ev-charger', 'gas-meter', 'grdf-daily', 'heat-substation', 'iec104-bay', 'linky-daily', 'linky-tic-historique',
    'linky-tic-standard', 'lorawan-pulse-meter', 'lorawan-water-meter', 'luminaire', 'mbus-electricity-meter', 'mbus-heat-meter', 'mbus-water-meter', 'network-sensor',
    'open-meteo-archive', 'open-meteo-forecast', 'open-meteo', 'pv-inverter', 'rte-ecowatt', 'shop-meter', 'sparkplug-energy-meter', 'water-meter', 'weather-station',
  ])
  expect(profiles.get('network-sensor')!.channels['u']).toEqual({ unit: 'V', suffix: 'u' })
  expect(profiles.get('linky-daily')!.channels['max-power']).toEqual({ unit: 'VA', column: 'max-power' })
})

test('what is said of the device holds for each of its channels', () => {
  const profiles = loadProfiles()
  expect(profiles.get('shop-meter')!.channels['e']).toEqual({ unit: 'kWh', register: 4, type: 'uint32', scale: 0.01, timeRegister: 100 })
  expect(profiles.get('water-meter')!.channels['volume']).toEqual({ unit: 'L', pointer: '/volumeL', timePointer: '/ts' })
})

test('every fault of every file is named at once', () => {
  const folder = folderWith({
    'a.yaml': 'description: x\nprotocol: modbus\nchannels: { p: { unit: W, register: -1, type: int64 } }',
    'b.yaml': 'description: x\nprotocol: telex\nchannels: { p: { unit: W } }',
    'c.yaml': 'description: x\nprotocol: opcua\nchannels: { p: { unit: horsepower, suffix: p } }',
    'd.yaml': 'description: [',
    'e.yaml': 'description: x\nprotocol: mqtt\nchannels: { p: { unit: W, pointer: powerW, topic: t } }',
    'f.yaml': 'description: x\nprotocol: opcua\nchannels: {}',
  })
  let message = ''
  try {
    loadProfiles(folder)
  } catch (error) {
    message = (error as Error).message
  }
  for (const part of [
    'PF_PROFILE_INVALID', 'a.yaml /channels/p/register', 'a.yaml /channels/p/type', 'b.yaml /protocol: is "telex"',
    'c.yaml /channels/p/unit: "horsepower"', 'd.yaml', 'e.yaml /channels/p/pointer', 'e.yaml /channels/p', 'f.yaml /channels',
  ]) expect(message).toContain(part)
})

test('a folder that is not there is named', () => {
  expect(() => loadProfiles(join(tmpdir(), 'penfeld-no-such-folder'))).toThrow(/PF_PROFILE_INVALID.*penfeld-no-such-folder/)
})

test('the profiles that docs/meters.md shows are right', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/meters.md'), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block).filter((block) => /^protocol: (files|http)$/m.test(block))
  expect(blocks).toHaveLength(2)
  for (const block of blocks) expect(profileFaults(parse(block))).toEqual([])
})
