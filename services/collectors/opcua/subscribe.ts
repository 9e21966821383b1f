import { AttributeIds, ClientMonitoredItemGroup, TimestampsToReturn, type ClientSession, type ClientSubscription, type DataValue } from 'node-opcua'
import { EVERY_READING } from './connection.ts'

/** A single subscription of 75,000 items was measured to be twenty times slower than fifteen of these. */
const ITEMS_PER_SUBSCRIPTION = 5_000
const ITEMS_PER_CALL = 1_000
const PUBLISHING_INTERVAL_MS = 500
/** Values the server keeps for an item between two publications, and while this side takes no more. */
const VALUES_KEPT_PER_ITEM = 100

export interface SubscriptionOptions {
  readonly nodeIds: readonly string[]
  readonly samplingIntervalMs: number
  readonly onValue: (index: number, value: DataValue) => void
  /** Items the server refused, by their index. */
  readonly onRefused: (indexes: readonly number[], reason: string) => void
  readonly onLost: (reason: string) => void
}

/** Subscribes to every node, call after call. Nothing is published before `begin`, so no first value is missed. */
export async function subscribe(session: ClientSession, options: SubscriptionOptions): Promise<{ begin(): Promise<void> }> {
  const subscriptions: ClientSubscription[] = []
  for (let first = 0; first < options.nodeIds.length; first += ITEMS_PER_SUBSCRIPTION) {
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: PUBLISHING_INTERVAL_MS, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 60,
      maxNotificationsPerPublish: 0, publishingEnabled: false, priority: 1,
    })
    subscriptions.push(subscription)
    subscription.on('terminated', () => options.onLost('the server ended a subscription'))
    subscription.on('internal_error', (error: Error) => options.onLost(error.message))
    const end = Math.min(first + ITEMS_PER_SUBSCRIPTION, options.nodeIds.length)
    for (let from = first; from < end; from += ITEMS_PER_CALL) await monitor(subscription, from, Math.min(from + ITEMS_PER_CALL, end), options)
  }
  return {
    async begin() {
      for (const subscription of subscriptions) await subscription.setPublishingMode(true)
    },
  }
}

async function monitor(subscription: ClientSubscription, from: number, to: number, { nodeIds, samplingIntervalMs, onValue, onRefused }: SubscriptionOptions): Promise<void> {
  const items = nodeIds.slice(from, to).map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))
  const group = ClientMonitoredItemGroup.create(
    subscription, items, { samplingInterval: samplingIntervalMs, queueSize: VALUES_KEPT_PER_ITEM, discardOldest: true, filter: EVERY_READING }, TimestampsToReturn.Source,
  )
  group.on('changed', (_item, value, index) => onValue(from + index, value))
  await new Promise<void>((resolve, reject) => {
    group.on('initialized', resolve)
    group.on('err', (message) => reject(new Error(message)))
    group.on('terminated', (error) => reject(error ?? new Error('the subscription ended')))
  })
  const refused = group.monitoredItems.flatMap(({ statusCode }, index) => (statusCode.isGoodish() ? [] : [from + index]))
  if (refused.length > 0) onRefused(refused, group.monitoredItems[refused[0] - from].statusCode.name)
}
