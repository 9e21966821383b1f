import { ask, AskError } from './ask.ts'

/** A token is renewed so long before its end; of a short one a tenth. */
const BEFORE_END_MS = 60_000
const LIFE_IF_UNSAID_S = 300

export interface TokenSettings {
  readonly url: string
  /** Read anew for each token: secrets are changed while we run. */
  readonly credentials: () => { readonly clientId: string; readonly clientSecret: string }
  readonly scope: string | undefined
  /** Both forms are in RFC 6749, 2.3.1; services take one of them. */
  readonly secretIn: 'header' | 'body'
}

/** A token by the client credentials grant (RFC 6749, 4.4): one for all requests, one request for it at a time. */
export class TokenSource {
  readonly #settings: TokenSettings
  #token: { readonly text: string; readonly renewAtMs: number } | undefined
  #asking: Promise<string> | undefined

  constructor(settings: TokenSettings) {
    this.#settings = settings
  }

  async token(stopping: AbortSignal): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.renewAtMs) return this.#token.text
    this.#asking ??= this.#ask(stopping).finally(() => { this.#asking = undefined })
    return await this.#asking
  }

  /** The service no longer takes it. */
  forget(token: string): void {
    if (this.#token?.text === token) this.#token = undefined
  }

  async #ask(stopping: AbortSignal): Promise<string> {
    const { url, scope, secretIn } = this.#settings
    const { clientId, clientSecret } = this.#settings.credentials()
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }), ...(secretIn === 'body' ? { client_id: clientId, client_secret: clientSecret } : {}) })
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')
    const askedMs = performance.now()
    const { text } = await ask(url, {
      method: 'POST', body: form.toString(), stopping, mostBytes: 64 * 1024,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...(secretIn === 'header' ? { authorization: `Basic ${basic}` } : {}) },
    }).catch((error: unknown) => {
      throw error instanceof AskError ? new AskError('token-refused', `no token: ${error.message}`, error.status, error.retryAfter) : error
    })
    const { access_token: token, expires_in: lifeS } = parse(text)
    if (typeof token !== 'string' || !/^[\x21-\x7E]{1,16384}$/.test(token)) throw new AskError('token-refused', 'the answer holds no token')
    const lifeMs = (Number(lifeS) > 0 ? Number(lifeS) : LIFE_IF_UNSAID_S) * 1_000
    this.#token = { text: token, renewAtMs: askedMs + lifeMs - Math.min(BEFORE_END_MS, lifeMs / 10) }
    return token
  }
}

function parse(text: string): { access_token?: unknown; expires_in?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch {
    return {}
  }
}
