import { Agent, request as requestHttp } from 'node:http'
import { Agent as AgentTls, request as requestHttps } from 'node:https'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** One server, connections kept open; every request ends within its time or fails with PF_STORE_UNAVAILABLE. */
export class HttpServer {
  readonly #url: URL
  readonly #agent: Agent

  constructor(url: string, connections = 8) {
    this.#url = new URL(url)
    const options = { keepAlive: true, maxSockets: connections }
    this.#agent = this.#url.protocol === 'https:' ? new AgentTls(options) : new Agent(options)
  }

  ask({ method, path, headers = {}, body }: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        clearTimeout(timer)
        request.destroy()
        reject(new PenfeldError('PF_STORE_UNAVAILABLE', `InfluxDB at ${this.#url.origin} does not answer: ${cause.message}.`, { where: 'INFLUX_URL', cause }))
      }
      const ask = this.#url.protocol === 'https:' ? requestHttps : requestHttp
      const request = ask(this.#url.origin + this.#url.pathname.replace(/\/$/, '') + path, {
        method, agent: this.#agent,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', fail)
        answer.once('end', () => {
          clearTimeout(timer)
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() })
        })
      })
      const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs)
      request.once('error', fail)
      request.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
