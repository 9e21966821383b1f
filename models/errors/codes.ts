/**
 * The one registry of error codes; `docs/errors.md` is made from it. A code is never reused for another meaning.
 * Add yours in the section of your room, in alphabetical order.
 */
export interface ErrorCode {
  /** What happened, for the one who reads a log. */
  readonly meaning: string
  /** What to do. */
  readonly remedy: string
  /** True if the same call may succeed later without any change. */
  readonly retryable: boolean
  /** HTTP status where it reaches the API. */
  readonly status: number
}

const code = (meaning: string, remedy: string, { retryable = false, status = 400 } = {}): ErrorCode => ({ meaning, remedy, retryable, status })

export const ERROR_CODES = {
  // --- config and start
  PF_CONFIG_INVALID: code('A setting of the environment is not understood.', 'Correct the variable named in the message.', { status: 500 }),
  PF_INTERNAL: code('An error that nobody foresaw.', 'Report it with the log lines of the same request.', { status: 500 }),
  // --- district document
  PF_DISTRICT_INVALID: code('The district document has faults.', 'Run `penfeld check FOLDER` and mend every line it lists.'),
  PF_DISTRICT_UNREADABLE: code('A file of the district folder could not be read or parsed.', 'Check the path, the rights and the YAML syntax.'),
  PF_FORMULA_REFUSED: code('A formula of the district document is not allowed or does not resolve.', 'Use + - * /, parentheses, sum, mean, min, max, select and the names the message lists.'),
  PF_UNIT_INCOMPATIBLE: code('Two units do not measure the same thing.', 'Give a unit of the same quantity.'),
  PF_UNIT_UNKNOWN: code('A unit is not known.', 'Write one of the units the message lists.'),
  // --- store
  PF_STORE_CLOSED: code('The store was used after it was closed.', 'Restart the process.', { status: 503 }),
  PF_STORE_CORRUPT: code('A block of the store does not match its checksum.', 'Restore the file from the last backup.', { status: 500 }),
  PF_STORE_UNAVAILABLE: code('The store does not answer.', 'Check disk space and rights; the call is tried again.', { retryable: true, status: 503 }),
  // --- ingest
  PF_INGEST_CLOCK_SUSPECT: code('The time of a value is too far from now.', 'Set the clock of the device.'),
  // --- collectors
  PF_COLLECT_UNREACHABLE: code('A source does not answer.', 'Check the address, the network and the device; it is tried again.', { retryable: true, status: 503 }),
  // --- simulator
  PF_SIMULATOR_CLASS_UNKNOWN: code('The demonstration field has no load curve for a class of the district document.', 'Use one of the classes named in the message, or add a line to services/simulator/truth/load-classes.ts.', { status: 500 }),
  PF_SIMULATOR_POINT_UNKNOWN: code('The demonstration field cannot measure a point of the district document.', 'Correct the quantity and what the point is measured on, or leave out its feed.', { status: 500 }),
  // --- grid, load flow, capacity
  PF_GRID_INVALID: code('The electrical network has faults.', 'Mend every fault listed with it.'),
  PF_LOAD_FLOW_DIVERGED: code('The load flow did not settle.', 'Check the ratings and loads near the named bus; nothing is concluded from this state.', { status: 422 }),
  // --- jobs, evaluation, publication
  // --- api, identity, directory
  PF_NOT_FOUND: code('There is nothing here for you.', 'Check the address.', { status: 404 }),
  PF_REQUEST_INVALID: code('The request is not understood.', 'Correct the field named in the message.'),
  PF_SIGN_IN_REQUIRED: code('This page is for people who are signed in.', 'Sign in.', { status: 401 }),
} satisfies Record<string, ErrorCode>

export type ErrorCodeName = keyof typeof ERROR_CODES
