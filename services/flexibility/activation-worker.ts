import { latestPositions } from '#services/evaluation/evaluate.ts'
import { closedSwitches, type CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import type { Clock } from '#services/clock/port.ts'
import type { Worker } from '#services/jobs/lanes.ts'
import { proposalAlert } from './notices/texts.ts'
import { dayToPropose, proposeDay } from './propose.ts'
import { runDue, type DueParts } from './run-due.ts'

export interface ActivationWorkerParts extends DueParts {
  readonly clock: Clock
  readonly congestion: () => CongestionIssue | undefined
}

const MOST_AT_ONCE = 100

/** `propose`: after a congestion forecast, once for each day. `due`: what time has made of every activation; of passes that wait one is enough. */
export function activationWorker(parts: ActivationWorkerParts): Worker {
  const { district, store, clock, notices, log } = parts
  return {
    mostAtOnce: MOST_AT_ONCE,
    async run(jobs, { keep }) {
      await keep()
      if (jobs.some(({ scope }) => scope === 'propose')) await propose()
      if (jobs.some(({ scope }) => scope === 'due')) await runDue(parts, clock.now())
    },
  }

  async function propose(): Promise<void> {
    const [issue, now] = [parts.congestion(), clock.now()]
    const day = dayToPropose(district, store, issue, now)
    if (day === undefined || issue === undefined) return
    const positions = closedSwitches(parts, await latestPositions(parts))
    const proposal = proposeDay(district, store, issue, day, now, positions)
    const { activationIds, shortfalls, unjudged } = proposal
    log.info({ day: day.from, proposed: activationIds.length, shortfalls: shortfalls.length, unjudged: unjudged.length }, 'activations are proposed')
    if (activationIds.length + shortfalls.length > 0) await notices.alert(...proposalAlert(proposal, parts.timeZone))
  }
}
