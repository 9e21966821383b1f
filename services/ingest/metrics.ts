import { Histogram, register } from 'prom-client'
import type { District } from '#models/district/schema.ts'
import type { Clock } from '#services/clock/port.ts'
import type { SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import { observed, type Labels } from '#services/telemetry/metrics.ts'

interface Watched {
  readonly district: District
  readonly clock: Clock
  sources(): readonly SourceStatus[]
  counters(): readonly SourceCounters[]
}

/** What Prometheus sees of the sources: freshness, states, and what became of every value. */
export function watchSources({ district, clock, sources, counters }: Watched): void {
  const protocols = new Map(district.sources.map(({ id, protocol }) => [id, protocol]))
  const labelsOf = (sourceId: string): Labels => ({ source: sourceId, protocol: protocols.get(sourceId) ?? '' })
  const ofSources = (name: string, help: string, value: (status: SourceStatus) => number | null) =>
    observed(name, help, ['source', 'protocol'], () => sources().flatMap((status) => {
      const one = value(status)
      return one === null ? [] : [[labelsOf(status.sourceId), one] as const]
    }))
  ofSources('penfeld_source_age_seconds', 'Time since a value of the source was stored last, by the clock of the service.', ({ newestStoredAt }) => (newestStoredAt === null ? null : (clock.now() - newestStoredAt) / 1_000))
  ofSources('penfeld_source_stale', '1: silent for longer than the district document allows.', ({ stale }) => (stale ? 1 : 0))
  ofSources('penfeld_source_connected', '1: connected; says nothing about values.', ({ state }) => (state === 'connected' ? 1 : 0))
  ofSources('penfeld_source_reconnects', 'Times the source was connected to anew.', ({ reconnects }) => reconnects)
  ofSources('penfeld_source_certificate_expires_seconds', 'When a certificate of the source ends, seconds since 1970.', ({ certificateExpiresAt }) => (certificateExpiresAt === null ? null : certificateExpiresAt / 1_000))
  observed('penfeld_points_produced', 'Values that a source gave.', ['source'], () => counters().map(({ sourceId, produced }) => [{ source: sourceId }, produced]))
  observed('penfeld_points', 'What became of the values of a source, with the reason where there is one.', ['source', 'fate', 'reason'], () => counters().flatMap(fatesOf))
  observed('penfeld_points_balance', 'Values produced less stored, deduplicated, revised, quarantined and dropped: must be 0.', ['source'], () => counters().map((one) => [
    { source: one.sourceId }, one.produced - fatesOf(one).reduce((sum, [, count]) => sum + count, 0),
  ]))
}

function fatesOf({ sourceId: source, stored, deduplicated, revised, quarantined, dropped }: SourceCounters): (readonly [Labels, number])[] {
  const by = (fate: string, reasons: Readonly<Record<string, number>>) => Object.entries(reasons).map(([reason, count]) => [{ source, fate, reason }, count] as const)
  return [
    [{ source, fate: 'stored', reason: '' }, stored], [{ source, fate: 'deduplicated', reason: '' }, deduplicated], [{ source, fate: 'revised', reason: '' }, revised],
    ...by('quarantined', quarantined), ...by('dropped', dropped),
  ]
}

/** How long the store takes a batch, its wait for the disk included. */
export const appendTimes = new Histogram({
  name: 'penfeld_store_append_seconds', help: 'Time until a batch is safe on disk.', buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5], registers: [register],
})
