import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodingMs, HANG_MS, TEXT_FUZZ_RUNS } from '../fuzz.testkit.ts'
import { loadProfiles } from '../profiles.ts'
import { readAnswer, serviceOf } from './meter-poll.ts'

const NOW = Date.UTC(2026, 11, 31)
/** A right answer for each shipped profile; mutated as text, and as values in their places. */
const ANSWERS: Readonly<Record<string, string>> = {
  'enedis-load-curve': JSON.stringify({ meter_reading: { reading_type: { unit: 'W' }, interval_reading: [{ value: '752', date: '2026-10-25 02:30:00', interval_length: 'PT30M' }, { value: '1', date: '2026-10-25 02:30:00', interval_length: 'PT30M' }] } }),
  'grdf-daily': '{"consommation":{"date_debut_consommation":"2026-06-01T06:00:00+02:00","volume_brut":4.5,"energie":50,"type_qualif_conso":"Mesuré"}}\n{"consommation":{"date_debut_consommation":"2026-06-02T06:00:00+02:00","volume_brut":4,"energie":51,"type_qualif_conso":"Estimé"}}\n',
  'rte-ecowatt': JSON.stringify({ signals: [{ jour: '2026-10-25T00:00:00+02:00', values: [{ pas: 0, hvalue: 1 }, { pas: 3, hvalue: 3 }] }] }),
  'open-meteo': JSON.stringify({ hourly_units: { temperature_2m: '°C', shortwave_radiation: 'W/m²' }, hourly: { time: [1_768_042_800, 1_768_046_400], temperature_2m: [8.1, null], shortwave_radiation: [100, 120] } }),
}
const profiles = loadProfiles()

test(`${TEXT_FUZZ_RUNS} mutated answers: values and named faults, never an exception, never long`, () => {
  const scrap = fc.constantFrom('null', '[]', '{}', '"', ',', '1e999', '-1', '"2026-03-29 02:30:00"', '"PT9999M"', '99999999999999999999', 'true', '[[[[', '\\u0000', '__proto__', '25', '"', '\n')
  const mutation = fc.record({ at: fc.nat(2_000), kind: fc.nat(3), length: fc.nat(25), text: fc.oneof(scrap, fc.string({ maxLength: 3 })) })
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>(null, -1, 1e300, '2026-03-29 02:30:00', '', [], {}, { toString: '', valueOf: 1 }, { length: 5 }))
  const place = fc.record({ at: fc.nat(200), value })
  let longestMs = 0
  let used = 0
  fc.assert(fc.property(fc.constantFrom(...Object.keys(ANSWERS)), fc.array(mutation, { maxLength: 3 }), fc.array(place, { maxLength: 3 }), (name, mutations, places) => {
    let text = places.length === 0 ? ANSWERS[name] : ANSWERS[name].split('\n').map((line) => (line === '' ? '' : JSON.stringify(places.reduce((content, one) => put(content, one.at, structuredClone(one.value)), JSON.parse(line) as unknown)))).join('\n')
    for (const { at, kind, length, text: added } of mutations) {
      const where = at % (text.length + 1)
      text = kind === 0 ? text.slice(0, where) + text.slice(where + length) : kind === 1 ? text.slice(0, where) + text.slice(where, where + length) + text.slice(where) : text.slice(0, where) + added + text.slice(where + (kind === 2 ? added.length : 0))
    }
    const channels = Object.values(profiles.get(name)!.channels)
    const meter = { service: serviceOf(channels[0]), channels, address: 'm' }
    longestMs = Math.max(longestMs, decodingMs(() => void readAnswer(text, meter, { timeZone: 'Europe/Paris', until: NOW })))
    const { channels: found, faults } = readAnswer(text, meter, { timeZone: 'Europe/Paris', until: NOW })
    for (const { at, values, quality } of found) {
      used += at.length
      if (values.length !== at.length || quality.length !== at.length) throw new Error('columns of different length')
      if (!at.every((time, row) => Number.isInteger(time) && time <= NOW && (row === 0 || time >= at[row - 1])) || values.some((one) => one === Infinity || one === -Infinity)) throw new Error(`no time or no number: ${text}`)
    }
    for (const [reason, count] of faults) if (!/^[a-z-]+$/.test(reason) || count < 1) throw new Error(reason)
  }), { numRuns: TEXT_FUZZ_RUNS })
  expect(used).toBeGreaterThan(TEXT_FUZZ_RUNS / 4)
  expect(longestMs).toBeLessThan(HANG_MS)
}, 3_600_000)

/** Puts a value in the place of the so-manieth one, counted through the whole. */
function put(content: unknown, at: number, value: unknown): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (here: unknown) => {
    if (typeof here !== 'object' || here === null) return
    for (const key of Object.keys(here)) {
      places.push({ holder: here as Record<string, unknown>, key })
      walk((here as Record<string, unknown>)[key])
    }
  }
  walk(content)
  if (places.length === 0) return value
  const { holder, key } = places[at % places.length]
  holder[key] = value
  return content
}
