import { AttributeIds, ReadRequest, StatusCodes, TimestampsToReturn, type DataValue, type ReadResponse } from 'node-opcua'
import { call, type Line } from './calls.ts'
import { isPlaceholder, numberOf, qualityOf, sourceTimeOf } from './data-value.ts'
import { readHistory } from './history.ts'
import { inSlices } from './limits.ts'
import type { Publisher } from './publish.ts'
import { resolveNodes } from './resolve.ts'
import type { Kept, SessionOptions } from './session-state.ts'
import { nodePathOf } from './settings.ts'
import { beginPublishing, subscribe } from './subscribe.ts'

/** The clock of a server may be ahead of ours or behind: its newest values lie within this of our own time. */
const CLOCK_DIFFERENCE_MS = 60_000

/** History, subscription, the rest of the history, live: in this order for the channels with these indexes. */
export async function attach(line: Line, state: Kept, publisher: Publisher, options: SessionOptions, wanted: readonly number[]): Promise<void> {
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
export async function retryRefused(line: Line, state: Kept, publisher: Publisher, options: SessionOptions): Promise<boolean> {
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

/** Puts one value into the queue. False if there is no room for it: history gives it again after the next connection. */
export function takeValue({ context, settings, queue, freshness }: SessionOptions, index: number, value: DataValue): boolean {
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
