import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { localOffset } from '#models/units/local-time.ts'
import type { Clock } from '#services/clock/port.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { SchedulingQueue } from './port.ts'
import { dueSteps, type Schedule } from './schedule.ts'

const HOUR_S = 3600
const DAY_S = 86_400
/** For values to arrive: half a minute of the service's time, and at high clock speeds three real seconds. */
const ARRIVAL_S = 30
const ARRIVAL_REAL_S = 3

/** What work does by the clock. Everything else is asked for by late values or by a job that has ended. */
export function timetable(clock: Clock, liveDelayS: number, timeZone: string, published: readonly string[] = []): readonly Schedule[] {
  const delayS = Math.max(ARRIVAL_S, ARRIVAL_REAL_S * clock.speed)
  return [
    { kind: 'evaluate', scope: 'network', everyS: 600, delayS, mostMissed: 144, recordsSkipped: true },
    // The estimate is made up for a day back; a release lies its delay further back and would find none.
    { kind: 'publish', scope: 'district', everyS: 1800, delayS: Math.max(liveDelayS, delayS), mostMissed: 44, recordsSkipped: true },
    // Days are due at six in the morning of the clock on the wall, which no step of seconds hits all year: looked for every hour, a carrier at a time.
    ...published.map((carrier): Schedule => ({ kind: 'publish-energies', scope: carrier, everyS: HOUR_S, delayS: 0, mostMissed: 1, recordsSkipped: false })),
    { kind: 'forecast', scope: 'district', everyS: HOUR_S, delayS, mostMissed: 1, recordsSkipped: false },
    // Tells, begins, ends and settles what holders of flexibility contracts agreed to: only the present matters, and a seller hears of it within a minute.
    { kind: 'activate', scope: 'due', everyS: 60, delayS: 0, mostMissed: 1, recordsSkipped: false },
    // Of whole local days: made when one begins.
    { kind: 'forecast-days', scope: 'all', everyS: DAY_S, delayS: delayS + midnightS(clock.now(), timeZone), mostMissed: 1, recordsSkipped: false },
    // Each pass makes the day before and the day so far, so one pass makes up for a night.
    { kind: 'validate', scope: 'all', everyS: HOUR_S, delayS, mostMissed: 1, recordsSkipped: false },
    { kind: 'roll-up', scope: 'derived', everyS: HOUR_S, delayS, mostMissed: 1, recordsSkipped: false },
    { kind: 'roll-up', scope: 'firm-import', everyS: DAY_S, delayS, mostMissed: 1, recordsSkipped: false },
    // Of whole days, in the quiet of the night.
    { kind: 'roll-up', scope: 'winter-peak', everyS: DAY_S, delayS: delayS + 2 * HOUR_S, mostMissed: 1, recordsSkipped: false },
    // After the hourly validation of the last hours of the day.
    { kind: 'roll-up', scope: 'meter-checks', everyS: DAY_S, delayS: delayS + 3 * HOUR_S, mostMissed: 1, recordsSkipped: false },
    { kind: 'roll-up', scope: 'balance', everyS: DAY_S, delayS: delayS + HOUR_S, mostMissed: 1, recordsSkipped: false },
  ]
}

/** Seconds from midnight UTC to a local midnight; where the clocks change, to the later one, so that the day has begun all year. */
function midnightS(now: number, timeZone: string): number {
  const offsets = [0, 91, 182, 273].map((days) => localOffset(now + days * DAY_S * 1000, timeZone) / 1000)
  return (DAY_S - Math.min(...offsets)) % DAY_S
}

/** Work that stands on other work is asked for when that is there; after this long it is asked for, and fails, by itself. */
const PATIENCE_MS = 2 * HOUR_S * 1000

/**
 * Asks for everything that has come due; what is too old to be made up for is written down as failed. `ready` says whether
 * what a step stands on is there: steps wait, in order, until it is.
 */
export async function askWhatIsDue(
  queue: SchedulingQueue,
  schedules: readonly Schedule[],
  measured: TimeSeriesReader,
  now: number,
  ready: (schedule: Schedule, period: number) => Promise<boolean> = async () => true,
): Promise<void> {
  const inputRevision = await measured.headSeq()
  for (const schedule of schedules) {
    const { kind, scope } = schedule
    const { periods, skipped, nextDueAt } = dueSteps(schedule, await queue.lastScheduled(kind, scope), now)
    if (skipped !== undefined && schedule.recordsSkipped) {
      const until = new Date(skipped.to).toISOString()
      await queue.recordSkipped({ kind, scope, period: skipped.from, inputRevision }, new PenfeldError('PF_JOB_SKIPPED', `${skipped.count} steps from ${new Date(skipped.from).toISOString()} to ${until}.`).message)
    }
    const due: number[] = []
    for (const period of periods) {
      if (!(await ready(schedule, period)) && now - period < (schedule.everyS + schedule.delayS) * 1000 + PATIENCE_MS) break
      due.push(period)
    }
    if (due.length === 0) continue
    await queue.askScheduled({ kind, scope, lastPeriod: due.at(-1)!, nextDueAt }, due.map((period) => ({ kind, scope, period, inputRevision })))
  }
}
