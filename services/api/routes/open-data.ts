/** The catalogue, its files, the feed and the rules; made of releases and of the district in words. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { catalogueOf } from '#services/publication/open-data/catalogue.ts'
import { COLUMNS_VERSION, datasetsOf, FILE_FORMATS, type Dataset } from '#services/publication/open-data/datasets.ts'
import { atomFeed } from '#services/publication/open-data/feed.ts'
import { datasetFiles, MEDIA_TYPES, tableSchema } from '#services/publication/open-data/files.ts'
import { toJsonLd, toTurtle, type Subject } from '#services/publication/open-data/graph.ts'
import { methodologyOf } from '#services/publication/open-data/methodology.ts'
import type { ReleaseHead } from '#services/publication/port.ts'
import { DatasetParams, Methodology } from '../contract/releases.ts'
import { ROUTES } from '../contract/routes.ts'
import type { PublicDeps } from '../deps.ts'

const config = { access: 'public' } as const
const FEED_ENTRIES = 50

export const openDataRoutes: FastifyPluginAsyncTypebox<{ deps: PublicDeps }> = async (app, { deps }) => {
  const { clock, releases } = deps
  const { district } = deps.district
  const origin = deps.origins[0]!
  const datasets = datasetsOf(district.carriers)
  const files = datasetFiles(releases)
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'public, max-age=60')
  })

  async function catalogue(): Promise<Subject[]> {
    const newest = new Map<Dataset, ReleaseHead | undefined>()
    for (const dataset of datasets) newest.set(dataset, (await releases.page({ kind: dataset.kind, carrier: dataset.carrier, limit: 1 }))[0])
    return catalogueOf({ district, origin, datasets, newest: (dataset) => newest.get(dataset) })
  }

  app.get(ROUTES.public.catalogJsonLd, { config, schema: { description: 'DCAT-AP as JSON-LD, for harvesters.' } }, async (_request, reply) =>
    reply.type('application/ld+json; charset=utf-8').send(toJsonLd(await catalogue())))

  app.get(ROUTES.public.catalogTurtle, { config, schema: { description: 'DCAT-AP as Turtle, for harvesters.' } }, async (_request, reply) =>
    reply.type('text/turtle; charset=utf-8').send(toTurtle(await catalogue())))

  app.get(ROUTES.public.dataset, { config, schema: { params: DatasetParams, description: 'A file of a data set of the catalogue, or its data dictionary.' } }, async (request, reply) => {
    const [, id, isSchema, ending] = /^([a-z-]+)(\.schema)?\.([a-z]+)$/.exec(request.params.id)!
    const dataset = datasets.find((one) => one.id === id)
    const format = FILE_FORMATS.find((one) => one === ending)
    if (dataset === undefined || format === undefined || (isSchema !== undefined && format !== 'json')) throw new PenfeldError('PF_NOT_FOUND', 'There is no such data set.')
    if (isSchema !== undefined) return reply.type(MEDIA_TYPES.json).send(JSON.stringify(tableSchema(dataset, `${origin}/api/public/datasets/${dataset.id}.csv`, COLUMNS_VERSION)))
    return reply.type(MEDIA_TYPES[format]).header('content-disposition', `attachment; filename="${request.params.id}"`).send(await files.file(dataset, format))
  })

  app.get(ROUTES.public.feed, { config, schema: { description: 'Atom feed of the newest releases.' } }, async (_request, reply) =>
    reply.type('application/atom+xml; charset=utf-8').send(atomFeed(district, origin, await releases.page({ limit: FEED_ENTRIES }), clock.now())))

  app.get(ROUTES.public.methodology, { config, schema: { response: { 200: Methodology } } }, async (): Promise<Methodology> => {
    const { principles, kinds, rules, document, ...rest } = methodologyOf(district)
    return { ...rest, kinds, document, principles: [...principles], rules: rules.map((table) => ({ ...table, disclosure: { ...table.disclosure } })) }
  })
}
