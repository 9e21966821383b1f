import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Call { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly headers: IncomingMessage['headers']; readonly body: string; readonly atMs: number }
export interface Reply { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown; readonly raw?: (response: ServerResponse) => void }

export interface StandIn {
  readonly url: string
  readonly port: number
  readonly calls: Call[]
  /** Calls of everything but the token. */
  readonly asked: () => Call[]
  readonly tokens: string[]
  /** Tokens that are taken; a test may empty it. */
  readonly valid: Set<string>
  stop(): Promise<void>
}

export interface StandInOptions {
  readonly port?: number
  readonly answer: (call: Call) => Reply
  /** Only calls with a token of our own are answered. */
  readonly secret?: { readonly id: string; readonly secret: string; readonly lifeS: number; readonly scope?: string; readonly in: 'header' | 'body' }
  readonly tokenPath?: string
}

/** A real HTTP server that behaves as a documented service: token endpoint, sign-in, answers. */
export async function startStandIn({ port = 0, answer, secret, tokenPath = '/token' }: StandInOptions): Promise<StandIn> {
  const calls: Call[] = []
  const tokens: string[] = []
  const valid = new Set<string>()
  const reply = (response: ServerResponse, { status = 200, headers = {}, body, raw }: Reply) => {
    if (raw !== undefined) return raw(response)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
  }
  const tokenReply = (call: Call): Reply => {
    const form = new URLSearchParams(call.body)
    const basic = Buffer.from((call.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
    const known = secret!.in === 'header' ? basic === `${encodeURIComponent(secret!.id)}:${encodeURIComponent(secret!.secret)}` : form.get('client_id') === secret!.id && form.get('client_secret') === secret!.secret
    if (call.method !== 'POST' || form.get('grant_type') !== 'client_credentials' || !known || (form.get('scope') ?? undefined) !== secret!.scope) return { status: 401, body: { error: 'invalid_client' } }
    const token = `token-${tokens.length + 1}`
    tokens.push(token)
    valid.add(token)
    setTimeout(() => valid.delete(token), secret!.lifeS * 1_000).unref()
    return { body: { access_token: token, token_type: 'Bearer', expires_in: secret!.lifeS } }
  }
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => void pieces.push(piece))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://stand-in')
      const call: Call = { method: request.method!, path: pathname, query: searchParams, headers: request.headers, body: Buffer.concat(pieces).toString(), atMs: Date.now() }
      calls.push(call)
      if (secret !== undefined && pathname === tokenPath) return reply(response, tokenReply(call))
      if (secret !== undefined && !valid.has((call.headers.authorization ?? '').replace(/^Bearer /, ''))) return reply(response, { status: 401, body: { error: 'invalid_token' } })
      reply(response, answer(call))
    })
  })
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', () => resolve()) })
  const listening = (server.address() as AddressInfo).port
  const standIn: StandIn = {
    url: `http://127.0.0.1:${listening}`, port: listening, calls, tokens, valid, asked: () => calls.filter(({ path }) => path !== tokenPath),
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  if (port === 0) onTestFinished(() => standIn.stop())
  return standIn
}
