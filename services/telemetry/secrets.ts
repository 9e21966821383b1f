/**
 * What must never be shown, wherever a text may carry it: an error of a library that names its address, a header in a message. Secrets
 * are learnt where they are read, and taken out of every text that leaves the process.
 */
const SHOWN_INSTEAD = '[secret]'
/** Shorter ones would take pieces out of ordinary words. */
const SHORTEST = 4
/** Names under which settings and options of sources hold a secret. */
const SECRET_NAME = /(password|passphrase|secret|token|private_?key|api_?key)$/i

const known = new Set<string>()
let pattern: RegExp | undefined

/** From now on taken out of every text, also as it stands in an address, in JSON and in base64. */
export function learnSecret(value: string | undefined): void {
  if (value === undefined || value.length < SHORTEST || known.has(value)) return
  for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64').replace(/=+$/, '')]) known.add(form)
  // The longest first: of two of which one begins with the other, nothing is left.
  const longestFirst = [...known].sort((left, right) => right.length - left.length)
  pattern = new RegExp(longestFirst.map((one) => one.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'), 'g')
}

/** Learns what a setting or an option holds, if its name says that it is secret, or the password of its address. */
export function learnFrom(name: string, value: unknown): void {
  if (typeof value !== 'string') return
  if (SECRET_NAME.test(name)) {
    learnSecret(value)
    // InfluxDB 1.x: user:password.
    if (value.includes(':')) learnSecret(value.slice(value.indexOf(':') + 1))
  }
  if (!value.includes('@') || !URL.canParse(value)) return
  const { password } = new URL(value)
  learnSecret(password)
  try {
    learnSecret(decodeURIComponent(password))
  } catch {
    // Not percent-encoded at all: it is learnt as it stands.
  }
}

/** Whoever stands in an address before its @, and what follows a word that announces a secret. */
const USER_OF_ADDRESS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]+@/gi
const AFTER_WORD = /\b(authorization|x-csrf-token|csrf|set-cookie|cookie)((?:\\?["'])?\s*[:=]\s*(?:\\?["'])?)[^"'\\\r\n,}]+/gi
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/g
/** Machine tokens, wherever they stand: in an address they are refused, and the refusal must not keep them. */
export const MACHINE_TOKEN = /pfd_[A-Za-z0-9_-]{16,}/g
const SESSION = /\b((?:__Host-)?(?:sid|sign-in|login)=)[^;\s"'\\]+/g

/** The text without any secret. */
export function scrub(text: string): string {
  const shown = text
    .replace(USER_OF_ADDRESS, `$1${SHOWN_INSTEAD}@`).replace(AFTER_WORD, `$1$2${SHOWN_INSTEAD}`)
    .replace(BEARER, `$1 ${SHOWN_INSTEAD}`).replace(MACHINE_TOKEN, SHOWN_INSTEAD).replace(SESSION, `$1${SHOWN_INSTEAD}`)
  return pattern === undefined ? shown : shown.replace(pattern, SHOWN_INSTEAD)
}

/** What JSON leaves as it is though a terminal or a viewer may begin a line at it, or turn the text round. */
const BEYOND_JSON = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
const escaped = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A line of a log, already JSON, without secrets and without anything that could be taken for another line. */
export const logLine = (json: string): string => scrub(json).replace(BEYOND_JSON, escaped)

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** One line for a terminal: what a device or a file has put into a text can neither begin a new line nor steer the terminal. */
export const oneLine = (text: string): string => text.replace(CONTROL, (one) => (one === '\n' ? '\\n' : escaped(one)))
