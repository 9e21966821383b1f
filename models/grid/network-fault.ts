import { ERROR_CODES, type ErrorCodeName } from '#models/errors/codes.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/** What is wrong or noteworthy in a network, whatever file it comes from. Checks return all of them at once. */
export interface NetworkFault {
  readonly code: ErrorCodeName
  /** `error`: nothing may be concluded from the network; `warning`: it can be computed, and this is to be known. */
  readonly severity: 'error' | 'warning'
  /** Place in the file or network: `line/17`, `mpc.branch, row 3`. */
  readonly place: string
  readonly message: string
  readonly remedy: string
}

export const networkError = (code: ErrorCodeName, place: string, message: string, remedy: string = ERROR_CODES[code].remedy): NetworkFault => ({ code, severity: 'error', place, message, remedy })
export const networkWarning = (code: ErrorCodeName, place: string, message: string, remedy: string = ERROR_CODES[code].remedy): NetworkFault => ({ code, severity: 'warning', place, message, remedy })

/** A network that cannot be used, with everything that is wrong with it. */
export class NetworkFaultsError extends PenfeldError {
  readonly faults: readonly NetworkFault[]

  constructor(code: ErrorCodeName, faults: readonly NetworkFault[], where?: string) {
    const listed = faults.map(({ code: each, place, message, remedy }) => `\n  ${each} [${place}]: ${message} ${remedy}`).join('')
    super(code, `${faults.length} fault${faults.length === 1 ? '' : 's'}:${listed}\n`, { where })
    this.name = 'NetworkFaultsError'
    this.faults = faults
  }
}

/** @throws NetworkFaultsError naming every error of the list; warnings let it pass */
export function refuseErrors(code: ErrorCodeName, faults: readonly NetworkFault[], where?: string): void {
  const errors = faults.filter((fault) => fault.severity === 'error')
  if (errors.length > 0) throw new NetworkFaultsError(code, errors, where)
}
