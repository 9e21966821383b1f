import type { ClientSession, DataValue, OPCUAClient } from 'node-opcua'
import type { DriverContext } from '../port.ts'
import { closeSession, identityOf, namespacePrefix } from './connection.ts'
import { isPlaceholder, lostBefore, numberOf, qualityOf, sourceTimeOf } from './data-value.ts'
import { readHistory } from './history.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import { nodePathOf, silenceLimitMs, type OpcUaSettings } from './settings.ts'
import { subscribe } from './subscribe.ts'

/** The clock of a server may be ahead of ours or behind: its newest values lie within this of our own time. */
const CLOCK_DIFFERENCE_MS = 60_000

/** silent: no newer value for too long. full: the journal takes less than the server sends. overrun: the server dropped values that its history has. */
export type SessionEnd = 'silent' | 'lost' | 'full' | 'overrun' | 'stopped'

export interface SessionOptions {
  readonly context: DriverContext
  readonly settings: OpcUaSettings
  readonly queue: ReadingQueue
  readonly stopping: AbortSignal
  /** Where a point that was never stored begins. */
  readonly startedAt: number
  /** Newest source time of the whole source, kept over sessions: only a newer one is a sign of life. */
  readonly freshness: { newestAt: number }
}

/**
 * One session from its creation to its end: what was missed is read from history first, then the subscriptions are
 * made, then the little that passed meanwhile is read, and only then live values flow. So the newest stored time of a
 * point never lies behind a gap, and a kill at any moment loses nothing that the server still has.
 */
export async function serveSession(client: OPCUAClient, options: SessionOptions): Promise<SessionEnd> {
  const { context, settings, queue, stopping, freshness } = options
  await queue.empty()
  if (stopping.aborted) return 'stopped'
  const session = await client.createSession(identityOf(settings))
  let end: (reason: SessionEnd) => void = () => {}
  let over = false
  const finish = (reason: SessionEnd): void => {
    over = true
    end(reason)
  }
  const ended = new Promise<SessionEnd>((resolve) => { end = resolve })
  const watchdog = watchFreshness(silenceLimitMs(context.source, context.clock), freshness, () => end('silent'))
  const onStop = (): void => end('stopped')
  const onLost = (): void => end('lost')
  stopping.addEventListener('abort', onStop)
  client.on('connection_lost', onLost)
  client.on('close', onLost)
  session.on('session_closed', onLost)
  try {
    const prefix = await namespacePrefix(session, settings.namespaceUri)
    const nodeIds = context.channels.map((channel) => prefix + nodePathOf(channel))
    const withoutHistory = new Set<number>()
    const fillGap = gapFiller(session, nodeIds, options, withoutHistory)
    const from = (await context.lastStoredAt()).map((at) => (Number.isNaN(at) ? options.startedAt : at + 1))
    const readAt = context.clock.now()
    await fillGap(from, readAt + CLOCK_DIFFERENCE_MS)
    const live = await subscribe(session, {
      nodeIds, samplingIntervalMs: settings.samplingIntervalMs, onLost,
      onValue: (index, value) => {
        const lost = lostBefore(value)
        if (lost) context.reject('overflow-at-server', 1, nodePathOf(context.channels[index]))
        // Storing what came behind the hole would hide the hole: the next session reads it from the history, oldest first.
        const toRead = !withoutHistory.has(index)
        if (over && toRead) return
        if (lost && toRead) finish('overrun')
        else if (!takeValue(options, index, value)) finish('full')
      },
      onRefused: (indexes, reason) => context.reject('node-refused', indexes.length, `${nodePathOf(context.channels[indexes[0]])}: ${reason}`),
    })
    // The two readings overlap; ingest knows a value it has already.
    await fillGap(from.map((at) => Math.max(at, readAt - CLOCK_DIFFERENCE_MS)), context.clock.now() + CLOCK_DIFFERENCE_MS)
    await live.begin()
    context.status('connected')
    watchdog.start()
    return await ended
  } finally {
    watchdog.stop()
    stopping.removeEventListener('abort', onStop)
    client.off('connection_lost', onLost)
    client.off('close', onLost)
    session.off('session_closed', onLost)
    await closeSession(session)
  }
}

/** Puts one value into the queue. False if there is no room for it: history gives it again after the next connection. */
function takeValue({ context, queue, freshness }: SessionOptions, index: number, value: DataValue): boolean {
  if (isPlaceholder(value)) return true
  const raw = numberOf(value)
  if (raw === undefined) {
    context.reject('not-a-number', 1, nodePathOf(context.channels[index]))
    return true
  }
  const at = sourceTimeOf(value)
  const number = raw * (context.channels[index].profileChannel.scale ?? 1)
  if (!queue.push(index, at, number, qualityOf(value, number))) return false
  const time = Number.isNaN(at) ? context.clock.now() : at
  if (time > freshness.newestAt) freshness.newestAt = time
  return true
}

function gapFiller(session: ClientSession, nodeIds: readonly string[], options: SessionOptions, withoutHistory: Set<number>) {
  const { context, queue, stopping } = options
  return async (from: Float64Array, to: number): Promise<void> => {
    await readHistory(session, {
      nodeIds, from, to,
      onValue: (index, value) => {
        // Going on would store later values over a hole.
        if (!takeValue(options, index, value)) throw new Error('the server gives more history at once than was asked for')
      },
      taken: async () => {
        await queue.empty()
        stopping.throwIfAborted()
      },
      onRefused: (indexes, reason) => {
        if (withoutHistory.size === 0) context.log.warn({ source: context.source.id, nodes: indexes.length, reason }, 'the server gives no history: what passed while it was away is missing')
        for (const index of indexes) withoutHistory.add(index)
      },
    })
  }
}

/** Calls back once if the newest source time has not moved for `limitMs` of real time. */
function watchFreshness(limitMs: number, freshness: { readonly newestAt: number }, onSilent: () => void): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      let seenAt = freshness.newestAt
      timer = setInterval(() => {
        if (freshness.newestAt === seenAt) onSilent()
        seenAt = freshness.newestAt
      }, limitMs)
    },
    stop: () => clearInterval(timer),
  }
}
