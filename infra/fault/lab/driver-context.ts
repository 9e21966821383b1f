import type { Source } from '#models/district/schema.ts'
import type { Channel, DriverContext, DriverState, RawReadings } from '#services/collectors/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'

export interface WatchedContext {
  readonly context: DriverContext
  readonly taken: RawReadings[]
  readonly rejected: Map<string, number>
  readonly states: DriverState[]
}

/** What a driver of the experiments is started with: keeps all it hands over. */
export function watchDriver(source: Source, channels: readonly Channel[], stateFolder: string, onTaken: (readings: RawReadings) => void = () => {}): WatchedContext {
  const taken: RawReadings[] = []
  const rejected = new Map<string, number>()
  const states: DriverState[] = []
  return {
    taken, rejected, states,
    context: {
      source, channels, stateFolder, log: silentLogger,
      clock: { now: Date.now, speed: 1, realMsUntil: (at) => Math.max(0, at - Date.now()) },
      async deliver(readings) {
        taken.push(readings)
        onTaken(readings)
      },
      reject: (reason, count) => void rejected.set(reason, (rejected.get(reason) ?? 0) + count),
      lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
      status: (state) => void states.push(state),
    },
  }
}
