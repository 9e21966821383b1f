import type { HttpAnswer, HttpRequest } from './http.ts'
import { quoted, tagInQuery, tagOf } from './point-tag.ts'
import type { DialectName, InfluxSettings } from './settings.ts'

export type Ask = (request: HttpRequest) => Promise<HttpAnswer>

/** `denied`: a person must correct token, rights or organisation. */
export interface Refusal { readonly why: string; readonly denied: boolean }

/** What differs between the generations of InfluxDB: one object each. Lines and InfluxQL are the same for all. */
export interface Dialect {
  readonly name: DialectName
  /** As the documentation calls it. */
  readonly title: string
  /** Lines in milliseconds; the body is gzip. */
  write(settings: InfluxSettings): Pick<HttpRequest, 'path' | 'headers'>
  /** One statement of InfluxQL, answered in JSON with times in milliseconds. */
  query(settings: InfluxSettings, statement: string): Pick<HttpRequest, 'path' | 'headers' | 'body'>
  /** Makes the database (or bucket) where it is not there; does nothing otherwise. Undefined if all is well. */
  prepare(settings: InfluxSettings, ask: Ask): Promise<Refusal | undefined>
  /** Deletes the values of one point of a measurement with from <= at < to (UTC ms, whole, within what InfluxDB can tell); undefined: this generation cannot. */
  erase(settings: InfluxSettings, span: ErasedRange): Pick<HttpRequest, 'path' | 'headers' | 'body'> | undefined
  /** Lines (0-based) that a refusal names as the only ones not taken; undefined: it must be found out. */
  refusedLines(answer: HttpAnswer): { readonly line: number; readonly why: string }[] | undefined
}

export interface ErasedRange { readonly measurement: string; readonly point: string; readonly from: number; readonly to: number }

const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString()
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
const LINES = { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' }
const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json' }
const isTaken = ({ status }: HttpAnswer) => status >= 200 && status < 300
export const isDenied = (status: number): boolean => status === 401 || status === 403
const refusal = (what: string, { status, body }: HttpAnswer): Refusal => ({ why: `${what} was refused: ${status} ${errorText(body)}.`, denied: isDenied(status) })

/** What a server says in its error bodies: `error` (1.x, 3) or `message` (2.x). */
export function errorText(body: string): string {
  try {
    const said = JSON.parse(body) as { error?: unknown; message?: unknown }
    return String(said.error ?? said.message ?? body)
  } catch {
    return body.trim()
  }
}

function basic(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Basic ${Buffer.from(token).toString('base64')}` }
}
const schemed = (scheme: string, token: string | undefined): Record<string, string> => (token === undefined ? {} : { authorization: `${scheme} ${token}` })

/** https://docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint and #query-http-endpoint; run against 1.6.7. */
const version1: Dialect = {
  name: '1',
  title: 'InfluxDB 1.x',
  write: ({ database, token }) => ({ path: `/write?${form({ db: database, precision: 'ms' })}`, headers: { ...LINES, ...basic(token) } }),
  query: ({ database, token }, statement) => ({ path: `/query?${form({ db: database, epoch: 'ms' })}`, headers: { ...FORM, ...basic(token) }, body: form({ q: statement }) }),
  async prepare({ database, token }, ask) {
    const answer = await ask({ method: 'POST', path: '/query', headers: { ...FORM, ...basic(token) }, body: form({ q: `CREATE DATABASE "${database.replaceAll('"', '\\"')}"` }) })
    return isTaken(answer) ? undefined : refusal(`Making the database ${database}`, answer)
  },
  // https://docs.influxdata.com/influxdb/v1/query_language/manage-database/#delete-series-with-delete
  erase(settings, { measurement, point, from, to }) {
    return version1.query(settings, `DELETE FROM ${quoted(measurement)} WHERE "point" = ${tagInQuery(point)} AND time >= ${from}ms AND time < ${to}ms`)
  },
  refusedLines: () => undefined,
}

/**
 * Writing: https://docs.influxdata.com/influxdb/v2/api/#operation/PostWrite. Reading in InfluxQL needs a mapping of the bucket to a
 * database (DBRP): https://docs.influxdata.com/influxdb/v2/api-guide/influxdb-1x/query/ and /influxdb/v2/reference/api/influxdb-1x/dbrp/.
 * Buckets: https://docs.influxdata.com/influxdb/v2/api/#operation/PostBuckets; mappings: #operation/PostDBRP.
 */
const version2: Dialect = {
  name: '2',
  title: 'InfluxDB 2.x',
  write: ({ database, token, organisation }) => ({ path: `/api/v2/write?${form({ org: organisation ?? '', bucket: database, precision: 'ms' })}`, headers: { ...LINES, ...schemed('Token', token) } }),
  query: ({ database, token }, statement) => ({ path: `/query?${form({ db: database, epoch: 'ms' })}`, headers: { ...FORM, ...schemed('Token', token) }, body: form({ q: statement }) }),
  async prepare({ database, token, organisation }, ask) {
    const authorised = schemed('Token', token)
    const list = async <Row>(path: string, key: string): Promise<Row[] | Refusal> => {
      const answer = await ask({ method: 'GET', path, headers: { accept: 'application/json', ...authorised } })
      // A bucket that is not there is a 404 for some versions and an empty list for others.
      if (answer.status === 404) return []
      if (!isTaken(answer)) return refusal(`Listing ${key}`, answer)
      return ((JSON.parse(answer.body) as Record<string, Row[] | undefined>)[key] ?? [])
    }
    const orgs = await list<{ id: string }>(`/api/v2/orgs?${form({ org: organisation ?? '' })}`, 'orgs')
    if (!Array.isArray(orgs)) return orgs
    if (orgs[0] === undefined) return { why: `There is no organisation "${organisation ?? ''}" (INFLUX_ORG).`, denied: true }
    const orgID = orgs[0].id
    const buckets = await list<{ id: string; name: string }>(`/api/v2/buckets?${form({ orgID, name: database })}`, 'buckets')
    if (!Array.isArray(buckets)) return buckets
    let bucketID = buckets.find(({ name }) => name === database)?.id
    if (bucketID === undefined) {
      const made = await ask({ method: 'POST', path: '/api/v2/buckets', headers: { ...JSON_BODY, ...authorised }, body: JSON.stringify({ orgID, name: database, retentionRules: [] }) })
      if (!isTaken(made)) return refusal(`Making the bucket ${database}`, made)
      bucketID = (JSON.parse(made.body) as { id: string }).id
    }
    const mappings = await list<{ database: string }>(`/api/v2/dbrps?${form({ orgID, bucketID, db: database })}`, 'content')
    if (!Array.isArray(mappings)) return mappings
    if (mappings.some((one) => one.database === database)) return undefined
    const mapped = await ask({ method: 'POST', path: '/api/v2/dbrps', headers: { ...JSON_BODY, ...authorised }, body: JSON.stringify({ bucketID, database, default: true, orgID, retention_policy: 'autogen' }) })
    return isTaken(mapped) ? undefined : refusal(`Mapping the bucket ${database} to a database`, mapped)
  },
  // https://docs.influxdata.com/influxdb/v2/api/#operation/PostDelete; `stop` may be included or not, so it lies between two milliseconds.
  erase({ database, token, organisation }, { measurement, point, from, to }) {
    const text = (value: string) => JSON.stringify(value)
    const body = JSON.stringify({ start: new Date(from).toISOString(), stop: new Date(to - 1).toISOString().replace('Z', '999999Z'), predicate: `_measurement=${text(measurement)} AND point=${text(tagOf(point))}` })
    return { path: `/api/v2/delete?${form({ org: organisation ?? '', bucket: database })}`, headers: { ...JSON_BODY, ...schemed('Token', token) }, body }
  },
  refusedLines: () => undefined,
}

/**
 * https://docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp/ (204 after the write-ahead log: `no_sync=false`; a partial
 * write is a 400 that names up to 100 lines), https://docs.influxdata.com/influxdb3/core/query-data/execute-queries/influxdb-v1-api/,
 * https://docs.influxdata.com/influxdb3/core/admin/databases/create/.
 */
const MOST_LINES_NAMED = 100
const version3: Dialect = {
  name: '3',
  title: 'InfluxDB 3',
  write: ({ database, token }) => ({ path: `/api/v3/write_lp?${form({ db: database, precision: 'millisecond', accept_partial: 'true', no_sync: 'false' })}`, headers: { ...LINES, ...schemed('Bearer', token) } }),
  query: ({ database, token }, statement) => ({ path: `/query?${form({ db: database, epoch: 'ms' })}`, headers: { ...FORM, ...schemed('Bearer', token) }, body: form({ q: statement }) }),
  async prepare({ database, token }, ask) {
    const answer = await ask({ method: 'POST', path: '/api/v3/configure/database', headers: { ...JSON_BODY, ...schemed('Bearer', token) }, body: JSON.stringify({ db: database }) })
    // 409: it is there.
    return isTaken(answer) || answer.status === 409 ? undefined : refusal(`Making the database ${database}`, answer)
  },
  // Rows cannot be deleted: https://docs.influxdata.com/influxdb3/core/ names databases and tables only.
  erase: () => undefined,
  refusedLines({ body }) {
    let said: { error?: string; data?: { line_number?: number; error_message?: string }[] }
    try {
      said = JSON.parse(body)
    } catch {
      return undefined
    }
    if (said.error === undefined || !said.error.startsWith('partial write') || !Array.isArray(said.data) || said.data.length === 0 || said.data.length >= MOST_LINES_NAMED) return undefined
    if (said.data.some(({ line_number: number }) => !Number.isInteger(number) || number! < 1)) return undefined
    return said.data.map(({ line_number: number, error_message: why }) => ({ line: number! - 1, why: why ?? said.error! }))
  },
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = { 1: version1, 2: version2, 3: version3 }

/** From the header X-Influxdb-Version of /ping, which every generation sends: "1.6.7~rc0", "v2.7.6", "3.4.1". */
export function dialectOf(version: string | undefined): Dialect | undefined {
  const major = /^v?(\d+)\./.exec(version ?? '')?.[1]
  return major === '1' || major === '2' || major === '3' ? DIALECTS[major] : undefined
}
