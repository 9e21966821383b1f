import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerFactory } from 'fastify'
import fp from 'fastify-plugin'

/** What is the same for everybody is made once and given out from memory so long; after that it is asked for again. */
const HELD_MS = 5_000
const MOST_ANSWERS = 1_000
const MOST_BYTES = 32 * 1024 * 1024
const LARGEST_BYTES = 4 * 1024 * 1024

interface HeldAnswer {
  readonly until: number
  readonly body: Buffer
  readonly etag: string
  readonly headers: readonly string[]
}

/** Answers of public routes by address. Whoever asks is not looked at: nothing that depends on a person is ever kept here. */
export interface HeldAnswers {
  /** In front of the app: true when the answer has been sent. */
  answered(request: IncomingMessage, response: ServerResponse): boolean
  keep(request: FastifyRequest, reply: FastifyReply, payload: string | Buffer): void
}

/** Rows for spreadsheets are asked for by a header: they are another answer under the same address. */
const keyOf = (url: string, accept: string | undefined): string => (accept?.includes('text/csv') === true ? `csv ${url}` : url)

export function createHeldAnswers(monotonicMs: () => number = () => performance.now()): HeldAnswers {
  const held = new Map<string, HeldAnswer>()
  let bytes = 0
  const drop = (key: string) => {
    bytes -= held.get(key)?.body.length ?? 0
    held.delete(key)
  }
  return {
    answered(request, response) {
      if (request.method !== 'GET') return false
      const key = keyOf(request.url!, request.headers.accept)
      const answer = held.get(key)
      if (answer === undefined) return false
      if (answer.until < monotonicMs()) {
        drop(key)
        return false
      }
      const asked = request.headers['if-none-match']
      if (asked !== undefined && asked.split(',').some((one) => one.trim() === answer.etag)) {
        response.writeHead(304, answer.headers.slice(CONTENT_HEADERS * 2)).end()
        return true
      }
      response.writeHead(200, answer.headers as string[]).end(answer.body)
      return true
    },
    keep(request, reply, payload) {
      const body = Buffer.from(payload)
      if (body.length > LARGEST_BYTES) return
      const key = keyOf(request.raw.url!, request.headers.accept)
      drop(key)
      for (const oldest of held.keys()) {
        if (held.size < MOST_ANSWERS && bytes + body.length <= MOST_BYTES) break
        drop(oldest)
      }
      const { 'content-type': type, 'content-length': _length, ...others } = reply.getHeaders()
      // The limit of requests is counted for each asker; what is kept belongs to nobody.
      const shared = Object.entries(others).filter(([name, value]) => value !== undefined && !name.startsWith('x-ratelimit') && name !== 'connection' && name !== 'date' && name !== 'set-cookie')
      held.set(key, {
        until: monotonicMs() + HELD_MS, body, etag: String(reply.getHeader('etag')),
        headers: ['content-type', String(type), 'content-length', String(body.length), ...shared.flatMap(([name, value]) => [name, String(value)])],
      })
      bytes += body.length
    },
  }
}
const CONTENT_HEADERS = 2

/** The server of the app with its memory in front; its limits of time are those of the app. */
export const serverWith = (answers: HeldAnswers): FastifyServerFactory => (handler, options) => {
  const { connectionTimeout = 0, keepAliveTimeout, requestTimeout } = options as { connectionTimeout?: number; keepAliveTimeout?: number; requestTimeout?: number }
  const server = createServer((request, response) => {
    if (!answers.answered(request, response)) handler(request, response)
  })
  if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout
  if (requestTimeout !== undefined) server.requestTimeout = requestTimeout
  server.setTimeout(connectionTimeout)
  return server
}

/** Keeps what public routes of the API answer, where they allow it. After the plugin that makes the tags. */
export const heldAnswersPlugin = fp<{ answers: HeldAnswers }>(async (app: FastifyInstance, { answers }) => {
  app.addHook('onSend', async (request, reply, payload) => {
    const mayKeep = request.routeOptions.config.access === 'public' && request.method === 'GET' && reply.statusCode === 200 &&
      (typeof payload === 'string' || Buffer.isBuffer(payload)) && String(reply.getHeader('cache-control')).startsWith('public') && reply.getHeader('etag') !== undefined
    if (mayKeep) answers.keep(request, reply, payload as string | Buffer)
    return payload
  })
})
