import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { SourceCounters } from '#services/collectors/status.ts'
import { OperatorFormatQuery, OperatorJobs, OperatorQuarantine, OperatorSources, type OperatorSource } from '../contract/operator.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import type { EventStreams } from '../live/event-streams.ts'
import { roleHolds } from '../live/role-holds.ts'

const config = { access: { role: 'operator' } } as const
const RECENT_JOBS = 50
const SOURCES_EVERY_MS = 2_000

export const operatorRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps; streams: EventStreams }> = async (app, { deps, streams }) => {
  app.get(ROUTES.operator.sources, { config, schema: { querystring: OperatorFormatQuery, response: { 200: OperatorSources } } }, async (request, reply) =>
    answer(request, reply, await sourcesView(deps), ({ sources }) => ({
      header: ['source', 'protocol', 'state', 'stale', 'newest_at', 'age_s', 'reconnects', 'produced', 'stored', 'deduplicated', 'revised', 'quarantined', 'dropped', 'balance'],
      rows: sources.map(({ counts, ...one }) => [one.sourceId, one.protocol, one.state, one.stale, isoTime(one.newestAt), one.ageS, one.reconnects, counts.produced, counts.stored, counts.deduplicated, counts.revised, counts.quarantined, counts.dropped, counts.balance]),
    })))

  app.get(ROUTES.operator.jobs, { config, schema: { querystring: OperatorFormatQuery, response: { 200: OperatorJobs } } }, async (request, reply) => {
    const [notices, kinds] = await Promise.all([deps.jobs.notices(), deps.jobs.kinds()])
    const recent = (await deps.jobs.recent(RECENT_JOBS)).map(({ inputRevision: _revision, ...job }) => job)
    const body: OperatorJobs = { readiness: kinds.length === 0 ? 'starting' : 'ready', notices: [...notices], kinds: [...kinds], recent }
    return answer(request, reply, body, (jobs) => ({
      header: ['kind', 'waiting', 'running', 'failed', 'last_ended_at', 'last_duration_ms', 'next_due_at', 'last_error'],
      rows: jobs.kinds.map((one) => [one.kind, one.waiting, one.running, one.failed, isoTime(one.lastEndedAt), one.lastDurationMs, isoTime(one.nextDueAt), one.lastError]),
    }))
  })

  app.get(ROUTES.operator.quarantine, { config, schema: { querystring: OperatorFormatQuery, response: { 200: OperatorQuarantine } } }, async (request, reply) => {
    const rows = (await deps.collect.counters()).flatMap(({ sourceId, quarantined, dropped }) => [
      ...Object.entries(quarantined).map(([reason, count]) => ({ sourceId, fate: 'quarantined' as const, reason, count })),
      ...Object.entries(dropped).map(([reason, count]) => ({ sourceId, fate: 'dropped' as const, reason, count })),
    ])
    const body: OperatorQuarantine = { total: rows.reduce((sum, { count }) => sum + count, 0), rows }
    return answer(request, reply, body, (quarantine) => ({
      header: ['source', 'fate', 'reason', 'count'],
      rows: quarantine.rows.map((one) => [one.sourceId, one.fate, one.reason, one.count]),
    }))
  })

  app.get(ROUTES.operator.stream, { config, exposeHeadRoute: false, schema: { description: 'Server-sent events `sources`.', produces: ['text/event-stream'] } }, async (request, reply) => {
    const stream = streams.open(request, reply, roleHolds(deps.directory, request, 'operator'))
    const send = async () => void stream.send('sources', await sourcesView(deps))
    const timer = setInterval(() => void send().catch(() => undefined), SOURCES_EVERY_MS)
    stream.onClose(() => clearInterval(timer))
    await send()
  })
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0)

function countsOf(counters: SourceCounters | undefined): OperatorSource['counts'] {
  const { produced = 0, stored = 0, deduplicated = 0, revised = 0, quarantined = {}, dropped = {} } = counters ?? {}
  const all = { produced, stored, deduplicated, revised, quarantined: sum(quarantined), dropped: sum(dropped) }
  return {
    ...all,
    quarantinedByReason: { ...quarantined },
    droppedByReason: { ...dropped },
    balance: produced - stored - deduplicated - revised - all.quarantined - all.dropped,
  }
}

async function sourcesView({ collect, clock, district: { district } }: ApiDeps): Promise<OperatorSources> {
  const status = new Map((await collect.sources()).map((one) => [one.sourceId, one]))
  const counters = new Map((await collect.counters()).map((one) => [one.sourceId, one]))
  const now = clock.now()
  const sources = district.sources.map((source): OperatorSource => {
    const told = status.get(source.id)
    const devices = new Set(district.devices.filter((device) => device.source === source.id).map(({ id }) => id))
    return {
      sourceId: source.id,
      protocol: source.protocol,
      periodS: source.periodS,
      staleAfterS: source.staleAfterS,
      devices: devices.size,
      points: district.measurementPoints.filter(({ feed }) => feed !== undefined && devices.has(feed.device)).length,
      state: told?.state ?? 'starting',
      detail: told?.detail ?? null,
      newestAt: told?.newestAt ?? null,
      newestStoredAt: told?.newestStoredAt ?? null,
      ageS: typeof told?.newestAt === 'number' ? Math.max(0, (now - told.newestAt) / 1000) : null,
      stale: told?.stale ?? false,
      reconnects: told?.reconnects ?? 0,
      certificateExpiresAt: told?.certificateExpiresAt ?? null,
      counts: countsOf(counters.get(source.id)),
    }
  })
  return { readiness: status.size === 0 ? 'starting' : 'ready', now, sources }
}
