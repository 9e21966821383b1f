import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { DayRules } from '#models/forecast/day-marks.ts'
import type { Site } from '#models/forecast/sun-terms.ts'
import { frenchHolidayName } from '#models/units/holidays.ts'
import { localDayStart } from '#models/units/local-time.ts'
import { onSteps, resampled, type StepCurve } from './on-steps.ts'
import { readCurveTable, type CurveTable, type LineFaults, type TableColumn } from './read-table.ts'

export interface CurveRequest {
  readonly file: string
  readonly column: string | undefined
  readonly weather: string | undefined
  readonly timeZone: string
  readonly holidays: 'fr' | 'none'
  /** Where the curve was measured, in degrees north and east, where that was told. */
  readonly site?: Site | undefined
  /** Days after the end of the curve for which weather is wanted. */
  readonly aheadDays: number
}

export interface LoadedWeather {
  readonly kind: 'temperature' | 'irradiance' | 'other'
  readonly name: string
  readonly unit: string
  /** By step of the curve, and of the days ahead. */
  readonly values: Float64Array
}

export interface LoadedCurve extends StepCurve {
  readonly file: string
  readonly timeZone: string
  readonly holidays: 'fr' | 'none'
  readonly rules: DayRules
  readonly site?: Site
  /** A production by its name: it follows the sun and not the weekday. */
  readonly production: boolean
  readonly weatherFile: string | undefined
  readonly weather: readonly LoadedWeather[]
  readonly faults: LineFaults
  /** Faults of the file of the weather; undefined where it is the file of the curve. */
  readonly weatherFaults: LineFaults | undefined
}

const KINDS: readonly { readonly kind: LoadedWeather['kind']; readonly exact: RegExp; readonly like: RegExp; readonly unit: RegExp }[] = [
  { kind: 'temperature', exact: /^temperature$/i, like: /temp|^t2m$|^t_?(out|ext)/i, unit: /^(deg|°)\s?C$/i },
  { kind: 'irradiance', exact: /^(irradiance|ghi)$/i, like: /irrad|radiation|ray|solar|ghi/i, unit: /^W\/m(2|²)$/ },
  { kind: 'other', exact: /^(rainfall|wind)$/i, like: /rain|precip|pluie|wind|vent|humid|cloud|neb/i, unit: /^(mm|m\/s|okta)$/ },
]
const PRODUCTION = /(^|_|\b)pv(\b|_)|photovolt|solar/i

/**
 * A measured curve of a file with its weather on the same steps. Of several weather series of a kind the one that is
 * called by its plain name is taken, else the first.
 * @throws PF_CURVE_INVALID when the file holds several series and none is chosen, or none that is asked for
 */
export async function loadCurve(request: CurveRequest): Promise<LoadedCurve> {
  const { file, timeZone, holidays } = request
  const table = await readCurveTable(file, timeZone)
  const curve = onSteps(chosen(table, request.column, file), table.faults, file)
  const steps = curve.values.length + Math.ceil((request.aheadDays * 90_000) / curve.stepS)
  let weather: readonly LoadedWeather[] = []
  let weatherFaults: LineFaults | undefined
  if (request.weather !== undefined) {
    const isSame = request.weather === file
    const source = isSame ? table : await readCurveTable(request.weather, timeZone)
    weatherFaults = isSame ? undefined : source.faults
    weather = KINDS.flatMap(({ kind, exact, like, unit }) => {
      const found = source.columns.find(({ name }) => exact.test(name)) ?? source.columns.find((one) => one.name !== curve.name && (like.test(one.name) || unit.test(one.unit)))
      if (found === undefined) return []
      return [{ kind, name: found.name, unit: found.unit, values: resampled(onSteps(found, source.faults, request.weather!), curve.from, steps, curve.stepS) }]
    })
    if (weather.length === 0) throw new PenfeldError('PF_CURVE_INVALID', `No series of it is weather (${namesOf(source)}); call one "temperature" or "irradiance".`, { where: request.weather })
  }
  return {
    ...curve, file: table.file, timeZone, holidays, rules: { holidayOf: holidays === 'fr' ? frenchHolidayName : () => undefined },
    ...(request.site === undefined ? {} : { site: request.site }),
    production: PRODUCTION.test(curve.name), weatherFile: request.weather, weather, faults: table.faults, weatherFaults,
  }
}

/** End of the last value (UTC ms). */
export const endOf = ({ from, stepS, values }: StepCurve): number => from + values.length * stepS * 1000

/** Local date as 2026-01-31. */
export const localDate = (at: number, timeZone: string): string => {
  const start = localDayStart(at, timeZone)
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(start)
}

function chosen(table: CurveTable, name: string | undefined, file: string): TableColumn {
  if (table.columns.length === 0) throw new PenfeldError('PF_CURVE_INVALID', `None of its lines could be read${table.faults.first.length === 0 ? '' : ` (line ${table.faults.first[0].line}: ${table.faults.first[0].reason})`}.`, { where: file })
  const found = name === undefined && table.columns.length === 1 ? table.columns[0] : table.columns.find((column) => column.name === name)
  if (found !== undefined) return found
  throw new PenfeldError('PF_CURVE_INVALID', name === undefined ? `It holds several series: choose one of ${namesOf(table)} with --column.` : `It has no series "${name}"; it has ${namesOf(table)}.`, { where: file })
}

const namesOf = ({ columns }: CurveTable): string => columns.map(({ name }) => name).join(', ')
