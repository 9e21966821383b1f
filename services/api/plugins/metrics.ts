import fp from 'fastify-plugin'
import { Histogram, register } from 'prom-client'

const NAME = 'penfeld_http_request_seconds'

/** Answer times by route and kind of answer, for Prometheus. The route is its pattern: no id of anybody stands in a label. */
export const metricsPlugin = fp(async (app) => {
  register.removeSingleMetric(NAME)
  const times = new Histogram({ name: NAME, help: 'Time to answer a request.', labelNames: ['method', 'route', 'status'], buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] })
  app.addHook('onResponse', async (request, reply) => {
    // A stream ends when its page is closed: that is no answer time.
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return
    times.observe({ method: request.method, route: request.routeOptions.url ?? 'unknown', status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1_000)
  })
})
