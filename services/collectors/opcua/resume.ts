import {
  RepublishRequest, StatusCodes, TransferSubscriptionsRequest, type ClientSession, type NotificationMessage, type OPCUAClient, type RepublishResponse,
  type TransferSubscriptionsResponse,
} from 'node-opcua'
import { call, faultOf, isSessionGone, type Line } from './calls.ts'
import type { Subscription } from './subscribe.ts'

/** Nothing here is worth more calls than a server keeps messages. */
const MOST_MESSAGES = 10_000

export interface Resumed {
  readonly session: ClientSession
  /** Which rung of the ladder it took; `nothing` if there is a session, but its subscriptions are gone. */
  readonly how: 'reactivated' | 'transferred' | 'nothing'
}

/**
 * The first rungs of the ladder: a session that outlived its line is activated on the new secure channel; if the server
 * does not know it any more, a new session takes its subscriptions over. Throws if the line broke again meanwhile.
 */
export async function resumeSession(client: OPCUAClient, kept: ClientSession, subscriptions: readonly Subscription[], create: () => Promise<ClientSession>): Promise<Resumed> {
  try {
    await client.reactivateSession(kept)
    return { session: kept, how: 'reactivated' }
  } catch (error) {
    // Without an answer the session may still be there: the next line asks for it again. (The library gives the answer as a text.)
    if (faultOf(error) === undefined && !/\bBad\w+ \(0x8/.test(String(error))) throw error
  }
  const session = await create()
  return { session, how: (await transfer({ client, session }, subscriptions)) ? 'transferred' : 'nothing' }
}

/** True if every subscription now belongs to the session. A server that cannot transfer says so, and that is no error. */
async function transfer(line: Line, subscriptions: readonly Subscription[]): Promise<boolean> {
  if (subscriptions.length === 0) return false
  try {
    // No initial values: what the subscriptions hold since the break is what is wanted, in its order.
    const { results } = await call<TransferSubscriptionsResponse>(line, new TransferSubscriptionsRequest({ subscriptionIds: subscriptions.map(({ id }) => id), sendInitialValues: false }))
    return results !== null && results !== undefined && results.every(({ statusCode }) => !statusCode.isBad())
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return false
  }
}

/**
 * Asks for every message that was sent and may not have come, in its order; `take` gets each. Ends at the first that the
 * server does not have: either there is no such message yet, or it is lost, which the next live message tells by its number.
 * False if the server does not know a subscription any more.
 */
export async function republish(line: Line, subscriptions: readonly Subscription[], take: (subscription: Subscription, message: NotificationMessage) => void): Promise<boolean> {
  for (const subscription of subscriptions) {
    subscription.unsure = true
    // The first message may be the lost one: they are numbered from 1.
    subscription.nextSequence ??= 1
    for (let count = 0; count < MOST_MESSAGES; count++) {
      const wanted: number = subscription.nextSequence
      try {
        const { notificationMessage } = await call<RepublishResponse>(line, new RepublishRequest({ subscriptionId: subscription.id, retransmitSequenceNumber: wanted }))
        if (notificationMessage.sequenceNumber !== wanted) break
        take(subscription, notificationMessage)
        subscription.unsure = true
      } catch (error) {
        const fault = faultOf(error)
        if (fault === undefined) throw error
        if (fault === StatusCodes.BadSubscriptionIdInvalid || fault === StatusCodes.BadNoSubscription || isSessionGone(error)) return false
        // BadMessageNotAvailable is the rule; a server without the service says something else, and it means the same.
        break
      }
    }
  }
  return true
}
