import type { FastifyRequest } from 'fastify'
import type { Directory, Principal, RoleName } from '#services/directory/port.ts'

/** Asked again and again while a stream is open: a session that ended, or a right that was taken away, ends the stream. */
export function rightHolds(directory: Directory, request: FastifyRequest, right: (principal: Principal) => boolean): () => Promise<boolean> {
  return async () => {
    const session = await directory.sessions.find(request.sessionId!, { quietly: true })
    const principal = session && directory.principal(session.personId)
    return principal !== undefined && right(principal)
  }
}

export const roleHolds = (directory: Directory, request: FastifyRequest, role: RoleName): (() => Promise<boolean>) =>
  rightHolds(directory, request, ({ roles }) => roles.includes(role))
