/** A mail server that keeps what it is given: enough of RFC 5321 for a client to deliver. */
import { createServer, type Socket } from 'node:net'

export interface KeptMail { readonly from: string; readonly to: readonly string[]; readonly content: string }

export interface MailServer {
  readonly url: string
  readonly mails: readonly KeptMail[]
  /** From now on each recipient is refused. */
  refuse(refuses: boolean): void
  stop(): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const mails: KeptMail[] = []
  const sockets = new Set<Socket>()
  let refuses = false
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    let [from, to, content, waiting, inContent] = ['', [] as string[], '', '', false]
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 test')
    const take = (line: string) => {
      if (inContent) {
        if (line !== '.') content += `${line.startsWith('.') ? line.slice(1) : line}\n`
        else {
          inContent = false
          mails.push({ from, to, content })
          say('250 kept')
        }
        return
      }
      const [verb] = line.toUpperCase().split(/[ :]/)
      const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
      if (verb === 'MAIL') [from, to, content] = [address, [], '']
      if (verb === 'RCPT' && !refuses) to = [...to, address]
      if (verb === 'DATA') inContent = true
      say(verb === 'RCPT' && refuses ? '550 no' : verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok')
      if (verb === 'QUIT') socket.end()
    }
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      waiting += chunk
      for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
        const line = waiting.slice(0, end)
        waiting = waiting.slice(end + 2)
        take(line)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (value) => { refuses = value },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
