/** What stands on the public addresses: every figure of a cell, with the time it is of. */
export interface Fact {
  readonly cell: string
  readonly from: number
  readonly to: number
  readonly kwh: number
}

/** Only the time a crawl waits for an answer; a public service that hangs is a finding of its own. */
const PATIENCE_MS = 30_000

export interface Crawl {
  readonly facts: readonly Fact[]
  /** Text of every answer, by address: what a later crawl is compared with. */
  readonly answers: ReadonlyMap<string, { readonly status: number; readonly body: string }>
}

interface Parameter { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema?: { readonly enum?: readonly string[] } }
interface ApiDocument { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[]; readonly responses?: Readonly<Record<string, { readonly content?: object }>> }>>>> }

/**
 * Reads whatever the document of the API says is public, so that a new public address is attacked as soon as it is declared.
 * Addresses with an id are asked with every id that an answer has named.
 * @param windows intervals that are asked for where an address takes one; too long a one is refused
 */
export async function crawl(base: string, windows: readonly { readonly from: number; readonly to: number }[]): Promise<Crawl> {
  const answers = new Map<string, { status: number; body: string }>()
  const get = async (path: string): Promise<string> => {
    const known = answers.get(path)
    if (known !== undefined) return known.body
    const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const body = await response.text()
    answers.set(path, { status: response.status, body })
    return body
  }
  const { paths } = JSON.parse(await get('/api/openapi.json')) as ApiDocument
  const open = Object.entries(paths).filter(([path, methods]) => path.startsWith('/api/public/') && methods['get'] !== undefined && !path.endsWith('/stream'))
  const ids = new Set<string>()
  const learn = (body: string) => {
    for (const [, id] of body.matchAll(/"(?:releaseId|id)":\s*"?([\w.:~-]+)"?/g)) ids.add(id!)
  }
  const asked = (path: string, parameters: readonly Parameter[], id: string): string[] => {
    const filled = path.replace(/\{[^}]+\}/g, encodeURIComponent(id))
    let queries = [new URLSearchParams()]
    for (const { name, in: where, schema, required = false } of parameters) {
      if (where !== 'query') continue
      if (name === 'to') continue
      if (name === 'from') {
        queries = queries.flatMap((query) => windows.map(({ from, to }) => new URLSearchParams([...query, ['from', String(from)], ['to', String(to)]])))
        continue
      }
      const values = name === 'format' || !required && schema?.enum === undefined ? [] : schema?.enum ?? [id]
      if (values.length > 0) queries = queries.flatMap((query) => values.map((value) => new URLSearchParams([...query, [name, value]])))
    }
    return queries.map((query) => (query.size === 0 ? filled : `${filled}?${query.toString()}`))
  }
  for (const [path, methods] of open.filter(([one]) => !one.includes('{'))) for (const one of asked(path, methods['get']!.parameters ?? [], '')) learn(await get(one))
  for (const [path, methods] of open.filter(([one]) => one.includes('{'))) for (const id of [...ids]) for (const one of asked(path, methods['get']!.parameters ?? [], id)) await get(one)
  const facts = new Map<string, Fact>()
  for (const { status, body } of answers.values()) {
    if (status !== 200) continue
    for (const fact of factsOf(body)) facts.set(`${fact.cell} ${fact.from} ${fact.to}`, fact)
  }
  return { facts: [...facts.values()], answers }
}

/** Columns by time: one row of begins and ends, one of figures for each cell. */
interface Columns { readonly at?: readonly number[]; readonly to?: readonly number[]; readonly cells?: readonly { readonly cell: string; readonly energies?: readonly (number | null)[] }[] }
interface Shown { readonly at?: number; readonly from?: number; readonly to?: number; readonly stepS?: number; readonly cells?: readonly CellShown[]; readonly body?: Shown }
interface CellShown { readonly cell: string; readonly energy?: number | null; readonly stepS?: number | null; readonly energies?: readonly number[] | null }

/** Wherever they stand in an answer: objects that have a time and cells with figures. */
export function factsOf(text: string): Fact[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  const found: Fact[] = []
  const look = (one: unknown, at: number | undefined): void => {
    if (Array.isArray(one)) for (const part of one) look(part, at)
    else if (typeof one === 'object' && one !== null) {
      const columns = one as Columns
      if (Array.isArray(columns.at) && Array.isArray(columns.to) && Array.isArray(columns.cells)) {
        for (const { cell, energies = [] } of columns.cells) for (const [i, kwh] of energies.entries()) if (kwh !== null) found.push({ cell, from: columns.at[i]!, to: columns.to[i]!, kwh })
        return
      }
      const shown = one as Shown
      const begin = shown.at ?? at
      if (begin !== undefined && Array.isArray(shown.cells)) {
        for (const { cell, energy, stepS, energies } of shown.cells) {
          if (typeof energy === 'number' && shown.to !== undefined) found.push({ cell, from: begin, to: shown.to, kwh: energy })
          if (Array.isArray(energies) && typeof stepS === 'number') for (const [i, kwh] of energies.entries()) found.push({ cell, from: begin + i * stepS * 1000, to: begin + (i + 1) * stepS * 1000, kwh: kwh as number })
        }
      }
      for (const part of Object.values(one)) look(part, begin)
    }
  }
  look(value, undefined)
  return found
}
