import type { TimeSeriesReader } from '#services/store/port.ts'
import { orNull } from '../columns.ts'
import type { LiveValues as LiveValuesEvent } from '../contract/merchant.ts'
import { qualityName } from '#models/units/quality.ts'
import type { EventStream } from './event-streams.ts'
import type { LiveValues } from './live-values.ts'

/**
 * Sends the newest value of each point at once, then what arrives. Values that a slow reader missed are kept, newest
 * only, and go out with the next event: memory stays bounded by the number of points.
 */
export async function streamValues(stream: EventStream, live: LiveValues, reader: TimeSeriesReader, pointNames: readonly string[]): Promise<void> {
  const ids = await reader.lookup(pointNames)
  const nameOf = new Map<number, string>()
  ids.forEach((id, i) => { if (id > 0) nameOf.set(id, pointNames[i]!) })
  const waiting = new Map<string, { at: number; value: number; quality: number }>()
  const flush = (recordedAt: number) => {
    if (waiting.size === 0) return
    const event: LiveValuesEvent = { points: [], at: [], values: [], quality: [], recordedAt }
    for (const [name, { at, value, quality }] of waiting) {
      event.points.push(name)
      event.at.push(at)
      event.values.push(orNull(value))
      event.quality.push(qualityName(quality))
    }
    if (stream.send('value', event)) waiting.clear()
  }
  stream.onClose(live.listen((batch, recordedAt) => {
    for (let i = 0; i < batch.pointIds.length; i += 1) {
      const name = nameOf.get(batch.pointIds[i]!)
      if (name === undefined || (waiting.get(name)?.at ?? -Infinity) > batch.at[i]!) continue
      waiting.set(name, { at: batch.at[i]!, value: batch.values[i]!, quality: batch.quality[i]! })
    }
    flush(recordedAt)
  }))
  const known = [...nameOf.keys()]
  const latest = await reader.latest(Int32Array.from(known))
  known.forEach((id, i) => {
    const name = nameOf.get(id)!
    if (!Number.isNaN(latest.at[i]!) && !waiting.has(name)) waiting.set(name, { at: latest.at[i]!, value: latest.values[i]!, quality: latest.quality[i]! })
  })
  flush(latest.recordedAt.reduce((newest, at) => (at > newest ? at : newest), 0))
}
