/**
 * The file of Power Grid Model: components by type, a component as an object or, where the file names the attributes of its
 * type apart, as a row of values. Source: Power Grid Model, user manual, "Serialization".
 */
import { type NetworkFault, networkError, NetworkFaultsError } from '../../network-fault.ts'

export type Component = Readonly<Record<string, unknown>>
/** Components by type: `node`, `line`, ... */
export type Components = Readonly<Record<string, readonly Component[]>>

/** The components of an input, from text, from the parsed file, or from its `data` alone. */
export function inputComponents(source: unknown): Components {
  const { attributes, data } = partsOf(source)
  if (Array.isArray(data)) throw unusable('data', 'It is a batch of several scenarios; one input is needed.')
  return componentsOf(data, attributes, 'data')
}

/** The scenarios of a batch of updates. */
export function updateScenarios(source: unknown): readonly Components[] {
  const { attributes, data } = partsOf(source)
  const scenarios = Array.isArray(data) ? data : [data]
  return scenarios.map((one, k) => componentsOf(one, attributes, `data/${k}`))
}

/**
 * The input as one scenario changes it: what an update does not name stays. Ids may be left out where a scenario updates all
 * components of a type in their order.
 * @throws NetworkFaultsError with every update of a component that is not there
 */
export function applyUpdates(source: unknown, update: Components): Components {
  const input = inputComponents(source)
  const faults: NetworkFault[] = []
  const changed: Record<string, readonly Component[]> = { ...input }
  for (const [type, rows] of Object.entries(update)) {
    const before = input[type] ?? []
    const byOrder = rows.every((row) => isAbsent(row['id'])) && rows.length === before.length
    const after = [...before]
    rows.forEach((row, k) => {
      const at = byOrder ? k : before.findIndex((one) => one['id'] === row['id'])
      if (at < 0) faults.push(networkError('PF_GRID_REFERENCE', `${type}/${String(row['id'] ?? k)}`, 'An update names a component that the input does not have.'))
      else after[at] = { ...after[at], ...Object.fromEntries(Object.entries(row).filter(([name, value]) => name !== 'id' && !isAbsent(value))) }
    })
    changed[type] = after
  }
  if (faults.length > 0) throw new NetworkFaultsError('PF_NETWORK_FILE_INVALID', faults)
  return changed
}

/** Not given: Power Grid Model writes nan where a value is left open. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === 'nan' || (typeof value === 'number' && Number.isNaN(value))

function partsOf(source: unknown): { readonly attributes: Readonly<Record<string, unknown>>; readonly data: unknown } {
  const parsed = typeof source === 'string' ? parse(source) : source
  if (!isObject(parsed)) throw unusable('', 'It is not a JSON object with the components of a network.')
  return 'data' in parsed ? { attributes: isObject(parsed['attributes']) ? parsed['attributes'] : {}, data: parsed['data'] } : { attributes: {}, data: parsed }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable('', `It is not JSON: ${(error as Error).message}.`)
  }
}

function componentsOf(data: unknown, attributes: Readonly<Record<string, unknown>>, place: string): Components {
  if (!isObject(data)) throw unusable(place, 'It holds no components.')
  const faults: NetworkFault[] = []
  const components = Object.entries(data).map(([type, rows]) => {
    if (!Array.isArray(rows)) {
      faults.push(networkError('PF_NETWORK_FILE_INVALID', `${place}/${type}`, 'It is not a list of components.', 'Write a list.'))
      return [type, []] as const
    }
    const names = attributes[type]
    return [type, rows.map((row: unknown, k): Component => {
      if (isObject(row)) return row
      if (Array.isArray(row) && Array.isArray(names) && row.length === names.length) return Object.fromEntries(names.map((name, column) => [String(name), row[column] as unknown]))
      const why = !Array.isArray(row) ? 'It is neither an object nor a row of values.' : Array.isArray(names) ? `It has ${row.length} values for ${names.length} attributes.` : `The file does not name the attributes of ${type}.`
      faults.push(networkError('PF_NETWORK_FILE_INVALID', `${place}/${type}/${k}`, why, 'Write it as an object, or as a row with the attributes named under "attributes".'))
      return {}
    })] as const
  })
  if (faults.length > 0) throw new NetworkFaultsError('PF_NETWORK_FILE_INVALID', faults)
  return Object.fromEntries(components)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const unusable = (place: string, message: string) => new NetworkFaultsError('PF_NETWORK_FILE_INVALID', [networkError('PF_NETWORK_FILE_INVALID', place, message, 'Give a file as Power Grid Model writes it.')])
