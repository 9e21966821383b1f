import { expect, test } from 'vitest'
import { parseText } from './parse.testkit.ts'
import type { TableMapping } from './profile.ts'
import { mappingFaults, tableCsv } from './table-csv.ts'

const parse = (mapping: TableMapping, text: string, wanted: string[] = [], fileName = 'file') => {
  const format = tableCsv('test', mapping)
  expect(format.recognises(text)).toBe(true)
  return parseText(format, text, { wanted, fileName })
}

test('one column a quantity, one meter a file: French numbers, date and hour apart, end stamps, marks of nothing', () => {
  const mapping: TableMapping = { layout: 'columns', time: { columns: ['Date', 'Heure'], format: 'dd/MM/yyyy HH:mm', stamp: 'end', stepMinutes: 60 }, decimal: ',', missing: ['-'] }
  const text = ['Date;Heure;"Chaleur; kWh";Débit;Remarque', '25/10/2026;02:00;1 234,5;7;', '25/10/2026;02:00;2,5;-;neuf', '25/10/2026;03:00;3;x;', '29/03/2026;02:30;4;1;', '25/10/2026;24:00;5;1;'].join('\r\n')
  const { values, faults } = parse(mapping, text, ['north Chaleur; kWh', 'north Débit'], 'north_2026-10')
  expect(values.filter((value) => value.includes('Chaleur'))).toEqual(['2026-10-24T23:00Z 1234.5', '2026-10-25T00:00Z 2.5', '2026-10-25T01:00Z 3', '2026-10-25T22:00Z 5'].map((value) => `north Chaleur; kWh ${value}`))
  expect(values.filter((value) => value.includes('Débit'))).toEqual(['2026-10-24T23:00Z 7', '2026-10-25T00:00Z NaN', '2026-10-25T22:00Z 1'].map((value) => `north Débit ${value}`))
  expect(faults).toEqual(['4: bad-value', '5: bad-time', '5: bad-time'])
})

test('one column a meter, days of 23 to 25 hours, a file that runs backwards', () => {
  const daily: TableMapping = { layout: 'meters', time: { columns: ['day'], format: 'yyyy-MM-dd', stepMinutes: 1_440 } }
  expect(parse(daily, 'day,m1,m2\n2026-03-29,1,2\n2026-03-30,3,').values).toEqual(['m1 value 2026-03-28T23:00Z 1', 'm1 value 2026-03-29T22:00Z 3', 'm2 value 2026-03-28T23:00Z 2', 'm2 value 2026-03-29T22:00Z NaN'])
  const backwards: TableMapping = { layout: 'meters', time: { columns: ['t'], format: 'yyyy-MM-dd HH:mm' } }
  expect(parse(backwards, 't,m\n2026-10-25 03:00,4\n2026-10-25 02:30,3\n2026-10-25 02:00,2\n2026-10-25 02:30,1\n2026-10-25 02:00,0').values.map((value) => value.slice(-8))).toEqual(['02:00Z 4', '01:30Z 3', '01:00Z 2', '00:30Z 1', '00:00Z 0'])
})

test('one row a value, with meter, kind and unit; seconds since 1970; no header', () => {
  const long: TableMapping = { layout: 'long', time: { columns: ['ts'], format: 'epoch-s' }, meter: 'id', kind: 'what', value: 'v', unit: 'u', delimiter: '|' }
  expect(parse(long, 'what|id|ts|v|u\nheat|7|0|1,000.5|kWh\nflow|8|60|2|m3/h\nflow||60|2|m3/h').values).toEqual(['7 heat 1970-01-01T00:00Z 1000.5 kWh', '8 flow 1970-01-01T00:01Z 2 m3/h'])
  const bare: TableMapping = { layout: 'long', time: { columns: ['1'], format: 'iso' }, meter: '2', value: '3', headerRows: 0 }
  expect(parse(bare, '2026-01-01T00:00:00Z;m;5').values).toEqual(['m value 2026-01-01T00:00Z 5'])
  expect(tableCsv('test', bare).recognises('time;meter;value\n')).toBe(false)
  expect(tableCsv('test', long).recognises('a;b;c\n')).toBe(false)
})

test('rows that are cut, cells whose quotes do not fit, meters nobody knows, lines without end', () => {
  const long: TableMapping = { layout: 'long', time: { columns: ['t'], format: 'iso' }, meter: 'm', value: 'v' }
  const { values, faults } = parse(long, `t;m;v\n2026-01-01T00:00:00Z;a;1\n"2026-01-01T00:10:00Z;a;2\n"2026-01-01T00:20:00Z";"a";"3"\n2026-01-01T00:30:00Z;a\n${'x'.repeat(300_000)}\n2026-01-01T00:40:00Z;a;4`)
  expect(values).toEqual(['a value 2026-01-01T00:00Z 1', 'a value 2026-01-01T00:20Z 3', 'a value 2026-01-01T00:40Z 4'])
  expect(faults.sort()).toEqual(['3: bad-quotes', '5: missing-column', '6: line-too-long'])
  expect(parse({ layout: 'columns', time: { columns: ['t'], format: 'iso' }, meter: 'm' }, 't;m;p\n2026-01-01T00:00:00Z;stranger;1', ['known p']).faults).toEqual(['2: unknown-meter'])
})

test('a mapping that contradicts itself is named', () => {
  expect(mappingFaults({ layout: 'long', time: { columns: ['t'], format: 'iso', stamp: 'end' } })).toHaveLength(2)
  expect(mappingFaults({ layout: 'meters', time: { columns: ['t'], format: 'iso' }, meter: 'm', headerRows: 0 })).toHaveLength(2)
})
