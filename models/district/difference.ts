import type { District, Network } from './schema.ts'

/** What changed between two versions of a document, as paths such as `sites/res-01` or `thresholds`. */
export interface DistrictDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

type Entries = Map<string, string>

/**
 * Difference of two district documents, or of the same parts of both. Entries of lists are told apart by their id (by their position where they have
 * none, such as dated rules), so that an entry that only moved is not a change.
 */
export function differenceOf(before: Partial<District>, after: Partial<District>): DistrictDifference {
  const old = entriesOf(before)
  const now = entriesOf(after)
  const added: string[] = []
  const changed: string[] = []
  for (const [path, content] of now) {
    const earlier = old.get(path)
    if (earlier === undefined) added.push(path)
    else if (earlier !== content) changed.push(path)
  }
  return { added, removed: [...old.keys()].filter((path) => !now.has(path)), changed }
}

function entriesOf({ network = {} as Network, ...rest }: Partial<District>): Entries {
  const entries: Entries = new Map()
  collect(rest, '', entries)
  collect(network, 'network/', entries)
  return entries
}

function collect(object: Readonly<Record<string, unknown>>, prefix: string, into: Entries): void {
  for (const [key, value] of Object.entries(object)) {
    if (!Array.isArray(value)) into.set(`${prefix}${key}`, canonicalText(value))
    else value.forEach((entry: unknown, index) => into.set(`${prefix}${key}/${idOf(entry) ?? index}`, canonicalText(entry)))
  }
}

const idOf = (entry: unknown): string | undefined =>
  typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string' ? entry.id : undefined

/** JSON with sorted keys: the same content has the same text. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalText(entry)}`).join(',')}}`
}
