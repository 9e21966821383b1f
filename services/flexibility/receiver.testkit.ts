/** The other end of a webhook: keeps what it is sent and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface Received { readonly headers: IncomingHttpHeaders; readonly body: string }

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Status and body of the next answers; when they run out 200 and nothing. */
  answer(...answers: readonly { readonly status: number; readonly body?: string }[]): void
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: { status: number; body?: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => {
      received.push({ headers: request.headers, body })
      const { status, body: answer = '' } = answers.shift() ?? { status: 200 }
      response.writeHead(status, status >= 300 && status < 400 ? { location: 'http://127.0.0.1:1/' } : {}).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}/flex`, received,
    answer: (...next) => void answers.push(...next),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
