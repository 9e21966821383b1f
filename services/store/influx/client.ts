import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { DIALECTS, dialectOf, errorText, isDenied, type Dialect, type ErasedRange } from './dialect.ts'
import { HttpServer, type HttpAnswer } from './http.ts'
import type { InfluxSettings } from './settings.ts'

const compress = promisify(gzip)
const PING_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 60_000

/** What a write came to. Only `taken` means that the values are on the server's disk. */
export type WriteResult =
  | { readonly kind: 'taken' }
  /** The lines are at fault, or some of them. */
  | { readonly kind: 'refused'; readonly why: string; readonly lines: { readonly line: number; readonly why: string }[] | undefined }
  | { readonly kind: 'too-large'; readonly why: string }
  /** Token or rights are at fault: no line is. */
  | { readonly kind: 'denied'; readonly why: string }
  /** The same lines may be taken later; `afterMs` as the server asks. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | undefined }

/** One series of an answer: tags, column names and rows. */
export interface Answered {
  readonly tags: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly (number | string | null)[])[]
}

/** Speaks to one InfluxDB in its dialect. */
export class InfluxClient {
  readonly settings: InfluxSettings
  readonly #server: HttpServer
  #dialect: Dialect | undefined
  #prepared = false

  constructor(settings: InfluxSettings, connections?: number) {
    this.settings = settings
    this.#server = new HttpServer(settings.url, connections)
  }

  /** Asks the server for its generation, once. */
  async dialect(): Promise<Dialect> {
    if (this.#dialect !== undefined) return this.#dialect
    if (this.settings.dialect !== undefined) return (this.#dialect = DIALECTS[this.settings.dialect])
    const { token } = this.settings
    // Version 3 wants a token here too; the others do not look at it.
    const { headers, status, body } = await this.#server.ask({ method: 'GET', path: '/ping', headers: token === undefined || token.includes(':') ? {} : { authorization: `Bearer ${token}` } }, PING_TIMEOUT_MS)
    if (isDenied(status)) throw denied(`${status} ${errorText(body)}.`)
    const version = headers['x-influxdb-version']
    const dialect = dialectOf(typeof version === 'string' ? version : undefined)
    if (dialect === undefined) throw new PenfeldError('PF_STORE_UNAVAILABLE', `The server at ${this.settings.url} answers ${status} and does not say that it is an InfluxDB; INFLUX_DIALECT would say which.`, { where: 'INFLUX_URL' })
    return (this.#dialect = dialect)
  }

  /** The database is there when this returns. */
  async prepare(): Promise<void> {
    if (this.#prepared) return
    const dialect = await this.dialect()
    const refused = await dialect.prepare(this.settings, (request) => this.#server.ask(request, PING_TIMEOUT_MS))
    if (refused !== undefined) throw refused.denied ? denied(refused.why) : new PenfeldError('PF_STORE_UNAVAILABLE', refused.why, { where: 'INFLUX_DATABASE' })
    this.#prepared = true
  }

  async write(lines: Uint8Array, timeoutMs: number): Promise<WriteResult> {
    try {
      await this.prepare()
      const dialect = await this.dialect()
      const body = await compress(lines, { level: constants.Z_BEST_SPEED })
      const answer = await this.#server.ask({ method: 'POST', ...dialect.write(this.settings), body }, timeoutMs)
      // The database was taken away: it is made again.
      if (answer.status === 404) this.#prepared = false
      return resultOf(answer, dialect)
    } catch (error) {
      if (!(error instanceof PenfeldError)) throw error
      return error.code === 'PF_STORE_DENIED' ? { kind: 'denied', why: error.detail } : { kind: 'later', why: error.detail, afterMs: undefined }
    }
  }

  /** Nothing, where database or measurement are not there yet. */
  async query(statement: string, timeoutMs = QUERY_TIMEOUT_MS): Promise<readonly Answered[]> {
    const dialect = await this.dialect()
    const { status, body } = await this.#server.ask({ method: 'POST', ...dialect.query(this.settings, statement) }, timeoutMs)
    if (isDenied(status)) throw denied(`${status} ${errorText(body)}.`)
    const fail = (why: string) => new PenfeldError('PF_STORE_UNAVAILABLE', `InfluxDB answers a query with ${status}: ${why}`, { where: 'INFLUX_URL' })
    let answer: { results?: { series?: Partial<Answered>[]; error?: string; partial?: boolean }[]; error?: string }
    try {
      answer = JSON.parse(body)
    } catch {
      throw fail(body.slice(0, 200))
    }
    const error = answer.error ?? answer.results?.[0]?.error
    if (error !== undefined && /not found/.test(error)) return []
    if (error !== undefined || status !== 200) throw fail(error ?? errorText(body).slice(0, 200))
    // A series cut short by a limit of the server would look like a gap.
    if (answer.results?.some(({ partial }) => partial === true)) throw fail('an answer cut short (max-row-limit of the server)')
    return (answer.results?.[0]?.series ?? []).map(({ tags = {}, columns = [], values = [] }) => ({ tags, columns, values }))
  }

  /** @throws PF_ERASE_UNSUPPORTED where this generation deletes no single values */
  async erase(range: ErasedRange): Promise<void> {
    const dialect = await this.dialect()
    const request = dialect.erase(this.settings, range)
    if (request === undefined) throw new PenfeldError('PF_ERASE_UNSUPPORTED', `${dialect.title} deletes no single values.`, { where: 'INFLUX_URL' })
    const { status, body } = await this.#server.ask({ method: 'POST', ...request }, QUERY_TIMEOUT_MS)
    if (isDenied(status)) throw denied(`${status} ${errorText(body)}.`)
    // Version 1 tells a failed statement within a 200.
    const said = status >= 200 && status < 300 ? (/"error":"(?<why>[^"]*)"/.exec(body)?.groups?.['why'] ?? '') : errorText(body)
    // What is not there yet holds nothing.
    if (said !== '' && !/not found/.test(said)) throw new PenfeldError('PF_STORE_UNAVAILABLE', `InfluxDB did not delete: ${status} ${said.slice(0, 200)}`, { where: 'INFLUX_URL' })
  }

  close(): void {
    this.#server.close()
  }
}

const denied = (why: string) => new PenfeldError('PF_STORE_DENIED', `InfluxDB refuses us: ${why}`, { where: 'INFLUX_TOKEN' })

function resultOf(answer: HttpAnswer, dialect: Dialect): WriteResult {
  const { status, body } = answer
  const why = `${status} ${errorText(body)}`.slice(0, 500)
  if (status === 204) return { kind: 'taken' }
  if (status === 413) return { kind: 'too-large', why }
  if (status === 400 || status === 422) return { kind: 'refused', why, lines: dialect.refusedLines(answer) }
  if (isDenied(status)) return { kind: 'denied', why }
  return { kind: 'later', why, afterMs: retryAfterMs(answer.headers['retry-after']) }
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000
  return ms > 0 ? ms : undefined
}
