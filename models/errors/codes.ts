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
  PF_DISTRICT_CHANNEL_UNKNOWN: code('A measurement point is fed by a profile or a channel that does not exist.', 'Write the name of a profile and of one of its channels.'),
  PF_DISTRICT_CONFLICT: code('Two files of the district folder say different things about the same value.', 'Keep the value in one file only.'),
  PF_DISTRICT_DISCONNECTED: code('A busbar or junction cannot be reached from any source.', 'Correct `from` and `to` of the line sections, or add the missing one.'),
  PF_DISTRICT_DUPLICATE_ID: code('The same id is given twice.', 'Rename one of them; ids are unique over the whole document.'),
  PF_DISTRICT_FORMULA: code('A formula does not resolve.', 'Use + - * /, parentheses, sum, mean, min, max, select, constants and ids of measurement points.'),
  PF_DISTRICT_INTERVAL: code('A dated interval is empty or ends before it begins.', 'Write a validTo later than validFrom, or leave it out.'),
  PF_DISTRICT_INVALID: code('The district document has faults.', 'Run `penfeld check FOLDER` and mend every line it lists.'),
  PF_DISTRICT_MISFIT: code('Two parts of the document do not fit together.', 'Correct one of the two values the message names.'),
  PF_DISTRICT_NOT_COVERED: code('A rating or a position does not hold at every time from its first day on.', 'Close the gap between the intervals and leave the last one open.'),
  PF_DISTRICT_OVERLAP: code('Two dated intervals of the same thing overlap.', 'End the earlier one when the later one begins.'),
  PF_DISTRICT_REFERENCE: code('An id that is referred to does not exist, or is something else.', 'Correct the reference, or add what it names.'),
  PF_DISTRICT_SCHEMA: code('A value is missing, not known or of the wrong kind.', 'Write the value as docs/district.schema.json says.'),
  PF_DISTRICT_UNIT: code('A unit does not measure the quantity of the point.', 'Give a unit of that quantity.'),
  PF_DISTRICT_UNREADABLE: code('A file of the district folder could not be read or parsed.', 'Check the path, the rights and the YAML syntax.'),
  PF_DISTRICT_VARIABLE: code('A source needs a variable of the environment that is not set.', 'Set the variable, or write a default as ${NAME:-default}.'),
  PF_FORMULA_REFUSED: code('A formula of the district document is not allowed or does not resolve.', 'Use + - * /, parentheses, sum, mean, min, max, select and the names the message lists.'),
  PF_UNIT_INCOMPATIBLE: code('Two units do not measure the same thing.', 'Give a unit of the same quantity.'),
  PF_UNIT_UNKNOWN: code('A unit is not known.', 'Write one of the units the message lists.'),
  // --- store
  PF_STORE_BACKLOG_FULL: code('More values wait for InfluxDB than the journal may hold.', 'Bring InfluxDB back, or raise INFLUX_BACKLOG_MIB; sources keep their values meanwhile.', { retryable: true, status: 503 }),
  PF_STORE_CLOSED: code('The store was used after it was closed.', 'Restart the process.', { status: 503 }),
  PF_STORE_CORRUPT: code('A block of the store does not match its checksum.', 'Restore the file from the last backup.', { status: 500 }),
  PF_STORE_DENIED: code('InfluxDB refuses the token, the user or the organisation.', 'Correct INFLUX_TOKEN (or INFLUX_TOKEN_FILE) and INFLUX_ORG; values wait in the journal meanwhile.', { retryable: true, status: 503 }),
  PF_STORE_FAILED: code('A write to the store failed, so that its process no longer trusts the file.', 'The process ends and starts anew by itself; if it happens again, look at the disk (`dmesg`).', { retryable: true, status: 503 }),
  PF_STORE_FULL: code('The disk is full: a write was refused as a whole.', 'Free some space; sources that can wait deliver again by themselves.', { retryable: true, status: 503 }),
  PF_STORE_LOCKED: code('Another process writes this store.', 'Stop that process, or let it do the work (`penfeld import` hands files over by itself).', { retryable: true, status: 503 }),
  PF_STORE_NEWER: code('A file was written by a newer version of Penfeld.', 'Run that version or a later one, or restore a backup that this version made (`penfeld restore`).', { status: 500 }),
  PF_STORE_OTHER: code('The folder holds a store of the other kind.', 'Run `penfeld migrate-store`, set INFLUX_URL as it was, or name another PENFELD_DATA.', { status: 500 }),
  PF_STORE_QUARANTINE: code('InfluxDB refuses values of this store, so that a copy of it would lack them.', 'Look at them with `penfeld quarantine`, mend the cause, and send them again with `penfeld quarantine --retry`.', { status: 500 }),
  PF_STORE_TIME_INVALID: code('A value given to the store has no valid point or time.', 'Report it: collectors and imports must never pass such a value on.', { status: 500 }),
  PF_STORE_UNAVAILABLE: code('The store does not answer.', 'Check disk space and rights; the call is tried again.', { retryable: true, status: 503 }),
  PF_BACKUP_FAILED: code('A backup could not be made; nothing of it was left behind.', 'Do what the message says, then call it again.', { status: 500 }),
  PF_BACKUP_INVALID: code('A backup is not whole, or was changed.', 'Take another backup; `penfeld verify FOLDER` lists everything that is wrong with this one.', { status: 500 }),
  PF_RESTORE_REFUSED: code('A backup was not restored, to lose nothing that is there.', 'Do what the message says, then call it again.', { status: 500 }),
  // --- ingest
  PF_IMPORT_FAILED: code('A file could not be imported.', 'Mend what the message says and import it again; what is stored already stays as it is.'),
  PF_IMPORT_FORMAT_UNKNOWN: code('The file has no form that import knows.', 'Give a header line with timestamp,point,value (and unit, quality), the grid operator\'s export, a Green Button file, or a CSV whose layout a profile describes.'),
  PF_IMPORT_NAME_INVALID: code('The name of the uploaded file is not one that import takes.', 'Give a name that ends in .csv, .txt or .xml, packed also with .gz.'),
  PF_IMPORT_TOO_LARGE: code('The file is larger than import takes.', 'Cut it into smaller files, a month or a few hundred meters each.', { status: 413 }),
  PF_IMPORT_UNREADABLE: code('The file to import could not be read.', 'Check the path, the rights, and that a .gz file is whole.'),
  PF_CURVE_INVALID: code('A file with a measured curve cannot be used.', 'Give a CSV with the header timestamp,value or timestamp,series,value,unit, at steps of 15 minutes to one hour, over at least two months.'),
  PF_INGEST_CLOCK_SUSPECT: code('The time of a value is too far from now.', 'Set the clock of the device.'),
  // --- collectors
  PF_COLLECT_UNREACHABLE: code('A source does not answer.', 'Check the address, the network and the device; it is tried again.', { retryable: true, status: 503 }),
  PF_OPCUA_BROWSE_FAILED: code('An OPC-UA server could not be browsed.', 'Check the address, the certificate and the user; mend what the message says.'),
  PF_OPCUA_CERTIFICATE_REFUSED: code('The certificate of an OPC-UA server is not trusted, or no longer valid.', 'Compare it with what the server\'s owner says, then `penfeld opcua trust list` and `approve THUMBPRINT`.', { retryable: true, status: 503 }),
  PF_OPCUA_ENDPOINT_UNSAFE: code('An OPC-UA server offers, or a source asks for, less security than is allowed.', 'Switch on Basic256Sha256 or better at the server; only a source with `securityMode: None` and without a user reads it unprotected.', { retryable: true, status: 503 }),
  PF_PROFILE_INVALID: code('A meter profile has faults.', 'Mend every line the message lists, in the YAML file it names.', { status: 500 }),
  PF_SOURCE_FORBIDDEN: code('A source leads to an address that collectors may not reach.', 'Correct the address of the source, or name its network in PENFELD_SOURCE_NETWORKS.', { status: 500 }),
  PF_PROTOCOL_UNKNOWN: code('A source of the district document has a protocol nobody can read.', 'Write one of the protocols that the message lists, or add a driver to services/collectors/registry.ts.', { status: 500 }),
  // --- flexibility
  PF_ACTIVATION_STATE: code('The activation is not in a state in which this can be done.', 'Look at the list of activations again.', { status: 409 }),
  PF_ACTIVATION_TOO_LATE: code('The time by which this had to be done has passed.', 'Look at the list of activations; tell the seller by telephone if it matters.', { status: 409 }),
  PF_NOTICE_FAILED: code('A message to the holder of a flexibility contract did not arrive.', 'Check the address and the secret in the contract and that the receiver answers; it is tried again at the next pass.', { retryable: true, status: 502 }),
  // --- hosts
  PF_HOST_DISTRICT_UNSIGNED: code('A district was announced that the control host did not sign.', 'Find out who wrote it into Redis; nothing of it is taken.', { status: 500 }),
  PF_HOST_INCOMPLETE: code('A host beside the control host lacks something it cannot do without.', 'Set what the message names, then start it again.', { status: 500 }),
  PF_HOST_NO_DISTRICT: code('The control host has announced no district yet.', 'Start the control host, with the same REDIS_URL; this host tries again.', { retryable: true, status: 503 }),
  PF_HOST_UNREACHABLE: code('A service that every host needs does not answer.', 'Check its address, that it runs, and the network between; this host tries again.', { retryable: true, status: 503 }),
  PF_HOST_VERSION: code('A compute host works with another version of the district.', 'Wait: it takes over the announced one within seconds, and the work is tried again.', { retryable: true, status: 503 }),
  // --- simulator
  PF_SIMULATOR_CLASS_UNKNOWN: code('The demonstration field has no load curve for a class of the district document.', 'Use one of the classes named in the message, or add a line to services/simulator/truth/load-classes.ts.', { status: 500 }),
  PF_SIMULATOR_POINT_UNKNOWN: code('The demonstration field cannot measure a point of the district document.', 'Correct the quantity and what the point is measured on, or leave out its feed.', { status: 500 }),
  // --- grid, load flow, capacity
  PF_GRID_CLOCK: code('The phase shifts of the transformers in a loop do not add up.', 'Correct the vector group, or open the loop.'),
  PF_GRID_DUPLICATE_ID: code('The same id is given twice in a network.', 'Rename one of them.'),
  PF_GRID_IMPEDANCE: code('A branch has no impedance, or one that no cable or transformer has.', 'Give its resistance and reactance, or make it a link.'),
  PF_GRID_INVALID: code('The electrical network has faults.', 'Mend every fault listed with it.'),
  PF_GRID_LEVEL: code('Voltages of connected elements do not fit together.', 'Correct one of the voltages; between two levels there is a transformer.'),
  PF_GRID_RATING_MISSING: code('An element has no rating, so that its loading cannot be judged.', 'Give its ampacity or rated power.'),
  PF_GRID_REFERENCE: code('An element of the network names another that is not there.', 'Correct the name, or add what it names.'),
  PF_GRID_SOURCES: code('Sources or generators of one part of the network contradict each other.', 'Give them the same voltage, or an internal impedance.'),
  PF_GRID_UNEARTHED: code('A part of the network has no earthed neutral that is known.', 'Say which winding of the transformer that feeds it has its neutral earthed.'),
  PF_GRID_UNFED: code('No closed way leads from a source to a part of the network.', 'Close a switch, or add what is missing on the way to a source.'),
  PF_LOAD_FLOW_DIVERGED: code('The load flow did not settle.', 'Check the ratings and loads near the named bus; nothing is concluded from this state.', { status: 422 }),
  PF_NETWORK_FILE_INVALID: code('A network file has faults.', 'Mend every fault the message lists, in the file it names.'),
  PF_NETWORK_INCOMPLETE: code('Open data leaves out a value that a network needs.', 'Answer the question, for the element or for its whole class.'),
  PF_NETWORK_LOADS_INVALID: code('A file of loads for a network cannot be taken.', 'Mend every line the message names.'),
  PF_NETWORK_LOADS_MISSING: code('A network was read that does not say what is drawn from it.', 'Give the loads.'),
  PF_NETWORK_FILE_UNSUPPORTED: code('A network file has something that is not read.', 'Take it out of the file, or write it with what the message names.'),
  // --- reinforcement
  PF_CLASS_CURVES_INVALID: code('The curves by load class of a district folder cannot be used.', 'Give class-curves.csv the header at,temperatureC,CLASS... and a line for each hour of one year, in UTC, each class relative to its own mean.'),
  PF_SOLVER_FAILED: code('The solver of linear programs ended without an answer.', 'Look at the message of the solver; report it with the study it was asked for.', { status: 500 }),
  PF_STUDY_BUSY: code('More studies wait than may.', 'Wait until one has ended, or cancel one.', { retryable: true, status: 503 }),
  PF_STUDY_CANCELLED: code('A study was cancelled.', 'Begin it again if its result is wanted.', { status: 409 }),
  PF_STUDY_CHANGE_INVALID: code('A number of the study cannot be set so.', 'Correct the path or the value that the message names.'),
  PF_STUDY_EXCESS_UNKNOWN: code('A limit of the choice is not known at an hour: the load flow behind it did not settle.', 'Find out why that state did not settle; nothing is chosen on what was not computed.', { status: 422 }),
  PF_STUDY_FROZEN_INVALID: code('What a study was frozen from cannot be read.', 'Take a whole copy of the file; it is packed JSON with columns and names its format.', { status: 500 }),
  PF_STUDY_NODE: code('A study places load at a bus that the network has not.', 'Write the id of a busbar or junction of the district document.'),
  PF_STUDY_NOT_DONE: code('A study that has not come to its end can be neither kept nor printed.', 'Wait until it is done, or run it again.', { status: 409 }),
  PF_STUDY_OPTION_UNBOUNDED: code('An option does not say how much of it there can be at most.', 'Give its largest number of units or its largest power.'),
  PF_STUDY_OPTION_UNPRICED: code('An option was handed to the choice without a price.', 'Price every item of it, or leave the option out.'),
  PF_STUDY_RATES_MIXED: code('Real and nominal rates of a study do not go together.', 'Give a real discount rate without inflation, or a nominal one with it.'),
  PF_STUDY_SIGNED: code('The study is signed, and a signed study is never changed.', 'Run it again and keep it as a new version.', { status: 409 }),
  PF_STUDY_WEATHER: code('The temperatures of a weather year do not fit the measured year.', 'Give one temperature for each hour.', { status: 500 }),
  // --- jobs, evaluation, publication
  PF_COMPUTE_THREAD_LOST: code('A worker thread ended while it worked.', 'The job is tried again; look at the log of work if it happens often.', { retryable: true, status: 503 }),
  PF_EVALUATION_NOT_READY: code('The estimate of the network for this time is not made yet.', 'Wait; the job is tried again.', { retryable: true, status: 503 }),
  PF_JOB_FENCED: code('A worker that was given up for dead came back with a result; another had taken the job over.', 'Nothing: the result was refused, the newer worker keeps its own.', { retryable: true, status: 409 }),
  PF_JOB_SKIPPED: code('Steps were not done because the service was down for too long.', 'Run `penfeld replay` for that time if its results are needed.'),
  PF_RELEASE_WITHDRAWN: code('A release is no longer public.', 'Its hash and signature stay in the list of releases; there is nothing more to get.', { status: 410 }),
  PF_JOBS_UNAVAILABLE: code('The queue of jobs does not answer.', 'Check that Redis runs, REDIS_URL and its password; the call is tried again.', { retryable: true, status: 503 }),
  // --- disclosure
  PF_DISCLOSURE_TOO_FINE: code('Cells are cut too finely for the guard to prove that they betray nobody.', 'Merge neighbouring zones or categories, or leave out sums by address that split them.', { status: 500 }),
  PF_DISCLOSURE_WORLD: code('What was given to the publication guard does not fit together.', 'Report it: the service builds cohort, cells and steps itself, and nothing is published meanwhile.', { status: 500 }),
  // --- consents and rights of a person
  PF_CONSENT_INVALID: code('A consent cannot be given so.', 'Give an interval of at most three years, and the version of the text that was shown.'),
  PF_CONSENT_TEXT_CHANGED: code('The text of a consent has changed since it was shown.', 'Reload the page, read the new text and decide again.', { status: 409 }),
  PF_ERASURE_WAITING: code('An erasure of this delivery point is under way.', 'Wait until it is done; it takes seconds.', { retryable: true, status: 409 }),
  PF_ERASE_BUSY: code('Values are erased, but a reader still holds an older state of the file.', 'Nothing: it is tried again until no byte is left.', { retryable: true, status: 503 }),
  PF_ERASE_UNSUPPORTED: code('The store cannot erase single values.', 'Erase them by the means of that server, or keep measured values in the embedded store or in InfluxDB 1.x or 2.x.', { status: 501 }),
  // --- api, identity, directory
  PF_BUSY: code('The service has more to do than it can answer.', 'Try again in a few seconds.', { retryable: true, status: 503 }),
  PF_CSRF: code('The request did not come from a page of this service.', 'Reload the page and try again.', { status: 403 }),
  PF_EDIT_CONFLICT: code('An edit contradicts one that is in the ledger.', 'Look at the ledger; ask again with a new edit id if it is another edit.', { status: 409 }),
  PF_IDENTITY_UNAVAILABLE: code('The sign-in service does not answer or is not configured.', 'Check PENFELD_OIDC_ISSUER and PENFELD_OIDC_CLIENT_ID, and that the address answers.', { retryable: true, status: 503 }),
  PF_NOT_FOUND: code('There is nothing here for you.', 'Check the address.', { status: 404 }),
  PF_RANGE_TOO_LONG: code('The interval asks for more than one answer may hold.', 'Ask for a shorter interval or a longer step.'),
  PF_REQUEST_INVALID: code('The request is not understood.', 'Correct the field named in the message.'),
  PF_ROLE_REQUIRED: code('Your account has no right to this page.', 'Sign in with another account, or ask the operator for the right.', { status: 403 }),
  PF_SIGN_IN_REFUSED: code('The answer of the sign-in service was not accepted.', 'Start the sign-in again from the page.'),
  PF_SIGN_IN_REQUIRED: code('This page is for people who are signed in.', 'Sign in.', { status: 401 }),
  PF_TOO_MANY_REQUESTS: code('Too many requests from one place.', 'Wait for the time named in the header retry-after.', { retryable: true, status: 429 }),
  PF_TOO_MANY_STREAMS: code('Too many live streams are open for this session.', 'Close other tabs of this page.', { retryable: true, status: 429 }),
  // --- accounts, links and roles
  PF_CODE_REFUSED: code('A code was not accepted: unknown, used, too old, or no longer of the one who lives there.', 'Type it as it stands in the letter, or ask for a new one.', { status: 403 }),
  PF_LAST_ADMINISTRATOR: code('The last administrator cannot be taken away.', 'Give somebody else the role of administrator first.', { status: 409 }),
  PF_OWN_RIGHTS: code('Nobody grants or takes away rights of their own account.', 'Ask another administrator.', { status: 409 }),
  PF_ROLES_CONFLICT: code('These roles cannot be of one account: whoever grants access reads no figures.', 'Give the role of administrator alone, and the others to another account.', { status: 409 }),
  PF_SESSIONS_UNAVAILABLE: code('The store of sessions does not answer.', 'Check Redis (REDIS_URL); nobody is signed out by it.', { retryable: true, status: 503 }),
  PF_SIGN_IN_AGAIN: code('This act needs a sign-in that is only minutes old.', 'Sign in again and repeat it.', { status: 401 }),
  PF_TOO_MANY_CODES: code('Too many codes were refused.', 'Wait an hour, then type the code of your letter with care.', { retryable: true, status: 429 }),
  // --- audit, machine tokens, what planners may see of single holders
  PF_AUDIT_UNAVAILABLE: code('What was asked for is written down before it is given or done, and it could not be.', 'Check disk space and rights of PENFELD_DATA/audit.sqlite; nothing was given meanwhile.', { retryable: true, status: 503 }),
  PF_REASON_REQUIRED: code('Figures of one delivery point are given with a reason only.', 'Say why in `reason` or in the header `x-reason`, in 10 to 200 characters; it is written into the audit log.'),
  PF_TOKEN_IN_URL: code('A machine token stands in an address, where proxies and histories keep it.', 'Revoke that token, and send the next one in the header `authorization: Bearer`.'),
  PF_TOKEN_REFUSED: code('A machine token is not known, has expired or was revoked.', 'Ask an administrator for another one.', { status: 401 }),
  PF_TOKEN_SCOPE: code('A machine token does not allow this.', 'Ask an administrator for a token with the scope that the address needs.', { status: 403 }),
} satisfies Record<string, ErrorCode>

export type ErrorCodeName = keyof typeof ERROR_CODES
