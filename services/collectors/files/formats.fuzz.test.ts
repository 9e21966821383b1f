import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tidyCsv } from '#services/ingest/tidy-csv.ts'
import { decodingMs, HANG_MS, TEXT_FUZZ_RUNS } from '../fuzz.testkit.ts'
import { enedisCsv } from './enedis-csv.ts'
import type { FileFormat } from './format.ts'
import { greenButton } from './green-button.ts'
import { parseText } from './parse.testkit.ts'
import { tableCsv } from './table-csv.ts'

/** A small whole feed: type, reading, and two intervals of the recording. */
function shortFeed(): string {
  const text = readFileSync(join(import.meta.dirname, '../../../fixtures/recordings/green-button/test_usage_data_01.xml'), 'utf8')
  const block = text.indexOf('<IntervalReading>')
  const end = text.lastIndexOf('</IntervalReading>') + '</IntervalReading>'.length
  const second = text.indexOf('</IntervalReading>', text.indexOf('</IntervalReading>') + 1) + '</IntervalReading>'.length
  return (text.slice(text.indexOf('<feed'), block) + text.slice(block, second) + text.slice(end)).replace(/<cost>\d+<\/cost>\s*/g, '')
}

const R63 = 'Identifiant PRM;Date de début;Grandeur métier;Unité;Horodate;Valeur;Pas\n12345678900001;2026-01-01;CONS;W;2026-01-01 00:30:00;692;PT30M\n12345678900001;2026-01-01;PROD;W;2026-01-01 01:00:00;1;PT30M\n'
const CLASSIC = 'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n12345678900001;Courbe de charge;;;;;;W;\nHorodate;Valeur\n2026-01-01T00:30:00+01:00;5\n"2026-01-01T01:00:00+01:00";6\n'
const table = tableCsv('table', { layout: 'meters', time: { columns: ['Date', 'Heure'], format: 'dd/MM/yyyy HH:mm', stamp: 'end', stepMinutes: 30 }, decimal: ',' })
const CASES: readonly (readonly [string, FileFormat, readonly string[]])[] = [
  ['enedis-csv', enedisCsv, [R63, CLASSIC]],
  ['green-button', greenButton, [shortFeed()]],
  ['table-csv', table, ['Date;Heure;m1;"m2"\n25/10/2026;02:30;1 234,5;"7"\n25/10/2026;02:30;1;-\n']],
  ['tidy-csv', tidyCsv, ['timestamp,point,value,unit,quality\n2026-01-01T00:00:00Z,a,1,kW,measured\n"2026-01-01T00:10:00Z","a","",,\n']],
]

test.each(CASES)(`${TEXT_FUZZ_RUNS} mutated texts as %s: rows and named faults, never an exception, never long`, (_, format, bases) => {
  const mutation = fc.record({ at: fc.nat(10_000), kind: fc.nat(4), length: fc.nat(30), text: fc.oneof(fc.constantFrom('"', ';', '\n', '<', '>', '&', '/', '-', '9999999999999999999', '\uFEFF', ']]>', '<!--', '<a>'), fc.string({ maxLength: 4 })) })
  let longestMs = 0
  let used = 0
  fc.assert(fc.property(fc.constantFrom(...bases), fc.array(mutation, { maxLength: 6 }), fc.integer({ min: 1, max: 500 }), (base, mutations, piece) => {
    let text = base
    for (const { at, kind, length, text: added } of mutations) {
      const place = at % (text.length + 1)
      if (kind === 0) text = text.slice(0, place) + text.slice(place + length)
      else if (kind === 1) text = text.slice(0, place) + text.slice(place, place + length) + text.slice(place)
      else if (kind === 2) text = text.slice(0, Math.max(1, place))
      else text = text.slice(0, place) + added + text.slice(place + (kind === 3 ? added.length : 0))
    }
    longestMs = Math.max(longestMs, decodingMs(() => void parseText(format, text, { piece: Math.max(piece, text.length / 20) })))
    const { rows, faults } = parseText(format, text, { piece: Math.max(piece, text.length / 20) })
    for (const { at, values, quality, lines } of rows) {
      used += at.length
      if (values.length !== at.length || quality.length !== at.length || lines.length !== at.length) throw new Error('columns of different length')
      if (!at.every((time) => Number.isInteger(time)) || !lines.every((line) => line > 0) || values.some((value) => value === Infinity || value === -Infinity)) throw new Error(`no time, no line or no number: ${text}`)
    }
    for (const fault of faults) if (!/^\d+: [a-z-]+$/.test(fault)) throw new Error(fault)
  }), { numRuns: TEXT_FUZZ_RUNS })
  expect(used).toBeGreaterThan(TEXT_FUZZ_RUNS / 4)
  expect(longestMs).toBeLessThan(HANG_MS)
}, 3_600_000)
