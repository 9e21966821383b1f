import type { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { ImportState } from '#services/ingest/import-desk.ts'
import { LARGEST_UPLOAD_BYTES, OperatorImport, OperatorImports, UPLOAD_TYPE, UploadQuery } from '../contract/operator.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'

const config = { access: { role: 'operator' } } as const

/** Files that an operator uploads: streamed into the inbox, from which collect takes them. */
export const importRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps: { imports, clock, log } }) => {
  // Of this plugin alone: everywhere else the API takes JSON only. The stream is read by the desk, never gathered here.
  app.addContentTypeParser(UPLOAD_TYPE, (_request, content, done) => done(null, content))

  app.get(ROUTES.operator.imports, { config, schema: { response: { 200: OperatorImports } } }, async () =>
    ({ largestBytes: imports.largestBytes, imports: imports.list().map(viewOf) }))

  app.post(ROUTES.operator.imports, {
    config, bodyLimit: LARGEST_UPLOAD_BYTES,
    schema: { description: `The file itself as ${UPLOAD_TYPE}.`, consumes: [UPLOAD_TYPE], querystring: UploadQuery, response: { 202: OperatorImport } },
  }, async (request, reply) => {
    const content = request.body as Readable | undefined
    if (typeof content?.pipe !== 'function') throw new PenfeldError('PF_REQUEST_INVALID', `The file is missing, or does not come as ${UPLOAD_TYPE}.`, { where: 'content-type' })
    if (Number(request.headers['content-length'] ?? 0) > imports.largestBytes) throw new PenfeldError('PF_IMPORT_TOO_LARGE', `It has more than ${Math.floor(imports.largestBytes / 1024 ** 2)} MiB.`)
    const received = await imports.receive(request.query.name, content, clock.now())
    log.info({ importId: received.importId, sizeBytes: received.sizeBytes, personId: request.principal?.personId }, 'a file was uploaded')
    return reply.code(202).send(viewOf(received))
  })
}

const viewOf = ({ report, error, ...state }: ImportState): OperatorImport => ({
  ...state,
  stored: report?.stored ?? 0,
  deduplicated: report?.deduplicated ?? 0,
  revised: report?.revised ?? 0,
  refused: Object.entries(report?.refused ?? {}).map(([reason, { count, lines }]) => ({ reason, count, lines })),
  error: error ?? null,
})
