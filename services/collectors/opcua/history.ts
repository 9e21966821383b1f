import { HistoryData, HistoryReadRequest, ReadRawModifiedDetails, StatusCodes, TimestampsToReturn, type DataValue, type HistoryReadResponse, type HistoryReadResult, type StatusCode } from 'node-opcua'
import { call, faultOf, type Line } from './calls.ts'
import { inSlices } from './limits.ts'

const VALUES_PER_NODE_AND_CALL = 1_000
/** Answers to the whole call by a server that has no history for us. Any other fault passes, and the next session asks again. */
const NO_HISTORY: readonly StatusCode[] = [
  StatusCodes.BadServiceUnsupported, StatusCodes.BadNotImplemented, StatusCodes.BadHistoryOperationUnsupported, StatusCodes.BadHistoryOperationInvalid, StatusCodes.BadUserAccessDenied,
]

/** Share of the usual amount that is asked for at once, kept over sessions. */
export interface HistoryPace {
  share: number
}

/** An answer that takes longer is too large for the line, one that is faster may be larger. */
const SLOW_MS = 5_000
const FAST_MS = 1_000
const SMALLEST_SHARE = 1 / 256
/** A slow line is no dead one: whether anything comes is watched elsewhere. */
const ANSWER_WITHIN_MS = 60_000

export interface HistoryOptions {
  readonly pace: HistoryPace
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
  const { indexes, from, to, nodesPerCall, pace } = options
  const wanted = indexes.filter((index) => from[index] <= to)
  // Nodes that miss about as much stand together, for one call has one beginning.
  wanted.sort((a, b) => from[a] - from[b])
  try {
    for (let first = 0; first < wanted.length;) {
      const slice = wanted.slice(first, first + Math.max(1, Math.floor(nodesPerCall * pace.share)))
      await inSlices(slice, slice.length, (part) => readGroup(line, part, options))
      first += slice.length
    }
  } catch (error) {
    const status = faultOf(error)
    if (status === undefined || !NO_HISTORY.includes(status)) throw error
    options.onRefused(wanted, status.name)
  }
}

async function readGroup(line: Line, group: readonly number[], { nodeIds, from, to, pace, onValue, taken, onRefused }: HistoryOptions): Promise<void> {
  const historyReadDetails = new ReadRawModifiedDetails({
    isReadModified: false, startTime: new Date(from[group[0]]), endTime: new Date(to), numValuesPerNode: Math.max(1, Math.floor(VALUES_PER_NODE_AND_CALL * Math.max(1 / 16, pace.share))), returnBounds: false,
  })
  let left = group.map((index) => ({ index, continuationPoint: undefined as Buffer | undefined }))
  while (left.length > 0) {
    const { results } = await paced(pace, () => call<HistoryReadResponse>(line, new HistoryReadRequest({
      historyReadDetails, timestampsToReturn: TimestampsToReturn.Source, releaseContinuationPoints: false,
      nodesToRead: left.map(({ index, continuationPoint }) => ({ nodeId: nodeIds[index], continuationPoint })),
    }), ANSWER_WITHIN_MS))
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

/** Asks for less after an answer that was slow or never came, for more after a fast one. */
async function paced<T>(pace: HistoryPace, ask: () => Promise<T>): Promise<T> {
  const begunMs = performance.now()
  const slower = (): void => { pace.share = Math.max(SMALLEST_SHARE, pace.share / 2) }
  try {
    const answer = await ask()
    const tookMs = performance.now() - begunMs
    if (tookMs > SLOW_MS) slower()
    else if (tookMs < FAST_MS) pace.share = Math.min(1, pace.share * 2)
    return answer
  } catch (error) {
    if (faultOf(error) === undefined) slower()
    throw error
  }
}
