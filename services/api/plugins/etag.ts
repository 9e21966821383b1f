import { createHash } from 'node:crypto'
import fp from 'fastify-plugin'

/** Weak tags by content: whoever asks again with one gets 304 and no body. */
export const etagPlugin = fp(async (app) => {
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode !== 200 || typeof payload !== 'string' || (request.method !== 'GET' && request.method !== 'HEAD') || reply.hasHeader('etag')) return payload
    const tag = `W/"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`
    void reply.header('etag', tag)
    const asked = request.headers['if-none-match']
    if (asked === undefined || !asked.split(',').some((one) => one.trim() === tag || one.trim() === '*')) return payload
    reply.code(304).removeHeader('content-type')
    return null
  })
})
