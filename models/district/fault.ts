import { ERROR_CODES, type ErrorCodeName } from '#models/errors/codes.ts'

/** One fault of a district document. Checks return all of them at once. */
export interface Fault {
  readonly code: ErrorCodeName
  /** JSON pointer into the merged document, e.g. `/measurementPoints/3/unit`. */
  readonly path: string
  /** What is wrong, with the value and the id it is about. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
  /** File of the folder, place in it; known once the document was read from a folder. */
  readonly file?: string
  readonly line?: number
}

export const fault = (code: ErrorCodeName, path: string, message: string, remedy: string = ERROR_CODES[code].remedy): Fault => ({ code, path, message, remedy })

/** `~` and `/` of a key as RFC 6901 writes them. */
export const pointerKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
