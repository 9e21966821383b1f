import type { AuditKind, AuditLog } from './port.ts'

const MINUTE_MS = 60_000

/**
 * Sign-ins and tokens that were refused: anybody can make as many as they like, so one entry a minute for the same reason says how many there were
 * since the one before. A refusal is answered as one whether it could be written down or not.
 */
export function createRefusals(audit: AuditLog, realNow: () => number = Date.now): (kind: Extract<AuditKind, 'sign-in-refused' | 'token-refused'>, code: string) => void {
  const seen = new Map<string, { writtenAt: number; since: number }>()
  return (kind, code) => {
    const one = seen.get(`${kind} ${code}`) ?? { writtenAt: -Infinity, since: 0 }
    seen.set(`${kind} ${code}`, one)
    one.since += 1
    if (realNow() - one.writtenAt < MINUTE_MS) return
    try {
      audit.append([{ kind, actor: null, act: code, subject: null, reason: String(one.since) }])
      seen.set(`${kind} ${code}`, { writtenAt: realNow(), since: 0 })
    } catch {
      // Nothing is given, and the log has said why it cannot be written.
    }
  }
}
