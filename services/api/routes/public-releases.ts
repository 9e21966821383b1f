/** Releases one by one and in columns; like every public route it reads releases and the district in words, nothing else. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { cellName } from '#services/publication/open-data/cell-name.ts'
import type { Release, ReleaseHead } from '#services/publication/port.ts'
import { CurvesQuery, EnergiesQuery, PublicCurves, PublicEnergies, PublicKeys, PublicReleases, ReleaseParams, ReleasesQuery } from '../contract/releases.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { PublicDeps } from '../deps.ts'
import { checkInterval, DAY_MS } from '../interval.ts'

const config = { access: 'public' } as const
const USUAL_ROWS = 50
const MOST_DAYS = { day: 400, month: 3660 } as const
const CURVE_DAYS = 31
/** Bytes never change, but a release may be withdrawn: no cache keeps it for longer. */
const LONGEST_CACHE_S = 86_400
const KEPT_KEYS = 20

export const publicReleaseRoutes: FastifyPluginAsyncTypebox<{ deps: PublicDeps }> = async (app, { deps }) => {
  const { clock, releases } = deps
  const { district } = deps.district
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'public, max-age=5')
  })

  app.get(ROUTES.public.releases, { config, schema: { querystring: ReleasesQuery, response: { 200: PublicReleases } } }, async (request, reply) => {
    const { kind, carrier, before, limit = USUAL_ROWS } = request.query
    const heads = await releases.page({ kind, carrier, before, limit })
    const body: PublicReleases = { releases: [...heads], nextBefore: heads.length < limit ? null : heads.at(-1)!.releaseId }
    return answer(request, reply, body, (page) => ({
      header: ['release', 'kind', 'carrier', 'at', 'step_s', 'published_at', 'rules', 'previous_sha256', 'sha256', 'public_key', 'signature', 'withdrawn'],
      rows: page.releases.map((one) => [one.releaseId, one.kind, one.carrier, isoTime(one.at), one.stepS, isoTime(one.publishedAt), one.rules, one.previousSha256, one.sha256, one.publicKey, one.signature, one.withdrawn]),
    }))
  })

  app.get(ROUTES.public.release, { config, schema: { params: ReleaseParams, description: 'The document of a release, byte for byte as it was signed; 410 once it is withdrawn.' } }, async (request, reply) => {
    const { id } = request.params
    const head = await releases.head(id)
    if (head === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such release.')
    const text = await releases.document(id)
    if (text === undefined) throw new PenfeldError('PF_RELEASE_WITHDRAWN', 'This release is no longer public.')
    const tag = `"${head.sha256}"`
    void reply.header('etag', tag).header('cache-control', `public, max-age=${cacheS(head, clock.now())}, immutable`)
    if (head.signature !== null) void reply.header('penfeld-signature', head.signature).header('penfeld-public-key', head.publicKey!)
    if ((request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim() === tag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(Buffer.from(text))
  })

  app.get(ROUTES.public.energies, { config, schema: { querystring: EnergiesQuery, response: { 200: PublicEnergies } } }, async (request, reply) => {
    const { carrier, step, from, to } = request.query
    checkInterval({ from, to }, MOST_DAYS[step])
    const found = await releases.between(step === 'day' ? 'energy-daily' : 'energy-monthly', from, to, carrier)
    const cells = [...new Set(found.flatMap(({ body }) => body.cells.map(({ cell }) => cell)))]
    const column = <T>(cell: string, pick: (one: Release<'energy-daily'>['body']['cells'][number] | undefined) => T) => found.map(({ body }) => pick(body.cells.find((one) => one.cell === cell)))
    const body: PublicEnergies = {
      carrier, step, unit: found.at(-1)?.body.unit ?? null, at: found.map(({ at }) => at), to: found.map((one) => one.body.to), releaseIds: found.map(({ releaseId }) => releaseId),
      cells: cells.map((cell) => ({ cell, name: cellName(district, cell), energies: column(cell, (one) => one?.energy ?? null), indexes: column(cell, (one) => one?.index ?? null) })),
    }
    return answer(request, reply, body, (table) => ({
      header: ['start', 'end', 'cell', 'energy', 'unit', 'index', 'release'],
      rows: table.at.flatMap((at, i) => table.cells.map(({ cell, energies, indexes }) => [isoTime(at), isoTime(table.to[i]!), cell, energies[i]!, table.unit, indexes[i]!, table.releaseIds[i]!])),
    }))
  })

  app.get(ROUTES.public.curves, { config, schema: { querystring: CurvesQuery, response: { 200: PublicCurves } } }, async (request, reply) => {
    const { carrier, from, to } = request.query
    checkInterval({ from, to }, CURVE_DAYS)
    const found = await releases.between('curve-daily', from, to, carrier)
    const body: PublicCurves = { carrier, unit: found.at(-1)?.body.unit ?? null, days: found.map(({ at, releaseId, body: { cells } }) => ({ at, releaseId, cells: cells.map(({ cell, stepS, energies }) => ({ cell, stepS, energies: energies === null ? null : [...energies] })) })) }
    return answer(request, reply, body, ({ unit, days }) => ({
      header: ['start', 'end', 'cell', 'energy', 'unit', 'release'],
      rows: days.flatMap(({ at, releaseId, cells }) => cells.flatMap(({ cell, stepS, energies }) => (energies ?? []).map((energy, i) => [isoTime(at + i * stepS! * 1000), isoTime(at + (i + 1) * stepS! * 1000), cell, energy, unit, releaseId]))),
    }))
  })

  app.get(ROUTES.public.key, { config, schema: { response: { 200: PublicKeys } } }, async (): Promise<PublicKeys> => {
    // A key is only ever changed by a person who moves the service; the newest pages of the chain have met both.
    const keys = (await releases.page({ limit: KEPT_KEYS })).flatMap(({ publicKey }) => (publicKey === null ? [] : [publicKey]))
    return { algorithm: 'Ed25519', encoding: 'base64url', keys: [...new Set(keys)] }
  })
}

function cacheS({ kind, at }: ReleaseHead, now: number): number {
  if (kind !== 'curve-daily' && kind !== 'district-live') return LONGEST_CACHE_S
  return Math.max(0, Math.min(LONGEST_CACHE_S, Math.floor((at + CURVE_DAYS * DAY_MS - now) / 1000)))
}
