import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A measured curve by the clock of its site: 24 values a day, no gaps. */
export interface MeasuredCurve {
  /** Days since 1970-01-01 of the first row. */
  readonly firstDay: number
  readonly days: number
  /** `days * 24` values. */
  readonly hourly: Float64Array
  /** Mean over the whole curve, to rescale by. */
  readonly mean: number
}

export type MeasuredCurves = ReadonlyMap<string, MeasuredCurve>

const FOLDER = join(import.meta.dirname, '../../fixtures/load-curves')
const FILES = ['cambridge.csv.gz', 'bdg2.csv.gz', 'bwdf-water.csv.gz', 'danish-heat.csv.gz']
const DAY_MS = 86_400_000

/** Every curve the demonstration ships, by the name of its series. */
export function loadMeasuredCurves(folder: string = FOLDER): MeasuredCurves {
  const curves = new Map<string, MeasuredCurve>()
  for (const file of FILES) readCurves(gunzipSync(readFileSync(join(folder, file))).toString('utf8'), curves)
  return curves
}

function readCurves(text: string, into: Map<string, MeasuredCurve>): void {
  const rows = text.trimEnd().split('\n')
  const names = rows[0].split(',').slice(2)
  const columns = names.map(() => new Float64Array(rows.length - 1))
  for (let row = 1; row < rows.length; row++) {
    const cells = rows[row].split(',')
    for (let column = 0; column < names.length; column++) columns[column][row - 1] = Number(cells[column + 2])
  }
  const firstDay = Date.parse(`${rows[1].slice(0, 10)}T00:00:00Z`) / DAY_MS
  names.forEach((name, column) => {
    const hourly = columns[column]
    const mean = hourly.reduce((sum, value) => sum + value, 0) / hourly.length
    into.set(name, { firstDay, days: hourly.length / 24, hourly, mean })
  })
}
