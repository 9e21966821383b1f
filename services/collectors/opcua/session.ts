import type { OPCUAClient } from 'node-opcua'
import { attach, retryRefused, takeValue } from './attach.ts'
import type { Line } from './calls.ts'
import { closeClient, closeSession, identityOf } from './connection.ts'
import { lostBefore } from './data-value.ts'
import { ladderText } from './ladder.ts'
import { readLimits } from './limits.ts'
import { createPublisher, type Publisher } from './publish.ts'
import { republish, resumeSession } from './resume.ts'
import type { Kept, SessionOptions } from './session-state.ts'
import { nodePathOf, silenceLimitMs } from './settings.ts'
import { endSubscriptions } from './subscribe.ts'
import { watchFreshness } from './watch-freshness.ts'
import { watchLine } from './watch-line.ts'

/**
 * silent: no newer value for too long. line: nothing comes through, the session may live on. session, subscription: the server ended it.
 * full: the journal takes less than the server sends. overrun: the server dropped values that its history has. hole: messages were lost with
 * the line that the history has.
 */
export type SessionEnd = 'silent' | 'line' | 'session' | 'subscription' | 'full' | 'overrun' | 'hole' | 'stopped'

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

    const ending: Ending = { finish, isOver: () => over }
    publisher = receiver(line, own, options, ending)

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
      publisher = receiver(line, own, options, ending)
      await attach(line, own, publisher, options, Array.from(context.channels.keys()))
      held.kept = own
    }
    const state = own
    ladder.begun = true
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

interface Ending {
  finish(end: SessionEnd, detail?: string): void
  isOver(): boolean
}

/** Publishing on the line, with what becomes of values, of holes and of an end. */
function receiver(line: Line, { withoutHistory, refused }: Kept, options: SessionOptions, { finish, isOver }: Ending): Publisher {
  const { context, settings, queue, mostWaiting } = options
  return createPublisher(line, {
    queue, mostWaiting,
    onValue: (index, value) => {
      const lost = lostBefore(value)
      if (lost) context.reject('overflow-at-server', 1, nodePathOf(context.channels[index], settings))
      // Storing what came behind the hole would hide the hole: the next session reads it from the history, oldest first.
      const toRead = !withoutHistory.has(index)
      if (isOver() && toRead) return
      if (lost && toRead) finish('overrun')
      else if (!takeValue(options, index, value)) finish('full')
    },
    onMissing: (messages) => {
      if (withoutHistory.size > 0) context.reject('message-lost', messages, 'messages that the server keeps no longer, with values of nodes it has no history of')
      else context.log.info({ source: context.source.id, messages }, 'messages are gone at the server: the gap is read from its history')
      return withoutHistory.size < context.channels.length - refused.size
    },
    onJump: (from, to) => context.log.warn({ source: context.source.id, from, to }, 'the messages of the server do not count on, although the line never broke'),
    onEnd: finish,
  })
}

/** What the operator is told beside "connected": nodes that are missing, and what had to be mended. */
function connectedText({ context, settings, ladder }: SessionOptions, refused: ReadonlyMap<number, string>): string | undefined {
  const [first] = refused
  const missing = first === undefined ? undefined : `${refused.size} of ${context.channels.length} nodes refused, e.g. ${nodePathOf(context.channels[first[0]], settings)}: ${first[1]}`
  const unsafe = settings.securityMode === 'None' ? 'NOT SIGNED AND NOT ENCRYPTED (securityMode: None)' : undefined
  const parts = [unsafe, missing, ladderText(ladder)].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join('; ')
}
