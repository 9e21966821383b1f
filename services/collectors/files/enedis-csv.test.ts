import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enedisCsv } from './enedis-csv.ts'
import { parseText } from './parse.testkit.ts'

const PRM = '12345678900001'
const HEADER = 'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes'
const file = (unit: string, step: string, rows: string[], business = '') => [HEADER, `${PRM};x;;;;${business};;${unit};${step}`, 'Horodate;Valeur', ...rows].join('\n')
const parse = (text: string, wanted: string[] = []) => parseText(enedisCsv, text, { wanted })
/** Without the meter, which is always the same. */
const valuesOf = (text: string, wanted: string[] = []) => parse(text, wanted).values.map((value) => value.replace(`${PRM} `, ''))

test('stamps are at the end of the interval, in the hour that comes twice as well', () => {
  const { values, faults } = parse(file('W', '30', ['2026-10-25T02:30:00+02:00;100', '2026-10-25T02:30:00+01:00;200', '2026-10-25T03:00:00+01:00;']))
  expect(faults).toEqual([])
  expect(values).toEqual([`${PRM} load-curve 2026-10-25T00:00Z 100 W`, `${PRM} load-curve 2026-10-25T01:00Z 200 W`, `${PRM} load-curve 2026-10-25T01:30Z NaN W`])
})

test('a daily value belongs to its local day of 23, 24 or 25 hours; a register to the moment of reading', () => {
  expect(valuesOf(file('VA', '1440', ['2026-03-30T00:00:00+02:00;6000', '2026-10-26T00:00:00+01:00;7000']))).toEqual(['max-power 2026-03-28T23:00Z 6000 VA', 'max-power 2026-10-24T22:00Z 7000 VA'])
  expect(valuesOf(file('Wh', '', ['2026-03-30T00:00:00+02:00;123456']))).toEqual(['index 2026-03-29T22:00Z 123456 Wh'])
})

test('energies of an interval stay energies, or are mean powers where those are asked for', () => {
  const hourly = file('Wh', '60', ['2026-01-01T01:00:00+01:00;1500'])
  expect(valuesOf(hourly)).toEqual(['energy 2025-12-31T23:00Z 1500 Wh'])
  expect(valuesOf(hourly, [`${PRM} load-curve`])).toEqual(['load-curve 2025-12-31T23:00Z 1500 W'])
  expect(valuesOf(file('kWh', '30', ['2026-01-01T00:30:00+01:00;1.5']), [`${PRM} load-curve`])).toEqual(['load-curve 2025-12-31T23:00Z 3 kW'])
  expect(valuesOf(file('W', '30', ['2026-01-01T00:30:00+01:00;900'], 'Production'))).toEqual(['load-curve-injected 2025-12-31T23:00Z -900 W'])
})

test('the flat table of flow R63: meter, unit and step in each row, local time without offset', () => {
  const names = 'Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire'
  const row = (time: string, value: string, more: { prm?: string; unit?: string; step?: string; business?: string } = {}) => `${more.prm ?? PRM};2026-10-24 00:00:00;2026-10-26 00:00:00;PA;${more.business ?? 'CONS'};BRUT;${more.unit ?? 'W'};${time};${value};B;${more.step ?? 'PT60M'};0;0`
  const { values, faults } = parse([
    `\uFEFF${names}\r`, row('2026-10-25 01:00:00', '1'), row('2026-10-25 02:00:00', '2'), row('2026-10-25 02:00:00', '3'), row('2026-10-25 03:00:00', '4'), row('2026-10-25 04:00:00', '5'),
    row('2026-10-25 01:00:00', '9', { prm: '12345678900002', business: 'PROD' }), row('2026-03-29 02:30:00', '7'), row('2026-10-25 05:00:00', '8', { unit: 'Wh', step: 'PT10M' }), row('2026-10-25 05:00:00', '8', { unit: 'm3' }),
  ].join('\n'))
  expect(values).toEqual([
    // The end 02:00 comes twice: intervals of an hour from 22:00 UTC on, none missing and none doubled.
    ...['2026-10-24T22:00Z 1', '2026-10-24T23:00Z 2', '2026-10-25T00:00Z 3', '2026-10-25T01:00Z 4', '2026-10-25T02:00Z 5'].map((value) => `${PRM} load-curve ${value} W`),
    '12345678900002 load-curve-injected 2026-10-24T22:00Z -9 W', `${PRM} energy 2026-10-25T03:50Z 8 Wh`,
  ])
  expect(faults).toEqual(['8: bad-time', '10: unknown-column'])
})

test('registers of several classes: the total, or a column a class', () => {
  const { values, faults } = parse([
    'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite', `${PRM};Index;12/04/2021;18/04/2021;Energie active;Consommation;Comptage Brut;Wh`,
    'Horodate;Type de releve;EAS F1;EAS F2;EAS D1;EAS T', '2021-04-01T01:00:00+02:00;Arrêté quotidien;11538434;12944147;3668104;28150685',
    'Periode;Identifiant calendrier fournisseur;Libelle', 'Du 2021-04-01;FC000001;Base',
  ].join('\n'))
  expect(values).toEqual([`${PRM} index 2021-03-31T23:00Z 28150685 Wh`])
  expect(faults).toEqual([])
  const classes = ['Identifiant PRM;Grandeur métier;Unité;Horodate;Valeur;Identifiant classe temporelle', `${PRM};CONS;Wh;2026-01-01T00:00:00+01:00;100;HP`, `${PRM};CONS;Wh;2026-01-01T00:00:00+01:00;200;HC`]
  expect(valuesOf(classes.join('\n'))).toEqual(['index-hp 2025-12-31T23:00Z 100 Wh', 'index-hc 2025-12-31T23:00Z 200 Wh'])
})

test('daily energies under a bare date, in French or ISO form', () => {
  const daily = (what: string, rows: string[]) => ['Identifiant PRM;Type de donnees;Date de debut;Date de fin', `${PRM};${what};01/06/2026;03/06/2026`, '', 'Date;Valeur (en Wh)', ...rows].join('\n')
  expect(valuesOf(daily('Consommation quotidienne', ['2026-03-29;12571', '30/03/2026;9800']))).toEqual(['energy 2026-03-28T23:00Z 12571 Wh', 'energy 2026-03-29T22:00Z 9800 Wh'])
  expect(valuesOf(daily('Injection quotidienne', ['2026-06-01;300']))).toEqual(['energy-injected 2026-05-31T22:00Z -300 Wh'])
})

test('a curve that does not say its step is measured by its own rows, also where the step changes or a row is missing', () => {
  const curve = (times: string[]) => valuesOf([HEADER, `${PRM};Courbe de charge;;;Energie active;Consommation;Comptage Brut;W;`, '', 'Horodate;Valeur', ...times.map((time, index) => `2026-01-01T${time}:00+01:00;${index}`)].join('\n')).map((value) => value.slice('load-curve 2026-01-01T'.length, -'Z 0 W'.length))
  expect(curve(['10:00', '11:00', '12:00', '12:30', '13:00'])).toEqual(['08:00', '09:00', '10:00', '11:00', '11:30'])
  expect(curve(['10:00', '10:30', '11:30', '12:00'])).toEqual(['08:30', '09:00', '10:00', '10:30'])
  expect(curve(['10:00', '10:30', '11:30', '12:30'])).toEqual(['08:30', '09:00', '09:30', '10:30'])
  expect(parse([HEADER, `${PRM};Courbe de charge;;;;;;W;`, 'Horodate;Valeur', '2026-01-01T10:00:00+01:00;5'].join('\n')).faults).toEqual(['4: step-unknown'])
})

test('every line of any text is used or a fault with its number', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom(HEADER, `${PRM};x;;;;;;W;30`, `${PRM};x;;;;;;m3;30`, 'Horodate;Valeur', '2026-01-01T00:30:00+01:00;5', '2026-01-01T00:30:00Z;five', '\uFEFF', '"2026-01-01T00:30:00+01:00";"5"', '"'))
  fc.assert(fc.property(fc.array(line), (lines) => {
    const text = lines.join('\n')
    const { values, faults } = parse(text)
    for (const fault of faults) expect(fault).toMatch(/^[1-9]\d*: [a-z-]+$/)
    const spoilt = new Set(faults.filter((fault) => fault.endsWith(': bad-quotes')).map((fault) => Number(fault.split(':')[0])))
    const all = text.split('\n').map((one, index) => (spoilt.has(index + 1) ? '' : one.trim())).filter((one) => one !== '')
    const first = (one: string) => one.split(';')[0].replaceAll('"', '').replace(/^\uFEFF/, '').trim().toLowerCase()
    const structure = all.filter((one) => /^(horodate|date\b|identifiant prm$|periode$)/.test(first(one))).length
    // A line of metadata that opens a block is neither a row nor a fault.
    const opened = all.filter((one, index) => index > 0 && first(all[index - 1]) === 'identifiant prm' && one.startsWith(PRM) && one.endsWith('W;30')).length
    expect(all.length - structure - values.length - (faults.length - spoilt.size)).toBe(opened)
  }), { numRuns: 2_000 })
})
