import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { actorOf } from '#services/audit/audited-directory.ts'
import type { TokenRecord } from '#services/tokens/port.ts'
import { ROUTES } from '../contract/routes.ts'
import { MadeToken, NewTokenBody, TokenParams, Tokens, TokenView } from '../contract/tokens.ts'
import type { ApiDeps } from '../deps.ts'

const config = { access: { role: 'administrator' }, audit: 'own' } as const

/** Machine tokens, for administrators. What is made and revoked is in the audit log before it is answered. */
export const tokenRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps: { tokens, audit } }) => {
  app.get(ROUTES.administrator.tokens, { config, schema: { response: { 200: Tokens } } }, async () => ({ tokens: tokens.list().map(viewOf) }))

  app.post(ROUTES.administrator.tokens, { config, schema: { body: NewTokenBody, response: { 201: MadeToken } } }, async (request, reply) => {
    const { name, scopes, expiresAt } = request.body
    const { record, secret } = tokens.make({ name: name.trim(), scopes, expiresAt, createdBy: request.principal!.name })
    try {
      audit.append([{ kind: 'token-made', actor: actorOf(request.principal), act: scopes.join(' '), subject: { kind: 'token', id: String(record.tokenId), name: record.name } }])
    } catch (error) {
      // One that nobody wrote down is one that nobody may use.
      tokens.revoke(record.tokenId, request.principal!.name)
      throw error
    }
    return reply.code(201).send({ token: viewOf(record), secret })
  })

  app.post(ROUTES.administrator.tokenRevocation, { config, schema: { params: TokenParams, response: { 200: TokenView } } }, async (request): Promise<TokenView> => {
    const { id } = request.params
    // Taken away first: a log that cannot be written must not keep it alive.
    const record = tokens.revoke(id, request.principal!.name)
    if (record === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no token ${id}.`)
    audit.append([{ kind: 'token-revoked', actor: actorOf(request.principal), act: ROUTES.administrator.tokenRevocation, subject: { kind: 'token', id: String(id), name: record.name } }])
    return viewOf(record)
  })
}

const viewOf = ({ scopes, ...record }: TokenRecord): TokenView =>
  ({ ...record, scopes: [...scopes], state: record.revokedAt !== null ? 'revoked' : record.expiresAt <= Date.now() ? 'expired' : 'valid' })
