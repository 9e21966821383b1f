import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const FILES = ['cambridge', 'bdg2', 'danish-heat', 'bwdf-water']
const FIRST = Date.parse('2024-01-01T00:00:00Z')

export interface MeasuredCurve {
  readonly name: string
  readonly carrier: 'electricity' | 'gas' | 'heat' | 'water'
  /** Hourly values, 24 a day by the clock of the site. */
  readonly values: Float64Array
  /** As if read on UTC days from a Monday: the weekdays of the site stay what they were. */
  readonly at: Float64Array
}

const carrierOf = (name: string): MeasuredCurve['carrier'] | undefined =>
  name.includes('gas') ? 'gas' : name.startsWith('heat') ? 'heat' : name.startsWith('dma') || name === 'water_volume' ? 'water'
  : name.includes('electricity') || /^(Robin|Fox|Rat)_/.test(name) ? 'electricity' : undefined

/** The measured curves of fixtures/load-curves, weather left out. */
export function measuredCurves(): MeasuredCurve[] {
  return FILES.flatMap((file) => {
    const text = gunzipSync(readFileSync(join(import.meta.dirname, `../../fixtures/load-curves/${file}.csv.gz`))).toString('utf8')
    const [header, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(','))
    // Dates are kept by their weekday alone, so that no holiday of another country is taken for a French one.
    const weekday = (new Date(`${rows[0]![0]!}T00:00:00Z`).getUTCDay() + 6) % 7
    const at = Float64Array.from(rows, (_, i) => FIRST + weekday * 86_400_000 + i * 3_600_000)
    return header!.flatMap((name, column) => {
      const carrier = column < 2 ? undefined : carrierOf(name)
      return carrier === undefined ? [] : [{ name, carrier, at, values: Float64Array.from(rows, (row) => (row[column] === '' ? NaN : Number(row[column]))) }]
    })
  })
}
