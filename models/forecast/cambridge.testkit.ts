import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { slotGrid, type SlotGrid } from './slot-grid.ts'

/**
 * Eleven buildings and a gas supply in Cambridge with temperature (degC) and irradiance (W/m2) at Bedford, 25 December
 * 2017 to 2019, by cell. Rows are hours of the clock there, so that days of UTC are days of the site.
 */
export function cambridge(): { readonly grid: SlotGrid; readonly from: number; readonly of: (name: string) => Float64Array; readonly buildings: readonly string[] } {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/load-curves/cambridge.csv.gz'))).toString('utf8')
  const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(','))
  const from = Date.parse(`${rows[0]![0]!}T00:00:00Z`)
  const columns = new Map(header!.slice(2).map((name, c) => [name, Float64Array.from(rows, (row) => (row[c + 2] === '' ? NaN : Number(row[c + 2])))]))
  // The stamp of this irradiance is the end of its hour (fixtures/load-curves/README.md).
  columns.set('irradiance', columns.get('irradiance')!.map((_, i, all) => all[i + 1] ?? 0))
  return { grid: slotGrid(from, rows.length, 3600, 'UTC'), from, of: (name) => columns.get(name)!, buildings: [...columns.keys()].filter((name) => name.endsWith('electricity')) }
}
