import type { Profile, ProfileChannel } from '../port.ts'
import { inUnit } from '../own-unit.ts'
import { enedisCsv } from './enedis-csv.ts'
import type { FileFormat, FileTake, MeterRows } from './format.ts'
import { greenButton } from './green-button.ts'
import type { TableMapping } from './profile.ts'
import { tableCsv } from './table-csv.ts'

/** The forms that say themselves what they are, then those that the profiles in use describe. */
export function formatsFor(profiles: Iterable<{ readonly name: string; readonly table: unknown }>): FileFormat[] {
  const tables = new Map([...profiles].filter(({ table }) => table !== undefined).map(({ name, table }) => [name, table as TableMapping]))
  return [enedisCsv, greenButton, ...[...tables].map(([name, table]) => tableCsv(name, table))]
}

/** The layout that a profile describes, if it does. */
export const tableOf = (profile: Profile | undefined): TableMapping | undefined => Object.values(profile?.channels ?? {})[0]?.['table'] as TableMapping | undefined

/** Finds what a meter's column feeds. */
export class ColumnIndex<Found> {
  readonly #found = new Map<string, Found>()

  add(address: string | number, column: string, found: Found): void {
    this.#found.set(`${address}\n${column}`, found)
  }

  get(meter: string, column: string): Found | undefined {
    return this.#found.get(`${meter}\n${column}`)
  }

  readonly wants: FileTake['wants'] = (meter, column) => this.#found.has(`${meter}\n${column}`)
}

/** Values of a file in the unit of the profile; undefined if the two measure different things. */
export function inProfileUnit({ unit, values }: Pick<MeterRows, 'unit' | 'values'>, { unit: wanted, scale = 1 }: ProfileChannel): Float64Array | undefined {
  if (unit === '' || unit === wanted) return scale === 1 ? values : values.map((value) => value * scale)
  try {
    // A file that names its unit has said all: the scale of the profile is for numbers without one.
    return values.map((value) => inUnit(value, unit, wanted))
  } catch {
    return undefined
  }
}
