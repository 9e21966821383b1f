import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAnnouncement, signAnnouncement } from './announcement.ts'
import { openControlKey, parseControlKey } from './control-key.ts'
import { requireHostSettings, servedSources } from './requirements.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'penfeld-hosts-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const announcement = { version: 'v1', document: { id: 'd', sources: [{ id: 's', url: '${HOST}' }] }, clock: { setting: '', startedRealMs: 5 }, serial: 7 }

test('what the control host signed is read back as it was, and its key stays the same over starts', () => {
  const key = openControlKey(folder)
  expect(openAnnouncement(signAnnouncement(announcement, key), parseControlKey(openControlKey(folder).publicText))).toEqual(announcement)
  expect(statSync(join(folder, 'keys/control.pem')).mode & 0o777).toBe(0o600)
})

test('one changed character, another key, or no signature at all: nothing of it is taken', () => {
  const key = openControlKey(folder)
  const signed = signAnnouncement(announcement, key)
  const told = parseControlKey(key.publicText)
  const refused = /PF_HOST_DISTRICT_UNSIGNED/
  expect(() => openAnnouncement(signed.replace('${HOST}', '${EVIL}'), told)).toThrow(refused)
  expect(() => openAnnouncement(signAnnouncement(announcement, openControlKey(join(folder, 'other'))), told)).toThrow(refused)
  for (const text of ['', 'null', '[]', '{}', '{"text":"{}","signature":""}', '{"text":1,"signature":2}']) expect(() => openAnnouncement(text, told)).toThrow(refused)
})

test('a key that is none is a fault of the setting', () => {
  for (const text of ['', 'abc', openControlKey(folder).publicText.slice(1)]) expect(() => parseControlKey(text)).toThrow(/PF_CONFIG_INVALID.*PENFELD_CONTROL_KEY/)
})

test('a host beside the control host is told everything it lacks at once', () => {
  expect(() => requireHostSettings({}, ['collect'])).toThrow(/PF_HOST_INCOMPLETE.*PENFELD_CONTROL_KEY.*INFLUX_URL.*REDIS_URL.*PENFELD_SOURCES/)
  const whole = { PENFELD_CONTROL_KEY: 'k', INFLUX_URL: 'http://i', REDIS_URL: 'redis://r' }
  expect(() => requireHostSettings(whole, ['collect'])).toThrow(/Missing: PENFELD_SOURCES/)
  requireHostSettings(whole, ['compute'])
  requireHostSettings({ ...whole, PENFELD_SOURCES: 'a', PENFELD_CONTROL_KEY: undefined, PENFELD_CONTROL_KEY_FILE: '/run/key' }, ['collect', 'compute'])
  expect(() => requireHostSettings(whole, ['compute', 'work'])).toThrow(/work runs on the control host/)
  expect(() => requireHostSettings({ ...whole, PENFELD_DISTRICT: '/d' }, ['compute'])).toThrow(/PENFELD_DISTRICT is set/)
})

test('the served sources: all, some, none', () => {
  expect(servedSources({})).toBeUndefined()
  expect(servedSources({ PENFELD_SOURCES: 'a, b,' })).toEqual(new Set(['a', 'b']))
  expect(servedSources({ PENFELD_SOURCES: 'none' })).toEqual(new Set())
})
