import { observed } from '#services/telemetry/metrics.ts'
import { readForwardingStatus } from './status-of-folder.ts'

/** What Prometheus sees of the forwarding to InfluxDB, by store; looked up where its writer keeps it. */
export function watchForwarding(store: string, folder: string, limitBytes: number): void {
  const ofStore = (name: string, help: string, value: (status: NonNullable<ReturnType<typeof readForwardingStatus>>) => number) =>
    observed(name, help, ['store'], () => {
      const status = readForwardingStatus(folder)
      return status === undefined ? [] : [[{ store }, value(status)]]
    })
  ofStore('penfeld_influx_backlog_bytes', 'Journal that InfluxDB has not taken.', ({ backlogBytes }) => backlogBytes)
  ofStore('penfeld_influx_backlog_limit_bytes', 'Backlog at which sources are made to wait.', () => limitBytes)
  ofStore('penfeld_influx_lag_seconds', 'Age of the oldest entry that InfluxDB has not taken.', ({ lagMs }) => lagMs / 1_000)
  ofStore('penfeld_influx_denied', '1: token, rights or database are wrong, a person must act.', ({ state }) => (state === 'denied' ? 1 : 0))
  ofStore('penfeld_influx_quarantined', 'Values kept apart because InfluxDB refuses their lines.', ({ quarantined }) => quarantined)
  ofStore('penfeld_influx_refused_full', 'Batches that sources had to keep because the backlog was at its limit, since the start.', ({ refusedFull }) => refusedFull)
}
