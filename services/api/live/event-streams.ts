import type { FastifyReply, FastifyRequest } from 'fastify'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

const STREAMS_A_SESSION = 8
const STREAMS_IN_ALL = 500
const HEARTBEAT_MS = 15_000
/** Two looks must fit in the five seconds within which a right that is gone closes its streams. */
const CHECK_RIGHTS_MS = 1_500

export interface EventStream {
  /** False while the reader is slow: the event was not sent, a later one carries the newer value. */
  send(event: string, body: unknown): boolean
  onClose(then: () => void): void
}

/** All server-sent event streams of the process: counted, kept alive, and ended with the right to them. */
export interface EventStreams {
  /** `mayStay` is asked again and again; the stream ends when it says no, fails, or has not said yes by the next time. */
  open(request: FastifyRequest, reply: FastifyReply, mayStay: () => boolean | Promise<boolean>): EventStream
  count(): number
  closeAll(): void
}

export function createEventStreams(): EventStreams {
  const open = new Map<() => void, string>()
  return {
    open(request, reply, mayStay) {
      const owner = request.sessionId ?? request.ip
      const ofOwner = [...open.values()].filter((one) => one === owner).length
      if (ofOwner >= STREAMS_A_SESSION || open.size >= STREAMS_IN_ALL) throw new PenfeldError('PF_TOO_MANY_STREAMS', 'The limit of live streams is reached.')
      reply.hijack()
      const { raw } = reply
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      raw.write('retry: 3000\n\n')

      const closers: (() => void)[] = []
      let flowing = true
      const write = (text: string) => {
        flowing = raw.write(text)
      }
      raw.on('drain', () => { flowing = true })
      const heartbeat = setInterval(() => { if (flowing) write(': here\n\n') }, HEARTBEAT_MS)
      let asked = false
      const rights = setInterval(() => {
        if (asked) return close()
        asked = true
        Promise.resolve().then(mayStay).then((stays) => { if (stays) asked = false; else close() }, close)
      }, CHECK_RIGHTS_MS)
      const close = () => {
        if (!open.delete(close)) return
        clearInterval(heartbeat)
        clearInterval(rights)
        for (const closer of closers) closer()
        raw.end()
      }
      open.set(close, owner)
      raw.on('close', close)
      raw.on('error', close)
      return {
        send(event, body) {
          if (!flowing || !open.has(close)) return false
          write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`)
          return true
        },
        onClose(then) {
          if (open.has(close)) closers.push(then)
          else then()
        },
      }
    },
    count: () => open.size,
    closeAll() {
      for (const close of [...open.keys()]) close()
    },
  }
}
