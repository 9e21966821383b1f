import {
  AttributeIds, CreateMonitoredItemsRequest, CreateSubscriptionRequest, DataChangeFilter, DataChangeTrigger, DeadbandType, DeleteSubscriptionsRequest,
  MonitoringMode, SetPublishingModeRequest, StatusCodes, TimestampsToReturn, type CreateMonitoredItemsResponse, type CreateSubscriptionResponse, type SetPublishingModeResponse,
} from 'node-opcua'
import { call, type Line } from './calls.ts'
import { inSlices, type OperationLimits } from './limits.ts'

const PUBLISHING_INTERVAL_MS = 500
const KEEP_ALIVE_COUNT = 10
/** A subscription outlives its session, so that a new session can take it over: a minute without a publish request. */
const LIFETIME_COUNT = 120
/** A message stays well below the limit of a message, and all that are underway at once below the room of the queue. */
const VALUES_PER_MESSAGE = 10_000
/** Values the server keeps for an item between two publications, and while this side takes no more. */
const VALUES_KEPT_PER_ITEM = 100
/** A value with an unchanged number is still a sign of life, hence the trigger on the timestamp as well. */
const EVERY_READING = new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None })

/** A subscription on the server, and how far its messages were read. */
export interface Subscription {
  readonly id: number
  /** Number of its next message; undefined before the first. */
  nextSequence: number | undefined
  /** After a break of the line: the number of the next message has not been seen to follow yet. */
  unsure: boolean
}

export interface SubscribeOptions {
  /** By index of the channel, which is the handle of its item at the server. */
  readonly nodeIds: readonly string[]
  readonly indexes: readonly number[]
  readonly samplingIntervalMs: number
  readonly limits: OperationLimits
  /** Items the server refused. */
  readonly onRefused: (indexes: readonly number[], reason: string) => void
}

/** Subscribes to the nodes, call after call. Nothing is published before `beginPublishing`, so no first value is missed. */
export async function subscribe(line: Line, { nodeIds, indexes, samplingIntervalMs, limits, onRefused }: SubscribeOptions): Promise<Subscription[]> {
  const subscriptions: Subscription[] = []
  const most = Math.max(1, limits.itemsPerSubscription)
  for (let first = 0; first < indexes.length; first += most) {
    const group = indexes.slice(first, first + most)
    if (subscriptions.length >= limits.subscriptions) {
      onRefused(group, StatusCodes.BadTooManySubscriptions.name)
      continue
    }
    const { subscriptionId } = await call<CreateSubscriptionResponse>(line, new CreateSubscriptionRequest({
      requestedPublishingInterval: PUBLISHING_INTERVAL_MS, requestedMaxKeepAliveCount: KEEP_ALIVE_COUNT, requestedLifetimeCount: LIFETIME_COUNT,
      maxNotificationsPerPublish: VALUES_PER_MESSAGE, publishingEnabled: false, priority: 1,
    }))
    let accepted = 0
    await inSlices(group, limits.itemsPerCall, async (slice) => {
      const { results } = await call<CreateMonitoredItemsResponse>(line, new CreateMonitoredItemsRequest({
        subscriptionId, timestampsToReturn: TimestampsToReturn.Source,
        itemsToCreate: slice.map((index) => ({
          itemToMonitor: { nodeId: nodeIds[index], attributeId: AttributeIds.Value }, monitoringMode: MonitoringMode.Reporting,
          requestedParameters: { clientHandle: index, samplingInterval: samplingIntervalMs, queueSize: VALUES_KEPT_PER_ITEM, discardOldest: true, filter: EVERY_READING },
        })),
      }))
      const refused = Map.groupBy(slice.keys().filter((place) => results![place].statusCode.isBad()), (place) => results![place].statusCode.name)
      for (const [reason, places] of refused) onRefused(places.map((place) => slice[place]), reason)
      accepted += slice.length - [...refused.values()].reduce((count, places) => count + places.length, 0)
    })
    if (accepted > 0) subscriptions.push({ id: subscriptionId, nextSequence: undefined, unsure: false })
    else await endSubscriptions(line, [subscriptionId])
  }
  return subscriptions
}

export async function beginPublishing(line: Line, subscriptions: readonly Subscription[]): Promise<void> {
  if (subscriptions.length === 0) return
  const { results } = await call<SetPublishingModeResponse>(line, new SetPublishingModeRequest({ publishingEnabled: true, subscriptionIds: subscriptions.map(({ id }) => id) }))
  const bad = results?.find((status) => status.isBad())
  if (bad !== undefined) throw new Error(`the server publishes nothing: ${bad.name}`)
}

export async function endSubscriptions(line: Line, subscriptionIds: number[]): Promise<void> {
  await call(line, new DeleteSubscriptionsRequest({ subscriptionIds })).catch(() => {})
}
