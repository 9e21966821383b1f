/** What the tests of every route share: addresses with what a schema asks for, and figures by which a leak would be known. */
import type { FastifyInstance } from 'fastify'
import type { Series, TimeSeriesReader } from '#services/store/port.ts'
import type { ApiDeps } from './deps.ts'
import { HANDOVER } from './example-deps.ts'
import type { DeclaredRoute } from './plugins/access.ts'

/** No other number of an answer looks like these. */
export const KW_OF_A = 5.31287
export const KW_OF_B = 7.64153
/** Of the tenant before `HANDOVER` at the point of A. */
export const KW_OF_FORMER = 3.97241

/** What the figures of B can be known by: its point, its holder, its shop and its power. */
export const MARKS_OF_B = ['dp-b', 'holder-b', 'Butcher', String(KW_OF_B)]
export const MARKS_OF_FORMER = ['holder-former', String(KW_OF_FORMER)]
export const MARKS_OF_A = ['holder-a', String(KW_OF_A)]

/** The reader of the example with other figures for everybody. */
export function markedReader(reader: TimeSeriesReader, names: readonly string[]): TimeSeriesReader {
  const kwOf = (id: number, at: number): number => {
    const name = names[id - 1] ?? ''
    if (name.includes('dp-b')) return KW_OF_B
    return name.includes('dp-a') ? (at < HANDOVER ? KW_OF_FORMER : KW_OF_A) : 5
  }
  const marked = (id: number, series: Series): Series => ({ ...series, values: series.values.map((_, i) => kwOf(id, series.at[i]!)) })
  return {
    ...reader,
    async latest(ids) {
      const series = await reader.latest(ids)
      return { ...series, values: series.values.map((_, i) => kwOf(ids[i]!, series.at[i]!)) }
    },
    read: async (id, from, to, ...more) => marked(id, await reader.read(id, from, to, ...more)),
    readMany: (ids, from, to, take) => reader.readMany(ids, from, to, (k, series) => take(k, marked(ids[k]!, series))),
    async rollup(id, step, from, to) {
      const rows = await reader.rollup(id, step, from, to)
      const kw = rows.at.map((at) => kwOf(id, at))
      return { ...rows, sum: kw, mean: kw, min: kw, max: kw }
    },
  }
}

export const withMarks = (deps: ApiDeps): ApiDeps => ({ ...deps, measured: markedReader(deps.measured, deps.district.district.measurementPoints.map(({ id }) => id)) })

interface FieldSchema { readonly type?: unknown; readonly enum?: readonly unknown[]; readonly pattern?: string; readonly minimum?: number; readonly minLength?: number }
interface QuerySchema { readonly properties?: Readonly<Record<string, FieldSchema>>; readonly required?: readonly string[] }

/** A query that the schema takes; what is not asked for is left out. `id` also fills fields that name a delivery point or an element. */
export function queryFor({ querystring }: DeclaredRoute, id: string): Record<string, string> {
  const { properties = {}, required = [] } = (querystring ?? {}) as QuerySchema
  return Object.fromEntries(required.map((name): [string, string] => {
    if (name === 'from') return [name, String(HANDOVER)]
    if (name === 'to') return [name, String(HANDOVER + 86_400_000)]
    const { enum: words, type, minimum = 1, minLength } = properties[name]!
    if (words !== undefined) return [name, String(words[0])]
    if (type === 'number' || type === 'integer') return [name, String(minimum)]
    return [name, minLength === undefined || id.length >= minLength ? id : 'x'.repeat(minLength)]
  }))
}

export const urlOf = (route: DeclaredRoute, id: string, query = queryFor(route, id)): string => {
  const path = route.url.replace(/:[a-zA-Z]+/g, encodeURIComponent(id)).replace(/\*$/, '')
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

export const isStream = ({ url }: DeclaredRoute): boolean => url.endsWith('/stream')
/** Only what has an address of the API; the pages are files that everybody gets. */
export const apiRoutes = (app: FastifyInstance): readonly DeclaredRoute[] =>
  app.declaredRoutes.filter(({ url, methods }) => url.startsWith('/api/') && !(methods.length === 1 && methods[0] === 'HEAD'))
