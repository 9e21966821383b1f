/** A JSON message of a device, by the pointers of its profile. */

const LONGEST_PAYLOAD = 64 * 1024

export interface Wanted {
  /** RFC 6901, e.g. `/powerW`. */
  readonly pointer: string
  readonly scale: number
}

export type Decoded = { readonly at: number; readonly values: Float64Array } | { readonly reason: string }

/** NaN for a value that is absent or null; an unusable message says why. `at` is NaN without a time pointer. */
export function decodePayload(payload: Uint8Array, wanted: readonly Wanted[], timePointer: string | undefined): Decoded {
  if (payload.length === 0) return { reason: 'empty-payload' }
  if (payload.length > LONGEST_PAYLOAD) return { reason: 'payload-too-large' }
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return { reason: 'not-json' }
  }
  if (typeof document !== 'object' || document === null) return { reason: 'not-an-object' }
  let at = NaN
  if (timePointer !== undefined) {
    const stamp = find(document, timePointer)
    at = typeof stamp === 'string' ? Date.parse(stamp) : NaN
    if (Number.isNaN(at)) return { reason: 'no-time' }
  }
  const values = new Float64Array(wanted.length)
  for (const [index, { pointer, scale }] of wanted.entries()) {
    const value = find(document, pointer)
    if (value !== undefined && value !== null && typeof value !== 'number') return { reason: 'not-a-number' }
    values[index] = typeof value === 'number' ? value * scale : NaN
  }
  return values.every(Number.isNaN) ? { reason: 'no-value' } : { at, values }
}

function find(document: unknown, pointer: string): unknown {
  let place: unknown = document
  for (const key of pointer.slice(1).split('/')) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, name)) return undefined
    place = (place as Record<string, unknown>)[name]
  }
  return place
}
