import { setTimeout as pause } from 'node:timers/promises'
import type { Driver, DriverContext, DriverFactory } from '../port.ts'
import { openConnection } from './connection.ts'
import { Intake } from './intake.ts'
import type { LinkEnd } from './link.ts'
import { serveSession, type SessionOptions } from './session.ts'
import { settingsFaults, settingsOf } from './settings.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** The controlling station of IEC 60870-5-104, in monitor direction: it asks and listens, and never commands anything. */
export const iec104Driver: DriverFactory = {
  protocol: 'iec104',
  check: settingsFaults,
  async start(context) {
    context.status('starting')
    const stopping = new AbortController()
    const settings = settingsOf(context.source, context.clock.speed)
    const listening = keepListening({ context, settings, intake: new Intake(context.channels, settings.timeZone), stopping: stopping.signal })
    return {
      async stop() {
        stopping.abort()
        await listening
        context.status('stopped')
      },
    } satisfies Driver
  },
}

async function keepListening(options: SessionOptions): Promise<void> {
  const { context, settings: { servers }, stopping } = options
  let server = 0
  let pauseMs = FIRST_PAUSE_MS
  while (!stopping.aborted) {
    const address = servers[server]
    const sayWhy = (why: string): void => {
      if (!stopping.aborted) context.status('reconnecting', servers.length === 1 ? why : `${address.url}: ${why}`)
    }
    try {
      const hasStored = await serveSession(await openConnection(address, options.settings, stopping), options, (end) => {
        countFault(end, context, address.url)
        sayWhy(WORDS[end])
      })
      if (hasStored) pauseMs = FIRST_PAUSE_MS
    } catch (error) {
      sayWhy(error instanceof Error ? error.message : String(error))
    }
    server = (server + 1) % servers.length
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => {})
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

const WORDS: Readonly<Record<LinkEnd, string>> = {
  'start-octet': 'the stream is not IEC 60870-5-104',
  'length-invalid': 'a frame has an impossible length',
  'control-invalid': 'a frame has an impossible control field',
  sequence: 'a frame is missing',
  confirmation: 'the server confirms what was never sent',
  window: 'the server sends on without waiting for confirmation',
  'unexpected-control': 'the server sends a control frame that is not its to send',
  'no-answer': 'the server does not answer in time',
  closed: 'the connection ended',
}

/** What breaks the protocol is counted; a line that ends or falls silent is no unusable value. */
function countFault(end: LinkEnd, context: DriverContext, url: string): void {
  if (end !== 'closed' && end !== 'no-answer') context.reject(end, 1, url)
}
