import type { Clock } from '#services/clock/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { Environment } from './environment.ts'
import type { LoadedDistrict } from './district-folder.ts'

/** What the supervisor gives to every role. */
export interface RoleContext {
  readonly environment: Environment
  readonly district: LoadedDistrict
  readonly clock: Clock
  readonly log: Logger
  /** A line for the person who watches the terminal; used sparingly, in plain words. */
  say(message: string): void
}

export interface RunningRole {
  /** Stops cleanly: nothing acknowledged is lost. */
  stop(): Promise<void>
  /** Resolves, with the reason, when the role cannot go on in this process: it is stopped and started anew. */
  readonly failed?: Promise<unknown>
}

export type StartRole = (context: RoleContext) => Promise<RunningRole>

/** Files under PENFELD_DATA, each with exactly one writer. */
export const DATA_FILES = {
  /** Written by collect: journal, samples, roll-ups, revisions, counters. A folder. */
  measured: 'measured',
  /** Written by work: validated energies, forecasts as series, estimates as series. A folder of the same kind. */
  derived: 'derived',
  /** Written by work: runs (estimates, forecasts, replays) with the state of every element. */
  runs: 'runs.sqlite',
  /** Written by work: jobs, schedules, dirty marks. */
  jobs: 'jobs.sqlite',
  /** Written by work where jobs are on Redis: what it asked for and has not ended, so that a Redis that forgot is told again. */
  asked: 'asked.sqlite',
  /** Written by work: immutable releases for the public. */
  releases: 'releases.sqlite',
  /** Written by api: which of them the data officer took back, and why; work carries it out. */
  withdrawals: 'withdrawals.sqlite',
  /** Written by api: people, rights, sessions. */
  directory: 'directory.sqlite',
  /** Written by work: what is proposed to holders of flexibility contracts, and what became of it by the clock. */
  activations: 'activations.sqlite',
  /** Written by api: what people and end nodes answered to it. */
  activationAnswers: 'activation-answers.sqlite',
  /** Written by collect: what each source is doing, counters by source and reason. */
  collect: 'collect.sqlite',
  /** Written by api: the ledger of what people corrected, line by line; collect reads it and carries it out. */
  edits: 'edits.sqlite',
  /** Written by collect: what became of each line of the ledger. */
  appliedEdits: 'edits-applied.sqlite',
  /** Written by api: the ledger of consents, line by line; collect and work ask it. */
  consents: 'consents.sqlite',
  /** Written by api: what people had erased. Carried over at a restore, not restored. */
  erasures: 'erasures.sqlite',
  /** Written by collect and by work: how far each has carried the erasures out, and what its retention took away. */
  erasedMeasured: 'erased-measured.sqlite',
  erasedDerived: 'erased-derived.sqlite',
  /** Written by api: studies of reinforcement that are kept, signed or not. */
  studies: 'studies.sqlite',
  /** Written by api: who did what and read whose figures, as a chain. */
  audit: 'audit.sqlite',
  /** Written by api: machine tokens, as hashes. */
  tokens: 'tokens.sqlite',
} as const

/** Under PENFELD_DATA: files that wait for collect. Whoever brings one makes it under another name and renames it. */
export const IMPORT_INBOX = 'inbox/import'
