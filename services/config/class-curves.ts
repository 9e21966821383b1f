/**
 * `class-curves.csv` of a district folder: a year of hourly curves by load class that were measured elsewhere, for a district that
 * measures nothing. Columns `at,temperatureC,CLASS...`: beginning of the hour (UTC), outside temperature, and the power of each class
 * relative to its mean of the year; a production is positive too, its delivery points say that it is one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { readCurveTable, type TableColumn } from '#services/curves/read-table.ts'

export const CLASS_CURVES_FILE = 'class-curves.csv'

export interface ClassCurves {
  /** Beginning of each hour, ms, ascending and without a gap: one year, 8,760 or 8,784 hours. */
  readonly at: Float64Array
  /** Outside temperature by hour, degC. */
  readonly temperatureC: Float64Array
  /** By hour, mean of the year 1, never negative. */
  readonly relativeByClass: ReadonlyMap<string, Float64Array>
}

const HOUR_MS = 3_600_000
const HOURS_OF_YEAR: readonly number[] = [8760, 8784]
const TEMPERATURE = 'temperatureC'
const PLAUSIBLE_C = { lowest: -60, highest: 60 }
/** What rounding in the file may leave of a mean of 1. */
const MEAN_TOLERANCE = 0.005

/**
 * Undefined where the folder has no such file.
 * @throws PF_CLASS_CURVES_INVALID with file and line of the first fault, PF_IMPORT_UNREADABLE or PF_IMPORT_TOO_LARGE
 */
export async function readClassCurves(folder: string): Promise<ClassCurves | undefined> {
  const path = join(folder, CLASS_CURVES_FILE)
  if (!existsSync(path)) return undefined
  const { columns, faults } = await readCurveTable(path, 'UTC').catch((cause: unknown) => {
    throw cause instanceof PenfeldError && cause.code === 'PF_CURVE_INVALID' ? invalid(path, 1, cause.detail) : cause
  })
  if (faults.count > 0) throw invalid(path, faults.first[0].line, `${faults.count} line${faults.count === 1 ? '' : 's'} cannot be read: ${faults.first.map(({ line, reason }) => `${line} ${reason}`).join(', ')}.`)
  const temperature = columns.find(({ name }) => name === TEMPERATURE)
  const classes = columns.filter((column) => column !== temperature)
  if (temperature === undefined) throw invalid(path, 1, `It has no column "${TEMPERATURE}".`)
  if (classes.length === 0) throw invalid(path, 1, 'It has no column of a load class.')
  checkHours(path, temperature)
  checkValues(path, temperature, PLAUSIBLE_C.lowest, PLAUSIBLE_C.highest)
  for (const column of classes) {
    checkValues(path, column, 0, Infinity)
    const mean = column.values.reduce((sum, value) => sum + value, 0) / column.values.length
    if (Math.abs(mean - 1) > MEAN_TOLERANCE) throw invalid(path, 1, `The mean of "${column.name}" is ${mean.toPrecision(4)}; relative to its own mean it would be 1.`)
  }
  return {
    at: Float64Array.from(temperature.at), temperatureC: Float64Array.from(temperature.values),
    relativeByClass: new Map(classes.map(({ name, values }) => [name, Float64Array.from(values)])),
  }
}

function checkHours(path: string, { at, lines }: TableColumn): void {
  const wrong = at.findIndex((instant, row) => (row === 0 ? instant % HOUR_MS !== 0 : instant - at[row - 1] !== HOUR_MS))
  if (wrong >= 0) throw invalid(path, lines[wrong], `${new Date(at[wrong]).toISOString()} ${wrong === 0 ? 'does not begin an hour' : 'is not an hour after the line before it'}.`)
  if (!HOURS_OF_YEAR.includes(at.length)) throw invalid(path, lines.at(-1) ?? 1, `It has ${at.length} hours; a year has ${HOURS_OF_YEAR.join(' or ')}.`)
}

function checkValues(path: string, { name, values, lines }: TableColumn, lowest: number, highest: number): void {
  // Nothing is filled in here: a gap would have to be told in the study.
  const wrong = values.findIndex((value) => !(value >= lowest && value <= highest))
  if (wrong >= 0) throw invalid(path, lines[wrong], Number.isNaN(values[wrong]) ? `"${name}" has no value.` : `"${name}" is ${values[wrong]}, which is not ${highest === Infinity ? `${lowest} or more` : `from ${lowest} to ${highest}`}.`)
}

const invalid = (path: string, line: number, detail: string) => new PenfeldError('PF_CLASS_CURVES_INVALID', detail, { where: `${path}:${line}` })
