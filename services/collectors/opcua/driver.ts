import type { OPCUAClient } from 'node-opcua'
import type { Driver, DriverContext, DriverFactory } from '../port.ts'
import { openCertificates, ownCertificate } from './certificates.ts'
import { closeClient, openClient, serverCertificateOf } from './connection.ts'
import { createExpiryWatch } from './expiry.ts'
import { queueOf } from '../reading-queue.ts'
import { speakThrough } from './library-log.ts'
import { newLadder } from './ladder.ts'
import type { SessionOptions } from './session-state.ts'
import { serveSession } from './session.ts'
import { settingsFaults, settingsOf } from './settings.ts'
import { describe, trustMark, type TrustFolders } from './trust.ts'

/** Rows that may wait for the journal: about a minute of 3,000 values a second. What was asked for already still has room above half. */
const QUEUE_CAPACITY = 200_000
/** A session that its server has forgotten for certain is not asked for. */
const KEPT_AT_MOST_MS = 60_000
const MOST_BREAKS_WITHOUT_VALUE = 5
const LOOK_AT_TRUST_MS = 3_000
const LOOK_AT_CERTIFICATES_MS = 3_600_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** Reads OPC-UA servers by subscription; every gap is filled from their history. */
export const opcuaDriver: DriverFactory = { protocol: 'opcua', check: settingsFaults, start: startDriver }

async function startDriver(context: DriverContext): Promise<Driver> {
  const { source, clock, log } = context
  speakThrough(log)
  const stop = new AbortController()
  const queue = queueOf(context, QUEUE_CAPACITY)
  context.status('starting')
  const reading = keepReading({
    context, settings: settingsOf(source, context.stateFolder), queue, mostWaiting: QUEUE_CAPACITY / 2, stopping: stop.signal, startedAt: clock.now(),
    freshness: { newestAt: -Infinity }, ladder: newLadder(), pace: { share: 1 }, held: { kept: undefined },
  })

  return {
    async stop() {
      stop.abort()
      // First the queue: a session may be waiting for it.
      await queue.close()
      await reading
      context.status('stopped')
    },
  }
}

/** Connects, reads, and begins again until the driver is stopped. A session that outlives its line goes on with the next client. */
async function keepReading(options: SessionOptions): Promise<void> {
  const { context, settings, stopping, freshness, ladder, held } = options
  const folders: TrustFolders = { stateFolder: context.stateFolder, trustedFolder: settings.trustedCertificateFolder }
  const expiry = createExpiryWatch(context.source.id, context.log, (expiresAt) => context.certificate?.(expiresAt))
  let pauseMs = FIRST_PAUSE_MS
  let brokenAt = NaN
  let breaksWithoutValue = 0
  while (!stopping.aborted) {
    const newestBefore = freshness.newestAt
    let reason: string
    let client: OPCUAClient | undefined
    let watching: NodeJS.Timeout | undefined
    if (held.kept !== undefined && performance.now() - brokenAt > KEPT_AT_MOST_MS) held.kept = undefined
    try {
      const mark = trustMark(folders)
      client = await openClient(settings, await openCertificates(folders, context.log), folders)
      await lookAtCertificates(client, context, expiry)
      watching = watchTrust({ client, folders, mark, look: () => lookAtCertificates(client!, context, expiry) })
      reason = await serveClient(client, options, () => { brokenAt = performance.now() })
      breaksWithoutValue = freshness.newestAt > newestBefore ? 0 : breaksWithoutValue + 1
      // A session whose every line breaks is not worth another one.
      if (breaksWithoutValue >= MOST_BREAKS_WITHOUT_VALUE) held.kept = undefined
    } catch (error) {
      reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    } finally {
      clearInterval(watching)
      if (client !== undefined) await closeClient(client)
    }
    if (stopping.aborted) return
    if (ladder.begun) ladder.rebuiltClient++
    context.status('reconnecting', `rebuilt-client: ${reason}`)
    context.log.warn({ source: context.source.id, reason, ...ladder }, 'a new client is made')
    if (freshness.newestAt > newestBefore) pauseMs = FIRST_PAUSE_MS
    await pause(pauseMs, stopping)
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
}

type ExpiryWatch = ReturnType<typeof createExpiryWatch>

async function lookAtCertificates(client: OPCUAClient, { stateFolder }: DriverContext, expiry: ExpiryWatch): Promise<void> {
  const server = serverCertificateOf(client)
  const own = await ownCertificate(stateFolder)
  expiry.look([
    ...(server === undefined ? [] : [{ whose: 'server', certificate: describe(server) } as const]),
    ...(own === undefined ? [] : [{ whose: 'own', certificate: own } as const]),
  ], Date.now())
}

/** A line may stand for months: the end of certificates is looked at each hour, and who is trusted every few seconds. */
function watchTrust({ client, folders, mark, look }: { client: OPCUAClient, folders: TrustFolders, mark: string, look: () => Promise<void> }): NodeJS.Timeout {
  let lookedAt = performance.now()
  return setInterval(() => {
    // The client is ended, and the next one judges the server's certificate anew; the session goes on if it is still trusted.
    if (trustMark(folders) !== mark) void closeClient(client)
    else if (performance.now() - lookedAt > LOOK_AT_CERTIFICATES_MS) {
      lookedAt = performance.now()
      look().catch(() => {})
    }
  }, LOOK_AT_TRUST_MS)
}

/** A new session is cheap and cures most silences; one that brings no newer value either asks for a new client. */
async function serveClient(client: OPCUAClient, options: SessionOptions, onBroken: () => void): Promise<string> {
  const { context, freshness, ladder } = options
  for (;;) {
    const newestBefore = freshness.newestAt
    const { end, detail } = await serveSession(client, options)
    const reason = detail === '' ? end : `${end}: ${detail}`
    if (end === 'line' || end === 'session') onBroken()
    const isCured = end === 'overrun' || end === 'hole' || ((end === 'silent' || end === 'session' || end === 'subscription') && freshness.newestAt !== newestBefore)
    if (!isCured) return reason
    if (ladder.begun) ladder.rebuiltSession++
    context.status('reconnecting', `rebuilt-session: ${reason}`)
    context.log.warn({ source: context.source.id, reason, ...ladder }, 'a new session is made')
  }
}

function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stopping.addEventListener('abort', done)
  })
}
