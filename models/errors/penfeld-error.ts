import { ERROR_CODES, type ErrorCodeName } from './codes.ts'

/** The error every room throws: a code of the registry, where it happened, and what to do. */
export class PenfeldError extends Error {
  readonly code: ErrorCodeName
  /** Measurement point, source, file and path, or field the error is about. */
  readonly where: string | undefined
  /** What happened, without code, place and remedy: for those who show these in their own way. */
  readonly detail: string

  constructor(code: ErrorCodeName, detail: string, options: { where?: string; cause?: unknown } = {}) {
    const place = options.where === undefined ? '' : ` [${options.where}]`
    super(`${code}${place}: ${detail} ${ERROR_CODES[code].remedy}`, { cause: options.cause })
    this.name = 'PenfeldError'
    this.code = code
    this.where = options.where
    this.detail = detail
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable
  }
}
