import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { Series } from '#services/store/port.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { importFile } from './import-file.ts'
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

async function bring(name: string, text: string | Uint8Array, store = memory()) {
  const file = join(folder, name)
  writeFileSync(file, text)
  const report = await importFile(file, { store, district, clock: manualClock(0), timeZone: 'Europe/Paris', progress: () => {} })
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

test('a file of no known form, or none at all, says what is wanted', async () => {
  await expect(bring('c.csv', 'when,what\n1,2\n')).rejects.toThrow(/PF_IMPORT_FORMAT_UNKNOWN.*when,what.*timestamp,point,value/)
  await expect(bring('d.csv.gz', 'not gzip')).rejects.toThrow(/PF_IMPORT_UNREADABLE/)
})

test('any line is a row or a reason, never an exception', () => {
  const columns = tidyHeader('timestamp,point,value,unit,quality')!
  fc.assert(fc.property(fc.oneof(fc.string(), fc.array(fc.string()).map((cells) => cells.join(','))), (line) => {
    const row = tidyRow(line, columns)
    if (typeof row === 'string') expect(row).toMatch(/^[a-z-]+$/)
    else expect(Number.isFinite(row.at)).toBe(true)
  }))
})
