import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { Series } from '#services/store/port.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'
import { importFile, type ImportOptions } from './import-file.ts'
import { tidyHeader, tidyRow } from './tidy-csv.ts'

const district = sampleDistrict()
const point = district.measurementPoints.find(({ unit }) => unit === 'kW')!
const folder = mkdtempSync(join(tmpdir(), 'penfeld-import-'))

/** A store that only remembers: last value wins, counted as the port says. */
function memory() {
  const names: string[] = []
  const values = new Map<string, number>()
  return {
    values,
    read: async () => ({ at: new Float64Array(0), values: new Float64Array(0), quality: new Uint8Array(0), recordedAt: new Float64Array(0) }),
    register: async (list: readonly string[]) => Int32Array.from(list, (name) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1) + 1),
    importSeries: async (pointId: number, series: Omit<Series, 'recordedAt'>) => {
      const result = { stored: 0, deduplicated: 0, revised: 0, seq: 0 }
      series.at.forEach((at, index) => {
        const key = `${names[pointId - 1]} ${at}`
        result[!values.has(key) ? 'stored' : Object.is(values.get(key), series.values[index]) ? 'deduplicated' : 'revised']++
        values.set(key, series.values[index])
      })
      return result
    },
  }
}

async function bring(name: string, text: string | Uint8Array, store = memory(), options: Partial<ImportOptions> = {}) {
  const file = join(folder, name)
  writeFileSync(file, text)
  const report = await importFile(file, { store, district, clock: manualClock(0), timeZone: 'Europe/Paris', progress: () => {}, ...options })
  return { report, values: store.values, store }
}

test('values of any order, unit and separator arrive; every line that cannot be used is counted with its number', async () => {
  const { report, values, store } = await bring('a.csv', [
    'value;unit;timestamp;point',
    `2500;W;2026-01-01T01:00:00+01:00;${point.id}`,
    `1;kW;2025-12-31T23:00:00Z;${point.id}`,
    `1;kW;2026-01-01T01:00:00;${point.id}`,
    `one;kW;2026-01-01T02:00:00Z;${point.id}`,
    '1;kW;2026-01-01T02:00:00Z;nobody',
    `1;degC;2026-01-01T02:00:00Z;${point.id}`,
    '',
    `3;kW;2026-01-01T00:00:00Z;${point.id}`,
  ].join('\n'))
  expect(report).toEqual({
    stored: 2, deduplicated: 0, revised: 1,
    refused: { 'bad-time': { count: 1, lines: [4] }, 'bad-value': { count: 1, lines: [5] }, 'unknown-point': { count: 1, lines: [6] }, 'unit-does-not-fit': { count: 1, lines: [7] } },
  })
  expect(values.get(`${point.id} ${Date.parse('2026-01-01T00:00:00Z')}`)).toBe(3)
  const again = await bring('b.csv.gz', gzipSync(`timestamp,point,value\n2025-12-31T23:00:00Z,${point.id},1\n`), store)
  expect(again.report).toMatchObject({ stored: 0, deduplicated: 1, refused: {} })
})

test('forecasts of a file are kept issue by issue, whatever the order of its lines, and brought again they change nothing', async () => {
  const outside: District['measurementPoints'][number] = { ...point, id: 'weather.ahead', quantity: 'temperature', unit: 'degC', forecastHours: 48, resolution: 0.1 }
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
  onTestFinished(() => store.close())
  const options = { store, district: { ...district, measurementPoints: [...district.measurementPoints, outside] }, clock: manualClock(Date.parse('2026-01-03T00:00:00Z')) }
  const importText = async (name: string, lines: readonly string[]) => {
    writeFileSync(join(folder, name), ['timestamp,point,value,issuedAt', ...lines].join('\n'))
    return importFile(join(folder, name), { timeZone: 'Europe/Paris', progress: () => {}, ...options })
  }
  const noon = (value: number, issue: string) => `2026-01-02T12:00:00Z,weather.ahead,${value},${issue}`
  const lines = [noon(7, '2026-01-02T06:00:00Z'), noon(5, '2026-01-01T18:00:00Z'), noon(5, '2026-01-02T00:00:00Z'), '2026-01-03T12:00:00Z,weather.ahead,1,2026-01-02T06:00:00Z']
  expect(await importText('issues.csv', lines)).toEqual({ stored: 2, deduplicated: 1, revised: 1, refused: {} })
  const [id] = await store.lookup(['weather.ahead'])
  const asOf = async (time: string) => [...(await store.read(id!, 0, Infinity, { asOf: Date.parse(time) })).values]
  expect([await asOf('2026-01-01T12:00:00Z'), await asOf('2026-01-02T05:59:00Z'), await asOf('2026-01-02T06:00:00Z')]).toEqual([[], [5], [7, 1]])
  expect((await store.read(id!, 0, Infinity)).quality).toEqual(new Uint8Array(2).fill(4))
  expect(await importText('again.csv', lines)).toEqual({ stored: 0, deduplicated: 4, revised: 0, refused: {} })

  expect(await importText('wrong.csv', [
    noon(6, '2026-01-02T01:00:00Z'), '2026-01-02T12:00:00Z,weather.ahead,3,', noon(8, '2026-01-03T06:00:00Z'), '2026-01-05T12:00:00Z,weather.ahead,3,2026-01-02T00:00:00Z',
    `2026-01-02T12:00:00Z,${point.id},3,2026-01-02T00:00:00Z`, noon(8, 'yesterday'),
  ])).toMatchObject({ stored: 0, revised: 0, refused: {
    'issue-superseded': { lines: [2] }, 'issue-missing': { lines: [3] }, 'issue-in-future': { lines: [4] }, 'too-far-ahead': { lines: [5] }, 'no-forecast-point': { lines: [6] }, 'bad-time': { lines: [7] },
  } })
  expect(await asOf('2026-01-02T05:59:00Z')).toEqual([5])
})

test('a file of no known form, or none at all, says what is wanted', async () => {
  await expect(bring('c.csv', 'when,what\n1,2\n')).rejects.toThrow(/PF_IMPORT_FORMAT_UNKNOWN.*when,what.*timestamp,point,value/)
  await expect(bring('d.csv.gz', 'not gzip')).rejects.toThrow(/PF_IMPORT_UNREADABLE/)
})

test('meters by the column of their profile: in the unit, direction and ratio of their point; strangers are counted', async () => {
  const shared = { carrier: 'electricity', kind: 'interval', stepS: 1_800, resolution: 0.001, on: 'dp' } as const
  const meters: District = {
    ...district,
    meters: [{ id: 'm1', serial: '1', ratio: 20, mounted: [{ on: 'dp', validFrom: '2020-01-01T00:00:00Z' }] }],
    devices: [{ id: 'd1', source: 's', profile: 'linky-daily', address: '12345678900001' }, { id: 'd2', source: 's', profile: 'house', address: '5446AF3F' }],
    measurementPoints: [
      { ...shared, id: 'curve', quantity: 'active-power', unit: 'kW', sign: -1, meter: 'm1', feed: { device: 'd1', channel: 'load-curve' } },
      { ...shared, id: 'energy', quantity: 'active-energy', unit: 'kWh', sign: 1, feed: { device: 'd2', channel: 'e' } },
    ],
  }
  const profiles = new Map([...loadProfiles(), ['house', { id: 'house', protocol: 'files', description: '', channels: { e: { unit: 'kWh', column: 'energy' } } }] as const])
  const rows = (prm: string) => `Identifiant PRM;Unite;Pas en minutes\n${prm};W;30\nHorodate;Valeur\n2026-01-01T01:00:00+01:00;100\n2026-01-01T01:30:00+01:00;300\n`
  const { report, values } = await bring('e.csv', rows('12345678900001') + rows('99999999999999'), memory(), { district: meters, profiles })
  expect(report).toEqual({ stored: 2, deduplicated: 0, revised: 0, refused: { 'unknown-meter': { count: 2, lines: [9, 10] } } })
  expect([...values]).toEqual([[`curve ${Date.parse('2025-12-31T23:30:00Z')}`, -2], [`curve ${Date.parse('2026-01-01T00:00:00Z')}`, -6]])
  const feed = readFileSync(join(import.meta.dirname, '../../fixtures/recordings/green-button/test_usage_data_01.xml'))
  const green = await bring('f.xml', feed, memory(), { district: meters, profiles })
  expect(green.report).toEqual({ stored: 96, deduplicated: 0, revised: 0, refused: {} })
  expect(green.values.get(`energy ${1_330_578_000_000}`)).toBe(0.282)
})

test('of a packed file that is cut, what came before the cut is stored', async () => {
  const store = memory()
  const lines = Array.from({ length: 50_000 }, (_, row) => `${new Date(row * 60_000).toISOString()},${point.id},${row}`)
  const packed = gzipSync(`timestamp,point,value\n${lines.join('\n')}\n`)
  await expect(bring('g.csv.gz', packed.subarray(0, packed.length / 2), store)).rejects.toThrow(/PF_IMPORT_UNREADABLE/)
  expect(store.values.size).toBeGreaterThan(1_000)
  expect([...store.values.values()].every((value, row) => value === row || row === store.values.size - 1)).toBe(true)
  const { report } = await bring('g.csv.gz', packed, store)
  expect(report.stored + report.deduplicated + report.revised).toBe(50_000)
})

test('any line is a row or a reason, never an exception', () => {
  const columns = tidyHeader(['timestamp', 'point', 'value', 'unit', 'quality'])!
  fc.assert(fc.property(fc.oneof(fc.string(), fc.array(fc.string()).map((cells) => cells.join(','))), (line) => {
    const row = tidyRow(line.split(','), columns)
    if (typeof row === 'string') expect(row).toMatch(/^[a-z-]+$/)
    else expect(Number.isFinite(row.at)).toBe(true)
  }))
})
