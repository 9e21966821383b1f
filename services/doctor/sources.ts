import type { SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import { fault, warning, well, type Check } from './check.ts'

const DAY_MS = 86_400_000
const CERTIFICATE_WARNING_DAYS = 30

/** Freshness, certificates and counts of every source; `now` by the clock of the service, certificates by real time. */
export function checkSources(sources: readonly SourceStatus[], counters: readonly SourceCounters[], now: number, realNow: number): Check[] {
  const checks: Check[] = sources.map(({ sourceId, state, detail, stale, newestStoredAt }) => {
    const age = newestStoredAt === null ? 'no value yet' : `newest value stored ${((now - newestStoredAt) / 1_000).toFixed(0)} s ago`
    const found = `${state}, ${age}${detail === null ? '' : ` (${detail})`}`
    return stale ? fault(`Source ${sourceId}`, found, 'docs/runbooks/source-stale.md') : well(`Source ${sourceId}`, found)
  })
  for (const { sourceId, certificateExpiresAt } of sources) {
    if (certificateExpiresAt === null) continue
    const days = (certificateExpiresAt - realNow) / DAY_MS
    const found = days < 0 ? `ended ${(-days).toFixed(0)} days ago` : `good for ${days.toFixed(0)} days`
    checks.push(days < 0 ? fault(`Certificate of ${sourceId}`, found, 'docs/runbooks/opcua-certificate.md') : days < CERTIFICATE_WARNING_DAYS ? warning(`Certificate of ${sourceId}`, found, 'docs/runbooks/opcua-certificate.md') : well(`Certificate of ${sourceId}`, found))
  }
  for (const { sourceId, produced, stored, deduplicated, revised, quarantined, dropped } of counters) {
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0)
    const balance = produced - stored - deduplicated - revised - sum(quarantined) - sum(dropped)
    const found = `${produced} given, ${stored} stored, ${deduplicated} known, ${revised} revised, ${sum(quarantined)} put apart, ${sum(dropped)} came to nothing`
    checks.push(balance !== 0 ? fault(`Counts of ${sourceId}`, `${found}: ${balance} are missing`, 'docs/runbooks/quarantine.md')
      : sum(quarantined) + sum(dropped) > 0.01 * produced ? warning(`Counts of ${sourceId}`, found, 'docs/runbooks/quarantine.md') : well(`Counts of ${sourceId}`, found))
  }
  return checks
}
