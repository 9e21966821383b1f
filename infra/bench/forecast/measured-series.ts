/** The measured series of the comparison with the peers, as they lie beside the project. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { denmark, england, italy, unitedStates, victoria } from './holidays.ts'

const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/load-curves')

export interface MeasuredSeries {
  readonly name: string
  readonly kind: 'regional' | 'pv' | 'building'
  readonly unit: string
  readonly timeZone: string
  readonly stepS: number
  /** Start of the first step (UTC ms). */
  readonly from: number
  readonly values: Float64Array
  readonly weather: readonly { readonly kind: 'temperature' | 'irradiance' | 'other'; readonly values: Float64Array }[]
  readonly holidayOf: (dayIndex: number) => string | undefined
  /** Where it was measured, in degrees north and east, where that is known. */
  readonly site?: { readonly latitude: number; readonly longitude: number }
  /** Whole local days at the end that are kept out of the comparison. */
  readonly daysAfter: number
}

interface Wanted {
  readonly name: string
  readonly file: string
  readonly series: string
  readonly kind: MeasuredSeries['kind']
  readonly timeZone: string
  readonly holidayOf: MeasuredSeries['holidayOf']
  readonly temperature?: readonly string[]
  readonly irradiance?: readonly string[]
  readonly other?: readonly string[]
  readonly site?: MeasuredSeries['site']
  readonly register?: boolean
  readonly daysAfter?: number
  readonly stepS?: number
}

const cambridge = (series: string): Wanted => ({
  name: series, file: 'cambridge_2017-2019_a', series, kind: 'building', timeZone: 'Europe/London', holidayOf: england, temperature: ['temperature'], irradiance: ['irradiance'], daysAfter: 17,
})
const genome = (series: string, timeZone: string): Wanted => ({ name: series, file: 'bdg2_electricity_a', series, kind: 'building', timeZone, holidayOf: unitedStates, daysAfter: 17 })
const water = (number: string): Wanted => ({ name: `water_dma_${number}`, file: 'bwdf_water_dma01-06', series: `dma_${number}`, kind: 'building', timeZone: 'Europe/Rome', holidayOf: italy, temperature: ['temperature'], other: ['rainfall'] })
const rsf = (series: string): Wanted => ({ name: `rsf_${series}`, file: 'nrel_rsf_2011_multienergy', series, kind: 'building', timeZone: 'Etc/GMT+7', holidayOf: unitedStates, daysAfter: 18 })

/** Stentaway, near Plymouth. */
const PLYMOUTH = { latitude: 50.37, longitude: -4.08 }

const WANTED: readonly Wanted[] = [
  { name: 'vic', file: 'vic_elec', series: 'load', kind: 'regional', timeZone: 'Australia/Melbourne', holidayOf: victoria, temperature: ['temperature'], stepS: 1800 },
  { name: 'wpd', file: 'wpd_stentaway_district', series: 'load', kind: 'regional', timeZone: 'Europe/London', holidayOf: england, temperature: ['temperature'], irradiance: ['solar_loc1', 'solar_loc5'], site: PLYMOUTH, stepS: 1800 },
  { name: 'wpd_pv', file: 'wpd_stentaway_district', series: 'pv_power', kind: 'pv', timeZone: 'Europe/London', holidayOf: england, temperature: ['temperature'], irradiance: ['solar_loc1', 'solar_loc5'], site: PLYMOUTH, stepS: 1800 },
  ...['ucam_b0_electricity', 'ucam_b11_electricity', 'ucam_b15_electricity', 'ucam_b19_electricity', 'ucam_b22_electricity', 'ucam_b27_electricity', 'ucam_b118_gas', 'ucam_b19_gas', 'ucam_b25_gas', 'ucam_b40_gas'].map(cambridge),
  genome('Bear_education_Wilton', 'America/Los_Angeles'), genome('Bear_public_Valorie', 'America/Los_Angeles'), genome('Fox_assembly_Dixie', 'America/Phoenix'), genome('Fox_lodging_Wallace', 'America/Phoenix'), genome('Fox_office_Thelma', 'America/Phoenix'),
  { name: 'dk_heat', file: 'danish_heat_meter', series: 'heat_energy_register', kind: 'building', timeZone: 'Europe/Copenhagen', holidayOf: denmark, register: true, daysAfter: 17 },
  rsf('heating'), rsf('cooling'), water('01'), water('03'),
]

export const seriesNames: readonly string[] = WANTED.map(({ name }) => name)

const files = new Map<string, Map<string, { at: number[]; values: number[]; unit: string }>>()
function fileOf(name: string) {
  const known = files.get(name)
  if (known !== undefined) return known
  const columns = new Map<string, { at: number[]; values: number[]; unit: string }>()
  for (const line of gunzipSync(readFileSync(resolve(FOLDER, `${name}.csv.gz`))).toString().split('\n').slice(1)) {
    if (line === '') continue
    const [at, series, value, unit] = line.split(',') as [string, string, string, string]
    if (!columns.has(series)) columns.set(series, { at: [], values: [], unit })
    const column = columns.get(series)!
    column.at.push(Date.parse(at))
    column.values.push(Number(value))
  }
  files.set(name, columns)
  return columns
}

export function measuredSeries(name: string): MeasuredSeries {
  const wanted = WANTED.find((one) => one.name === name)!
  const columns = fileOf(wanted.file)
  const own = columns.get(wanted.series)!
  const stepS = wanted.stepS ?? 3600
  const from = own.at[0]!
  const steps = (own.at.at(-1)! - from) / (stepS * 1000) + 1
  const onSteps = (column: { at: number[]; values: number[] }) => {
    const values = new Float64Array(steps).fill(NaN)
    column.at.forEach((at, i) => {
      const step = (at - from) / (stepS * 1000)
      if (step >= 0 && step < steps) values[step] = column.values[i]!
    })
    return values
  }
  let values = onSteps(own)
  if (wanted.register === true) values = values.map((value, i) => (i + 1 < steps ? values[i + 1]! - value : NaN))
  const weatherOf = (kind: 'temperature' | 'irradiance' | 'other', series: readonly string[] = []) => (series.length === 0 ? [] : [{ kind, values: between(meanOf(series.map((one) => onSteps(columns.get(one)!)))) }])
  return {
    name, kind: wanted.kind, unit: own.unit, timeZone: wanted.timeZone, stepS, from, values, holidayOf: wanted.holidayOf, daysAfter: wanted.daysAfter ?? 0, ...(wanted.site === undefined ? {} : { site: wanted.site }),
    weather: [...weatherOf('temperature', wanted.temperature), ...weatherOf('irradiance', wanted.irradiance), ...weatherOf('other', wanted.other)],
  }
}

const meanOf = (all: readonly Float64Array[]) => all[0]!.map((_, i) => {
  const known = all.map((values) => values[i]!).filter((value) => !Number.isNaN(value))
  return known.length === 0 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length
})

/** Hourly weather at half hours: on the straight line between, over at most three hours. */
function between(values: Float64Array): Float64Array {
  const filled = values.slice()
  let last = -1
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isNaN(values[i]!)) continue
    if (last >= 0 && i - last > 1 && i - last <= 6) for (let k = last + 1; k < i; k += 1) filled[k] = values[last]! + ((values[i]! - values[last]!) * (k - last)) / (i - last)
    last = i
  }
  return filled
}
