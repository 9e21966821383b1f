import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { Problem } from './contract/common.ts'
import { ROUTES } from './contract/routes.ts'
import type { ApiDeps } from './deps.ts'
import { createEventStreams } from './live/event-streams.ts'
import { createLiveValues } from './live/live-values.ts'
import { openApiOptions } from './openapi.ts'
import { auditPlugin } from './plugins/audit.ts'
import { tokensPlugin } from './plugins/tokens.ts'
import { accessPlugin } from './plugins/access.ts'
import { closeGentlyPlugin } from './plugins/close-gently.ts'
import { etagPlugin } from './plugins/etag.ts'
import { createHeldAnswers, heldAnswersPlugin, serverWith } from './plugins/held-answers.ts'
import { metricsPlugin } from './plugins/metrics.ts'
import { pagesPlugin } from './plugins/pages.ts'
import { badAddress, problemPlugin, sendProblem } from './plugins/problem.ts'
import { securityPlugin } from './plugins/security.ts'
import { administratorRoutes } from './routes/administrator.ts'
import { auditRoutes } from './routes/audit.ts'
import { plannerDeliveryPointRoutes } from './routes/planner-delivery-point.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { congestionRoutes } from './routes/congestion.ts'
import { connectionStudyRoutes } from './routes/connection-study.ts'
import { outageStudyRoutes } from './routes/outage-study.ts'
import { flexibilityRoutes } from './routes/flexibility.ts'
import { importRoutes } from './routes/imports.ts'
import { keptStudyRoutes } from './routes/kept-studies.ts'
import { merchantRoutes } from './routes/merchant.ts'
import { forecastSkillRoutes } from './routes/forecast-skill.ts'
import { openAdrRoutes } from './routes/openadr.ts'
import { operatorRoutes } from './routes/operator.ts'
import { plannerRoutes } from './routes/planner.ts'
import { dataOfficerRoutes } from './routes/data-officer.ts'
import { openDataRoutes } from './routes/open-data.ts'
import { publicReleaseRoutes } from './routes/public-releases.ts'
import { ownAccessRoutes } from './routes/own-access.ts'
import { publicRoutes } from './routes/public.ts'
import { residentRoutes } from './routes/resident.ts'
import { retentionRoutes } from './routes/retention.ts'
import { reinforcementRoutes } from './routes/reinforcement.ts'
import { sessionRoutes } from './routes/session.ts'
import { validationRoutes } from './routes/validation.ts'

const BODY_LIMIT = 64 * 1024
const REQUESTS_PER_MINUTE = 1_800
const SHED_AFTER_MS = 2_000

/** The whole HTTP side of Penfeld, without a socket: routes may be injected in tests. */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const answers = createHeldAnswers()
  const app = fastify({
    serverFactory: serverWith(answers),
    bodyLimit: BODY_LIMIT,
    // Long enough for the largest upload at 5 Mbit/s; headers alone have Node's own, shorter limit.
    requestTimeout: 120_000,
    // Nobody in between is trusted but proxies named one by one: what others say in X-Forwarded-* changes nothing.
    trustProxy: deps.trustedProxies === undefined || deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    genReqId: () => randomUUID(),
    // An address that is no address reaches no route and no hook.
    frameworkErrors: (error, request, reply) => void sendProblem(reply, badAddress(request)),
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    // Strict: what is unknown is refused, not silently removed.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
    // Stopping waits for answers under way; who keeps an idle connection loses it.
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>()
  const streams = createEventStreams()
  const live = createLiveValues(deps.measured, deps.log)
  app.addHook('preClose', async () => {
    live.stop()
    streams.closeAll()
  })

  await app.register(closeGentlyPlugin)
  await app.register(problemPlugin, { log: deps.log })
  await app.register(swagger, openApiOptions)
  await app.register(securityPlugin, { secure: deps.secure, requestsPerMinute: deps.requestsPerMinute ?? REQUESTS_PER_MINUTE, shedAfterMs: deps.shedAfterMs ?? SHED_AFTER_MS })
  await app.register(cookie)
  // audit, tokens
  await app.register(tokensPlugin, { tokens: deps.tokens, audit: deps.audit })
  await app.register(accessPlugin, { directory: deps.directory, secure: deps.secure })
  await app.register(auditPlugin, { deps })
  await app.register(etagPlugin)
  await app.register(heldAnswersPlugin, { answers })
  await app.register(metricsPlugin)
  // The API takes JSON only: no form of another site can be made to fit.
  app.removeContentTypeParser('text/plain')
  // The validator makes a number of such a text and then passes over its limits.
  app.addHook('preValidation', async ({ query }) => {
    const endless = Object.entries(query as object).find(([, text]) => Math.abs(Number(text)) === Infinity)
    if (endless !== undefined) throw new PenfeldError('PF_REQUEST_INVALID', `${endless[0]} is not finite.`, { where: `querystring.${endless[0]}` })
  })
  // Every route may answer with a problem; said once.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/') && route.schema !== undefined && route.schema.hide !== true) route.schema.response = { ...(route.schema.response as object | undefined), default: Problem }
  })

  const { district, clock, releases, origins } = deps
  const open = { district, clock, releases, origins }
  await app.register(publicRoutes, { deps: open, streams })
  await app.register(publicReleaseRoutes, { deps: open })
  await app.register(openDataRoutes, { deps: open })
  await app.register(dataOfficerRoutes, { deps })
  await app.register(sessionRoutes, { deps })
  await app.register(ownAccessRoutes, { deps })
  await app.register(administratorRoutes, { deps })
  await app.register(merchantRoutes, { deps, streams, live })
  await app.register(plannerRoutes, { deps, streams, live })
  await app.register(congestionRoutes, { deps })
  await app.register(connectionStudyRoutes, { deps })
  await app.register(outageStudyRoutes, { deps })
  await app.register(reinforcementRoutes, { deps })
  await app.register(keptStudyRoutes, { deps })
  await app.register(operatorRoutes, { deps, streams })
  await app.register(forecastSkillRoutes, { deps })
  await app.register(importRoutes, { deps })
  await app.register(validationRoutes, { deps })
  await app.register(flexibilityRoutes, { deps })
  await app.register(openAdrRoutes, { deps })
  // audit, tokens
  await app.register(auditRoutes, { deps })
  await app.register(tokenRoutes, { deps })
  await app.register(plannerDeliveryPointRoutes, { deps })
  await app.register(residentRoutes, { deps })
  await app.register(retentionRoutes, { deps })

  const access = 'public' as const
  app.get(ROUTES.service.live, { config: { access }, schema: { hide: true } }, async () => ({ alive: true }))
  app.get(ROUTES.service.ready, { config: { access }, schema: { hide: true } }, async (_request, reply) => {
    const reasons = await deps.notReady()
    return reply.code(reasons.length === 0 ? 200 : 503).header('cache-control', 'no-store').send({ ready: reasons.length === 0, reasons })
  })
  app.get(ROUTES.service.document, { config: { access }, schema: { hide: true } }, async (_request, reply) => {
    void reply.header('cache-control', 'public, max-age=60')
    return app.swagger()
  })
  await app.register(pagesPlugin, { folder: deps.dashboardFolder })
  return app
}
