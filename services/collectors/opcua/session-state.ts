import type { ClientSession } from 'node-opcua'
import type { DriverContext } from '../port.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import type { HistoryPace } from './history.ts'
import type { Ladder } from './ladder.ts'
import type { OperationLimits } from './limits.ts'
import type { OpcUaSettings } from './settings.ts'
import type { Subscription } from './subscribe.ts'

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
