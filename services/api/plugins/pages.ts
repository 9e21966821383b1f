import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import fp from 'fastify-plugin'
import { notFound, sendProblem } from './problem.ts'

/** The built pages: hashed files are immutable, and every navigation that is not an address of the API gets index.html. */
export const pagesPlugin = fp<{ folder: string }>(async (app, { folder }) => {
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, etag: true, lastModified: false })
  app.get('/*', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const path = decodeURIComponent(request.url.split('?')[0]!)
    if (path.startsWith('/api/')) return sendProblem(reply, notFound(request))
    if (path.startsWith('/assets/')) {
      if (!existsSync(join(folder, path))) return sendProblem(reply, notFound(request))
      return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(path.slice(1))
    }
    if (/^\/[A-Za-z0-9_-]+\.(svg|png|ico|webmanifest|txt)$/.test(path) && existsSync(join(folder, path))) {
      return reply.header('cache-control', 'public, max-age=3600').sendFile(path.slice(1))
    }
    const wantsPage = request.headers.accept === undefined || /text\/html|\*\/\*/.test(request.headers.accept)
    if (!wantsPage || /\.[a-z0-9]+$/i.test(path)) return sendProblem(reply, notFound(request))
    reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8')
    const index = join(folder, 'index.html')
    if (existsSync(index)) return readFileSync(index, 'utf8')
    return '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Penfeld</title><p>Les pages ne sont pas construites : <code>npm run build</code>. / The pages are not built.</p></html>'
  })
})
