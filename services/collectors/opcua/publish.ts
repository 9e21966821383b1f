import {
  DataChangeNotification, PublishRequest, StatusChangeNotification, StatusCodes, type DataValue, type NotificationMessage, type PublishResponse,
} from 'node-opcua'
import type { ReadingQueue } from '../reading-queue.ts'
import { call, faultOf, isSessionGone, type Line } from './calls.ts'
import type { Subscription } from './subscribe.ts'

/** A publish request waits at the server until there is something to say. */
const PUBLISH_TIMEOUT_MS = 10 * 60_000
/** Enough for 80 messages a second at 100 ms to the server and back. */
const MOST_REQUESTS = 8

/** line: nothing comes through. session: the server no longer knows it. subscription: the server ended one. hole: messages are missing. */
export type PublishEnd = 'line' | 'session' | 'subscription' | 'hole'

export interface PublishOptions {
  readonly queue: Pick<ReadingQueue, 'pushed' | 'taken' | 'empty' | 'waiting'>
  /** More rows than this waiting for the journal: the server is asked for no more until they are taken. */
  readonly mostWaiting: number
  readonly onValue: (index: number, value: DataValue) => void
  /** Messages that the server has no longer, after a break of the line. True if the values can be had otherwise: nothing later may be taken then. */
  readonly onMissing: (messages: number) => boolean
  /** Numbers that do not follow although the line never broke: a fault of the server's counting, or of ours. */
  readonly onJump: (from: number, to: number) => void
  readonly onEnd: (end: PublishEnd, detail: string) => void
}

export interface Publisher {
  add(subscriptions: readonly Subscription[]): void
  /** One message, come by publishing or by republishing: its values are given on, and it is acknowledged when they are in the journal. */
  take(subscription: Subscription, message: NotificationMessage): void
  begin(): void
  stop(): void
}

/**
 * The client's side of publishing. It is not node-opcua's own, which acknowledges what was not stored yet, keeps no number
 * of the last message, and so cannot say after a break of the line what to ask for again, nor that something is missing.
 */
export function createPublisher(line: Line, options: PublishOptions): Publisher {
  const { queue, mostWaiting, onEnd } = options
  const subscriptions = new Map<number, Subscription>()
  let acknowledgements: { subscriptionId: number, sequenceNumber: number, mark: number }[] = []
  let underway = 0
  let most = MOST_REQUESTS
  let running = false

  const end = (reason: PublishEnd, detail: string): void => {
    if (!running) return
    stop()
    onEnd(reason, detail)
  }
  function stop(): void {
    running = false
  }

  /** What the journal has by now; the rest waits for the next request. */
  function takeAcknowledgements(): { subscriptionId: number, sequenceNumber: number }[] {
    const due = acknowledgements.filter(({ mark }) => mark <= queue.taken)
    acknowledgements = acknowledgements.filter(({ mark }) => mark > queue.taken)
    return due.map(({ subscriptionId, sequenceNumber }) => ({ subscriptionId, sequenceNumber }))
  }

  function take(subscription: Subscription, message: NotificationMessage): void {
    const { sequenceNumber } = message
    const notifications = message.notificationData ?? []
    const ahead = subscription.nextSequence === undefined ? 0 : (sequenceNumber - subscription.nextSequence) | 0
    if (ahead < 0) return
    if (ahead > 0) {
      if (!subscription.unsure) options.onJump(subscription.nextSequence!, sequenceNumber)
      else if (options.onMissing(ahead)) return end('hole', `${ahead} messages of subscription ${subscription.id} are gone`)
    }
    subscription.unsure = false
    // A message without content is a keep-alive and only says which number comes next.
    subscription.nextSequence = notifications.length === 0 ? sequenceNumber : sequenceNumber === 0xffffffff ? 1 : sequenceNumber + 1
    for (const notification of notifications) {
      if (notification instanceof DataChangeNotification) for (const { clientHandle, value } of notification.monitoredItems ?? []) options.onValue(clientHandle, value)
      else if (notification instanceof StatusChangeNotification) end('subscription', `the server ended a subscription: ${notification.status.name}`)
    }
    if (notifications.length > 0) acknowledgements.push({ subscriptionId: subscription.id, sequenceNumber, mark: queue.pushed })
  }

  async function ask(): Promise<void> {
    underway++
    try {
      const answer = await call<PublishResponse>(line, new PublishRequest({ subscriptionAcknowledgements: takeAcknowledgements() }), PUBLISH_TIMEOUT_MS)
      const subscription = subscriptions.get(answer.subscriptionId)
      if (running && subscription !== undefined) take(subscription, answer.notificationMessage)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) return end('line', String(error instanceof Error ? error.message.split('\n')[0] : error))
      if (isSessionGone(error)) end('session', fault.name)
      else if (fault === StatusCodes.BadTooManyPublishRequests) most = Math.max(1, Math.min(most, underway - 1))
      else if (fault !== StatusCodes.BadTimeout) end('subscription', fault.name)
    } finally {
      underway--
      if (running) void refill()
    }
  }

  let waiting = false
  async function refill(): Promise<void> {
    if (waiting) return
    if (queue.waiting > mostWaiting) {
      waiting = true
      await queue.empty()
      waiting = false
    }
    while (running && underway < Math.min(most, subscriptions.size === 0 ? 0 : subscriptions.size + 2)) void ask()
  }

  return {
    add(more) {
      for (const one of more) subscriptions.set(one.id, one)
      if (running) void refill()
    },
    take,
    begin() {
      running = true
      void refill()
    },
    stop,
  }
}
