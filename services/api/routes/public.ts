/** Reads the district in words and releases, nothing else: see the structural test beside it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { rulesInForce } from '#models/disclosure/live-rules.ts'
import type { PublicationRules } from '#models/district/schema.ts'
import type { LiveRelease } from '#services/publication/port.ts'
import { PublicDistrict, PublicFormatQuery, PublicHistory, PublicHistoryQuery, PublicLive, type PublicRelease } from '../contract/public.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { PublicDeps } from '../deps.ts'
import { checkInterval } from '../interval.ts'
import type { EventStreams } from '../live/event-streams.ts'

const access = { access: 'public' } as const
const LONGEST_DAYS = 31
const LOOK_FOR_RELEASE_MS = 1_000
const MOST_TOLD = 50

export const publicRoutes: FastifyPluginAsyncTypebox<{ deps: PublicDeps; streams: EventStreams }> = async (app, { deps, streams }) => {
  const { clock, releases } = deps
  const { district } = deps.district
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'public, max-age=5')
  })

  app.get(ROUTES.public.district, { config: access, schema: { querystring: PublicFormatQuery, response: { 200: PublicDistrict } } }, async (request, reply) => {
    const rules = rulesInForce(district.publicationRules, clock.now())
    const body: PublicDistrict = {
      id: district.id,
      name: district.name,
      notice: district.notice ?? null,
      timeZone: district.timeZone,
      now: clock.now(),
      clockSpeed: clock.speed,
      zones: district.zones.map(({ id, name }) => ({ id, name })),
      carriers: [...district.carriers],
      watchLoadingPct: district.thresholds.watchLoadingPct,
      limitLoadingPct: district.thresholds.limitLoadingPct,
      publicationRules: rules === undefined ? null : { validFrom: Date.parse(rules.validFrom), stepS: rules.liveStepS, delayS: rules.liveDelayS, windowDays: rules.liveWindowDays, words: wordsOf(rules) },
    }
    return answer(request, reply, body, ({ zones }) => ({ header: ['zone', 'name_fr', 'name_en'], rows: zones.map(({ id, name }) => [id, name.fr, name.en]) }))
  })

  app.get(ROUTES.public.live, { config: access, schema: { querystring: PublicFormatQuery, response: { 200: PublicLive } } }, async (request, reply) => {
    const release = await releases.latest('district-live')
    const body: PublicLive = { readiness: release === undefined ? 'starting' : 'ready', release: release === undefined ? null : viewOf(release) }
    return answer(request, reply, body, (live) => tableOf(live.release === null ? [] : [live.release]))
  })

  app.get(ROUTES.public.history, { config: access, schema: { querystring: PublicHistoryQuery, response: { 200: PublicHistory } } }, async (request, reply) => {
    checkInterval(request.query, LONGEST_DAYS)
    const { from, to } = request.query
    const body: PublicHistory = { from, to, releases: (await releases.between('district-live', from, to)).map(viewOf) }
    return answer(request, reply, body, (history) => tableOf(history.releases))
  })

  app.get(ROUTES.public.stream, { config: access, exposeHeadRoute: false, schema: { description: 'Server-sent events `release` with the live figure, and `publication` with the head of each new release of any kind.', produces: ['text/event-stream'] } }, async (request, reply) => {
    const stream = streams.open(request, reply, () => true)
    let sent = 0
    let told = await releases.headId()
    const look = async () => {
      const head = await releases.headId()
      if (head !== sent) {
        const release = await releases.latest('district-live')
        if (release !== undefined && stream.send('release', viewOf(release))) sent = head
      }
      // Of every kind, those since the stream was opened.
      for (const one of await releases.after(told, MOST_TOLD)) if (stream.send('publication', one)) told = one.releaseId
    }
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_FOR_RELEASE_MS)
    stream.onClose(() => clearInterval(timer))
    await look()
  })
}

const viewOf = ({ releaseId, kind, at, stepS, publishedAt, rules, districtVersion, sha256, body }: LiveRelease): PublicRelease => ({ releaseId, kind, at, stepS, publishedAt, rules, districtVersion, sha256, ...body })

const tableOf = (releases: readonly PublicRelease[]) => ({
  header: ['at', 'step_s', 'mean_power_kw', 'loading_pct', 'firm_import_kw', 'headroom_kw', 'published_at', 'release_id', 'sha256'],
  rows: releases.map((one) => [isoTime(one.at), one.stepS, one.meanPowerKw, one.loadingPct, one.firmImportKw, one.headroomKw, isoTime(one.publishedAt), one.releaseId, one.sha256]),
})

function wordsOf(rules: PublicationRules): PublicDistrict['name'] {
  const stepMin = rules.liveStepS / 60
  const delayMin = rules.liveDelayS / 60
  return {
    fr: `Le total du quartier est une moyenne de ${stepMin} minutes, publiée au moins ${delayMin} minutes plus tard et arrondie. Il n’est publié que s’il couvre au moins ${rules.minHolders} titulaires et ${rules.minDeliveryPoints} points de livraison, sans qu’aucun titulaire n’en fasse plus de ${rules.maxHolderSharePct} %. Il reste en ligne ${rules.liveWindowDays} jours.`,
    en: `The total of the district is a mean of ${stepMin} minutes, published at least ${delayMin} minutes later and rounded. It is published only if it covers at least ${rules.minHolders} holders and ${rules.minDeliveryPoints} delivery points, none of them with more than ${rules.maxHolderSharePct} %. It stays online for ${rules.liveWindowDays} days.`,
  }
}
