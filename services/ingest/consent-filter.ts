import type { RawReadings } from '#services/collectors/port.ts'
import type { CollectGate, RefusedReason } from '#services/consents/collect-gate.ts'

export interface Filtered {
  readonly readings: RawReadings
  readonly refused: ReadonlyMap<RefusedReason, number>
}

const NOTHING: ReadonlyMap<RefusedReason, number> = new Map()

/** Leaves out what may not be kept, before anything else looks at the values. `names`: the measurement point of each channel. */
export function withoutRefused(readings: RawReadings, names: readonly string[], gated: Uint8Array, gate: CollectGate): Filtered {
  const { channels, at, receivedAt } = readings
  // Network sensors and weather have nobody to ask: their batches pass as they are.
  if (!channels.some((channel) => gated[channel] === 1)) return { readings, refused: NOTHING }
  const refused = new Map<RefusedReason, number>()
  const keep: number[] = []
  for (let index = 0; index < channels.length; index++) {
    const channel = channels[index]!
    const given = at[index]!
    const reason = gated[channel] === 1 ? gate.refused(names[channel]!, Math.round(given === given ? given : receivedAt)) : undefined
    if (reason === undefined) keep.push(index)
    else refused.set(reason, (refused.get(reason) ?? 0) + 1)
  }
  if (refused.size === 0) return { readings, refused }
  return {
    refused,
    readings: {
      receivedAt,
      channels: Int32Array.from(keep, (index) => channels[index]!), at: Float64Array.from(keep, (index) => at[index]!),
      values: Float64Array.from(keep, (index) => readings.values[index]!), quality: Uint8Array.from(keep, (index) => readings.quality[index]!),
    },
  }
}
