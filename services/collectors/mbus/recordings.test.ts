import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeTelegram, type Telegram } from './telegram.ts'
import { loadProfiles } from '../profiles.ts'
import type { MeterRecord } from './records.ts'
import { findRecord, selectorOf, valueFor } from './select.ts'

/** Frames of real meters, held to what libmbus reads in them (fixtures/recordings/mbus/README.md). */
const FOLDER = join(import.meta.dirname, '../../../fixtures/recordings/mbus')
const bytesOf = (path: string): Uint8Array => Uint8Array.from(readFileSync(path, 'utf8').trim().split(/\s+/), (byte) => parseInt(byte, 16))
const telegramOf = (name: string): Telegram => {
  const telegram = decodeTelegram(bytesOf(join(FOLDER, `${name}.hex`)))
  if (!('records' in telegram)) throw new Error(`${name}: ${telegram.fault}`)
  return telegram
}

const FUNCTIONS: Readonly<Record<string, string>> = { 'Instantaneous value': 'instantaneous', 'Actual value': 'instantaneous', 'Maximum value': 'maximum', 'Minimum value': 'minimum', 'Value during error state': 'error' }
/** Unit of libmbus, unit of ours, and how many of ours one of theirs is. */
const UNITS: Readonly<Record<string, readonly [string, number]>> = {
  'm^3': ['m3', 1], 'm^3/h': ['m3/h', 1], '°C': ['degC', 1], 'Units for H.C.A.': ['hca', 1], '-': ['', 1], Reserved: ['', 1], kWh: ['Wh', 1_000], l: ['m3', 0.001],
}
const MEDIA: Readonly<Record<string, string>> = {
  'Breaker: Electricity': 'breaker', 'Cold water': 'cold-water', Electricity: 'electricity', Gas: 'gas', 'Heat / Cooling load meter': 'heat-and-cooling', 'Heat Cost Allocator': 'heat-cost-allocator',
  'Heat: Inlet': 'heat-inlet', 'Heat: Outlet': 'heat-outlet', Heat: 'heat', Oil: 'oil', Other: 'other', 'Warm water (30-90°C)': 'warm-water', Water: 'water',
}

/** Records that we read otherwise than libmbus, each with what the standard says. */
const DEVIATIONS: Readonly<Record<string, readonly [ours: string, why: string]>> = {
  'SEN_Pollustat 12': ['11582321 s', 'VIFE 50h is the duration below a limit, in seconds, not a flow'],
  'SEN_Pollustat 13': ['756 s', 'VIFE 58h is the duration above a limit, in seconds, not a flow'],
  'landis+gyr_ultraheat_t230 19': ['invalid-time ', 'VIFE 6Fh makes it the time of the maximum, here not set'],
  'landis+gyr_ultraheat_t230 20': ['invalid-time ', 'VIFE 6Fh makes it the time of the maximum, here not set'],
  'landis+gyr_ultraheat_t230 21': ['2011-08-26T20:50:00Z ', 'VIFE 6Fh makes it the time of the maximum'],
  'landis+gyr_ultraheat_t230 22': ['2011-08-09T11:43:00Z ', 'VIFE 6Fh makes it the time of the maximum'],
  'landis+gyr_ultraheat_t230 32': ['invalid-time ', 'year 127 means every year'],
  'REL-Relay-Padpuls2 1': ['invalid-time ', 'the bit IV says that the clock is not set'],
}

const field = (xml: string, name: string): string | undefined => {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return found?.replaceAll('&amp;', '&')
}
const hexOf = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : Buffer.from(bytes).toString('hex'))

function shown({ value, unit, time, text, fault }: MeterRecord): string {
  if (fault !== undefined) return `${fault} ${unit}`
  if (time !== undefined) return `${new Date(time.wall).toISOString().slice(0, time.isDate ? 10 : 19)}${time.isDate ? '' : 'Z'} ${unit}`
  return `${text ?? value} ${unit}`
}

function expectRecord(record: MeterRecord, xml: string, name: string): void {
  expect(record.function, name).toBe(FUNCTIONS[field(xml, 'Function')!])
  expect([record.storage, record.tariff, record.subunit], name).toEqual(['StorageNumber', 'Tariff', 'Device'].map((key) => Number(field(xml, key) ?? 0)))
  const deviation = DEVIATIONS[name]
  if (deviation !== undefined) return expect(shown(record), deviation[1]).toBe(deviation[0])
  const theirs = field(xml, 'Value')!
  const [unit, factor] = UNITS[field(xml, 'Unit')!] ?? [field(xml, 'Unit')!, 1]
  if (theirs.startsWith('2000-00-00')) return expect(record.fault, name).toBe('invalid-time')
  if (record.time !== undefined || record.text !== undefined) return expect(shown(record), name).toBe(`${theirs} ${unit}`)
  expect(record.fault, name).toBeUndefined()
  expect(record.unit, name).toBe(unit)
  // They print six decimals.
  expect(Math.abs(record.value - Number(theirs) * factor), `${name}: ${record.value}, they say ${theirs}`).toBeLessThanOrEqual(5.1e-7 * factor)
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.norm.xml')).map((name) => name.slice(0, -'.norm.xml'.length)).sort()

test('every recording has its frame', () => {
  expect(names).toHaveLength(36)
  expect(readdirSync(FOLDER).filter((name) => name.endsWith('.hex')).map((name) => name.slice(0, -4)).sort()).toEqual(names)
})

describe.each(names)('%s', (name) => {
  const xml = readFileSync(join(FOLDER, `${name}.norm.xml`), 'latin1').replaceAll('Â°', '°')
  const [head, ...items] = xml.split('<DataRecord ')

  test('says who it is and what it measures as libmbus reads it', () => {
    const telegram = telegramOf(name)
    const { id, manufacturer, version, medium } = telegram.identity!
    expect(id.replace(/^0+(?=.)/, '')).toBe(field(head, 'Id'))
    expect(medium).toBe(MEDIA[field(head, 'Medium')!])
    expect(manufacturer).toBe(field(head, 'Manufacturer'))
    expect(version).toBe(field(head, 'Version') === undefined ? undefined : Number(field(head, 'Version')))
    expect([telegram.accessNumber, telegram.status.toString(16).padStart(2, '0').toUpperCase()]).toEqual([Number(field(head, 'AccessNumber')), field(head, 'Status')])
    expect(telegram.fault).toBeUndefined()

    const special = items.filter((item) => /Manufacturer specific<\/Function>|More records follow/.test(item))
    const plain = items.filter((item) => !special.includes(item))
    expect(telegram.records).toHaveLength(plain.length)
    telegram.records.forEach((record, index) => expectRecord(record, plain[index], `${name} ${index}`))
    expect(telegram.moreFollow).toBe(special.some((item) => item.includes('More records follow')))
    expect(hexOf(telegram.manufacturerData)).toBe(special.map((item) => field(item, 'Value')!.replaceAll(' ', '').toLowerCase()).join(''))
  })
})

test.each([
  ['mbus-heat-meter', 'SEN_Pollustat', { 'thermal-energy': 39_831, 'thermal-power': -0.1707, volume: 6_162.878, flow: 3.23, 'flow-temperature': 31.1473, 'return-temperature': 31.1931 }],
  ['mbus-heat-meter', 'landis+gyr_ultraheat_t230', { 'thermal-energy': 0, 'thermal-power': 0, volume: 0, flow: 0, 'flow-temperature': 19.5, 'return-temperature': 19.7 }],
  ['mbus-water-meter', 'ram_modularis', { volume: 10_116, 'volume-due-date': 8_393 }],
  ['mbus-electricity-meter', 'nzr_dhz_5_63', { p: 0, e: 1.274 }],
])('the profile %s finds its channels in %s', (profile, name, expected) => {
  const { records } = telegramOf(name)
  const found = Object.entries(loadProfiles().get(profile)!.channels).map(([channel, how]) => {
    const selector = selectorOf(how)
    const said = valueFor(findRecord(records, selector)!, selector)
    return [channel, 'value' in said ? Math.round(said.value * 10_000) / 10_000 : said.reason]
  })
  expect(Object.fromEntries(found)).toEqual(expected)
})

const faultOf = (path: string): string => {
  const telegram = decodeTelegram(bytesOf(join(FOLDER, path)))
  if (!('records' in telegram)) return telegram.fault
  const { fault, records } = telegram
  return fault === undefined ? records.map((record) => record.fault ?? 'value').join(' ') : `${fault.reason} after ${records.length}`
}

test('each broken or unsupported frame has its own typed fault', () => {
  expect(Object.fromEntries(readdirSync(join(FOLDER, 'error-frames')).sort().map((name) => [name, faultOf(`error-frames/${name}`)]))).toEqual({
    'application_busy.hex': 'application-error-busy',
    'buffer_too_long.hex': 'application-error-buffer-too-long',
    'error.hex': 'application-error-unspecified',
    'premature_end_of_data1.hex': 'premature-end after 2',
    'premature_end_of_data2.hex': 'premature-end after 2',
    'premature_end_of_dif1.hex': 'premature-end after 2',
    'premature_end_of_dif2.hex': 'premature-end after 2',
    'premature_end_of_record.hex': 'application-error-premature-end-of-record',
    'premature_end_of_var_vif1.hex': 'premature-end after 3',
    'premature_end_of_vif1.hex': 'premature-end after 2',
    'too_long_var_vif.hex': 'text-too-long after 3',
    'too_many_dife.hex': 'too-many-difes after 2',
    'too_many_difes.hex': 'application-error-too-many-difes',
    'too_many_readouts.hex': 'application-error-too-many-readouts',
    'too_many_records.hex': 'application-error-too-many-records',
    'too_many_vife.hex': 'too-many-vifes after 2',
    'too_many_vifes.hex': 'application-error-too-many-vifes',
    'too_short_header.hex': 'header-truncated',
    'unimplemented_ci.hex': 'application-error-ci-not-implemented',
    'unspecified_error.hex': 'application-error-unspecified',
  })
  expect(Object.fromEntries(readdirSync(join(FOLDER, 'unsupported-frames')).sort().map((name) => [name, faultOf(`unsupported-frames/${name}`)]))).toEqual({
    'invalid_length.hex': 'length-invalid',
    'invalid_length2.hex': 'fixed-length',
    'manual_frame1.hex': 'start-byte',
    'manual_frame4.hex': 'not-an-answer',
    'manual_frame5.hex': 'not-an-answer',
    'manual_frame6.hex': 'not-an-answer',
    'svm_f22_telegram2.hex': '',
  })
})
