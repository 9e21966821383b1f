import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { AuditLog } from '#services/audit/port.ts'
import { actorOf } from '#services/audit/audited-directory.ts'
import type { RoleName } from '#services/directory/port.ts'
import { MACHINE_TOKEN } from '#services/telemetry/secrets.ts'
import type { TokenRecord, TokenStore } from '#services/tokens/port.ts'
import { allows, rolesOf } from '#services/tokens/scopes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The token of a machine that asks; no cookie is then looked at. */
    machine: TokenRecord | undefined
  }
}

const BEARER = /^Bearer +(\S+)$/i

/** Machines that ask with a token, which is taken from the header `authorization` and from nowhere else. Registered before access is judged. */
export const tokensPlugin = fp<{ tokens: TokenStore; audit: AuditLog }>(async (app, { tokens, audit }) => {
  app.decorateRequest('machine', undefined)

  app.addHook('onRequest', async (request) => {
    if (hasToken(request.url)) throw new PenfeldError('PF_TOKEN_IN_URL', 'A token was sent in the address.', { where: 'authorization' })
    const { access } = request.routeOptions.config
    const { authorization } = request.headers
    if (typeof access !== 'object' || authorization === undefined) return
    const secret = BEARER.exec(authorization)?.[1]
    // Another scheme is for whoever stands before us.
    if (secret === undefined) return
    const record = tokens.valid(secret)
    if (record === undefined) throw new PenfeldError('PF_TOKEN_REFUSED', 'The token is not one that is valid here.', { where: 'authorization' })
    const principal = { personId: -record.tokenId, name: record.name, roles: rolesOf(record.scopes), holders: [] }
    request.machine = record
    request.principal = principal
    audit.appendOnceAnHour([{ kind: 'token-used', actor: actorOf(principal), act: `${request.method} ${request.routeOptions.url ?? ''}`, subject: null }])
  })
})

/** @throws PF_TOKEN_SCOPE */
export function refuseBeyondScope(request: FastifyRequest, role: RoleName): void {
  const { machine, method, routeOptions: { url = '' } } = request
  if (!allows(machine!.scopes, role, method, url)) throw new PenfeldError('PF_TOKEN_SCOPE', `The token ${machine!.prefix} has ${machine!.scopes.join(', ')}.`, { where: 'authorization' })
}

function hasToken(url: string): boolean {
  const readable = url.includes('%') ? decoded(url) : url
  return readable.search(MACHINE_TOKEN) >= 0
}

/** Byte for byte: what is no UTF-8 is looked at as well. */
const decoded = (url: string): string => url.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
