/**
 * The file of pandapower: a network is tables, each a DataFrame written as columns, index and rows inside a text of its own.
 * Source: pandapower documentation, "Save and Load Networks" and "Datastructure and Elements".
 */
import { type NetworkFault, networkError, NetworkFaultsError } from '../../network-fault.ts'

export interface Table {
  readonly columns: readonly string[]
  /** Number of each row: what other tables name it by. */
  readonly index: readonly number[]
  readonly rows: readonly (readonly unknown[])[]
}

export interface PandapowerFile {
  readonly tables: ReadonlyMap<string, Table>
  /** Values that are no table: `sn_mva`, `f_hz`, `name`, ... */
  readonly values: Readonly<Record<string, unknown>>
}

/** Reads the tables of a network, from text or from the parsed file. */
export function pandapowerFile(source: unknown): PandapowerFile {
  const parsed = typeof source === 'string' ? parse(source, 'the file') : source
  if (!isObject(parsed)) throw unusable('It is not the JSON object that pandapower writes.')
  const values = parsed['_class'] === 'pandapowerNet' ? parsed['_object'] : parsed
  if (!isObject(values) || !isObject(values['bus'])) throw unusable('It has no table "bus".')
  const format = Number.parseFloat(String(values['format_version'] ?? values['version'] ?? '3'))
  if (format < 2) throw unusable(`It was written by a version before 2 of pandapower (${String(values['format_version'] ?? values['version'])}), which had other units.`)
  const tables = new Map<string, Table>()
  for (const [name, value] of Object.entries(values)) {
    if (isObject(value) && value['_class'] === 'DataFrame') tables.set(name, tableOf(name, value))
  }
  return { tables, values }
}

export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value))

/** One row of a table. What is missing or not of its kind becomes a fault, so that all of them are found. */
export class Row {
  readonly place: string
  readonly id: string
  readonly number: number
  readonly #values: ReadonlyMap<string, unknown>
  readonly #faults: NetworkFault[]

  constructor(table: string, number: number, values: ReadonlyMap<string, unknown>, faults: NetworkFault[]) {
    this.number = number
    this.id = `${table}.${number}`
    this.place = `${table}/${number}`
    this.#values = values
    this.#faults = faults
  }

  has(column: string): boolean {
    return !isAbsent(this.#values.get(column))
  }

  knows(column: string): boolean {
    return this.#values.has(column)
  }

  /** NaN after a fault: what is read from a file with faults is never used. */
  need(column: string, above = -Infinity): number {
    const value = this.#values.get(column)
    if (typeof value === 'number' && value > above) return value
    this.#faults.push(networkError('PF_NETWORK_FILE_INVALID', this.place, `${isAbsent(value) ? `"${column}" is missing` : `"${column}" is ${JSON.stringify(value)}`}; a number${above > -Infinity ? ` above ${above}` : ''} is needed.`, 'Correct the value.'))
    return NaN
  }

  optional(column: string): number | undefined {
    return this.has(column) ? this.need(column) : undefined
  }

  or(column: string, otherwise: number): number {
    return this.optional(column) ?? otherwise
  }

  text(column: string): string | undefined {
    const value = this.#values.get(column)
    return isAbsent(value) ? undefined : String(value)
  }

  flag(column: string, otherwise = true): boolean {
    const value = this.#values.get(column)
    if (isAbsent(value)) return otherwise
    return value === true || value === 1
  }

  /** The id of a row of another table. */
  reference(column: string, table: string): string {
    return `${table}.${this.need(column)}`
  }

  refuse(message: string, remedy?: string): void {
    this.#faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', this.place, message, remedy))
  }
}

export function rowsOf({ tables }: PandapowerFile, name: string, faults: NetworkFault[]): readonly Row[] {
  const table = tables.get(name)
  if (table === undefined) return []
  return table.rows.map((values, k) => new Row(name, table.index[k], new Map(table.columns.map((column, c) => [column, values[c]])), faults))
}

function tableOf(name: string, value: Readonly<Record<string, unknown>>): Table {
  const frame = typeof value['_object'] === 'string' ? parse(value['_object'], `the table "${name}"`) : value['_object']
  if (!isObject(frame) || !Array.isArray(frame['columns']) || !Array.isArray(frame['index']) || !Array.isArray(frame['data'])) throw unusable(`The table "${name}" is not written as columns, index and data (orient "split").`)
  return { columns: frame['columns'].map(String), index: frame['index'].map(Number), rows: frame['data'] as unknown[][] }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(`${what} is not JSON: ${(error as Error).message}`)
  }
}

const unusable = (message: string): NetworkFaultsError => new NetworkFaultsError('PF_NETWORK_FILE_INVALID', [networkError('PF_NETWORK_FILE_INVALID', '', message, 'Write it again with pandapower.to_json.')])
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
