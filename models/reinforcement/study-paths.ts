/**
 * How a number of a study is named: fields by their name, parts of lists by their id, by their year, or by node and year where a list
 * tells its parts apart by both. Names may hold dots, so that a path is read from the container and never cut at its dots.
 */

/** Names under which a part of a list is known, the one that is shown first; empty: it has none, and its place is shown. */
export function namesOfPart(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return []
  const { id, item, node, year, outsideC } = part as Readonly<Record<string, unknown>>
  if (typeof id === 'string') return [id]
  if (typeof item === 'string') return [item]
  if (typeof year === 'number') return typeof node === 'string' ? [`${node}.${year}`, String(year)] : [String(year)]
  return typeof outsideC === 'number' ? [String(outsideC)] : []
}

/** Every value below, by its path; absent fields are not there. Two parts of a list with the same name are told apart by `#2`. */
export function flattened(value: unknown): ReadonlyMap<string, string | number | boolean | null> {
  const all = new Map<string, string | number | boolean | null>()
  collect(value, '', all)
  return all
}

function collect(value: unknown, path: string, into: Map<string, string | number | boolean | null>): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null) return void into.set(path, value as string | number | boolean | null)
  const below = (name: string) => (path === '' ? name : `${path}.${name}`)
  if (!Array.isArray(value)) {
    for (const [name, part] of Object.entries(value)) collect(part, below(name), into)
    return
  }
  const seen = new Map<string, number>()
  value.forEach((part: unknown, place) => {
    const name = namesOfPart(part)[0] ?? String(place)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    collect(part, below(count === 1 ? name : `${name}#${count}`), into)
  })
}
