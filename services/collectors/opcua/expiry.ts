import type { Logger } from '#services/telemetry/logger.ts'
import type { ServerCertificate } from './trust.ts'

const DAY_MS = 86_400_000
/** Days before the end at which a person is told, once each. */
const WARN_AT_DAYS = [60, 30, 7, 0] as const

/** Watches the end of certificates by real time; each threshold is said once for each certificate. */
export function createExpiryWatch(sourceId: string, log: Pick<Logger, 'warn' | 'error'>, tell: (expiresAt: number) => void) {
  const said = new Set<string>()
  return {
    look(certificates: readonly { readonly whose: 'server' | 'own'; readonly certificate: ServerCertificate }[], now: number): void {
      if (certificates.length === 0) return
      tell(Math.min(...certificates.map(({ certificate }) => certificate.expiresAt)))
      for (const { whose, certificate: { thumbprint, expiresAt, subject } } of certificates) {
        const daysLeft = (expiresAt - now) / DAY_MS
        const passed = WARN_AT_DAYS.filter((days) => daysLeft <= days)
        if (passed.length === 0 || said.has(`${thumbprint} ${passed.at(-1)}`)) continue
        for (const days of passed) said.add(`${thumbprint} ${days}`)
        const what = { source: sourceId, whose, thumbprint, subject, expiresAt: new Date(expiresAt).toISOString(), daysLeft: Math.floor(daysLeft) }
        if (daysLeft <= 7) log.error(what, 'a certificate ends soon: nothing is read from then on')
        else log.warn(what, 'a certificate ends')
      }
    },
  }
}
