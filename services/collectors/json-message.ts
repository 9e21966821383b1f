/** Messages in JSON: parsed with their reason where they are none, and looked into by JSON pointer (RFC 6901). */

const LONGEST_PAYLOAD = 64 * 1024

/** The object of a message, or why there is none. */
export function parseMessage(payload: Uint8Array): { readonly document: object } | { readonly reason: string } {
  if (payload.length === 0) return { reason: 'empty-payload' }
  if (payload.length > LONGEST_PAYLOAD) return { reason: 'payload-too-large' }
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return { reason: 'not-json' }
  }
  return typeof document === 'object' && document !== null ? { document } : { reason: 'not-an-object' }
}

/** What a pointer leads to; undefined where it leads nowhere. */
export function atPointer(document: unknown, pointer: string): unknown {
  let place: unknown = document
  for (const key of pointer.slice(1).split('/')) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, name)) return undefined
    place = (place as Record<string, unknown>)[name]
  }
  return place
}
