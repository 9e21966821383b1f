import { AttributeIds, ReadRequest, StatusCodes, TimestampsToReturn, type ClientSession, type DataValue, type OPCUAClient, type ReadResponse } from 'node-opcua'
import type { DriverContext } from '../port.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import { call, type Line } from './calls.ts'
import { closeClient, closeSession, identityOf } from './connection.ts'
import { isPlaceholder, lostBefore, numberOf, qualityOf, sourceTimeOf } from './data-value.ts'
import { readHistory, type HistoryPace } from './history.ts'
import { ladderText, type Ladder } from './ladder.ts'
import { inSlices, readLimits, type OperationLimits } from './limits.ts'
import { createPublisher, type Publisher } from './publish.ts'
import { resolveNodes } from './resolve.ts'
import { republish, resumeSession } from './resume.ts'
import { nodePathOf, silenceLimitMs, type OpcUaSettings } from './settings.ts'
import { beginPublishing, endSubscriptions, subscribe, type Subscription } from './subscribe.ts'
import { watchLine } from './watch-line.ts'

/** The clock of a server may be ahead of ours or behind: its newest values lie within this of our own time. */
const CLOCK_DIFFERENCE_MS = 60_000

/**
 * silent: no newer value for too long. line: nothing comes through, the session may live on. session, subscription: the server ended it.
 * full: the journal takes less than the server sends. overrun: the server dropped values that its history has. hole: messages were lost with
 * the line that the history has.
 */
export type SessionEnd = 'silent' | 'line' | 'session' | 'subscription' | 'full' | 'overrun' | 'hole' | 'stopped'

/** A session that outlived its line, and its subscriptions, which may outlive the session. */
export interface Kept {
  readonly session: ClientSession
  readonly subscriptions: Subscription[]
  /** By index of the channel; empty where the server has no such node. */
  readonly nodeIds: string[]
  readonly limits: OperationLimits
  readonly withoutHistory: Set<number>
  /** Why the server does not give a node, by the index of its channel. */
  readonly refused: Map<number, string>
}

export interface SessionOptions {
  readonly context: DriverContext
  readonly settings: OpcUaSettings
  readonly queue: ReadingQueue
  /** More rows than this waiting for the journal: the server is asked for no more. */
  readonly mostWaiting: number
  readonly stopping: AbortSignal
  /** Where a point that was never stored begins. */
  readonly startedAt: number
  /** Newest source time of the whole source, kept over sessions: only a newer one is a sign of life. */
  readonly freshness: { newestAt: number }
  readonly ladder: Ladder
  /** How much history is asked for at once: less on a slow line. */
  readonly pace: HistoryPace
  /** What the next line may go on with. */
  readonly held: { kept: Kept | undefined }
}

export interface SessionResult {
  readonly end: SessionEnd
  readonly detail: string
}

/**
 * One session on one line, from its beginning or where the last line left it, to the end of either.
 *
 * A new one reads from history first what was missed, then makes the subscriptions, then reads the little that passed
 * meanwhile, and only then lets live values flow. One that goes on asks first for the messages the last line lost. Either
 * way the newest stored time of a point never lies behind a gap, and a kill at any moment loses nothing that the server
 * still has.
 */
export async function serveSession(client: OPCUAClient, options: SessionOptions): Promise<SessionResult> {
  const { context, settings, queue, stopping, freshness, ladder, held } = options
  let finish: (end: SessionEnd, detail?: string) => void = () => {}
  let over = false
  const ended = new Promise<SessionResult>((resolve) => {
    finish = (end, detail = '') => {
      over = true
      resolve({ end, detail })
    }
  })
  const onStop = (): void => finish('stopped')
  const onLost = (): void => finish('line', 'the connection was closed')
  stopping.addEventListener('abort', onStop)
  client.on('connection_lost', onLost)
  client.on('close', onLost)
  const watchdog = watchFreshness(silenceLimitMs(context.source, context.clock), freshness, () => {
    // A journal that takes nothing makes silence too, and a new session would not mend it.
    if (queue.waiting <= options.mostWaiting) finish('silent')
  })
  let retrying: NodeJS.Timeout | undefined
  let unwatch = (): void => {}
  let publisher: Publisher | undefined
  let own: Kept | undefined
  try {
    if (stopping.aborted) return { end: 'stopped', detail: '' }
    const before = held.kept
    const resumed = before === undefined ? undefined : await resumeSession(client, before.session, before.subscriptions, () => client.createSession(identityOf(settings)))
    let goesOn = before !== undefined && before.subscriptions.length > 0 && resumed !== undefined && resumed.how !== 'nothing'
    if (goesOn) own = held.kept = { ...before!, session: resumed!.session }
    else {
      held.kept = undefined
      await queue.empty()
      if (stopping.aborted) return { end: 'stopped', detail: '' }
    }
    const session = resumed?.session ?? await client.createSession(identityOf(settings))
    own ??= { session, subscriptions: [], nodeIds: [], limits: await readLimits({ client, session }), withoutHistory: new Set(), refused: new Map() }
    const line: Line = { client, session }
    unwatch = watchLine(line, {
      onDead: (detail) => {
        finish('line', detail)
        // What was asked for and is still awaited ends with it.
        void closeClient(client)
      },
      onSessionGone: (detail) => finish('session', detail),
    })

    const makePublisher = (state: Kept): Publisher => createPublisher(line, {
      queue, mostWaiting: options.mostWaiting,
      onValue: (index, value) => {
        const lost = lostBefore(value)
        if (lost) context.reject('overflow-at-server', 1, nodePathOf(context.channels[index], settings))
        // Storing what came behind the hole would hide the hole: the next session reads it from the history, oldest first.
        const toRead = !state.withoutHistory.has(index)
        if (over && toRead) return
        if (lost && toRead) finish('overrun')
        else if (!takeValue(options, index, value)) finish('full')
      },
      onMissing: (messages) => {
        const lostForGood = state.withoutHistory.size > 0
        if (lostForGood) context.reject('message-lost', messages, 'messages of a subscription that the server keeps no longer, and it has no history of all nodes')
        else context.log.info({ source: context.source.id, messages }, 'messages are gone at the server: the gap is read from its history')
        return state.withoutHistory.size < context.channels.length - state.refused.size
      },
      onJump: (from, to) => context.log.warn({ source: context.source.id, from, to }, 'the messages of the server do not count on, although the line never broke'),
      onEnd: (end, detail) => finish(end, detail),
    })
    publisher = makePublisher(own)

    if (goesOn) {
      ladder[resumed!.how === 'reactivated' ? 'reactivated' : 'transferred']++
      const known = await republish(line, own.subscriptions, (subscription, message) => {
        ladder.republished++
        publisher!.take(subscription, message)
      })
      context.log.info({ source: context.source.id, how: resumed!.how, ...ladder }, known ? 'the session goes on after its line broke' : 'the session lives, its subscriptions are gone')
      if (!known) {
        await endSubscriptions(line, own.subscriptions.map(({ id }) => id))
        goesOn = false
        await queue.empty()
        held.kept = undefined
        own = { ...own, subscriptions: [], refused: new Map(), withoutHistory: new Set() }
      }
    }
    if (goesOn) publisher.add(own.subscriptions)
    else {
      own = { ...own, nodeIds: context.channels.map(() => '') }
      publisher = makePublisher(own)
      await attach(line, own, publisher, options, Array.from(context.channels.keys()))
      held.kept = own
    }
    const state = own
    const tellConnected = (): void => context.status('connected', connectedText(options, state.refused))
    publisher.begin()
    if (!over) {
      tellConnected()
      watchdog.start()
      retrying = setInterval(() => {
        retryRefused(line, state, publisher!, options).then((came) => {
          if (came && !over) tellConnected()
        }, (error: unknown) => context.log.warn({ source: context.source.id, cause: String(error) }, 'nodes that were refused could not be asked for again'))
      }, settings.refusedRetryS * 1_000)
    }
    const result = await ended
    if (result.end !== 'line' && result.end !== 'session') held.kept = undefined
    return result
  } finally {
    publisher?.stop()
    unwatch()
    watchdog.stop()
    clearInterval(retrying)
    stopping.removeEventListener('abort', onStop)
    client.off('connection_lost', onLost)
    client.off('close', onLost)
    if (own !== undefined && held.kept === undefined) await closeSession(own.session)
  }
}

/** History, subscription, the rest of the history, live: in this order for the channels with these indexes. */
async function attach(line: Line, state: Kept, publisher: Publisher, options: SessionOptions, wanted: readonly number[]): Promise<void> {
  const { context, settings } = options
  const onRefused = (refused: readonly number[], reason: string): void => {
    for (const index of refused) state.refused.set(index, reason)
    context.reject('node-refused', refused.length, `${nodePathOf(context.channels[refused[0]], settings)}: ${reason}`)
  }
  const resolved = await resolveNodes(line, settings, wanted.map((index) => nodePathOf(context.channels[index], settings)), state.limits)
  const missing = Map.groupBy(wanted.keys().filter((place) => 'refused' in resolved[place]), (place) => (resolved[place] as { refused: string }).refused)
  for (const [reason, places] of missing) onRefused(places.map((place) => wanted[place]), reason)
  const indexes = wanted.filter((index, place) => {
    const node = resolved[place]
    if ('nodeId' in node) state.nodeIds[index] = node.nodeId
    return 'nodeId' in node
  })
  const stored = await context.lastStoredAt()
  const from = stored.map((at) => (Number.isNaN(at) ? options.startedAt : at + 1))
  const readAt = context.clock.now()
  await fillGap(line, state, options, indexes, from, readAt + CLOCK_DIFFERENCE_MS)
  const subscriptions = await subscribe(line, { nodeIds: state.nodeIds, indexes, samplingIntervalMs: settings.samplingIntervalMs, limits: state.limits, onRefused })
  // The two readings overlap; ingest knows a value it has already.
  await fillGap(line, state, options, indexes, from.map((at) => Math.max(at, readAt - CLOCK_DIFFERENCE_MS)), context.clock.now() + CLOCK_DIFFERENCE_MS)
  state.subscriptions.push(...subscriptions)
  publisher.add(subscriptions)
  await beginPublishing(line, subscriptions)
}

/** Nodes that the server did not know, or not give, come back: they are looked at now and then. True if one came. */
async function retryRefused(line: Line, state: Kept, publisher: Publisher, options: SessionOptions): Promise<boolean> {
  const { context, settings } = options
  // One that found no room in a subscription finds none before the next session.
  const refused = [...state.refused].flatMap(([index, reason]) => (reason === StatusCodes.BadTooManySubscriptions.name ? [] : [index]))
  if (refused.length === 0) return false
  const resolved = await resolveNodes(line, settings, refused.map((index) => nodePathOf(context.channels[index], settings)), state.limits)
  const known = refused.flatMap((index, place) => {
    const node = resolved[place]
    return 'nodeId' in node ? [{ index, nodeId: node.nodeId }] : []
  })
  const back: number[] = []
  await inSlices(known, state.limits.nodesPerRead, async (slice) => {
    const { results } = await call<ReadResponse>(line, new ReadRequest({
      maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither, nodesToRead: slice.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.NodeClass })),
    }))
    slice.forEach(({ index }, place) => {
      if (results?.[place]?.statusCode.isGoodish() === true) back.push(index)
    })
  })
  if (back.length === 0) return false
  for (const index of back) state.refused.delete(index)
  await attach(line, state, publisher, options, back)
  return true
}

/** What the operator is told beside "connected": nodes that are missing, and what had to be mended. */
function connectedText({ context, settings, ladder }: SessionOptions, refused: ReadonlyMap<number, string>): string | undefined {
  const [first] = refused
  const missing = first === undefined ? undefined : `${refused.size} of ${context.channels.length} nodes refused, e.g. ${nodePathOf(context.channels[first[0]], settings)}: ${first[1]}`
  const unsafe = settings.securityMode === 'None' ? 'NOT SIGNED AND NOT ENCRYPTED (securityMode: None)' : undefined
  const parts = [unsafe, missing, ladderText(ladder)].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join('; ')
}

/** Puts one value into the queue. False if there is no room for it: history gives it again after the next connection. */
function takeValue({ context, settings, queue, freshness }: SessionOptions, index: number, value: DataValue): boolean {
  if (isPlaceholder(value)) return true
  const raw = numberOf(value)
  if (raw === undefined) {
    context.reject('not-a-number', 1, nodePathOf(context.channels[index], settings))
    return true
  }
  const at = sourceTimeOf(value)
  const number = raw * (context.channels[index].profileChannel.scale ?? 1)
  if (!queue.push(index, at, number, qualityOf(value, number))) return false
  const time = Number.isNaN(at) ? context.clock.now() : at
  if (time > freshness.newestAt) freshness.newestAt = time
  return true
}

async function fillGap(line: Line, { nodeIds, limits, withoutHistory }: Kept, options: SessionOptions, indexes: readonly number[], from: Float64Array, to: number): Promise<void> {
  const { context, queue, stopping } = options
  await readHistory(line, {
    nodeIds, indexes, from, to, nodesPerCall: limits.nodesPerHistoryRead, pace: options.pace,
    onValue: (index, value) => {
      // Going on would store later values over a hole.
      if (!takeValue(options, index, value)) throw new Error('the server gives more history at once than was asked for')
    },
    taken: async () => {
      await queue.empty()
      stopping.throwIfAborted()
    },
    onRefused: (refused, reason) => {
      if (withoutHistory.size === 0) context.log.warn({ source: context.source.id, nodes: refused.length, reason }, 'the server gives no history: what passed while it was away is missing')
      for (const index of refused) withoutHistory.add(index)
    },
  })
}

/** Calls back if the newest source time has not moved for `limitMs` of real time. */
function watchFreshness(limitMs: number, freshness: { readonly newestAt: number }, onSilent: () => void): { start(): void, stop(): void } {
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
