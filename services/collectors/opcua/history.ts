import { HistoryData, HistoryReadRequest, ReadRawModifiedDetails, StatusCodes, TimestampsToReturn, type DataValue, type HistoryReadResponse, type HistoryReadResult, type StatusCode } from 'node-opcua'
import { call, faultOf, type Line } from './calls.ts'
import { inSlices } from './limits.ts'

const VALUES_PER_NODE_AND_CALL = 1_000
/** Answers to the whole call by a server that has no history for us. Any other fault passes, and the next session asks again. */
const NO_HISTORY: readonly StatusCode[] = [
  StatusCodes.BadServiceUnsupported, StatusCodes.BadNotImplemented, StatusCodes.BadHistoryOperationUnsupported, StatusCodes.BadHistoryOperationInvalid, StatusCodes.BadUserAccessDenied,
]

export interface HistoryOptions {
  /** By index of the channel. */
  readonly nodeIds: readonly string[]
  readonly indexes: readonly number[]
  readonly nodesPerCall: number
  /** First time of each node that is wanted, UTC epoch milliseconds. */
  readonly from: Float64Array
  /** Last time that is wanted. */
  readonly to: number
  readonly onValue: (index: number, value: DataValue) => void
  /** Called after each answer; the next is asked for when it resolves. */
  readonly taken: () => Promise<void>
  readonly onRefused: (indexes: readonly number[], reason: string) => void
}

/** Reads raw history node group by node group, oldest values first, in as many answers as the server cuts it into. */
export async function readHistory(line: Line, options: HistoryOptions): Promise<void> {
  const { indexes, from, to, nodesPerCall } = options
  const wanted = indexes.filter((index) => from[index] <= to)
  // Nodes that miss about as much stand together, for one call has one beginning.
  wanted.sort((a, b) => from[a] - from[b])
  try {
    await inSlices(wanted, nodesPerCall, (slice) => readGroup(line, slice, options))
  } catch (error) {
    const status = faultOf(error)
    if (status === undefined || !NO_HISTORY.includes(status)) throw error
    options.onRefused(wanted, status.name)
  }
}

async function readGroup(line: Line, group: readonly number[], { nodeIds, from, to, onValue, taken, onRefused }: HistoryOptions): Promise<void> {
  const historyReadDetails = new ReadRawModifiedDetails({
    isReadModified: false, startTime: new Date(from[group[0]]), endTime: new Date(to), numValuesPerNode: VALUES_PER_NODE_AND_CALL, returnBounds: false,
  })
  let left = group.map((index) => ({ index, continuationPoint: undefined as Buffer | undefined }))
  while (left.length > 0) {
    const { results } = await call<HistoryReadResponse>(line, new HistoryReadRequest({
      historyReadDetails, timestampsToReturn: TimestampsToReturn.Source, releaseContinuationPoints: false,
      nodesToRead: left.map(({ index, continuationPoint }) => ({ nodeId: nodeIds[index], continuationPoint })),
    }))
    const refused: number[] = []
    const next: typeof left = []
    left.forEach(({ index }, place) => {
      const result = results![place]
      if (result.statusCode.isBad()) {
        if (result.statusCode !== StatusCodes.BadNoData) refused.push(index)
        return
      }
      for (const value of valuesOf(result)) if ((value.sourceTimestamp?.getTime() ?? NaN) >= from[index]) onValue(index, value)
      const { continuationPoint } = result
      if (continuationPoint !== null && continuationPoint !== undefined && continuationPoint.length > 0) next.push({ index, continuationPoint })
    })
    if (refused.length > 0) onRefused(refused, results![left.findIndex(({ index }) => index === refused[0])].statusCode.name)
    await taken()
    left = next
  }
}

const valuesOf = ({ historyData }: HistoryReadResult): readonly DataValue[] => (historyData instanceof HistoryData ? (historyData.dataValues ?? []) : [])
