import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEnedisCsv } from './enedis-csv.ts'

const HEADER = 'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes'
const file = (unit: string, step: string, rows: string[]) => [HEADER, `12345678900001;x;;;;;;${unit};${step}`, 'Horodate;Valeur', ...rows].join('\n')
const parse = (text: string) => parseEnedisCsv(text, 'Europe/Paris')
const iso = (times: Float64Array) => Array.from(times, (at) => new Date(at).toISOString())

test('stamps are at the end of the interval, in the hour that comes twice as well', () => {
  const { blocks, faults } = parse(file('W', '30', ['2026-10-25T02:30:00+02:00;100', '2026-10-25T02:30:00+01:00;200', '2026-10-25T03:00:00+01:00;']))
  expect(faults).toEqual([])
  expect(blocks[0]).toMatchObject({ prm: '12345678900001', column: 'load-curve', values: Float64Array.of(100, 200, NaN) })
  expect(iso(blocks[0].at)).toEqual(['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z', '2026-10-25T01:30:00.000Z'])
})

test('a daily value belongs to its local day of 23, 24 or 25 hours; a register to the moment of reading', () => {
  const days = parse(file('VA', '1440', ['2026-03-30T00:00:00+02:00;6000', '2026-10-26T00:00:00+01:00;7000'])).blocks[0]
  expect(iso(days.at)).toEqual(['2026-03-28T23:00:00.000Z', '2026-10-24T22:00:00.000Z'])
  const register = parse(file('Wh', '', ['2026-03-30T00:00:00+02:00;123456'])).blocks[0]
  expect([register.column, iso(register.at)]).toEqual(['index', ['2026-03-29T22:00:00.000Z']])
})

test('every line of any text is used or a fault with its number', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom(HEADER, '12345678900001;x;;;;;;W;30', '12345678900001;x;;;;;;m3;30', 'Horodate;Valeur', '2026-01-01T00:30:00+01:00;5', '2026-01-01T00:30:00;5', '2026-01-01T00:30:00Z;five', '\uFEFF'))
  fc.assert(fc.property(fc.array(line), (lines) => {
    const { blocks, faults } = parse(lines.join('\n'))
    const rows = blocks.reduce((sum, { at }) => sum + at.length, 0)
    for (const { line: number } of faults) expect(number).toBeGreaterThan(0)
    const all = lines.join('\n').replace(/^\uFEFF/, '').split('\n').map((text) => text.trim())
    const structure = all.filter((text) => text === '' || text.startsWith('Horodate;') || text.startsWith('Identifiant PRM;')).length
    // A line of metadata that opens a block is neither a row nor a fault.
    expect(all.length - structure - rows - faults.length).toBe(blocks.length)
  }))
})
