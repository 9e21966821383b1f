import type { FastifyRequest } from 'fastify'
import type { Directory, RoleName } from '#services/directory/port.ts'

/** Asked again and again while a stream is open: a session that ended or a role that was taken away ends the stream. */
export function roleHolds(directory: Directory, request: FastifyRequest, role: RoleName): () => boolean {
  return () => {
    const session = directory.session(request.sessionId!, { quietly: true })
    return session !== undefined && (directory.principal(session.personId)?.roles.includes(role) ?? false)
  }
}
