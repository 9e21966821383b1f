import type { Clock } from '#services/clock/port.ts'
import { observed } from '#services/telemetry/metrics.ts'
import type { JobKindStatus, JobStatusReader } from './port.ts'

/** What Prometheus sees of the jobs. */
export function watchJobs(jobs: Pick<JobStatusReader, 'kinds'>, clock: Clock): void {
  const ofKinds = (name: string, help: string, value: (status: JobKindStatus) => number | null) =>
    // A queue that is away must not take the other metrics of the process with it: these are absent until it answers.
    observed(name, help, ['kind'], async () => (await jobs.kinds().catch(() => [])).flatMap((status) => {
      const one = value(status)
      return one === null ? [] : [[{ kind: status.kind }, one] as const]
    }))
  ofKinds('penfeld_jobs_waiting', 'Jobs that wait.', ({ waiting }) => waiting)
  ofKinds('penfeld_jobs_running', 'Jobs that are being done.', ({ running }) => running)
  ofKinds('penfeld_jobs_failed', 'Jobs that failed for good and are still kept.', ({ failed }) => failed)
  ofKinds('penfeld_job_last_duration_seconds', 'How long the last job took.', ({ lastDurationMs }) => (lastDurationMs === null ? null : lastDurationMs / 1_000))
  ofKinds('penfeld_job_overdue_seconds', 'How long a scheduled job is overdue, by the clock of the service.', ({ nextDueAt }) => (nextDueAt === null ? null : Math.max(0, (clock.now() - nextDueAt) / 1_000)))
}

/** What Prometheus sees of the forecasts: no series is named, one of a delivery point is personal. */
export function watchForecasts(drifting: () => number): void {
  observed('penfeld_forecast_drifting_series', 'Series whose forecasts have become worse than they were.', [], () => [[{}, drifting()]])
}
