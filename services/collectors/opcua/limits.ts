import { AttributeIds, ReadRequest, StatusCodes, TimestampsToReturn, VariableIds, type ReadResponse } from 'node-opcua'
import { call, faultOf, type Line } from './calls.ts'

/** How much may be asked for at once: the smaller of what is sensible here and what the server allows. */
export interface OperationLimits {
  readonly nodesPerRead: number
  readonly nodesPerHistoryRead: number
  readonly nodesPerBrowse: number
  readonly nodesPerTranslate: number
  readonly itemsPerCall: number
  readonly itemsPerSubscription: number
  readonly subscriptions: number
}

/** A single subscription of 75,000 items was measured to be twenty times slower than fifteen of 5,000. */
export const OUR_LIMITS: OperationLimits = {
  nodesPerRead: 1_000, nodesPerHistoryRead: 50, nodesPerBrowse: 100, nodesPerTranslate: 500, itemsPerCall: 1_000, itemsPerSubscription: 5_000, subscriptions: Infinity,
}

const THEIRS: readonly (readonly [keyof OperationLimits, VariableIds])[] = [
  ['nodesPerRead', VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead],
  ['nodesPerHistoryRead', VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData],
  ['nodesPerBrowse', VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse],
  ['nodesPerTranslate', VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds],
  ['itemsPerCall', VariableIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall],
  ['itemsPerSubscription', VariableIds.Server_ServerCapabilities_MaxMonitoredItemsPerSubscription],
  ['subscriptions', VariableIds.Server_ServerCapabilities_MaxSubscriptionsPerSession],
]

/** Asks one by one, because a server may allow a single node a call; what it does not say, or says as 0, has no limit. */
export async function readLimits(line: Line): Promise<OperationLimits> {
  const limits: Record<keyof OperationLimits, number> = { ...OUR_LIMITS }
  for (const [name, id] of THEIRS) {
    const { results } = await call<ReadResponse>(line, new ReadRequest({
      maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither, nodesToRead: [{ nodeId: `i=${id}`, attributeId: AttributeIds.Value }],
    }))
    const theirs: unknown = results?.[0]?.value?.value
    if (typeof theirs === 'number' && theirs > 0) limits[name] = Math.min(limits[name], theirs)
  }
  return limits
}

/** Does `work` on slices of `all`; a server that finds a slice too large, whatever it said before, gets smaller ones. */
export async function inSlices<T>(all: readonly T[], size: number, work: (slice: readonly T[]) => Promise<void>): Promise<void> {
  let most = size
  for (let first = 0; first < all.length;) {
    const slice = all.slice(first, first + most)
    try {
      await work(slice)
      first += slice.length
    } catch (error) {
      if (faultOf(error) !== StatusCodes.BadTooManyOperations || slice.length === 1) throw error
      most = Math.ceil(slice.length / 2)
    }
  }
}
