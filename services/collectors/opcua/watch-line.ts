import { AttributeIds, ReadRequest, TimestampsToReturn, VariableIds } from 'node-opcua'
import { call, faultOf, isSessionGone, type Line } from './calls.ts'

/** A quiet line is asked for a sign of life after one keep-alive period, and is dead after two without a byte. */
export const KEEP_ALIVE_PERIOD_MS = 5_000
const LOOK_EVERY_MS = 1_000

export interface LineWatch {
  readonly onDead: (detail: string) => void
  readonly onSessionGone: (detail: string) => void
}

/**
 * Watches whether anything comes through a line, by its bytes: one that brings a long answer slowly lives, one that
 * swallows everything without a reset does not. Returns what ends the watch.
 */
export function watchLine(line: Line, { onDead, onSessionGone }: LineWatch): () => void {
  let bytes = line.client.bytesRead
  let heardAt = Date.now()
  let lookedAt = heardAt
  let isAsked = false

  async function askForASign(): Promise<void> {
    try {
      await call(line, new ReadRequest({
        maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither, nodesToRead: [{ nodeId: `i=${VariableIds.Server_ServerStatus_State}`, attributeId: AttributeIds.Value }],
      }), 2 * KEEP_ALIVE_PERIOD_MS)
    } catch (error) {
      // Any other answer is a sign of life too, and none is noticed by its missing bytes.
      if (isSessionGone(error)) onSessionGone(faultOf(error)!.name)
    }
  }

  const timer = setInterval(() => {
    const now = Date.now()
    // If this process itself stood still, what has come meanwhile is read first.
    if (line.client.bytesRead !== bytes || now - lookedAt > 2 * LOOK_EVERY_MS || now < lookedAt) heardAt = now
    bytes = line.client.bytesRead
    lookedAt = now
    const quietMs = now - heardAt
    if (quietMs >= 2 * KEEP_ALIVE_PERIOD_MS) {
      clearInterval(timer)
      onDead(`nothing came for ${Math.round(quietMs / 1_000)} s`)
    } else if (quietMs >= KEEP_ALIVE_PERIOD_MS && !isAsked) {
      isAsked = true
      void askForASign().finally(() => { isAsked = false })
    }
  }, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
