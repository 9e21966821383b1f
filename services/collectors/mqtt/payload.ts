/** A JSON message of a device, by the pointers of its profile. */
import { atPointer, parseMessage } from '../json-message.ts'

export interface Wanted {
  /** RFC 6901, e.g. `/powerW`. */
  readonly pointer: string
  readonly scale: number
}

export type Decoded = { readonly at: number; readonly values: Float64Array } | { readonly reason: string }

/** NaN for a value that is absent or null; an unusable message says why. `at` is NaN without a time pointer. */
export function decodePayload(payload: Uint8Array, wanted: readonly Wanted[], timePointer: string | undefined): Decoded {
  const parsed = parseMessage(payload)
  if ('reason' in parsed) return parsed
  const { document } = parsed
  let at = NaN
  if (timePointer !== undefined) {
    const stamp = atPointer(document, timePointer)
    at = typeof stamp === 'string' ? Date.parse(stamp) : NaN
    if (Number.isNaN(at)) return { reason: 'no-time' }
  }
  const values = new Float64Array(wanted.length)
  for (const [index, { pointer, scale }] of wanted.entries()) {
    const value = atPointer(document, pointer)
    if (value !== undefined && value !== null && typeof value !== 'number') return { reason: 'not-a-number' }
    values[index] = typeof value === 'number' ? value * scale : NaN
  }
  return values.every(Number.isNaN) ? { reason: 'no-value' } : { at, values }
}
