import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

export interface SecurityOptions {
  readonly secure: boolean
  readonly requestsPerMinute: number
  /** Delay of the event loop at which requests are shed; 0: never. */
  readonly shedAfterMs: number
}

/** Headers without any inline allowance, a limit by address, and shedding before the loop stalls. */
export const securityPlugin = fp<SecurityOptions>(async (app, { secure, requestsPerMinute, shedAfterMs }) => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // Over plain loopback HTTP the header would lock browsers out of other services of this machine.
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
  })
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    // Probes of the supervisor must get through while somebody floods.
    allowList: (request) => request.url === '/livez' || request.url === '/readyz',
    errorResponseBuilder: () => new PenfeldError('PF_TOO_MANY_REQUESTS', 'The limit of requests a minute is reached.'),
  })
  await app.register(underPressure, {
    maxEventLoopDelay: shedAfterMs,
    pressureHandler: () => {
      throw new PenfeldError('PF_BUSY', 'The service is shedding load.')
    },
  })
})
