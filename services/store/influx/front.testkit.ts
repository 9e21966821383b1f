/** A server between the store and a real influxd: passes on what it is not told to answer itself. */
import { createServer, request } from 'node:http'
import { gunzipSync } from 'node:zlib'

export interface FrontAnswer { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>>; readonly delayMs?: number }
export interface FrontRequest { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: string }

export interface Front {
  readonly url: string
  /** What was asked, in order; bodies unpacked. */
  readonly requests: FrontRequest[]
  /** Undefined: the request goes on to influxd, after `delayMs` if given with status 0. */
  answer: (request: FrontRequest) => FrontAnswer | undefined
  close(): Promise<void>
}

/** Without a target every request must be answered here. */
export async function startFront(target?: string): Promise<Front> {
  const front: Front = { url: '', requests: [], answer: () => undefined, close: () => Promise.resolve() }
  const server = createServer((asked, reply) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.once('end', () => {
      const raw = Buffer.concat(chunks)
      const body = (asked.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
      const seen = { method: asked.method!, path: asked.url!, headers: asked.headers, body }
      front.requests.push(seen)
      const own = front.answer(seen)
      const respond = () => {
        if (own !== undefined && own.status !== 0) {
          reply.writeHead(own.status, { 'content-type': 'application/json', ...own.headers }).end(own.body)
          return
        }
        if (target === undefined) {
          reply.writeHead(501).end('the stub has no answer')
          return
        }
        const onward = request(target + asked.url!, { method: asked.method, headers: asked.headers }, (answer) => {
          reply.writeHead(answer.statusCode!, answer.headers)
          answer.pipe(reply)
        })
        onward.once('error', () => reply.destroy())
        onward.end(raw)
      }
      if (own?.delayMs === undefined) respond()
      else setTimeout(respond, own.delayMs).unref()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return Object.assign(front, {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  })
}
