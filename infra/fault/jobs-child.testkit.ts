/**
 * A process of the experiments with jobs: real lanes on a real Redis, effects in one SQLite file. Settings come as JSON
 * in the first argument; what happens is printed, one word first.
 */
import { createClock } from '#services/clock/shifted-clock.ts'
import { openBullQueue } from '#services/jobs/bullmq/job-queue.ts'
import { startLane, type Workers } from '#services/jobs/lanes.ts'
import type { Job } from '#services/jobs/port.ts'
import type { Schedule } from '#services/jobs/schedule.ts'
import { askWhatIsDue } from '#services/jobs/timetable.ts'
import { EFFECT_TABLE, effectLedger } from '#services/sqlite/effect-ledger.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'

export interface ChildOptions {
  readonly name: string
  readonly url: string
  readonly effectsFile: string
  readonly mirrorFile: string
  readonly leaseMs: number
  /** How long one job takes, half before and half after it was asked whether it is still ours. */
  readonly workMs: number
  /** Ticks this often, by the timetable; undefined: only works. */
  readonly tickEveryMs?: number
}

const options = JSON.parse(process.argv[2]!) as ChildOptions
const tell = (text: string) => void process.stdout.write(`${text}\n`)
const log: Logger = {
  debug() {}, info: (fields, message) => tell(`log ${message} ${JSON.stringify(fields)}`), warn: (fields, message) => tell(`log ${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => tell(`log ${message} ${JSON.stringify(fields)}`), child: () => log,
}
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const clock = createClock(undefined, Date.now())
const database = openAsWriter(options.effectsFile, [
  `${EFFECT_TABLE}; CREATE TABLE result (kind TEXT, scope TEXT, period REAL, revision INTEGER, worker TEXT, at REAL) STRICT`,
])
const effects = effectLedger(database)
const insert = database.prepare('INSERT INTO result VALUES (?, ?, ?, ?, ?, ?)')
const queue = openBullQueue({ url: options.url, mirrorFile: options.mirrorFile, clock, log, leaseMs: options.leaseMs, firstPauseMs: 100, silenceMs: 3_000, tokenFloor: effects.highestToken() })

const worker = {
  mostAtOnce: 5,
  async run(jobs: readonly Job[], { keep, commit }: Parameters<NonNullable<Workers['evaluate']>['run']>[1]) {
    await pause(options.workMs / 2)
    await keep()
    tell(`kept ${jobs.map(({ period }) => period).join(' ')}`)
    await pause(options.workMs / 2)
    for (const job of jobs) commit([job], () => insert.run(job.kind, job.scope, job.period, job.inputRevision, options.name, Date.now()))
    tell(`committed ${jobs.map(({ period }) => period).join(' ')}`)
  },
}
const parts = { queue, effects, log, workers: { evaluate: worker, validate: worker } }
const lanes = [startLane(parts, ['evaluate'], 100), startLane(parts, ['validate'], 100)]

let asking = true
const stopped = Promise.withResolvers<void>()
const askUntilStopped = async () => {
  if (options.tickEveryMs === undefined) return
  const everyS = options.tickEveryMs / 1000
  const schedule: Schedule = { kind: 'evaluate', scope: 'network', everyS, delayS: 0.1, mostMissed: 100_000, recordsSkipped: true }
  // A head that never stands still: a tick that is asked for a second time has another revision and would be done again.
  const journal = { headSeq: async () => Date.now() } as unknown as TimeSeriesReader
  let first: number | undefined
  while (asking) {
    try {
      if (first === undefined && (await queue.lastScheduled('evaluate', 'network')) === undefined) {
        first = Math.floor(Date.now() / options.tickEveryMs) * options.tickEveryMs
        await queue.askScheduled({ kind: 'evaluate', scope: 'network', lastPeriod: first, nextDueAt: first }, [])
      }
      await askWhatIsDue(queue, [schedule], journal, Date.now())
      const seq = (await queue.cursor('marks')) ?? 0
      await queue.askAll([{ kind: 'validate', scope: `point-${seq % 5}`, period: seq * 86_400_000, inputRevision: seq }], { name: 'marks', seq: seq + 1 })
    } catch (error) {
      tell(`log asking failed ${error instanceof Error ? error.message : String(error)}`)
    }
    await Promise.race([pause(options.tickEveryMs / 2), stopped.promise])
  }
}
const asked = askUntilStopped()
const stopAsking = () => {
  asking = false
  stopped.resolve()
}
process.on('SIGUSR2', stopAsking)
void asked.then(async () => {
  if (options.tickEveryMs === undefined) return
  for (;;) {
    try {
      tell(`asked ${JSON.stringify({ last: await queue.lastScheduled('evaluate', 'network'), marks: await queue.cursor('marks') })}`)
      return
    } catch {
      await pause(200)
    }
  }
})
process.on('SIGTERM', () => {
  stopAsking()
  void Promise.all([asked, ...lanes.map((lane) => lane.stop())]).then(end)
})
async function end(): Promise<never> {
  await queue.close()
  database.close()
  process.exit(0)
}
tell('ready')
