const MOST_REDIRECTS = 3
const TIMEOUT_MS = 30_000
export const MOST_BODY_BYTES = 16 * 1024 * 1024

/** Why there is no answer, in a word that can be counted, with what may be shown of it. */
export class AskError extends Error {
  readonly reason: string
  readonly status: number | undefined
  readonly retryAfter: string | null

  constructor(reason: string, detail: string, status?: number, retryAfter: string | null = null) {
    super(detail)
    this.name = 'AskError'
    this.reason = reason
    this.status = status
    this.retryAfter = retryAfter
  }
}

export interface AskOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly stopping: AbortSignal
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly timeoutMs?: number
  readonly mostBytes?: number
}

export interface Answer { readonly status: number; readonly text: string; readonly etag: string | null }

/** https anywhere; plain http only to this machine itself. */
export const isSafeAddress = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname)))
}

/**
 * Asks once. A redirection is followed only within the origin of the address, because the request carries our key; time and
 * size are bounded; a status that is not 2xx or 304 is an AskError.
 */
export async function ask(url: string, { headers, stopping, method = 'GET', body, timeoutMs = TIMEOUT_MS, mostBytes = MOST_BODY_BYTES }: AskOptions): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([stopping, late])
  try {
    let address = url
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(address, { method, headers, body, redirect: 'manual', signal })
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && response.status !== 304) {
        await response.body?.cancel()
        const next = location === null || !URL.canParse(location, address) ? undefined : new URL(location, address)
        if (next === undefined || next.origin !== new URL(url).origin || method !== 'GET') throw new AskError('redirected', `redirected to ${next?.origin ?? 'nowhere'}: refused`, response.status)
        if (redirects >= MOST_REDIRECTS) throw new AskError('redirected', 'redirected without end', response.status)
        address = next.href
        continue
      }
      if (response.status === 304) {
        await response.body?.cancel()
        return { status: 304, text: '', etag: response.headers.get('etag') }
      }
      const text = await textOf(response, mostBytes)
      if (!response.ok) throw new AskError(`status-${response.status}`, `the service answered ${response.status}`, response.status, response.headers.get('retry-after'))
      return { status: response.status, text, etag: response.headers.get('etag') }
    }
  } catch (error) {
    if (error instanceof AskError) throw error
    if (late.aborted && !stopping.aborted) throw new AskError('too-slow', `no whole answer within ${timeoutMs / 1_000} s`)
    throw new AskError('unreachable', causeOf(error))
  }
}

async function textOf(response: Response, mostBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8')
  let text = ''
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    // Left here the rest is not read: the connection goes with it.
    if (bytes > mostBytes) throw new AskError('answer-too-large', `the answer has more than ${Math.floor(mostBytes / 1024)} KiB`, response.status)
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

/** The network's own word for it: fetch hides it in a cause. */
function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string }
  return cause?.code ?? cause?.message ?? message ?? 'unknown'
}
