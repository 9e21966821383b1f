import type { FastifyRequest } from 'fastify'
import { actorOf } from '#services/audit/audited-directory.ts'
import type { AuditLog } from '#services/audit/port.ts'

/** Whose figures an answer with several delivery points holds, in one go; before it leaves. @throws PF_AUDIT_UNAVAILABLE */
export function noteReadings(audit: AuditLog, request: FastifyRequest, deliveryPoints: readonly string[]): void {
  const [actor, act] = [actorOf(request.principal), request.routeOptions.url ?? '']
  audit.appendOnceAnHour([...new Set(deliveryPoints)].map((id) => ({ kind: 'reading', actor, act, subject: { kind: 'delivery-point', id } })))
}
